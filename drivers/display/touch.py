"""From pygame's mouse and finger events to touches: one finger, each touch once.

What it is: the filter behind ``PygameDisplay``; it knows no window.
What it is not: gestures. Some panels send no motion at all (pygame 4156), so there are only down and up.

Rules:

1. SDL invents a mouse for every finger, and can invent a finger for a mouse; both are marked and ignored.
2. While a finger is down, further fingers and the mouse do not exist. But not for ever: a release can be lost (a panel
   that was reset or unplugged under the finger), and a drop of water or a sleeve never lifts.
3. A release without its press is ignored: the press belonged to whoever had the screen before.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pygame

from drivers.display.port import Pressed, Released, TouchEvent

_Finger = tuple[int, int] | str  # touch device and finger, or the mouse
_MOUSE = "mouse"
_MOUSE_BUTTON = 1  # left
_INVENTED_FROM_MOUSE = -1  # SDL_MOUSE_TOUCHID, SDL2 include/SDL_touch.h

LONGEST_TOUCH_S = 5.0
"""After this long the next finger counts; slow hands hold a button for two or three seconds."""

Place = Callable[[float, float], tuple[int, int]]
"""From a place on the window (fractions of its width and height) to a pixel of the canvas."""


class TouchFilter:
    """Feed it pygame events; it answers with the touch that each one is, or None."""

    def __init__(self, window_size: tuple[int, int], place: Place, now_s: Callable[[], float] = time.monotonic) -> None:
        self._width, self._height = window_size
        self._place = place
        self._now_s = now_s
        self._down: _Finger | None = None
        self._down_at_s = 0.0

    def feed(self, event: pygame.event.Event) -> TouchEvent | None:
        """Take one event of any type."""
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            if event.button != _MOUSE_BUTTON or getattr(event, "touch", False):
                return None
            fraction = event.pos[0] / self._width, event.pos[1] / self._height
            return self._touch(_MOUSE, event.type == pygame.MOUSEBUTTONDOWN, fraction)
        if event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
            if event.touch_id in (_INVENTED_FROM_MOUSE, 0xFFFFFFFF):
                return None
            finger = (event.touch_id, event.finger_id)
            return self._touch(finger, event.type == pygame.FINGERDOWN, (event.x, event.y))
        return None

    def _touch(self, finger: _Finger, is_down: bool, fraction: tuple[float, float]) -> TouchEvent | None:
        if is_down and self._takes(finger):
            self._down, self._down_at_s = finger, self._now_s()
            return Pressed(*self._place(*fraction))
        if not is_down and self._down == finger:
            self._down = None
            return Released(*self._place(*fraction))
        return None

    def _takes(self, finger: _Finger) -> bool:
        """Whether a finger that comes down counts: there is no other, or its release must have been lost."""
        return self._down in (None, finger) or self._now_s() - self._down_at_s > LONGEST_TOUCH_S
