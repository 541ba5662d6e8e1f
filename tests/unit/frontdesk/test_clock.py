"""The state's clock: its own, whatever the wall clock does."""

from __future__ import annotations

from kiosk.frontdesk.clock import StateClock
from kiosk.visits.events import Button, LinkChanged, TimedOut, Touched
from kiosk.visits.states import Idle, Inviting, OutOfService, ReadingCard
from tests.support.sample_visit import desk


class Hands:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_state_is_up_after_its_own_time_and_not_before() -> None:
    hands = Hands()
    clock, state = StateClock(hands), Inviting(desk())
    clock.stepped(Touched(Button.SERVICE), state)
    hands.now_s += state.timeout_s - 0.01
    assert not clock.is_up(state)
    hands.now_s += 0.02
    assert clock.is_up(state)


def test_a_sign_of_life_starts_it_again_and_a_device_does_not() -> None:
    hands = Hands()
    clock, state = StateClock(hands), Inviting(desk())
    clock.stepped(Touched(Button.SERVICE), state)
    hands.now_s += 10
    clock.stepped(LinkChanged(False), state)
    assert clock.waited_s() == 10
    clock.stepped(Touched(Button.LARGE), state)
    assert clock.waited_s() == 0


def test_a_deadline_is_not_moved_by_fingers() -> None:
    hands = Hands()
    clock, state = StateClock(hands), ReadingCard(desk())
    clock.stepped(Touched(Button.START), state)
    hands.now_s += 10
    clock.stepped(Touched(Button.LANGUAGE), state)
    assert clock.waited_s() == 10


def test_idle_and_out_of_service_never_time_out() -> None:
    hands = Hands()
    clock = StateClock(hands)
    hands.now_s += 1e9
    for state in (Idle(desk()), OutOfService(desk())):
        assert clock.remaining_s(state) is None
        assert not clock.is_up(state)


def test_time_that_is_up_starts_again_for_the_next_time() -> None:
    hands = Hands()
    clock, state = StateClock(hands), Inviting(desk())
    clock.stepped(Touched(Button.SERVICE), state)
    hands.now_s += state.timeout_s
    clock.stepped(TimedOut(), state)
    assert not clock.is_up(state)
