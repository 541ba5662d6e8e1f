"""The panel around the screen, as the kiosk sees it: lights to guide the hand, a call button, a tamper switch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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

    def wait(self, timeout_s: float) -> PanelEvent | None:
        """Wait for a press or a tamper change; also keeps blinking lights going, so call it often.

        Returns: the event, or None when ``timeout_s`` seconds passed or ``cancel`` was called.
        Raises: DeviceAbsentError when the panel is gone; close and reopen.
        """

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """All lights off, pins released. Calling it again does nothing."""
