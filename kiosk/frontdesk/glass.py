"""The screen as the loop sees it: shows a state when its view changed, turns taps into touches, survives the display.

Belongs to the main thread. A tap acts on release, and only on the target it began on.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.display.port import Display, Pressed, TouchEvent
from drivers.errors import DriverError
from fleet.protocol.thai import BANGKOK
from kiosk.frontdesk.clock import StateClock
from kiosk.visits.events import Touched
from kiosk.visits.states import State

if TYPE_CHECKING:
    from kiosk.screens.draw import Painter, Target
    from kiosk.screens.views import View

BACKOFF_S = (0.2, 3.0)
"""First and longest pause before a lost display is opened again."""


LOOK_S = 0.1
IDLE_LOOK_S = 0.5
"""How often an unchanged state is looked at again for what moves with time: the seconds it shows may lag so much.
Where nobody is there are only the minutes of the clock."""


class Glass:
    """One display and what was last drawn on it."""

    def __init__(self, open_display: Callable[[], Display], size_px: tuple[int, int]) -> None:
        self._open_display, self._size_px = open_display, size_px
        self._display: Display | None = None
        self._painter: Painter | None = None
        self._drawn: tuple[View, Target | None] | None = None
        self._targets: tuple[Target, ...] = ()
        self._pressed: Target | None = None
        self._retry_at_s = 0.0
        self._delay_s = BACKOFF_S[0]
        self._failed: DriverError | None = None
        self._seen: tuple[State, Target | None] | None = None
        self._look_at_s = 0.0
        self.why_closed = ""
        """Why there is no display, for the technician."""

    @property
    def is_open(self) -> bool:
        """Whether there is a display."""
        return self._display is not None

    @property
    def targets(self) -> tuple[Target, ...]:
        """What can be tapped on the screen as it is."""
        return self._targets

    def open_if_due(self) -> None:
        """Open the display when there is none and the pause since the last try is over."""
        if self._display is not None or time.monotonic() < self._retry_at_s:
            return
        try:
            self._display = self._open_display()
        except DriverError as err:
            self.why_closed = err.detail
            self._back_off()
            return
        self._delay_s, self._drawn, self.why_closed = BACKOFF_S[0], None, ""

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call; none while there is no display, which is opened again by itself."""
        self.open_if_due()
        if self._display is None:
            return ()
        try:
            if self._failed is not None:
                raise self._failed
            return self._display.poll()
        except DriverError as err:
            self._lose(err.detail)
            return ()

    def show(self, state: State, clock: StateClock) -> None:
        """Draw the state if what it shows has changed; a lost display is noticed by the next ``poll``."""
        if self._display is None or not self._is_worth_a_look(state):
            return
        from kiosk.screens.draw import Painter
        from kiosk.screens.present import view
        from kiosk.screens.telling import Moment
        from kiosk.screens.views import HoldView

        self._painter = self._painter or Painter(self._size_px)
        shown = view(state, Moment(datetime.now(BANGKOK), clock.waited_s(), clock.remaining_s(state)))
        if self._drawn is not None and type(shown) is not type(self._drawn[0]):
            self._pressed = None
        if (shown, self._pressed) == self._drawn:
            return
        self._targets = self._painter.draw(shown, self._display.canvas, self._pressed)
        self._drawn = (shown, self._pressed)
        if isinstance(shown, HoldView):
            return
        try:
            self._display.present()
        except DriverError as err:
            self._drawn, self._failed = None, err

    def _is_worth_a_look(self, state: State) -> bool:
        """Making a view fifty times a second, to find that it is the same, would be most of what an idle desk does."""
        now_s = time.monotonic()
        same = self._seen is not None and self._seen[0] is state and self._seen[1] is self._pressed
        if same and self._drawn is not None and now_s < self._look_at_s:
            return False
        pause_s = IDLE_LOOK_S if state.timeout_s is None else LOOK_S
        self._seen, self._look_at_s = (state, self._pressed), now_s + pause_s
        return True

    def warm_up(self) -> None:
        """After the first frame: load what the first visit will need."""
        if self._painter is not None:
            self._painter.warm_up()

    def tap(self, touch: TouchEvent) -> Touched | None:
        """What a touch means: something only for a finger that leaves where it came down."""
        under = next((target for target in self._targets if target.holds(touch.x, touch.y)), None)
        if isinstance(touch, Pressed):
            self._pressed = under
            return None
        began, self._pressed = self._pressed, None
        return under.touched if under is not None and began is not None and began.touched == under.touched else None

    def _lose(self, why: str) -> None:
        if self._display is not None:
            self._display.close()
        self._display, self._pressed, self._targets = None, None, ()
        self._failed, self.why_closed = None, why
        self._back_off()

    def _back_off(self) -> None:
        self._retry_at_s = time.monotonic() + random.uniform(self._delay_s / 2, self._delay_s)  # noqa: S311 - jitter
        self._delay_s = min(2 * self._delay_s, BACKOFF_S[1])

    def close(self) -> None:
        """Release the display. Calling it again does nothing."""
        if self._display is not None:
            self._display.close()
            self._display = None
