"""A display in memory, with a finger and a cable.

What it is: for tests of whatever uses a ``Display``, and for pictures of screens.
What it is not: a window; SDL's video is never started.
Rules: one thread, as for every display; the finger too.
"""

from __future__ import annotations

from collections import deque

import pygame

from drivers.about import About
from drivers.display.brightness import checked, darken
from drivers.display.port import Pressed, Released, TouchEvent
from drivers.errors import DeviceAbsentError, DeviceTimeoutError

FRAMES_KEPT = 100
"""The latest frames; a visit shows fewer, and an idle screen shown for ever must not fill the memory."""


class FakeDisplay:
    """See ``Display`` for the driver's side; ``frames`` are copies of what was seen, oldest first."""

    def __init__(self, size: tuple[int, int], *, device: str = "display") -> None:
        self._device = device
        self._canvas = pygame.Surface(size, depth=32)
        self._touches: list[TouchEvent] = []
        self._is_plugged = True
        self._is_closed = False
        self._wedged_openings = 0
        self.brightness_percent = 100
        self.openings = 0
        self.frames: deque[pygame.Surface] = deque(maxlen=FRAMES_KEPT)

    def open(self) -> FakeDisplay:
        """Open again after ``close``.

        Raises: DeviceAbsentError while unplugged.
        """
        if not self._is_plugged:
            raise DeviceAbsentError(self._device, "unplugged")
        self._is_closed = False
        self.brightness_percent = 100
        self.openings += 1
        self._wedged_openings = max(0, self._wedged_openings - 1)
        return self

    @property
    def canvas(self) -> pygame.Surface:
        """What to draw on: see ``Display.canvas``."""
        return self._canvas

    def present(self) -> None:
        """Keep a copy of the canvas: see ``Display.present``."""
        self._refuse_if_gone()
        self._refuse_if_wedged()
        self.frames.append(picture := self._canvas.copy())
        darken(picture, self.brightness_percent)

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call: see ``Display.poll``."""
        self._refuse_if_gone()
        self._refuse_if_wedged()
        touches, self._touches = tuple(self._touches), []
        return touches

    def set_brightness(self, percent: int) -> None:
        """Shine less, or more: see ``Display.set_brightness``."""
        self._refuse_if_gone()
        self.brightness_percent = checked(percent)

    def about(self) -> About:
        """What it is: see ``Display.about``."""
        return About(model=f"fake display, {self._canvas.get_width()} x {self._canvas.get_height()}", port="fake:")

    def close(self) -> None:
        """Release the display: see ``Display.close``."""
        self._is_closed = True

    def press(self, x: int, y: int) -> None:
        """The finger comes down at pixel (``x``, ``y``).

        Raises: RuntimeError while unplugged; ValueError beside the glass.
        """
        self._feel(Pressed(x, y))

    def release(self, x: int, y: int) -> None:
        """The finger leaves the glass. Raises as ``press`` does."""
        self._feel(Released(x, y))

    def touch(self, x: int, y: int) -> None:
        """A whole tap. Raises as ``press`` does."""
        self.press(x, y)
        self.release(x, y)

    def unplug(self) -> None:
        """The hand pulls the cable; touches not yet polled are lost."""
        self._is_plugged = False
        self._touches = []

    def plug(self) -> None:
        """The hand puts the cable back."""
        self._is_plugged = True

    def wedge(self, openings: int = 1) -> None:
        """The hand of fate: it shows nothing more until it was opened ``openings`` times."""
        self._wedged_openings = openings

    def recover(self) -> None:
        """It comes to itself."""
        self._wedged_openings = 0

    def _refuse_if_wedged(self) -> None:
        if self._wedged_openings:
            raise DeviceTimeoutError(self._device, "wedged")

    def _feel(self, touch: TouchEvent) -> None:
        if not self._is_plugged:
            raise RuntimeError("an unplugged display feels nothing")
        if not self._canvas.get_rect().collidepoint(touch.x, touch.y):
            raise ValueError(f"({touch.x}, {touch.y}) is beside the glass of {self._canvas.get_size()}")
        self._touches.append(touch)

    def _refuse_if_gone(self) -> None:
        if self._is_closed or not self._is_plugged:
            raise DeviceAbsentError(self._device, "closed" if self._is_closed else "unplugged")
