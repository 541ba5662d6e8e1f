"""The doctor's report for people: one screen of terminal (80 by 24), or as long as it takes. Pure.

On one screen every device has its line, and so has whatever is not well; the remedies of the worst come whole, as long
as there is room, and the others are cut. What is well, or has the same matter, shares a line.
Rules: nothing is told by colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.doctor.columns import clipped, padded, wrapped
from kiosk.doctor.findings import Finding, LastFault, State
from kiosk.doctor.problems import ABSENT, Problem
from kiosk.doctor.remedies import REMEDIES
from kiosk.doctor.report import Report
from kiosk.doctor.words import facts, moment

COLUMNS = 80
LINES = 24
_STATE_COLUMNS = 10
_NAME_COLUMNS = 14
_INDENT = " " * (_STATE_COLUMNS + _NAME_COLUMNS)
_REST = COLUMNS - len(_INDENT)
_AROUND = 6
"""Lines that are no findings: two of head, two empty, the verdict, and the prompt that comes after."""

_STATES = {
    State.OK: ("ปกติ", "ok"),
    State.ATTENTION: ("ควรดู", "attention"),
    State.FAILING: ("ขัดข้อง", "FAILING"),
    State.UNKNOWN: ("ไม่ทราบ", "unknown"),
}
_OF_MANY = (Problem.NOT_CONFIGURED, Problem.IN_USE)
"""What devices share a line for; else each has its own."""
_WORST_FIRST = (State.FAILING, State.ATTENTION, State.UNKNOWN, State.OK)


def as_lines(report: Report, *, is_thai: bool, is_long: bool) -> list[str]:
    """The report for people."""
    if is_long:
        body, is_cut = [line for each in report.findings for line in _whole(each, is_thai)], False
    else:
        body, is_cut = _on_one_screen(report.findings, is_thai)
    return [
        clipped(f"kiosk doctor {report.version} · {report.kiosk_id or '-'} · {report.at:%Y-%m-%d %H:%M}", COLUMNS),
        _desk(report.is_desk_running, is_thai),
        "",
        *body,
        "",
        _verdict(report, is_thai) + (_more(is_thai) if is_cut else ""),
    ]


def _desk(is_running: bool | None, is_thai: bool) -> str:
    th, en = {
        True: (
            "หน้าร้านทำงานอยู่ จึงไม่แตะอุปกรณ์ของหน้าร้าน และบอกตามที่หน้าร้านรู้",
            "The front desk is running: its devices are left alone; this is what it knows.",
        ),
        False: ("หน้าร้านไม่ได้ทำงาน", "The front desk is not running."),
        None: ("ไม่ทราบว่าหน้าร้านทำงานอยู่หรือไม่", "Whether the front desk runs is unknown."),
    }[is_running]
    return th if is_thai else en


def _verdict(report: Report, is_thai: bool) -> str:
    if all(finding.state is State.OK for finding in report.findings):
        return "ทุกอย่างปกติ" if is_thai else "All is well."
    counts = {state: sum(each.state is state for each in report.findings) for state in State}
    if is_thai:
        told = (
            f"ขัดข้อง {counts[State.FAILING]} ควรดู {counts[State.ATTENTION]} "
            f"ไม่ทราบ {counts[State.UNKNOWN]} ปกติ {counts[State.OK]}"
        )
        return f"เท่าที่ถามได้ ปกติทั้งหมด ({told})" if report.exit_code == 0 else told
    told = (
        f"{counts[State.FAILING]} failing, {counts[State.ATTENTION]} to look at, "
        f"{counts[State.UNKNOWN]} unknown, {counts[State.OK]} ok."
    )
    return f"What can be asked is well: {told}" if report.exit_code == 0 else told


def _more(is_thai: bool) -> str:
    return "  ดูทั้งหมด: kiosk doctor --long" if is_thai else "  All of it: kiosk doctor --long"


# ---- everything


def _whole(finding: Finding, is_thai: bool) -> Iterator[str]:
    body: list[str] = []
    if finding.problem is not None:
        body += wrapped(_remedy(finding.problem, is_thai), _REST)
    body += wrapped(_told(finding, is_thai), _REST)
    if finding.last_fault is not None:
        body += wrapped(_fault(finding.last_fault, is_thai), _REST)
    first, *others = body or [""]
    yield (_head(finding.state, finding.name, is_thai) + first).rstrip()
    yield from (_INDENT + line for line in others)


def _head(state: State, name: str, is_thai: bool) -> str:
    return padded(_STATES[state][0 if is_thai else 1], _STATE_COLUMNS) + padded(name, _NAME_COLUMNS)


def _remedy(problem: Problem, is_thai: bool) -> str:
    return REMEDIES[problem].th if is_thai else REMEDIES[problem].en


def _told(finding: Finding, is_thai: bool) -> str:
    """What the device is, where, and what else is known."""
    about = finding.about
    parts = [about.model, about.firmware and ("เฟิร์มแวร์ " if is_thai else "firmware ") + about.firmware]
    parts += [about.port or finding.address, ", ".join(facts(finding.details, is_thai=is_thai))]
    return " · ".join(part for part in parts if part)


def _fault(fault: LastFault, is_thai: bool) -> str:
    return f"{'ขัดข้องครั้งล่าสุด' if is_thai else 'last fault'} {moment(fault.at)}: {fault.what}"


# ---- one screen


@dataclass(frozen=True, slots=True)
class _Row:
    """One or several findings of the same matter. ``more``: lines to add when there is room, best first."""

    state: State
    first: str
    more: tuple[str, ...]


def _on_one_screen(findings: tuple[Finding, ...], is_thai: bool) -> tuple[list[str], bool]:
    """Its lines, and whether anything was cut."""
    rows = list(_rows(findings, is_thai))
    room = LINES - _AROUND - len(rows)
    shown: dict[int, int] = {}
    for at in sorted(range(len(rows)), key=lambda at: _WORST_FIRST.index(rows[at].state)):
        shown[at] = len(rows[at].more) if len(rows[at].more) <= room else 0
        room -= shown[at]
    lines = []
    for at, row in enumerate(rows):
        is_cut = shown[at] < len(row.more)
        lines.append(clipped(row.first + " …", COLUMNS) if is_cut and row.state is not State.OK else row.first)
        lines += row.more[: shown[at]]
    return lines, any(shown[at] < len(row.more) for at, row in enumerate(rows))


def _rows(findings: tuple[Finding, ...], is_thai: bool) -> Iterator[_Row]:
    alike: dict[Problem | None, list[str]] = {}
    for finding in findings:
        if finding.name not in ABSENT or finding.problem in _OF_MANY:
            alike.setdefault(finding.problem, []).append(finding.name)
    for finding in findings:
        names = alike.get(finding.problem, [])
        if finding.name not in names or (finding.problem is not None and len(names) == 1):
            yield _row(finding, is_thai)
        elif finding.name == names[0] and finding.problem is not None:
            yield _group(finding.state, finding.problem, names, is_thai)
    if well := alike.get(None):
        head = padded(_STATES[State.OK][0 if is_thai else 1], _STATE_COLUMNS)
        for line in wrapped(" ".join(well), COLUMNS - _STATE_COLUMNS):
            yield _Row(State.OK, head + line, ())
            head = " " * _STATE_COLUMNS


def _row(finding: Finding, is_thai: bool) -> _Row:
    told = clipped(_told(finding, is_thai), _REST)
    fault = None if finding.last_fault is None else clipped(_fault(finding.last_fault, is_thai), _REST)
    remedy = [] if finding.problem is None else wrapped(_remedy(finding.problem, is_thai), _REST)
    lines = [*remedy, *(part for part in (told, fault) if part)] or [""]
    first = (_head(finding.state, finding.name, is_thai) + lines[0]).rstrip()
    return _Row(finding.state, first, tuple(_INDENT + line for line in lines[1:]))


def _group(state: State, problem: Problem, names: list[str], is_thai: bool) -> _Row:
    """Several with one problem, and the remedy once."""
    head = padded(_STATES[state][0 if is_thai else 1], _STATE_COLUMNS)
    remedy = wrapped(_remedy(problem, is_thai), _REST)
    return _Row(state, head + ", ".join(names), tuple(_INDENT + line for line in remedy))
