"""The doctor's report: one screen of terminal, at most 80 columns, or JSON. Pure.

Rules: nothing is told by colour. Thai marks take no column; lines of Thai end at the spaces between phrases, since a
terminal knows no better place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kiosk.doctor.findings import Detail, Finding, State, exit_code
from kiosk.doctor.remedies import REMEDIES

COLUMNS = 80
_STATE_COLUMNS = 10
_NAME_COLUMNS = 14

_STATES = {
    State.OK: ("ปกติ", "ok"),
    State.ATTENTION: ("ควรดู", "attention"),
    State.FAILING: ("ขัดข้อง", "FAILING"),
    State.UNKNOWN: ("ไม่ทราบ", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found on one machine. ``is_desk_running`` None: there is no configuration to tell where to look."""

    kiosk_id: str | None
    version: str
    at: datetime
    is_desk_running: bool | None
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """See ``findings.exit_code``."""
        return exit_code(self.findings)


# ---- JSON


def as_json(report: Report) -> str:
    """The report for programs: indented, Thai as it is."""
    return msgspec.json.format(msgspec.json.encode(_document(report)), indent=2).decode("utf-8")


def _document(report: Report) -> dict[str, object]:
    return {
        "kiosk_id": report.kiosk_id,
        "version": report.version,
        "at": report.at.isoformat(timespec="seconds"),
        "front_desk_running": report.is_desk_running,
        "healthy": report.exit_code == 0,
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    remedy = None if finding.problem is None else REMEDIES[finding.problem]
    fault = finding.last_fault
    return {
        "name": finding.name,
        "state": finding.state.value,
        "problem": None if finding.problem is None else finding.problem.value,
        "remedy_th": None if remedy is None else remedy.th,
        "remedy_en": None if remedy is None else remedy.en,
        "address": finding.address,
        "last_fault": None if fault is None else {"what": fault.what, "at": fault.at},
        "details": finding.details,
    }


# ---- terminal


def as_lines(report: Report, *, is_thai: bool) -> list[str]:
    """The report for people."""
    return [
        f"kiosk doctor {report.version} · {report.kiosk_id or '-'} · {report.at:%Y-%m-%d %H:%M}",
        _desk(report.is_desk_running, is_thai),
        "",
        *(line for finding in report.findings for line in _rows(finding, is_thai)),
        "",
        *wrapped(_verdict(report, is_thai), COLUMNS),
    ]


def _desk(is_running: bool | None, is_thai: bool) -> str:
    th, en = {
        True: ("หน้าร้านทำงานอยู่ อุปกรณ์ของหน้าร้านจึงไม่ถูกแตะต้อง", "The front desk is running: its devices are left alone."),
        False: ("หน้าร้านไม่ได้ทำงาน", "The front desk is not running."),
        None: ("ไม่ทราบว่าหน้าร้านทำงานอยู่หรือไม่", "Whether the front desk runs is unknown."),
    }[is_running]
    return th if is_thai else en


def _rows(finding: Finding, is_thai: bool) -> Iterator[str]:
    th, en = _STATES[finding.state]
    head = padded(th if is_thai else en, _STATE_COLUMNS) + padded(finding.name, _NAME_COLUMNS)
    indent = " " * (_STATE_COLUMNS + _NAME_COLUMNS)
    rest = COLUMNS - len(indent)
    facts = ", ".join(text for key, value in finding.details.items() for text in _fact(key, value))
    body = []
    if finding.problem is not None:
        remedy = REMEDIES[finding.problem]
        body += wrapped(remedy.th if is_thai else remedy.en, rest)
    body += wrapped(" · ".join(part for part in (finding.address, facts) if part), rest)
    if finding.last_fault is not None:
        word = "ครั้งล่าสุด" if is_thai else "last fault"
        body += wrapped(f"{word} {finding.last_fault.at}: {finding.last_fault.what}", rest)
    first, *others = body or [""]
    yield (head + first).rstrip()
    yield from (indent + line for line in others)


def _fact(key: str, value: Detail) -> Iterator[str]:
    """Some words of a detail; lists were spoken while the test ran."""
    name = key.replace("_", " ")
    match value:
        case None:
            yield f"{name} unknown"
        case bool():
            yield f"{name} {'yes' if value else 'no'}"
        case list():
            yield f"{len(value)} {name}"
        case _:
            yield f"{name} {value}"


def _verdict(report: Report, is_thai: bool) -> str:
    if report.exit_code == 0:
        return "ทุกอย่างปกติ" if is_thai else "All is well."
    counts = {state: sum(each.state is state for each in report.findings) for state in State}
    if is_thai:
        return (
            f"ขัดข้อง {counts[State.FAILING]} ควรดู {counts[State.ATTENTION]} "
            f"ไม่ทราบ {counts[State.UNKNOWN]} ปกติ {counts[State.OK]}"
        )
    return (
        f"{counts[State.FAILING]} failing, {counts[State.ATTENTION]} to look at, "
        f"{counts[State.UNKNOWN]} unknown, {counts[State.OK]} ok."
    )


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: marks above and below stand on the letter before them."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)


def padded(text: str, to_columns: int) -> str:
    """With spaces up to that column; at least one."""
    return text + " " * max(1, to_columns - columns(text))


def wrapped(text: str, to_columns: int) -> list[str]:
    """In lines that fit. A word that is longer than a line, as addresses are, is cut."""
    lines: list[str] = []
    for word in (piece for whole in text.split() for piece in _pieces(whole, to_columns)):
        if lines and columns(lines[-1]) + 1 + columns(word) <= to_columns:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _pieces(word: str, to_columns: int) -> Iterator[str]:
    piece = ""
    for letter in word:
        if columns(piece + letter) > to_columns:
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece
