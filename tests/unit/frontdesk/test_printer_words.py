"""A printer's status in the states of the trade."""

from __future__ import annotations

import pytest

from drivers.printer.port import Paper, PrinterStatus
from fleet.protocol.messages import DeviceState
from kiosk.frontdesk.printer_words import says, state_of

WELL = PrinterStatus(online=True, paper=Paper.FULL, cover_open=False, error=False)


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, DeviceState.ONLINE, "paper full"),
        ({"paper": Paper.LOW}, DeviceState.ONLINE, "paper low"),
        ({"online": False}, DeviceState.OFFLINE, "paper full"),
        ({"online": False, "paper": Paper.OUT}, DeviceState.USER_ERROR, "paper out"),
        ({"online": False, "cover_open": True}, DeviceState.USER_ERROR, "cover open"),
        ({"online": False, "error": True}, DeviceState.USER_ERROR, "error"),
        ({"online": False, "error": True, "overheated": True}, DeviceState.USER_ERROR, "overheated"),
        ({"online": None, "paper": Paper.UNKNOWN}, DeviceState.UNKNOWN, "paper unknown"),
    ],
)
def test_each_status_has_its_state_and_words(changes: dict[str, object], state: DeviceState, words: str) -> None:
    fields = {name: getattr(WELL, name) for name in PrinterStatus.__dataclass_fields__}
    status = PrinterStatus(**{**fields, **changes})
    assert (state_of(status), says(status)) == (state, words)
