"""The panel around the screen, as the kiosk sees it: lights, call button, tamper switch, buzzer, fan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.about import About


class Light(StrEnum):
    """The lights; which pin each is stands in the machine configuration."""

    STATUS = "status"
    CARD = "card"
    PAPER = "paper"


class Pattern(StrEnum):
    """How a light shines. Told apart by rhythm, never by colour alone."""

    OFF = "off"
    ON = "on"
    SLOW = "slow"
    FAST = "fast"
    DOUBLE = "double"


class Sound(StrEnum):
    """What the buzzer can say; how each sounds stands in ``drivers.panel.sounds``."""

    SUCCESS = "success"
    ATTENTION = "attention"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CallPressed:
    """Somebody pressed the call button."""


@dataclass(frozen=True, slots=True)
class TamperChanged:
    """The tamper loop opened or closed. A cut cable reads as open: an alarm."""

    open: bool


PanelEvent = CallPressed | TamperChanged


class Panel(Protocol):
    """Blocking, single-threaded except for ``cancel``; owns no thread of its own."""

    def show(self, light: Light, pattern: Pattern) -> None:
        """Let a light shine so until told otherwise.

        Raises: DeviceAbsentError when the panel is gone.
        """

    def play(self, sound: Sound) -> None:
        """Begin a sound; it ends by itself, and a sound under way gives way to it. Silence where there is no buzzer.

        Raises: DeviceAbsentError when the panel is gone.
        """

    def turn_fan(self, *, on: bool) -> None:
        """Let the fan run, or stand still, until told otherwise; nothing where there is none.

        Raises: DeviceAbsentError when the panel is gone.
        """

    def about(self) -> About:
        """What the panel told of itself when it was opened; asks nothing again."""

    def wait(self, timeout_s: float) -> PanelEvent | None:
        """Wait for a press or a tamper change; also keeps lights blinking and ends sounds, so call it often.

        Returns: the event, or None when ``timeout_s`` seconds passed or ``cancel`` was called.
        Raises: DeviceAbsentError when the panel is gone; close and reopen.
        """

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """All lights off, silence, fan off, pins released. Calling it again does nothing."""
