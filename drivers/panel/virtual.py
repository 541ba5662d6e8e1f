"""A pretend panel: the real driver on gpiozero's mock pins, with the virtual kiosk page as its lights and contacts.

What it is: ``VirtualPanel``, our end, and the page's encoders and decoder.
What it is not: a second panel driver; debouncing, rhythms and fail-safe are those of ``gpio.py``.

Protocol: the page listens on a Unix socket, we connect; each line is one JSON object and ends with a newline.

* To the page, whenever a light goes on or off or is told another pattern:
  ``{"light": "card", "pattern": "slow", "lit": true}``; whenever the buzzer is heard or falls silent:
  ``{"sound": "error", "heard": true}``; whenever the fan is told to run or not: ``{"fan": true}``. All lights are off,
  and buzzer and fan are still, when a connection begins.
* From the page: ``{"press": "call"}``, one press of the call button; ``{"tamper": true}``, the case is opened, and
  ``{"tamper": false}``, closed. It is closed when a connection begins.

Closing the connection is unplugging.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.about import About
from drivers.channel import Channel
from drivers.errors import DeviceProtocolError
from drivers.panel.gpio import GpioPanel
from drivers.panel.pins import PanelPins
from drivers.panel.port import Light, Pattern, Sound
from drivers.waker import Ready

_PINS = PanelPins(status=17, card=27, paper=22, call=23, tamper=24, buzzer=25, fan=18)
_PRESS_S = 0.15
"""How long a pretended press lasts: as a real one."""


class VirtualPanel(GpioPanel):
    """A panel at the far end of the socket at ``path``."""

    _idle_sample_s = 1.0  # nobody but us moves a mock pin, and then we look at once

    def __init__(self, path: str, *, device: str = "panel") -> None:
        """Connect.

        Raises: DeviceAbsentError when nobody listens at ``path``; try again later.
        """
        self._channel = Channel(path, device)
        self._release_at_s: float | None = None
        factory = MockFactory()
        super().__init__(_PINS, factory, device=device, about=About(model="virtual panel", port=f"unix:{path}"))
        self._call_pin: MockPin = factory.pin(_PINS.call)
        self._tamper_pin: MockPin = factory.pin(_PINS.tamper)
        self._tamper_pin.drive_low()

    def close(self) -> None:
        """Lights off, connection closed: see ``Panel.close``."""
        super().close()
        self._channel.close()

    def _switched(self, light: Light, pattern: Pattern, lit: bool) -> None:
        self._forget(getattr(_PINS, light.value))
        self._channel.write_line(encode_change(LightSwitched(light, pattern, lit)))

    def _sounded(self, sound: Sound, heard: bool) -> None:
        self._forget(_PINS.buzzer)
        self._channel.write_line(encode_change(SoundHeard(sound, heard)))

    def _turned(self, on: bool) -> None:
        self._forget(_PINS.fan)
        self._channel.write_line(encode_change(FanTurned(on)))

    def _forget(self, pin: int | None) -> None:
        """Mock pins remember all they ever did; blinking goes on for weeks."""
        self._factory.pin(pin).clear_states()

    def _sleep(self, timeout_s: float) -> bool:
        if self._release_at_s is not None:
            timeout_s = min(timeout_s, self._release_at_s - time.monotonic())
        ready = self._waker.wait(timeout_s, self._channel)
        if ready is Ready.READABLE:
            for line in self._channel.read_lines():
                self._obey(line)
        if self._release_at_s is not None and time.monotonic() >= self._release_at_s:
            self._release_at_s = None
            self._call_pin.drive_high()
            self._call_pin.clear_states()
            self._sample_at_s = 0.0
        return ready is not Ready.WOKEN

    def _obey(self, line: bytes) -> None:
        self._sample_at_s = 0.0
        match _object(line):
            case {"press": "call"}:
                self._call_pin.drive_low()
                self._release_at_s = time.monotonic() + _PRESS_S
            case {"tamper": True}:
                self._tamper_pin.drive_high()
            case {"tamper": False}:
                self._tamper_pin.drive_low()
            case _:
                raise DeviceProtocolError(self._device, "the page sent something that is no press and no tamper")


@dataclass(frozen=True, slots=True)
class LightSwitched:
    """What the page hears: ``light`` is lit or dark now, as part of ``pattern``."""

    light: Light
    pattern: Pattern
    lit: bool


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """What the page hears: the buzzer sounds or is silent now, as part of ``sound``."""

    sound: Sound
    heard: bool


@dataclass(frozen=True, slots=True)
class FanTurned:
    """What the page hears: the fan runs now, or stands still."""

    on: bool


PanelChange = LightSwitched | SoundHeard | FanTurned


def encode_change(change: PanelChange) -> bytes:
    """One line for the page, without its newline."""
    match change:
        case LightSwitched(light, pattern, lit):
            line: dict[str, str | bool] = {"light": light, "pattern": pattern, "lit": lit}
        case SoundHeard(sound, heard):
            line = {"sound": sound, "heard": heard}
        case FanTurned(on):
            line = {"fan": on}
    return json.dumps(line).encode()


def decode_change(line: bytes) -> PanelChange:
    """What a line to the page says, with or without its newline.

    Raises: ValueError when it says nothing of the kind: the driver and the page are of different versions.
    """
    match _object(line):
        case {"light": str(light), "pattern": str(pattern), "lit": bool(lit)}:
            return LightSwitched(Light(light), Pattern(pattern), lit)
        case {"sound": str(sound), "heard": bool(heard)}:
            return SoundHeard(Sound(sound), heard)
        case {"fan": bool(on)}:
            return FanTurned(on)
    raise ValueError("not a line about a panel")


def encode_press() -> bytes:
    """The call button is pressed and let go: one line for the driver, newline included."""
    return b'{"press": "call"}\n'


def encode_tamper(*, is_open: bool) -> bytes:
    """The case is opened or closed: one line for the driver, newline included."""
    return json.dumps({"tamper": is_open}).encode() + b"\n"


def _object(line: bytes) -> object:
    """The JSON value in ``line``; None, which is never a message, when there is none."""
    try:
        return json.loads(line)
    except ValueError:
        return None
