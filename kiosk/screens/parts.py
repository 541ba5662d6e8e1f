"""What the views of all screens are made of: actions, the floor and the head around them, tones, facts. No screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.visits.events import Touched

Forms = tuple[str, ...]
"""The same words, longest first; the painter takes the first that fits."""


class Kind(StrEnum):
    """How a button looks: the one filled one, another way forward, back or cancel."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says and what a tap on it means."""

    labels: Forms
    touched: Touched
    icon: str = ""
    kind: Kind = Kind.PLAIN
    icon_last: bool = False


@dataclass(frozen=True, slots=True)
class Toggles:
    """The two buttons in the middle of the floor: the other language, and large type."""

    language: str
    large: str


@dataclass(frozen=True, slots=True)
class Floor:
    """What can be done: left goes back, right goes on. ``aside``: a sentence where there is nothing to press."""

    back: Action | None = None
    main: Action | None = None
    toggles: Toggles | None = None
    aside: tuple[Forms, Forms] | None = None
    aside_icon: str = ""
    wide_main: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The strip on top. ``sample``: the word of the pill, or None on a real kiosk."""

    office: Forms
    clock: str
    sample: str | None


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds every screen."""

    head: Head
    floor: Floor
    large: bool


class Tone(StrEnum):
    """What a sign or a box says, in shape and colour."""

    OK = "ok"
    ATTENTION = "attention"
    FAILING = "failing"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Banner:
    """Something is gone; ``advice`` says what to do instead."""

    title: Forms
    advice: Forms


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    name: str
    value: Forms
