"""A display that is lost and comes back, a thousand times: nothing is left behind."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from drivers.display.pygame_display import PygameDisplay, VideoDriver
from drivers.display.virtual import VirtualDisplay
from drivers.errors import DeviceAbsentError
from tests.contract.display import SIZE
from tests.contract.display_rigs import PretendMachine
from tests.support.held import assert_nothing_more_than, held


def test_a_page_closed_a_thousand_times_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "display"))
        listener.listen(1)
        before = held()
        for _ in range(1000):
            display = VirtualDisplay(str(tmp_path / "display"), SIZE)
            far_end, _ = listener.accept()
            far_end.close()
            with pytest.raises(DeviceAbsentError):
                display.poll()
            display.close()
        assert_nothing_more_than(before)


def test_a_screen_unplugged_a_thousand_times_leaves_nothing_behind(tmp_path: Path) -> None:
    machine = PretendMachine(tmp_path)

    def replug() -> None:
        machine.plug_in()
        display = PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=machine.screen())
        display.present()
        machine.unplug()
        with pytest.raises(DeviceAbsentError):
            display.present()
        display.close()

    replug()
    before = held()
    for _ in range(1000):
        replug()
    assert_nothing_more_than(before)
