"""A panel in memory, with a hand on its button, its case and its cable.

What it is: for tests of whatever uses a ``Panel``, and for a kiosk that has none yet.
What it is not: pins; for those there is ``gpio.py`` on gpiozero's mock factory.
Rules: the hand may be on another thread than the driver.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.panel.lights import is_lit
from drivers.panel.port import CallPressed, Light, PanelEvent, Pattern, Sound, TamperChanged
from drivers.panel.sounds import SOUNDS


class FakePanel:
    """See ``Panel`` for the driver's side; ``lights``, ``is_lit``, ``played`` (the sounds so far, oldest first),
    ``is_sounding`` and ``is_fan_on`` are for looking at it."""

    def __init__(self, *, device: str = "panel") -> None:
        self._device = device
        self._changed = threading.Condition()
        self._events: deque[PanelEvent] = deque()
        self._shown_at_s = dict.fromkeys(Light, 0.0)
        self._is_plugged = True
        self._is_open = False
        self._is_cancelled = False
        self._is_closed = False
        self._sound_began_s = 0.0
        self.lights = dict.fromkeys(Light, Pattern.OFF)
        self.played: list[Sound] = []
        self.is_fan_on = False

    def open(self) -> FakePanel:
        """Open again after ``close``, as a worker does: what happened meanwhile is lost, an open case is told of.

        Raises: DeviceAbsentError while unplugged.
        """
        with self._changed:
            if not self._is_plugged:
                raise DeviceAbsentError(self._device, "unplugged")
            self._is_closed = False
            self._events = deque([TamperChanged(open=True)] if self._is_open else [])
        return self

    def show(self, light: Light, pattern: Pattern) -> None:
        """Let a light shine so: see ``Panel.show``."""
        with self._changed:
            self._refuse_if_gone()
            if self.lights[light] is not pattern:
                self.lights[light], self._shown_at_s[light] = pattern, time.monotonic()

    def is_lit(self, light: Light) -> bool:
        """Whether the light is lit at this moment."""
        with self._changed:
            return is_lit(self.lights[light], time.monotonic() - self._shown_at_s[light])

    def play(self, sound: Sound) -> None:
        """Begin a sound: see ``Panel.play``."""
        with self._changed:
            self._refuse_if_gone()
            self.played.append(sound)
            self._sound_began_s = time.monotonic()

    def turn_fan(self, *, on: bool) -> None:
        """Let the fan run, or not: see ``Panel.turn_fan``."""
        with self._changed:
            self._refuse_if_gone()
            self.is_fan_on = on

    def about(self) -> About:
        """What it is: see ``Panel.about``."""
        return About(model="fake panel", port="fake:")

    @property
    def is_sounding(self) -> bool:
        """Whether the buzzer is heard at this moment."""
        with self._changed:
            return bool(self.played) and SOUNDS[self.played[-1]].is_on(time.monotonic() - self._sound_began_s)

    def wait(self, timeout_s: float) -> PanelEvent | None:
        """Wait for a press or a tamper change: see ``Panel.wait``."""
        with self._changed:
            self._changed.wait_for(self._has_news, timeout_s)
            if self._is_cancelled:
                self._is_cancelled = False
                return None
            self._refuse_if_gone()
            return self._events.popleft() if self._events else None

    def _has_news(self) -> bool:
        return self._is_cancelled or self._is_closed or not self._is_plugged or bool(self._events)

    def _refuse_if_gone(self) -> None:
        if self._is_closed or not self._is_plugged:
            raise DeviceAbsentError(self._device, "closed" if self._is_closed else "unplugged")

    def cancel(self) -> None:
        """End the wait under way, or the next: see ``Panel.cancel``."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()

    def close(self) -> None:
        """Lights off: see ``Panel.close``."""
        with self._changed:
            self._is_closed = True
            self._go_dark()
            self._changed.notify_all()

    def press_call(self) -> None:
        """The hand presses the call button and lets go.

        Raises: RuntimeError while unplugged.
        """
        self._happen(CallPressed())

    def open_tamper(self) -> None:
        """The hand opens the case; a case that is open already changes nothing.

        Raises: RuntimeError while unplugged.
        """
        self._turn_tamper(is_open=True)

    def close_tamper(self) -> None:
        """The hand closes the case.

        Raises: RuntimeError while unplugged.
        """
        self._turn_tamper(is_open=False)

    def unplug(self) -> None:
        """The hand pulls the cable: lights go out, unread events are lost."""
        with self._changed:
            self._is_plugged = False
            self._events.clear()
            self._go_dark()
            self._changed.notify_all()

    def plug(self) -> None:
        """The hand puts the cable back."""
        with self._changed:
            self._is_plugged = True
            self._changed.notify_all()

    def _go_dark(self) -> None:
        self.lights = dict.fromkeys(Light, Pattern.OFF)
        self._sound_began_s, self.is_fan_on = -math.inf, False

    def _turn_tamper(self, *, is_open: bool) -> None:
        with self._changed:
            if self._is_open is not is_open:
                self._happen(TamperChanged(open=is_open))
                self._is_open = is_open

    def _happen(self, event: PanelEvent) -> None:
        with self._changed:
            if not self._is_plugged:
                raise RuntimeError("an unplugged panel feels nothing")
            self._events.append(event)
            self._changed.notify_all()
