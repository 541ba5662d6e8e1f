"""The glass: what a finger means, and a display that goes and comes."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.display.fake import FakeDisplay
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.glass import BACKOFF_S, Glass
from kiosk.frontdesk.recovery import Recovery
from kiosk.screens.sheet import Target
from kiosk.visits.events import Button
from kiosk.visits.states import ChoosingNotice, ChoosingService, Idle, LookingUp, State, Visitor
from tests.support.sample_visit import desk, owed

SIZE_PX = (800, 480)


class Hand:
    """A glass with a fake display, and a finger on it."""

    def __init__(self, state: State) -> None:
        self.display = FakeDisplay(SIZE_PX)
        self.glass = Glass(self.display.open, SIZE_PX, Recovery(Path("/nowhere"), ""))
        self.glass.open_if_due()
        self.clock = StateClock(time.monotonic)
        self.show(state)

    def show(self, state: State) -> None:
        self.glass.show(state, self.clock)

    def target(self, button: Button) -> Target:
        return next(each for each in self.glass.targets if each.touched.button is button)

    def middle(self, button: Button) -> tuple[int, int]:
        left, top, width, height = self.target(button).rect
        return left + width // 2, top + height // 2

    def feel(self) -> list[Button]:
        """What the touches so far mean."""
        return [touched.button for touch in self.glass.poll() if (touched := self.glass.tap(touch))]


def test_a_tap_acts_when_the_finger_leaves() -> None:
    hand = Hand(Idle(desk()))
    x, y = hand.middle(Button.START)
    hand.display.press(x, y)
    assert hand.feel() == []
    hand.display.release(x, y)
    assert hand.feel() == [Button.START]


def test_a_finger_that_slides_off_or_onto_a_button_does_nothing() -> None:
    hand = Hand(Idle(desk()))
    start, language = hand.middle(Button.START), hand.middle(Button.LANGUAGE)
    hand.display.press(*start)
    hand.display.release(*language)
    hand.display.press(*language)
    hand.display.release(*start)
    hand.display.press(0, 0)
    hand.display.release(*start)
    hand.display.press(*start)
    hand.display.release(0, 0)
    assert hand.feel() == []


def test_a_finger_that_was_down_before_the_screen_came_does_nothing() -> None:
    hand = Hand(Idle(desk()))
    hand.display.release(*hand.middle(Button.START))
    assert hand.feel() == []


def test_a_button_that_changed_under_the_finger_is_not_touched() -> None:
    first = ChoosingNotice(desk(), Visitor(), tuple(owed(number) for number in range(1, 7)))
    hand = Hand(first)
    hand.display.press(*hand.middle(Button.CHOOSE))
    assert hand.feel() == []
    hand.show(replace(first, page=1))  # another notice lies in the same place
    hand.display.release(*hand.middle(Button.CHOOSE))
    assert hand.feel() == []


def test_another_screen_under_the_finger_forgets_where_it_began() -> None:
    hand = Hand(ChoosingService(desk()))
    x, y = hand.middle(Button.LANGUAGE)
    hand.display.press(x, y)
    assert hand.feel() == []
    hand.show(Idle(desk()))
    hand.display.release(*hand.middle(Button.LANGUAGE))
    assert hand.feel() == []


def test_the_button_under_a_finger_is_drawn_pressed() -> None:
    hand = Hand(Idle(desk()))
    hand.display.press(*hand.middle(Button.START))
    hand.feel()
    hand.show(Idle(desk()))
    before, after = list(hand.display.frames)[-2:]
    left, top, width, _ = hand.target(Button.START).rect
    corner = (left + width // 2, top + 6)
    assert before.get_at(corner) != after.get_at(corner)


def test_an_unchanged_screen_is_drawn_once() -> None:
    hand = Hand(Idle(desk()))
    for _ in range(20):
        hand.show(Idle(desk()))
    assert len(hand.display.frames) == 1


def test_work_that_is_soon_done_leaves_the_screen_and_takes_no_touch() -> None:
    hand = Hand(Idle(desk()))
    place = hand.middle(Button.START)
    working = LookingUp(desk(), Visitor())
    hand.clock = StateClock(time.monotonic)
    hand.show(working)
    assert len(hand.display.frames) == 1
    assert hand.glass.targets == ()
    hand.display.touch(*place)
    assert hand.feel() == []


def test_a_lost_display_is_opened_again_and_shows_everything() -> None:
    hand = Hand(Idle(desk()))
    place = hand.middle(Button.START)
    hand.display.press(*place)
    hand.display.unplug()
    assert hand.feel() == []
    assert not hand.glass.is_open
    assert hand.glass.why_closed == "unplugged"
    hand.show(Idle(desk()))  # into nothing
    hand.display.plug()
    until_s = time.monotonic() + 10 * BACKOFF_S[1]
    while not hand.glass.is_open:
        assert time.monotonic() < until_s
        hand.feel()
    hand.show(Idle(desk()))
    assert len(hand.display.frames) == 2
    hand.display.release(*place)
    assert hand.feel() == [], "a tap that began before the display was lost"


def test_a_frame_that_could_not_be_shown_is_a_lost_display() -> None:
    hand = Hand(Idle(desk()))
    hand.display.unplug()
    hand.show(ChoosingService(desk()))
    hand.display.plug()  # so fast that asking for touches alone would not tell
    assert hand.feel() == []
    assert not hand.glass.is_open


@pytest.mark.parametrize("state", [Idle(desk()), ChoosingService(desk())], ids=["idle", "menu"])
def test_closing_twice_is_fine(state: State) -> None:
    hand = Hand(state)
    hand.glass.close()
    hand.glass.close()
    assert not hand.glass.is_open
