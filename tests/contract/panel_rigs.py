"""One rig for each Panel: the hand at a fake, at mock pins, at the virtual page's socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.about import About
from drivers.panel.debounce import SAMPLES
from drivers.panel.fake import FakePanel
from drivers.panel.gpio import GpioPanel
from drivers.panel.pins import PanelPins
from drivers.panel.port import Light
from drivers.panel.virtual import (
    FanTurned,
    LightSwitched,
    SoundHeard,
    VirtualPanel,
    decode_change,
    encode_press,
    encode_tamper,
)
from tests.contract.panel import PanelRig

PINS = PanelPins(status=17, card=27, paper=22, call=23, tamper=24, buzzer=25, fan=18)


class TearablePin(MockPin):
    """A mock pin whose chip can vanish, as lgpio reports it: every access raises."""

    is_torn = False
    looks = 0
    _finger_stays = 0

    def press(self, looks: int) -> None:
        """Pull it low until it has been looked at so often: a press that no busy machine can make too short."""
        self._finger_stays = looks
        self.drive_low()

    def _get_state(self) -> Any:
        self._resist()
        self.looks += 1
        state = super()._get_state()
        if self._finger_stays:
            self._finger_stays -= 1
            if not self._finger_stays:
                self.drive_high()
        return state

    def _set_state(self, value: Any) -> None:
        self._resist()
        super()._set_state(value)

    def _resist(self) -> None:
        if self.is_torn:
            raise OSError(19, "No such device")


def fake_rig(panel: FakePanel) -> PanelRig:
    def turn_tamper(is_open: bool) -> None:
        (panel.open_tamper if is_open else panel.close_tamper)()

    return PanelRig(
        panel,
        panel.press_call,
        turn_tamper,
        panel.is_lit,
        panel.unplug,
        lambda: panel.is_sounding,
        lambda: panel.is_fan_on,
    )


def is_high(pin: MockPin) -> bool:
    """What the pin drives, also when its chip has gone: the last that was set."""
    return bool(pin.states[-1].state)


class PanelBench:
    """A GPIO panel on a table: mock pins with a finger on the button and a wire in the tamper loop."""

    def __init__(self) -> None:
        self.factory = MockFactory(pin_class=TearablePin)
        self.panel = GpioPanel(PINS, self.factory, about=About(model="mock pins", port="a table"))
        self.pins = {light: self.factory.pin(getattr(PINS, light.value)) for light in Light}
        self.call, self.tamper = self.factory.pin(PINS.call), self.factory.pin(PINS.tamper)
        self.buzzer, self.fan = self.factory.pin(PINS.buzzer), self.factory.pin(PINS.fan)
        self.tamper.drive_low()

    def press_call(self) -> None:
        self.call.press(looks=2 * SAMPLES)

    def turn_tamper(self, is_open: bool) -> None:
        (self.tamper.drive_high if is_open else self.tamper.drive_low)()

    def is_lit(self, light: Light) -> bool:
        return is_high(self.pins[light])

    def unplug(self) -> None:
        for pin in (*self.pins.values(), self.call, self.tamper, self.buzzer, self.fan):
            pin.is_torn = True

    def clear_away(self) -> None:
        self.panel.close()
        self.factory.reset()


@contextmanager
def gpio_rig() -> Iterator[PanelRig]:
    bench = PanelBench()
    yield PanelRig(
        bench.panel,
        bench.press_call,
        bench.turn_tamper,
        bench.is_lit,
        bench.unplug,
        lambda: is_high(bench.buzzer),
        lambda: is_high(bench.fan),
    )
    bench.clear_away()


class PageEnd:
    """The page's end of the panel's connection."""

    def __init__(self, far_end: socket.socket) -> None:
        self._far_end = far_end
        self._far_end.setblocking(False)
        self._lit = dict.fromkeys(Light, False)
        self._is_heard = self._is_fan_on = False
        self._rest = b""

    def press_call(self) -> None:
        self._far_end.sendall(encode_press())

    def turn_tamper(self, is_open: bool) -> None:
        self._far_end.sendall(encode_tamper(is_open=is_open))

    def is_lit(self, light: Light) -> bool:
        self._listen()
        return self._lit[light]

    def is_heard(self) -> bool:
        self._listen()
        return self._is_heard

    def is_fan_on(self) -> bool:
        self._listen()
        return self._is_fan_on

    def _listen(self) -> None:
        try:
            while data := self._far_end.recv(65536):
                self._hear(data)
        except BlockingIOError:
            return
        # The panel has hung up, and a panel without a connection shows and does nothing.
        self._lit, self._is_heard, self._is_fan_on = dict.fromkeys(Light, False), False, False

    def _hear(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            match decode_change(line):
                case LightSwitched(light, _, lit):
                    self._lit[light] = lit
                case SoundHeard(_, heard):
                    self._is_heard = heard
                case FanTurned(on):
                    self._is_fan_on = on


@contextmanager
def virtual_rig(directory: Path) -> Iterator[PanelRig]:
    path = str(directory / "panel")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        panel = VirtualPanel(path)
        far_end, _ = listener.accept()
    with far_end:
        page = PageEnd(far_end)
        yield PanelRig(
            panel, page.press_call, page.turn_tamper, page.is_lit, far_end.close, page.is_heard, page.is_fan_on
        )
    panel.close()
