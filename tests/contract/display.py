"""What every Display must do, whoever made it. A rig plays the finger on the glass and the eye before it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.display.port import BRIGHTNESS_MIN_PERCENT, Display, Pressed, Released, TouchEvent
from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from tests.contract.patience import PROMPT_S, SOON_S

SIZE = (320, 200)
RED, BLUE, BLACK, WHITE = (255, 0, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)

Colour = tuple[int, int, int]


@dataclass
class DisplayRig:
    display: Display
    touch: Callable[[TouchEvent], None]
    seen: Callable[[], Callable[[int, int], Colour] | None]
    """What is on the glass now, as colours by canvas pixel; None before the first picture."""
    unplug: Callable[[], None]
    wedge: Callable[[], None]
    """From now on it is there and shows nothing."""
    light: Callable[[], float] = lambda: 1.0
    """The share of its light that the backlight gives, where there is one."""

    def white(self) -> float:
        """How bright a white picture is to the eye, from 0 to 1."""
        self.display.canvas.fill(WHITE)
        self.display.present()
        seen = self.seen()
        assert seen is not None
        return self.light() * sum(seen(5, 5)) / sum(WHITE)


def _touches(rig: DisplayRig, wanted: int, soon_s: float) -> list[TouchEvent]:
    """Poll until so many have come; a pretend finger's signal may take a moment."""
    touches: list[TouchEvent] = []
    until_s = time.monotonic() + soon_s
    while len(touches) < wanted and time.monotonic() < until_s:
        touches += rig.display.poll()
    return touches


class DisplayContract:
    soon_s = SOON_S
    prompt_s = PROMPT_S

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
        assert _touches(rig, 4, self.soon_s) == tap
        assert rig.display.poll() == ()

    def test_polling_does_not_wait(self, rig: DisplayRig) -> None:
        began_s = time.monotonic()
        for _ in range(20):
            assert rig.display.poll() == ()
        assert time.monotonic() - began_s < self.prompt_s

    def test_a_dimmed_display_gives_so_much_less_light_and_all_of_it_again(self, rig: DisplayRig) -> None:
        seen = []
        for percent in (100, 25, 100):
            rig.display.set_brightness(percent)
            seen.append(rig.white())
        assert seen == [pytest.approx(1, abs=0.02), pytest.approx(0.25, abs=0.02), pytest.approx(1, abs=0.02)]

    def test_a_dimmed_display_leaves_the_canvas_as_it_was_drawn(self, rig: DisplayRig) -> None:
        rig.display.set_brightness(25)
        for _ in range(3):
            rig.display.canvas.set_at((5, 5), WHITE)
            rig.display.present()
            assert rig.display.canvas.get_at((5, 5))[:3] == WHITE

    def test_no_display_is_dimmed_until_it_seems_broken(self, rig: DisplayRig) -> None:
        for percent in (0, BRIGHTNESS_MIN_PERCENT - 1, 101):
            with pytest.raises(ValueError, match=str(percent)):
                rig.display.set_brightness(percent)

    def test_it_tells_what_it_is_and_where(self, rig: DisplayRig) -> None:
        about = rig.display.about()
        assert about.model is not None
        assert f"{max(SIZE)}" in about.model
        assert about.port

    def test_a_wedged_display_is_neither_silent_nor_absent(self, rig: DisplayRig) -> None:
        rig.display.present()
        rig.wedge()
        until_s = time.monotonic() + self.soon_s

        def use_it() -> None:
            while time.monotonic() < until_s:
                rig.display.present()
                rig.display.poll()

        with pytest.raises(DeviceTimeoutError):
            use_it()

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
