"""The cabinet on the desk: an open door is a fault until it is closed, a call a line in the history."""

from __future__ import annotations

from pathlib import Path

from fleet.protocol.records import DeviceChanged
from tests.support.desk_rig import DeskRig


def said_of_the_panel(rig: DeskRig) -> list[tuple[str, str]]:
    return [
        (each.state, each.detail)
        for each in rig.records()
        if isinstance(each, DeviceChanged) and each.device == "panel"
    ]


def test_an_open_cabinet_is_a_fault_until_it_is_closed(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: ("online", "") in said_of_the_panel(rig))
        rig.panel.open_tamper()
        rig.until(lambda: said_of_the_panel(rig)[-1:] == [("hardware-error", "tamper")])
        rig.panel.close_tamper()
        rig.until(lambda: said_of_the_panel(rig)[-1:] == [("online", "closed")])


def test_a_call_is_recorded(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: ("online", "") in said_of_the_panel(rig))
        rig.panel.press_call()
        rig.until(lambda: said_of_the_panel(rig)[-1:] == [("online", "call")])
