"""A panel that is unplugged and comes back, a thousand times, on the page and under its worker: nothing is left behind.

The same on lgpio is in ``test_chip.py``.
"""

from __future__ import annotations

import queue
import socket
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.errors import DeviceAbsentError
from drivers.panel.gpio import GpioPanel
from drivers.panel.port import Light, Pattern, Sound
from drivers.panel.virtual import VirtualPanel
from kiosk.frontdesk.duties import Shine, panel_duties
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.visits.desk import Device
from kiosk.visits.events import DeviceLost, DeviceReady
from tests.contract.panel_rigs import PINS, TearablePin
from tests.support.held import assert_nothing_more_than, held


def test_a_pretend_panel_unplugged_a_thousand_times_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "panel"))
        listener.listen(1)
        before = held()
        for _ in range(1000):
            panel = VirtualPanel(str(tmp_path / "panel"))
            far_end, _ = listener.accept()
            panel.show(Light.STATUS, Pattern.FAST)
            panel.play(Sound.ERROR)
            far_end.close()
            with pytest.raises(DeviceAbsentError):
                panel.wait(1)
            panel.close()
        assert_nothing_more_than(before)


class Plug:
    """Mock pins that can be torn out and put back; ``open`` is the worker's."""

    def __init__(self) -> None:
        self.factory: MockFactory | None = None
        self.openings = 0

    def open(self) -> GpioPanel:
        self.factory = MockFactory(pin_class=TearablePin)
        self.openings += 1
        return GpioPanel(PINS, self.factory)

    def tear(self) -> None:
        assert self.factory is not None
        for pin in self.factory.pins.values():
            pin.is_torn = True


def test_a_worker_loses_and_regains_its_panel_and_ends_with_nothing_left() -> None:
    """A hundred times: each costs the worker its first look at a fresh device."""
    before, plug = held(), Plug()
    inbox: queue.Queue[Any] = queue.Queue()
    worker = DeviceWorker(Device.PANEL, panel_duties(plug.open), inbox, backoff_s=(0.001, 0.002))
    worker.start()
    heard: list[type] = []
    for _ in range(100):
        while not isinstance(event := inbox.get(timeout=60), DeviceReady):
            heard.append(type(event))
        heard.append(DeviceReady)
        plug.tear()
        worker.submit(Shine(Light.CARD, Pattern.ON))
        while not isinstance(event := inbox.get(timeout=60), DeviceLost):
            heard.append(type(event))
        heard.append(DeviceLost)
    worker.stop(5)
    changes = [each for each in heard if each in (DeviceReady, DeviceLost)]
    assert changes == [DeviceReady, DeviceLost] * 100
    assert_nothing_more_than(before)
