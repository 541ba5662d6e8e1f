"""What every Display must do, whoever made it. A rig plays the finger on the glass and the eye before it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.display.port import Display, Pressed, Released, TouchEvent
from drivers.errors import DeviceAbsentError

SIZE = (320, 200)
RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)

Colour = tuple[int, int, int]


@dataclass
class DisplayRig:
    display: Display
    touch: Callable[[TouchEvent], None]
    seen: Callable[[], Callable[[int, int], Colour] | None]
    """What is on the glass now, as colours by canvas pixel; None before the first picture."""
    unplug: Callable[[], None]


def _touches(rig: DisplayRig, wanted: int) -> list[TouchEvent]:
    """Poll until so many have come; a pretend finger's signal may take a moment."""
    touches: list[TouchEvent] = []
    until_s = time.monotonic() + 1
    while len(touches) < wanted and time.monotonic() < until_s:
        touches += rig.display.poll()
    return touches


class DisplayContract:
    def test_the_canvas_is_as_large_as_asked_and_stays_the_same(self, rig: DisplayRig) -> None:
        canvas = rig.display.canvas
        assert canvas.get_size() == SIZE
        rig.display.present()
        rig.display.poll()
        assert rig.display.canvas is canvas

    def test_what_was_presented_is_seen_where_it_was_drawn(self, rig: DisplayRig) -> None:
        rig.display.canvas.fill(BLUE)
        rig.display.canvas.set_at((10, 20), RED)
        rig.display.present()
        seen = rig.seen()
        assert seen is not None
        assert (seen(10, 20), seen(20, 10), seen(11, 20)) == (RED, BLUE, BLUE)

    def test_what_is_only_drawn_is_not_seen(self, rig: DisplayRig) -> None:
        rig.display.canvas.fill(BLUE)
        rig.display.present()
        rig.display.canvas.fill(RED)
        rig.display.poll()
        seen = rig.seen()
        assert seen is not None
        assert seen(5, 5) == BLUE

    def test_the_latest_picture_wins(self, rig: DisplayRig) -> None:
        for colour in (RED, BLACK, BLUE):
            rig.display.canvas.fill(colour)
            rig.display.present()
        seen = rig.seen()
        assert seen is not None
        assert seen(5, 5) == BLUE

    def test_touches_come_once_and_in_order(self, rig: DisplayRig) -> None:
        tap = [Pressed(10, 20), Released(11, 21), Pressed(300, 199), Released(300, 199)]
        for touch in tap:
            rig.touch(touch)
        assert _touches(rig, 4) == tap
        assert rig.display.poll() == ()

    def test_polling_does_not_wait(self, rig: DisplayRig) -> None:
        began_s = time.monotonic()
        for _ in range(20):
            assert rig.display.poll() == ()
        assert time.monotonic() - began_s < 0.5

    def test_unplugging_is_absence_when_touched(self, rig: DisplayRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.display.poll()

    def test_unplugging_is_absence_when_shown(self, rig: DisplayRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.display.present()

    def test_close_twice(self, rig: DisplayRig) -> None:
        rig.display.close()
        rig.display.close()
        with pytest.raises(DeviceAbsentError):
            rig.display.present()
