"""What one-byte answers mean, against the tables of the manuals."""

from __future__ import annotations

import pytest

from drivers.errors import Fault
from drivers.printer.port import Paper, PrinterStatus
from drivers.printer.status import Reading, is_in_order, is_real_time, paper_ended

FINE = Reading(printer=0x12, cause=0x12, roll=0x12)


def test_a_byte_is_of_one_family_at_most() -> None:
    assert not [b for b in range(256) if is_real_time(b) and is_in_order(b)]
    assert [b for b in range(256) if is_real_time(b)] == [0x12 | x for x in (0, 4, 8, 12, 32, 36, 40, 44)] + [
        0x52 | x for x in (0, 4, 8, 12, 32, 36, 40, 44)
    ]


def test_the_drawers_bit_is_nobodys_business() -> None:
    assert Reading(0x16, 0x12, None, 0x12).status == FINE.status


@pytest.mark.parametrize(
    ("reading", "status", "fault"),
    [
        (FINE, PrinterStatus(True, Paper.FULL, False, False), None),
        (Reading(0x12, 0x12, None, 0x1E), PrinterStatus(True, Paper.LOW, False, False), None),
        (Reading(0x1A, 0x32, None, 0x7E), PrinterStatus(False, Paper.OUT, False, False), Fault.PAPER_OUT),
        (Reading(0x1A, 0x32, None, None), PrinterStatus(False, Paper.OUT, False, False), Fault.PAPER_OUT),
        (Reading(0x1A, 0x16, None, 0x12), PrinterStatus(False, Paper.FULL, True, False), Fault.COVER_OPEN),
        (Reading(0x1A, 0x36, None, 0x72), PrinterStatus(False, Paper.OUT, True, False), Fault.COVER_OPEN),
        (Reading(0x1A, 0x52, 0x1A, 0x12), PrinterStatus(False, Paper.FULL, False, True), Fault.CUTTER),
        (
            Reading(0x1A, 0x52, 0x52, 0x12),
            PrinterStatus(False, Paper.FULL, False, True, overheated=True),
            Fault.OVERHEATED,
        ),
        (Reading(0x1A, 0x52, 0x32, 0x12), PrinterStatus(False, Paper.FULL, False, True), Fault.OFFLINE),
        (Reading(0x1A, 0x52, None, 0x12), PrinterStatus(False, Paper.FULL, False, True), Fault.CUTTER),
        (Reading(0x1A, 0x12, None, 0x12), PrinterStatus(False, Paper.FULL, False, False), Fault.OFFLINE),
        (Reading(None), PrinterStatus(None, Paper.UNKNOWN, None, None), None),
        (Reading(0x12), PrinterStatus(True, Paper.UNKNOWN, None, None), None),
        (Reading(0x12, 0x12), PrinterStatus(True, Paper.UNKNOWN, False, False), None),
    ],
)
def test_reading(reading: Reading, status: PrinterStatus, fault: Fault | None) -> None:
    assert (reading.status, reading.fault) == (status, fault)


def test_only_a_whole_reading_says_that_all_is_well() -> None:
    assert FINE.is_complete
    assert not Reading(0x12, 0x12).is_complete


@pytest.mark.parametrize(("byte", "ended"), [(0x00, False), (0x03, False), (0x0C, True), (0x0F, True)])
def test_paper_end_in_order(byte: int, ended: bool) -> None:
    assert paper_ended(byte) is ended
