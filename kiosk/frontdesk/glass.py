"""The screen as the loop sees it: shows a state when its view changed, turns taps into touches, survives the display.

Belongs to the main thread. A tap acts on release, and only on the target it began on.
A display that is gone is opened again as often as it comes back. One that is there and shows nothing is wedged: it is
closed and opened a few times at most (``recovery``), and then left as it is.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.about import About
from drivers.display.port import Display, Pressed, TouchEvent
from drivers.errors import DeviceProtocolError, DeviceTimeoutError, DriverError
from fleet.protocol.thai import BANGKOK
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.night import ALWAYS_DAY, AWAKE_S, FULL_PERCENT, Night
from kiosk.frontdesk.recovery import Recovery, Verdict
from kiosk.visits.events import Touched
from kiosk.visits.states import Idle, OutOfService, State

if TYPE_CHECKING:
    from kiosk.screens.draw import Painter, Target
    from kiosk.screens.views import View

log = logging.getLogger(__name__)

BACKOFF_S = (0.2, 3.0)
"""First and longest pause before a lost display is opened again; a wedged one is asked again after the longest."""

LOOK_S = 0.1
IDLE_LOOK_S = 0.5
"""How often an unchanged state is looked at again for what moves with time: the seconds it shows may lag so much.
Where nobody is there are only the minutes of the clock."""


class Glass:
    """One display and what was last drawn on it."""

    def __init__(
        self,
        open_display: Callable[[], Display],
        size_px: tuple[int, int],
        recovery: Recovery,
        night: Night = ALWAYS_DAY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_display, self._size_px, self._recovery = open_display, size_px, recovery
        self._night, self._monotonic = night, monotonic
        self._display: Display | None = None
        self._painter: Painter | None = None
        self._drawn: tuple[View, Target | None] | None = None
        self._targets: tuple[Target, ...] = ()
        self._pressed: Target | None = None
        self._retry_at_s = -math.inf
        self._delay_s = BACKOFF_S[0]
        self._failed: DriverError | None = None
        self._is_wedged = self._has_shown = self._is_called = False
        self._seen: tuple[State, Target | None] | None = None
        self._look_at_s = self._awake_until_s = -math.inf
        self._brightness_percent = FULL_PERCENT
        self.inside_since_s: float | None = None
        """Since when (``time.monotonic``) a call into the display has not returned; None outside."""
        self.given_up = False
        """Whether the display is wedged, and is left so until somebody comes."""
        self.why_closed = ""
        """Why nothing is shown, for the technician."""

    @property
    def is_open(self) -> bool:
        """Whether there is a display, and it shows what it is told to."""
        return self._display is not None and not self._is_wedged

    @property
    def about(self) -> About | None:
        """What the display told of itself; None while there is none."""
        return None if self._display is None else self._display.about()

    @property
    def targets(self) -> tuple[Target, ...]:
        """What can be tapped on the screen as it is."""
        return self._targets

    def open_if_due(self) -> None:
        """Open the display when there is none and the pause since the last try is over."""
        if self._display is not None or self._monotonic() < self._retry_at_s:
            return
        if self._recovery.is_closed:
            self.given_up, self.why_closed = (
                True,
                f"it hung the process; left so after {self._recovery.spent} recoveries",
            )
            return
        try:
            with self._inside():
                self._display = self._open_display()
        except DriverError as err:
            if err.detail != self.why_closed:  # once a reason: of a kiosk that is nobody yet nobody else is told
                log.warning("the display does not open: %s", err.detail)
            self.why_closed = err.detail
            self._back_off()
            return
        self._delay_s, self._drawn, self._brightness_percent = BACKOFF_S[0], None, FULL_PERCENT
        if not self._is_wedged:
            self.why_closed = ""

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call; none while there is no display, which is opened again by itself."""
        self.open_if_due()
        if self._display is None or self._is_held():
            return ()
        try:
            if self._failed is not None:
                raise self._failed
            with self._inside():
                touches = self._display.poll()
        except (DeviceTimeoutError, DeviceProtocolError) as err:
            self._wedge(err.detail)
            return ()
        except DriverError as err:
            self._lose(err.detail)
            return ()
        if self._has_shown:
            self._is_wedged, self.given_up, self.why_closed = False, False, ""
        if touches:
            self._seen, self._awake_until_s = None, self._monotonic() + AWAKE_S
        return touches

    def show(self, state: State, clock: StateClock) -> None:
        """Draw the state if what it shows has changed; a lost display is noticed by the next ``poll``."""
        if self._display is None or self._is_held() or not self._is_worth_a_look(state):
            return
        from kiosk.screens.draw import Painter
        from kiosk.screens.views import HoldView

        self._painter = self._painter or Painter(self._size_px)
        shown = self._view(state, clock)
        self._set_brightness(self._display, state)
        if self._drawn is not None and type(shown) is not type(self._drawn[0]):
            self._pressed = None
        if (shown, self._pressed) == self._drawn:
            return
        self._targets = self._painter.draw(shown, self._display.canvas, self._pressed)
        self._drawn = (shown, self._pressed)
        if isinstance(shown, HoldView):
            return
        try:
            with self._inside():
                self._display.present()
            self._has_shown = True
        except DriverError as err:
            self._drawn, self._failed = None, err

    def _set_brightness(self, display: Display, state: State) -> None:
        is_awake = not isinstance(state, Idle | OutOfService) or self._monotonic() < self._awake_until_s
        wanted = self._night.brightness_percent(is_awake=is_awake)
        if wanted == self._brightness_percent:
            return
        try:
            display.set_brightness(wanted)
            self._brightness_percent, self._drawn = wanted, None
        except DriverError as err:
            self._failed = err

    def screenshot(self, state: State, clock: StateClock) -> bytes:
        """The screen as a PNG without anything of the visitor, whether there is a display or not.

        Raises: ValueError when there is nothing to see at this moment.
        """
        from kiosk.screens.draw import Painter
        from kiosk.screens.screenshot import screenshot

        self._painter = self._painter or Painter(self._size_px)
        return screenshot(self._painter, self._view(state, clock), self._size_px)

    def _view(self, state: State, clock: StateClock) -> View:
        from kiosk.screens.present import view
        from kiosk.screens.telling import Moment

        now = Moment(datetime.now(BANGKOK), clock.waited_s(), clock.remaining_s(state), self._is_called)
        return view(state, now)

    def call(self, *, is_called: bool) -> None:
        """Show which kiosk this is, where nobody is in a visit; or no longer."""
        if is_called is not self._is_called:
            self._is_called, self._seen = is_called, None

    def _is_worth_a_look(self, state: State) -> bool:
        """Making a view fifty times a second, to find that it is the same, would be most of what an idle desk does."""
        now_s = self._monotonic()
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

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """Calls into the display; one that does not return is noticed by the clock (``hang_watch``)."""
        self.inside_since_s = time.monotonic()
        try:
            yield
        finally:
            self.inside_since_s = None

    def _is_held(self) -> bool:
        """Whether a wedged display is left alone for the moment."""
        return self._is_wedged and self._monotonic() < self._retry_at_s

    def _wedge(self, why: str) -> None:
        """It is there and shows nothing. What becomes of it is for the recovery to say."""
        now_s = self._monotonic()
        verdict = self._recovery.judge(now_s)
        if verdict is Verdict.RECOVER:
            log.warning("the display is wedged (%s); recovery %d since the machine started", why, self._recovery.spent)
            self._lose(why)
        else:
            self._forget_touch()
            self._drawn, self._failed, self._retry_at_s = None, None, now_s + BACKOFF_S[1]
        self._is_wedged, self._has_shown = True, False
        if self.given_up:
            return  # said already, in words that stay the same
        self.why_closed = why
        if verdict is Verdict.GIVE_UP:
            self.given_up, self.why_closed = True, f"{why}; left so after {self._recovery.spent} recoveries"
            log.error("the display stays wedged: %s", self.why_closed)

    def _lose(self, why: str) -> None:
        if self._display is not None:
            self._display.close()
        self._display = None
        self._forget_touch()
        self._failed, self.why_closed = None, why
        self._is_wedged = self._has_shown = self.given_up = False
        self._back_off()

    def _forget_touch(self) -> None:
        self._pressed, self._targets = None, ()

    def _back_off(self) -> None:
        self._retry_at_s = self._monotonic() + random.uniform(self._delay_s / 2, self._delay_s)  # noqa: S311 - jitter
        self._delay_s = min(2 * self._delay_s, BACKOFF_S[1])

    def close(self) -> None:
        """Release the display. Calling it again does nothing."""
        if self._display is not None:
            self._display.close()
            self._display = None
