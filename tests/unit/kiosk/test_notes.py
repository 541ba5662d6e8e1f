"""What stays for the technician when the records have gone to the fleet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.errors import Fault
from fleet.protocol.messages import Ack, DeviceState
from fleet.protocol.records import DeviceChanged, KnownRecord, Restarted, SlipFailed, decode_record
from kiosk.spool import Spool

_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def _changed(state: DeviceState, detail: str = "", device: str = "printer") -> DeviceChanged:
    return DeviceChanged(device=device, state=state.value, detail=detail, changed_at=_AT)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.sqlite")


def _noted(spool: Spool, name: str) -> KnownRecord | None:
    body = spool.noted(name)
    if body is None:
        return None
    record = decode_record(body)
    assert isinstance(record, DeviceChanged | SlipFailed | Restarted)
    return record


def test_the_last_fault_outlives_recovery_acknowledgement_and_restart(spool: Spool, tmp_path: Path) -> None:
    fault, well = _changed(DeviceState.USER_ERROR, "cover open"), _changed(DeviceState.ONLINE, "paper ok")
    spool.append(fault)
    spool.append(well)
    assert spool.acknowledge(Ack(spool_id=spool.spool_id, committed_through=2))
    assert spool.depth == 0
    spool.close()
    spool = Spool(tmp_path / "spool.sqlite")
    assert _noted(spool, "fault/printer") == fault
    assert _noted(spool, "now/printer") == well


def test_devices_are_kept_apart_and_the_newest_wins(spool: Spool) -> None:
    first, second = _changed(DeviceState.NO_DEVICE, "gone"), _changed(DeviceState.NO_DEVICE, "gone again")
    other = _changed(DeviceState.NO_DEVICE, "cable", "card")
    spool.append(first, other, second)
    assert _noted(spool, "fault/printer") == second
    assert _noted(spool, "fault/card") == other
    assert _noted(spool, "fault/scanner") is None


@pytest.mark.parametrize("detail", ["paper out", "paper jammed", *Fault])
def test_a_printer_that_calls_itself_online_without_paper_has_a_fault(spool: Spool, detail: str) -> None:
    spool.append(_changed(DeviceState.ONLINE, detail))
    assert _noted(spool, "fault/printer") is not None


@pytest.mark.parametrize("detail", ["", "paper ok", "paper low", "closed"])
def test_a_device_that_is_well_has_none(spool: Spool, detail: str) -> None:
    spool.append(_changed(DeviceState.ONLINE, detail))
    assert _noted(spool, "fault/printer") is None


def test_a_hand_on_the_call_button_is_no_state(spool: Spool) -> None:
    opened = _changed(DeviceState.HARDWARE_ERROR, "tamper", "panel")
    spool.append(opened, _changed(DeviceState.ONLINE, "call", "panel"))
    assert _noted(spool, "now/panel") == opened


def test_a_slip_that_failed_is_the_printers_fault(spool: Spool) -> None:
    failed = SlipFailed(transaction_no="T-1", reason=Fault.CUTTER, failed_at=_AT)
    spool.append(failed)
    assert _noted(spool, "fault/printer") == failed


def test_the_last_start_of_each_process_is_kept(spool: Spool) -> None:
    desk, agent = (Restarted(process=p, version="1", reason="", started_at=_AT) for p in ("frontdesk", "agent"))
    spool.append(desk, agent)
    assert _noted(spool, "start/frontdesk") == desk
    assert _noted(spool, "start/agent") == agent


def test_a_note_of_ones_own_goes_to_nobody(spool: Spool) -> None:
    spool.note("life/x", b"1")
    spool.note("life/x", b"2")
    assert spool.noted("life/x") == b"2"
    assert (spool.depth, spool.batch(0)) == (0, None)
