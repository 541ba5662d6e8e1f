"""The fake panel where a real one is opened again, which the contract's rigs cannot do."""

from __future__ import annotations

import pytest

from drivers.errors import DeviceAbsentError
from drivers.panel.fake import FakePanel
from drivers.panel.port import TamperChanged


def test_what_happened_while_nobody_looked_is_lost_and_an_open_case_is_told_of_again() -> None:
    panel = FakePanel()
    panel.open_tamper()
    assert panel.wait(0) == TamperChanged(open=True)
    panel.press_call()
    panel.close()
    panel.open()
    assert [panel.wait(0), panel.wait(0)] == [TamperChanged(open=True), None]
    panel.close_tamper()
    panel.close()
    panel.open()
    assert panel.wait(0) is None


def test_a_panel_without_a_cable_does_not_open() -> None:
    panel = FakePanel()
    panel.unplug()
    panel.close()
    with pytest.raises(DeviceAbsentError):
        panel.open()
    panel.plug()
    assert panel.open().wait(0) is None
