"""What the technician reads, and what a program does."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.about import About
from kiosk import doctor
from kiosk.doctor.columns import clipped, columns, padded, wrapped
from kiosk.doctor.command import is_thai
from kiosk.doctor.findings import Finding, LastFault, State, attention, exit_code, failing, fine, unknown
from kiosk.doctor.problems import ABSENT, MUTE_HARDWARE, Problem
from kiosk.doctor.remedies import REMEDIES
from kiosk.doctor.report import Report, as_json
from kiosk.doctor.screen import COLUMNS, LINES, as_lines
from kiosk.doctor.words import FACTS

_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_THEN = "2026-11-20T03:00:00+00:00"
_LONG = "tcp://" + "x" * 150
_OTHERS = (
    "certificate", "broker", "api", "signed", "clock", "disk", "spool", "power", "temperature", "storage", "restart",
)  # fmt: skip


def _report(*findings: Finding, is_desk_running: bool | None = False) -> Report:
    return Report("CBI-02", "0.1.0", _AT, is_desk_running=is_desk_running, findings=findings)


@pytest.mark.parametrize("bad", [attention("a", Problem.PAPER_LOW), failing("a", Problem.PAPER_OUT),
                                 unknown("a", Problem.CLOCK_UNKNOWN)])  # fmt: skip
def test_only_all_well_is_well(bad: Finding) -> None:
    assert exit_code([fine("b")]) == 0
    assert exit_code([fine("b"), bad]) == 1
    assert exit_code([]) == 1


def test_what_the_hardware_tells_nobody_needs_nobody_and_is_still_not_called_well() -> None:
    silent = [unknown(f"{at}", problem) for at, problem in enumerate(sorted(MUTE_HARDWARE))]
    assert exit_code([fine("b"), *silent]) == 0
    verdict = as_lines(_report(fine("b"), *silent), is_thai=False, is_long=True)[-1]
    assert verdict == "What can be asked is well: 0 failing, 0 to look at, 3 unknown, 1 ok."


def test_what_is_not_ok_names_its_problem() -> None:
    with pytest.raises(ValueError, match="problem"):
        Finding("a", State.UNKNOWN)
    with pytest.raises(ValueError, match="problem"):
        Finding("a", State.OK, Problem.PAPER_OUT)


@pytest.mark.parametrize("thai", [False, True])
def test_the_long_form_says_every_word_and_no_line_is_wider_than_the_terminal(thai: bool) -> None:
    findings = [
        Finding(
            "configuration", State.FAILING, problem, _LONG, {"detail": _LONG}, LastFault("no-device: " + _LONG, _THEN),
            About(_LONG, _LONG, _LONG),
        )
        for problem in Problem
    ]  # fmt: skip
    lines = as_lines(_report(*findings), is_thai=thai, is_long=True)
    assert max(columns(line) for line in lines) <= COLUMNS
    said = "".join("".join(lines).split())
    for problem in Problem:
        remedy = REMEDIES[problem].th if thai else REMEDIES[problem].en
        assert "".join(remedy.split()) in said


def _worst_of_all() -> list[Finding]:
    fault = LastFault("no-device: " + _LONG, _THEN)
    devices = [Finding(name, State.FAILING, problem, _LONG, {"detail": _LONG}, fault) for name, problem in
               ABSENT.items()]  # fmt: skip
    others = zip(_OTHERS, sorted(Problem, key=lambda problem: -len(REMEDIES[problem].en)), strict=False)
    return [*devices, *(attention(name, problem, detail=_LONG) for name, problem in others)]


@pytest.mark.parametrize("thai", [False, True])
@pytest.mark.parametrize("desk", [False, True, None])
def test_the_short_form_is_one_screen_however_bad_it_is(thai: bool, desk: bool | None) -> None:
    lines = as_lines(_report(*_worst_of_all(), is_desk_running=desk), is_thai=thai, is_long=False)
    assert len(lines) <= LINES - 1, "the prompt has a line, too"
    assert max(columns(line) for line in lines) <= COLUMNS
    assert "--long" in lines[-1]
    for name in (*ABSENT, *_OTHERS):
        assert any(name in line for line in lines)


def test_the_short_form_tells_the_worst_first_when_there_is_no_room_for_all() -> None:
    findings = [*(attention(name, Problem.CARD_LEFT) for name in _OTHERS), *_worst_of_all()[:5],
                *(fine(f"x{at}") for at in range(3))]  # fmt: skip
    lines = as_lines(_report(*reversed(findings)), is_thai=False, is_long=False)
    assert REMEDIES[Problem.DISPLAY_ABSENT].en.split()[-1] in "".join(lines)


def test_a_device_tells_what_it_is_and_where() -> None:
    printer = Finding("printer", State.OK, address="tcp://x", about=About("EPSON TM-T82III", "1.23 ESC/POS", "usb:1-2"))
    (line,) = [line for line in as_lines(_report(printer), is_thai=False, is_long=False) if "printer" in line]
    assert line == "ok        printer       EPSON TM-T82III · firmware 1.23 ESC/POS · usb:1-2"
    told = json.loads(as_json(_report(printer)))["findings"][0]
    assert (told["model"], told["firmware"], told["port"]) == ("EPSON TM-T82III", "1.23 ESC/POS", "usb:1-2")


def test_what_is_well_shares_a_line_and_what_has_one_matter_its_remedy() -> None:
    findings = [unknown(name, Problem.NOT_CONFIGURED) for name in ("printer", "panel", "link")]
    lines = as_lines(_report(*findings, fine("disk"), fine("spool")), is_thai=False, is_long=False)
    assert "unknown   printer, panel, link" in lines
    assert "ok        disk spool" in lines
    assert "".join(lines).count("Cannot be asked before") == 1


def test_json_says_it_in_both_languages_and_unknown_is_null() -> None:
    finding = unknown("storage", Problem.STORAGE_UNKNOWN, life_used_percent=None)
    told = json.loads(as_json(_report(finding)))
    assert told["healthy"] is True
    assert told["kiosk_id"] == "CBI-02"
    (row,) = told["findings"]
    assert row["state"] == "unknown"
    assert row["problem"] == "storage-unknown"
    assert row["remedy_th"] == REMEDIES[Problem.STORAGE_UNKNOWN].th
    assert row["remedy_en"] == REMEDIES[Problem.STORAGE_UNKNOWN].en
    assert row["details"] == {"life_used_percent": None}
    assert row["model"] is None


@pytest.mark.parametrize(("thai", "said"), [(False, "2 scans, cover open: no"), (True, "สแกน 2 ครั้ง, ฝาเปิด: ไม่ใช่")])
def test_facts_are_in_the_technicians_language(thai: bool, said: str) -> None:
    (line,) = [
        line
        for line in as_lines(_report(fine("printer", scans=[{}, {}], cover_open=False, paper=None)), is_thai=thai,
                             is_long=False)
        if "printer" in line
    ]  # fmt: skip
    assert line.replace("\u00a0", " ").endswith(said)


def _fact_names() -> set[str]:
    """Every name that the doctor's modules give a fact, as keyword or as key of a dict of details."""
    found: set[str] = set()
    for path in Path(doctor.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in ("fine", "attention", "failing", "unknown", "with_details"):
                    found |= {keyword.arg for keyword in node.keywords if keyword.arg}
            if isinstance(node, ast.AnnAssign) and "Detail" in ast.unparse(node.annotation):
                keys = node.value.keys if isinstance(node.value, ast.Dict) else []
                found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return found


def test_every_fact_has_its_words() -> None:
    names = _fact_names()
    assert {"ahead_s", "under_voltage_now", "lights_blinked", "printed"} <= names, "the search itself"
    assert names - set(FACTS) == set()


def test_thai_marks_take_no_column_and_wide_letters_two() -> None:
    assert columns("ปั๊มน้ำ") == 4
    assert columns("字") == 2
    assert columns(padded("ไม่รู้", 10)) == 10
    assert wrapped("กระดาษหมด ให้ใส่ม้วนใหม่", 13) == ["กระดาษหมด", "ให้ใส่ม้วนใหม่"]


def test_columns_are_those_of_the_c_library_for_all_of_thai() -> None:
    """Terminals ask ``wcwidth``; its answer needs a locale that knows Unicode, and is asked for in another process."""
    letters = [chr(code) for code in range(0x0E01, 0x0E5C) if chr(code) not in "\u0e3b\u0e3c\u0e3d\u0e3e"]
    ask = (
        "import ctypes, locale, sys; locale.setlocale(locale.LC_ALL, 'C.UTF-8');"
        "print([ctypes.CDLL(None).wcwidth(ctypes.c_wchar(letter)) for letter in sys.argv[1]])"
    )
    done = subprocess.run([sys.executable, "-c", ask, "".join(letters)], capture_output=True, text=True, check=True)
    assert [columns(letter) for letter in letters] == json.loads(done.stdout)


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    at = _THEN
    here = f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    printer = Finding("printer", State.OK, details={"since": at}, last_fault=LastFault("paper-out", at))
    lines = as_lines(_report(printer), is_thai=False, is_long=False)
    assert f"ok        printer       since {here}" in lines
    assert f"last fault {here}: paper-out" in [line.strip() for line in lines]
    assert json.loads(as_json(_report(printer)))["findings"][0]["last_fault"]["at"] == at


def test_a_number_stays_with_what_it_counts() -> None:
    lines = as_lines(_report(fine("disk", path="/" + "x" * 43, write_ms=1.0)), is_thai=False, is_long=True)
    assert any(line.strip() == "1.0\u00a0ms" for line in lines)
    assert "expiry 14/04/2573" in "".join(
        as_lines(_report(fine("card", expiry="25730414")), is_thai=False, is_long=True)
    )


def test_what_is_cut_says_so_and_never_inside_a_letter() -> None:
    assert clipped("abc", 3) == "abc"
    assert clipped("abcd", 3) == "ab…"
    assert clipped("ที่ที่ที่", 3) == "ที่ที่ที่"
    assert clipped("ที่ที่ที่ที่", 3) == "ที่ที่…"


@pytest.mark.parametrize(
    ("said", "environment", "expected"),
    [
        ("th", {"LANG": "en_US.UTF-8"}, True),
        ("en", {"LANG": "th_TH.UTF-8"}, False),
        (None, {"LANG": "th_TH.UTF-8"}, True),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "th_TH.UTF-8"}, False),
        (None, {"LC_ALL": "", "LC_MESSAGES": "th_TH", "LANG": "C"}, True),
        (None, {"LANG": "the_end"}, False),
        (None, {}, False),
    ],
)
def test_the_language_is_what_was_said_or_what_the_locale_says(
    said: str | None, environment: dict[str, str], expected: bool
) -> None:
    assert is_thai(said, environment) is expected
