"""What each screen shows, as values: complete, comparable, without a pixel. Made by ``present``, painted by ``draw``.

Rules: two equal views look the same, so a screen is drawn only when its view changes; texts are finished sentences
in the visitor's language. Where a text may be shortened, a view carries its forms, longest first. Here stand the views
of every visit; those of payments, of reading and of writing in modules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.screens.parts import Action, Banner, Forms, Shell, Tone
from kiosk.screens.views_paying import CheckView, ConfirmedView, KeepView, PayView, TakeView, WaitView
from kiosk.screens.views_reading import CaseView, PartView, QrView
from kiosk.screens.views_writing import GiveView, KeyboardView, PrivacyView
from kiosk.visits.events import Touched


@dataclass(frozen=True, slots=True)
class Start:
    """One way to begin a visit."""

    icon: str
    title: Forms
    subtitle: str
    touched: Touched
    primary: bool = False


@dataclass(frozen=True, slots=True)
class IdleView:
    """Nobody is here."""

    shell: Shell
    greeting: str
    invitation: str
    starts: tuple[Start, ...]
    help: tuple[Forms, Forms]
    help_line: str
    language_label: str
    large_label: str
    banner: Banner | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One service."""

    icon: str
    title: Forms
    subtitle: str
    touched: Touched


@dataclass(frozen=True, slots=True)
class MenuView:
    """Which service, or which of a few other things."""

    shell: Shell
    question: Forms
    tiles: tuple[Tile, ...]
    banner: Banner | None = None


class Invitation(StrEnum):
    """What the picture beside the steps shows."""

    CARD = "card"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class InviteView:
    """Put the card in, or scan. ``beat`` is 0 or 1: where the arrow stands this second.

    ``privacy_short``: the same in fewer words, for where the whole does not fit.
    """

    shell: Shell
    invitation: Invitation
    question: Forms
    steps: tuple[str, ...]
    privacy: str
    beat: int
    privacy_short: str = ""


@dataclass(frozen=True, slots=True)
class BusyView:
    """Something is being done. ``lit`` of ten dots; None before they are worth showing."""

    shell: Shell
    doing: str
    lit: int | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HoldView:
    """Nothing worth showing yet: what is on the screen stays, and nothing on it can be touched."""


@dataclass(frozen=True, slots=True)
class Row:
    """One notice: whose, what about it, how much. ``overdue`` adds triangle and red.

    Lists of other things are made of the same rows: ``amount`` may be empty, and a row that leads nowhere is no button.
    """

    name: str
    facts: Forms
    amount: str
    overdue: bool
    touched: Touched | None
    icon: str = "calendar-clock"


@dataclass(frozen=True, slots=True)
class NoticesView:
    """Which notice to pay. ``previous`` and ``following`` turn the page.

    ``in_head``: the question stands in the header of landscape screens, and the rows have its room.
    """

    shell: Shell
    question: str
    subtitle: str
    rows: tuple[Row, ...]
    unit: str
    hint: str
    page: str = ""
    previous: Action | None = None
    following: Action | None = None
    in_head: bool = False


@dataclass(frozen=True, slots=True)
class SorryView:
    """What happened, what to do, who helps."""

    shell: Shell
    tone: Tone
    happened: str
    advice: str
    helper: str


@dataclass(frozen=True, slots=True)
class WarnView:
    """Still there? Covers everything personal."""

    shell: Shell
    question: Forms
    left_s: int
    whole_s: int
    unit: str
    consequence: str
    card: str


@dataclass(frozen=True, slots=True)
class ClosedView:
    """Nothing can be offered."""

    shell: Shell
    title: str
    lines: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class EnrolView:
    """A kiosk that is nobody yet. ``address``: of the QR; it and ``code`` are empty while there is nothing to scan."""

    shell: Shell
    title: str
    steps: tuple[str, ...]
    address: str
    code_lead: str
    code: str


View = (
    IdleView
    | MenuView
    | InviteView
    | BusyView
    | HoldView
    | NoticesView
    | CaseView
    | PartView
    | QrView
    | PayView
    | WaitView
    | ConfirmedView
    | TakeView
    | KeepView
    | SorryView
    | WarnView
    | ClosedView
    | EnrolView
    | KeyboardView
    | PrivacyView
    | GiveView
    | CheckView
)
