"""A touch screen, as the kiosk sees it. Unlike the other devices it belongs to the main thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pygame


@dataclass(frozen=True, slots=True)
class Pressed:
    """A finger came down at pixel (``x``, ``y``)."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Released:
    """The finger left the glass at pixel (``x``, ``y``); taps act here."""

    x: int
    y: int


TouchEvent = Pressed | Released


class Display(Protocol):
    """Non-blocking; every call belongs to the thread that opened it."""

    @property
    def canvas(self) -> pygame.Surface:
        """What to draw on, in display pixels; the same surface from open to close."""

    def present(self) -> None:
        """Show the canvas.

        Raises: DeviceAbsentError when the display is gone.
        """

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call, oldest first; empty when there were none.

        Raises: DeviceAbsentError when the display is gone.
        """

    def close(self) -> None:
        """Release the display. Calling it again does nothing."""
