"""What the technician reads, and what a program does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kiosk.doctor.findings import Finding, LastFault, State, attention, exit_code, failing, fine, unknown
from kiosk.doctor.remedies import REMEDIES, Problem
from kiosk.doctor.report import COLUMNS, Report, as_json, as_lines, columns, padded, wrapped

_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_LONG = "tcp://" + "x" * 150


def _report(*findings: Finding) -> Report:
    return Report("CBI-02", "0.1.0", _AT, is_desk_running=False, findings=findings)


@pytest.mark.parametrize("bad", [attention("a", Problem.PAPER_LOW), failing("a", Problem.PAPER_OUT),
                                 unknown("a", Problem.POWER_UNKNOWN)])  # fmt: skip
def test_only_all_well_is_well(bad: Finding) -> None:
    assert exit_code([fine("b")]) == 0
    assert exit_code([fine("b"), bad]) == 1
    assert exit_code([]) == 1


def test_what_is_not_ok_names_its_problem() -> None:
    with pytest.raises(ValueError, match="problem"):
        Finding("a", State.UNKNOWN)
    with pytest.raises(ValueError, match="problem"):
        Finding("a", State.OK, Problem.PAPER_OUT)


@pytest.mark.parametrize("is_thai", [False, True])
def test_no_line_is_wider_than_the_terminal(is_thai: bool) -> None:
    findings = [
        Finding(
            "configuration", State.FAILING, problem, _LONG, {"detail": _LONG}, LastFault("no-device: " + _LONG, "2026")
        )
        for problem in Problem
    ]
    lines = as_lines(_report(*findings), is_thai=is_thai)
    assert max(columns(line) for line in lines) <= COLUMNS
    said = "".join("".join(lines).split())
    for problem in Problem:
        remedy = REMEDIES[problem].th if is_thai else REMEDIES[problem].en
        assert "".join(remedy.split()) in said


def test_json_says_it_in_both_languages_and_unknown_is_null() -> None:
    finding = unknown("storage", Problem.STORAGE_UNKNOWN, life_used_percent=None)
    told = json.loads(as_json(_report(finding)))
    assert told["healthy"] is False
    assert told["kiosk_id"] == "CBI-02"
    (row,) = told["findings"]
    assert row["state"] == "unknown"
    assert row["problem"] == "storage-unknown"
    assert row["remedy_th"] == REMEDIES[Problem.STORAGE_UNKNOWN].th
    assert row["remedy_en"] == REMEDIES[Problem.STORAGE_UNKNOWN].en
    assert row["details"] == {"life_used_percent": None}


def test_a_detail_that_could_not_be_asked_says_so() -> None:
    (line,) = [line for line in as_lines(_report(fine("disk", free_mib=None)), is_thai=False) if "disk" in line]
    assert line.endswith("free mib unknown")


def test_thai_marks_take_no_column() -> None:
    assert columns("ปั๊มน้ำ") == 4
    assert columns(padded("ไม่รู้", 10)) == 10
    assert wrapped("กระดาษหมด ให้ใส่ม้วนใหม่", 13) == ["กระดาษหมด", "ให้ใส่ม้วนใหม่"]
