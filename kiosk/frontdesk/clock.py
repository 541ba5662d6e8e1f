"""When the state's time is up: a monotonic clock that a jumping wall clock does not touch."""

from __future__ import annotations

from collections.abc import Callable

from drivers.card.port import CardInserted, CardMute, CardRemoved
from kiosk.visits.events import CodeScanned, Event, TimedOut, Touched
from kiosk.visits.states import State

SIGNS_OF_LIFE = (Touched, CodeScanned, CardInserted, CardMute, CardRemoved)
"""Events that show that the visitor is still there."""


class StateClock:
    """Counts down ``State.timeout_s``; starts again with a new kind of state, new patience, or a sign of life."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._key: tuple[type, float | None] | None = None
        self._began_s = monotonic()

    def stepped(self, event: Event, state: State) -> None:
        """``event`` has led to ``state``."""
        key = (type(state), state.timeout_s)
        alive = isinstance(event, SIGNS_OF_LIFE) and not state.deadline
        if key != self._key or alive or isinstance(event, TimedOut):
            self._key, self._began_s = key, self._monotonic()

    def waited_s(self) -> float:
        """Seconds since the clock was last started."""
        return self._monotonic() - self._began_s

    def remaining_s(self, state: State) -> float | None:
        """Seconds left, never below 0; None in a state without a timeout."""
        return None if state.timeout_s is None else max(0.0, state.timeout_s - self.waited_s())

    def is_up(self, state: State) -> bool:
        """Whether ``TimedOut`` is due."""
        return self.remaining_s(state) == 0.0
