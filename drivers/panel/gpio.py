"""The panel on the general-purpose pins of a Raspberry Pi.

What it is: lights, contacts, buzzer and fan on their pins, driven from ``wait``.
What it is not: gpiozero's ``LED.blink``, ``Buzzer.beep`` and ``Button.when_pressed``, which start threads, and whose
debouncing loses edges. Which chip the pins are on is found in ``chip``.

Rules:

1. The pin factory is given, never found: a kiosk on which the real one does not load must say so, not run on another.
2. Contacts pull their pin to ground. The call button closes when pressed. The tamper loop is closed while all is well,
   so that a cut cable, like an open case, reads as an alarm.
3. An idle panel looks at its contacts 20 times a second and sleeps in between; it must not cost a visible share of a
   core.
4. The buzzer is of the kind that sounds while its pin is high: there is no pitch to drive.
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gpiozero

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.panel.debounce import Debouncer
from drivers.panel.lights import is_lit, next_change_s
from drivers.panel.pins import PanelPins
from drivers.panel.port import CallPressed, Light, PanelEvent, Pattern, Sound, TamperChanged
from drivers.panel.sounds import SOUNDS
from drivers.waker import Ready, Waker

IDLE_SAMPLE_S = 0.05
"""Between looks at settled contacts. A press lasts 80 ms or more; with the settling it must last 70."""

SETTLING_SAMPLE_S = 0.01
"""Between looks at a contact that is changing."""


FACTORY_VARIABLE = "GPIOZERO_PIN_FACTORY"
"""What gpiozero itself takes the factory from when it is given none."""

FACTORY_NAME = "lgpio"


_UNNAMED = About(model="GPIO pins")


@dataclass(slots=True)
class _Shining:
    pattern: Pattern
    since_s: float
    is_lit: bool


@dataclass(slots=True)
class _Sounding:
    sound: Sound
    since_s: float
    is_heard: bool


class GpioPanel:
    """A ``Panel`` on the pins of ``factory``, which it takes over and closes with itself."""

    _idle_sample_s = IDLE_SAMPLE_S

    def __init__(
        self,
        pins: PanelPins,
        factory: gpiozero.Factory,
        *,
        device: str = "panel",
        library_errors: tuple[type[Exception], ...] = (),
        about: About = _UNNAMED,
    ) -> None:
        """Claim the pins, lights off. ``library_errors`` are those of the library under ``factory``.

        Raises: DeviceAbsentError when a pin cannot be had; try again later.
        """
        if not isinstance(factory, gpiozero.Factory):
            raise TypeError("name the pin factory: without one gpiozero would pick whichever loads")
        self._device = device
        self._factory = factory
        self._about = about
        self._errors = (gpiozero.GPIOZeroError, OSError, *library_errors)
        self._waker = Waker()
        self._events: deque[PanelEvent] = deque()
        self._shining = {light: _Shining(Pattern.OFF, 0.0, False) for light in Light}
        self._sounding: _Sounding | None = None
        self._call_debouncer, self._tamper_debouncer = Debouncer(), Debouncer()
        self._sample_at_s = 0.0
        self._is_closed = False
        self._parts: list[gpiozero.GPIODevice] = []
        try:
            with self._absence_of_pins():
                self._outputs = {light: self._output(getattr(pins, light.value)) for light in Light}
                self._buzzer = None if pins.buzzer is None else self._output(pins.buzzer)
                self._fan = None if pins.fan is None else self._output(pins.fan)
                self._call, self._tamper = self._input(pins.call), self._input(pins.tamper)
        except DeviceAbsentError:
            self.close()
            raise

    def _output(self, pin: int) -> gpiozero.OutputDevice:
        self._parts.append(part := gpiozero.OutputDevice(pin, pin_factory=self._factory))
        return part

    def _input(self, pin: int) -> gpiozero.InputDevice:
        self._parts.append(part := gpiozero.InputDevice(pin, pull_up=True, pin_factory=self._factory))
        return part

    def show(self, light: Light, pattern: Pattern) -> None:
        """Let a light shine so: see ``Panel.show``. Telling it what it does already does not disturb its rhythm."""
        self._refuse_if_closed()
        shining = self._shining[light]
        if shining.pattern is not pattern:
            shining.pattern, shining.since_s = pattern, time.monotonic()
            with self._absence_of_pins():
                self._set(light, shining, lit=is_lit(pattern, 0.0))

    def play(self, sound: Sound) -> None:
        """Begin a sound: see ``Panel.play``."""
        self._refuse_if_closed()
        if self._buzzer is not None:
            self._sounding = _Sounding(sound, time.monotonic(), is_heard=False)
            with self._absence_of_pins():
                self._sound(self._sounding, heard=True)

    def turn_fan(self, *, on: bool) -> None:
        """Let the fan run, or not: see ``Panel.turn_fan``."""
        self._refuse_if_closed()
        if self._fan is not None:
            with self._absence_of_pins():
                self._fan.value = on
                self._turned(on)

    def about(self) -> About:
        """The chip the pins are on: see ``Panel.about``."""
        return self._about

    def wait(self, timeout_s: float) -> PanelEvent | None:
        """Wait for a press or a tamper change: see ``Panel.wait``."""
        self._refuse_if_closed()
        deadline_s = time.monotonic() + timeout_s
        is_over = False
        while True:
            now_s = time.monotonic()
            with self._absence_of_pins():
                self._look(now_s)
                due_s = min(self._blink(now_s), self._beep(now_s))
            if self._events:
                return self._events.popleft()
            if is_over or not self._sleep(min(due_s, deadline_s) - time.monotonic()):
                return None
            is_over = time.monotonic() >= deadline_s

    def cancel(self) -> None:
        """End the wait under way, or the next: see ``Panel.cancel``."""
        self._waker.wake()

    def close(self) -> None:
        """Lights off, pins released: see ``Panel.close``."""
        if self._is_closed:
            return
        self._is_closed = True
        self._waker.close()
        for part in self._parts:
            try:
                if isinstance(part, gpiozero.OutputDevice):
                    part.off()
                part.close()
            except self._errors:
                continue  # gone already; the others are still to be switched off
        try:
            self._factory.close()
        except self._errors:
            return

    def _look(self, now_s: float) -> None:
        """Sample the contacts when it is time to."""
        if now_s < self._sample_at_s:
            return
        if self._call_debouncer.sample(self._call.is_active):
            self._events.append(CallPressed())
        is_open = self._tamper_debouncer.sample(not self._tamper.is_active)
        if is_open is not None:
            self._events.append(TamperChanged(open=is_open))
        is_settling = self._call_debouncer.is_settling or self._tamper_debouncer.is_settling
        self._sample_at_s = now_s + (SETTLING_SAMPLE_S if is_settling else self._idle_sample_s)

    def _blink(self, now_s: float) -> float:
        """Bring the lights up to date; returns when there is something to do next, contacts included."""
        due_s = self._sample_at_s
        for light, shining in self._shining.items():
            age_s = now_s - shining.since_s
            if (lit := is_lit(shining.pattern, age_s)) is not shining.is_lit:
                self._set(light, shining, lit=lit)
            change_s = next_change_s(shining.pattern, age_s)
            if change_s is not None:
                due_s = min(due_s, shining.since_s + change_s)
        return due_s

    def _beep(self, now_s: float) -> float:
        """Bring the buzzer up to date; returns when it is to change next."""
        if self._sounding is None:
            return math.inf
        rhythm, age_s = SOUNDS[self._sounding.sound], now_s - self._sounding.since_s
        if (heard := rhythm.is_on(age_s)) is not self._sounding.is_heard:
            self._sound(self._sounding, heard=heard)
        if (change_s := rhythm.next_change_s(age_s)) is None:
            self._sounding = None
            return math.inf
        return now_s - age_s + change_s

    def _sound(self, sounding: _Sounding, *, heard: bool) -> None:
        sounding.is_heard = heard
        if self._buzzer is not None:
            self._buzzer.value = heard
            self._sounded(sounding.sound, heard)

    def _set(self, light: Light, shining: _Shining, *, lit: bool) -> None:
        shining.is_lit = lit
        self._outputs[light].value = lit
        self._switched(light, shining.pattern, lit)

    def _switched(self, light: Light, pattern: Pattern, lit: bool) -> None:
        """A light went on or off or was told another pattern; for a panel that wants to tell somebody."""

    def _sounded(self, sound: Sound, heard: bool) -> None:
        """The buzzer is heard, or falls silent; as ``_switched``."""

    def _turned(self, on: bool) -> None:
        """The fan was told to run, or not to; as ``_switched``."""

    def _sleep(self, timeout_s: float) -> bool:
        """Let time pass; False when cancelled."""
        return self._waker.wait(timeout_s) is not Ready.WOKEN

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise DeviceAbsentError(self._device, "closed")

    @contextmanager
    def _absence_of_pins(self) -> Iterator[None]:
        try:
            yield
        except self._errors as err:
            raise DeviceAbsentError(self._device, f"pins lost: {err}") from err


def open_lgpio_panel(pins: PanelPins, *, device: str = "panel", devices: Path = Path("/dev")) -> GpioPanel:
    """The panel of a Raspberry Pi, on lgpio and nothing else: whatever does not load is said, never replaced.

    lgpio is imported only here because its import starts a thread (which then waits for edges we never ask for) and
    makes a FIFO in the working directory, which therefore must be writable. ``devices`` is where the chips are listed.

    Raises: DeviceAbsentError when this machine has no such pins, they may not be used (group ``gpio``), lgpio is not
        installed, or the environment names another factory: somebody must then mend the machine.
    """
    wanted = os.environ.get(FACTORY_VARIABLE, FACTORY_NAME)
    if wanted != FACTORY_NAME:
        raise DeviceAbsentError(device, f"no GPIO here: {FACTORY_VARIABLE} is {wanted!r}, and only lgpio is used")
    try:
        import lgpio

        from drivers.panel.chip import open_chip
    except (ImportError, OSError) as err:  # OSError: its FIFO could not be made
        raise DeviceAbsentError(device, f"no GPIO here: lgpio does not load ({err})") from err
    try:
        factory, about = open_chip(devices)
    except (gpiozero.GPIOZeroError, OSError, lgpio.error) as err:
        raise DeviceAbsentError(device, f"no GPIO here: {err}") from err
    return GpioPanel(pins, factory, device=device, library_errors=(lgpio.error,), about=about)
