"""A touch screen, as the kiosk sees it. Unlike the other devices it belongs to the main thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pygame

from drivers.about import About


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


BRIGHTNESS_MIN_PERCENT = 5
"""A screen darker than this is a broken one to whoever stands before it."""


class Display(Protocol):
    """Non-blocking; every call belongs to the thread that opened it."""

    @property
    def canvas(self) -> pygame.Surface:
        """What to draw on, in display pixels; the same surface from open to close."""

    def present(self) -> None:
        """Show the canvas.

        Raises: DeviceAbsentError when the display is gone: open it again when it is back. DeviceTimeoutError when it is
            there and shows nothing: it is wedged; close and open it, a few times at most.
        """

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call, oldest first; empty when there were none.

        Raises: as ``present``.
        """

    def set_brightness(self, percent: int) -> None:
        """Shine with ``percent`` of all light, from the next ``present`` on; 100 when opened.

        By the backlight where it can be set, by a darker picture elsewhere; the canvas stays as it was drawn.
        Raises: ValueError below ``BRIGHTNESS_MIN_PERCENT`` and above 100; else as ``present``.
        """

    def about(self) -> About:
        """What the display told of itself when it was opened; asks nothing again."""

    def close(self) -> None:
        """Release the display. Calling it again does nothing."""
