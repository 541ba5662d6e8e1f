"""The display: a test picture, and the touches that come back.

The picture shows what goes wrong with screens: a white line on each edge (cut off, or scaled), bars of the pure colours
(a broken cable), steps of grey (contrast), a field for each corner (touch turned or shifted against the picture).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kiosk.doctor.findings import Finding, State, fine
from kiosk.doctor.opening import Patience
from kiosk.doctor.problems import Problem
from kiosk.doctor.voice import Countdown, Voice

if TYPE_CHECKING:
    import pygame

    from drivers.display.port import Display

NAME = "display"
FRAME_S = 0.05
"""How often touches are asked for: a display does not block."""

_WHITE = (255, 255, 255)
_BARS = ((0, 0, 0), (255, 255, 0), (0, 255, 255), _WHITE, (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255))
"""White stands in the middle: at an edge it would hide the line there."""
_GREY_STEPS = 16
_CORNER_SHARE = 8
"""A corner's field is one eighth of the shorter side."""
_TOUCHED = (242, 178, 51)
_MARK_PX = 24


def look_at_display(display: Display) -> Finding:
    """It opened: it is there. Nothing is shown."""
    width, height = display.canvas.get_size()
    return fine(NAME, width_px=width, height_px=height)


def show_picture(display: Display, voice: Voice, patience: Patience) -> Finding:
    """Show the test picture and mark each touch.

    Raises: DriverError when the display is gone.
    """
    canvas = display.canvas
    draw_picture(canvas)
    display.present()
    voice.say(
        f"ดูภาพทดสอบ แล้วแตะทั้งสี่มุมภายใน {patience.picture_s:g} วินาที",
        f"Look at the test picture, and touch its four corners within {patience.picture_s:g} seconds.",
    )
    width, height = canvas.get_size()
    touches = 0
    corners: set[int] = set()
    countdown = Countdown(voice, patience.picture_s)
    while len(corners) < len(_corners(width, height)) and (slice_s := countdown.slice_s()) > 0:
        for touch in display.poll():
            touches += 1
            canvas.fill(_TOUCHED, (touch.x - _MARK_PX // 2, touch.y - _MARK_PX // 2, _MARK_PX, _MARK_PX))
            corners |= {at for at, field in enumerate(_corners(width, height)) if _is_in(touch.x, touch.y, field)}
            display.present()
        time.sleep(min(FRAME_S, slice_s))
    finding = Finding(NAME, State.OK) if len(corners) == 4 else Finding(NAME, State.UNKNOWN, Problem.CORNERS_UNTOUCHED)
    return finding.with_details(width_px=width, height_px=height, touches=touches, corners_touched=len(corners))


def draw_picture(canvas: pygame.Surface) -> None:
    """The test picture, whatever the size."""
    width, height = canvas.get_size()
    canvas.fill(_WHITE)
    inner_width, middle = width - 2, height * 2 // 3
    for at, colour in enumerate(_BARS):
        left, right = (1 + inner_width * i // len(_BARS) for i in (at, at + 1))
        canvas.fill(colour, (left, 1, right - left, middle - 1))
    for at in range(_GREY_STEPS):
        level = 255 * at // (_GREY_STEPS - 1)
        left, right = (1 + inner_width * i // _GREY_STEPS for i in (at, at + 1))
        canvas.fill((level, level, level), (left, middle, right - left, height - 1 - middle))
    for left, top, side, _ in _corners(width, height):
        canvas.fill((36, 59, 125), (left, top, side, side))
        canvas.fill(_WHITE, (left + side // 4, top + side // 4, side // 2, side // 2))


def _corners(width: int, height: int) -> tuple[tuple[int, int, int, int], ...]:
    side = min(width, height) // _CORNER_SHARE
    right, bottom = width - 1 - side, height - 1 - side
    return tuple((left, top, side, side) for top in (1, bottom) for left in (1, right))


def _is_in(x: int, y: int, field: tuple[int, int, int, int]) -> bool:
    left, top, width, height = field
    return left <= x < left + width and top <= y < top + height
