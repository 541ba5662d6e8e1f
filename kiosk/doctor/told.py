"""What the front desk has left for the technician in its spool: each device as it knows it, faults, its last start.

Rules: while the desk runs its devices are asked nothing: it has them open, and what it knows is fresher than what a
second owner could learn. What it said before its last start is old news. What cannot be read tells of nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from drivers.about import About
from fleet.protocol.messages import DeviceState
from fleet.protocol.paper import outlook_en, outlook_th
from fleet.protocol.records import DeviceChanged, Restarted, SlipFailed, decode_record
from kiosk import paper_meter
from kiosk.doctor.disk import open_for_reading, spool_path
from kiosk.doctor.findings import Detail, Finding, LastFault, State, attention, fine, unknown
from kiosk.doctor.problems import ABSENT, FAULTS, Problem
from kiosk.lives import Ending
from kiosk.notes import FAULT, NOW, START
from kiosk.paper_forecast import outlook

DESK = "frontdesk"
RECENT = timedelta(days=1)
"""How long an unforeseen restart is worth a visit; the fleet has the history."""


@dataclass(frozen=True, slots=True)
class Told:
    """By device. ``now`` holds only what was said since the desk's last start. ``roll``: the note of the paper."""

    now: dict[str, DeviceChanged] = field(default_factory=dict)
    faults: dict[str, LastFault] = field(default_factory=dict)
    restart: Restarted | None = None
    roll: bytes | None = None


def read_told(data_dir: Path) -> Told:
    """What is there to be read."""
    try:
        with contextlib.closing(open_for_reading(spool_path(data_dir))) as db:
            rows = db.execute("SELECT name, no, body FROM note ORDER BY no").fetchall()
    except (OSError, sqlite3.Error):
        return Told()
    told = Told()
    restart: Restarted | None = None
    started_no = next((no for name, no, _ in rows if name == START + DESK), 0)
    for name, no, body in rows:
        try:
            record = decode_record(body)
        except msgspec.DecodeError:  # the marks of ``kiosk.lives``, or a sector
            continue
        match record:
            case DeviceChanged(device=device) if name.startswith(NOW) and no > started_no:
                told.now[device] = record
            case DeviceChanged(device=device) if name.startswith(FAULT):
                what = ": ".join(part for part in (record.state, record.detail) if part)
                told.faults[device] = LastFault(what, _at(record.changed_at))
            case SlipFailed() if name.startswith(FAULT):
                told.faults[name.removeprefix(FAULT)] = LastFault(record.reason, _at(record.failed_at))
            case Restarted() if name == START + DESK:
                restart = record
    return Told(
        told.now, told.faults, restart, next((body for name, _, body in rows if name == paper_meter.NOTE), None)
    )


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


# ---- devices


def paper_ahead(told: Told, roll_m: float, now: datetime) -> dict[str, Detail]:
    """How many slips the paper will do, and until when, as far as that can be reckoned; of a roll ``roll_m`` long.

    In numbers for programs, and in the words of the kiosk's page.
    """
    ahead = outlook(paper_meter.read_roll(told.roll, round(roll_m * 1000)), now)
    if ahead is None:
        return {}
    until: dict[str, Detail] = {} if ahead.out_at is None else {"paper_until": _at(ahead.out_at)}
    return {
        "slips_left": ahead.slips_left,
        **until,
        "paper_outlook_th": outlook_th(ahead.slips_left, ahead.out_at, now),
        "paper_outlook_en": outlook_en(ahead.slips_left, ahead.out_at, now),
    }


_WORDS: dict[str, Problem] = {
    "cover open": Problem.COVER_OPEN,
    "error": Problem.CUTTER,
    "paper out": Problem.PAPER_OUT,
    "paper jammed": Problem.PAPER_JAMMED,
    "paper low": Problem.PAPER_LOW,
    "paper unknown": Problem.PAPER_UNKNOWN,
    "tamper": Problem.TAMPERED,
    **{fault.value: problem for fault, problem in FAULTS.items()},
}
"""The desk's words for what is the matter."""

_OF_STATE: dict[tuple[str, DeviceState], Problem] = {
    ("printer", DeviceState.OFFLINE): Problem.OFFLINE,
    ("printer", DeviceState.UNKNOWN): Problem.PRINTER_SILENT,
    ("display", DeviceState.HARDWARE_ERROR): Problem.DISPLAY_WEDGED,
}
"""Where a state alone says it, and says it otherwise than for other devices."""

_STATES: dict[Problem, State] = {
    Problem.PAPER_LOW: State.ATTENTION,
    Problem.PAPER_UNKNOWN: State.UNKNOWN,
    Problem.PRINTER_SILENT: State.UNKNOWN,
    Problem.NO_ANSWER: State.UNKNOWN,
}


def look_at_told(device: str, told: Told) -> Finding:
    """A device as the running front desk knows it."""
    known = told.now.get(device)
    if known is None:
        return unknown(device, Problem.IN_USE)
    problem = _problem(device, known)
    state = State.OK if problem is None else _STATES.get(problem, State.FAILING)
    about = About(known.model or None, known.firmware or None, known.port or None)
    details: dict[str, str | None] = {"said": known.detail} if known.detail else {}
    return Finding(device, state, problem, details={**details, "since": _at(known.changed_at)}, about=about)


def _problem(device: str, known: DeviceChanged) -> Problem | None:
    if (problem := _WORDS.get(known.detail)) is not None:
        return problem
    state = DeviceState(known.state)
    if state in (DeviceState.ONLINE, DeviceState.BUSY):
        return None
    if (problem := _OF_STATE.get((device, state))) is not None:
        return problem
    if state in (DeviceState.NO_DEVICE, DeviceState.OFFLINE):
        return ABSENT[device]
    return Problem.NO_ANSWER if state is DeviceState.UNKNOWN else Problem.DEVICE_ERROR


# ---- the last restart

RESTARTS: dict[Ending, Problem] = {
    Ending.DIED: Problem.RESTARTED_BY_BUG,
    Ending.KILLED: Problem.RESTARTED_KILLED,
    Ending.POWER_OR_RESET: Problem.RESTARTED_POWER,
    Ending.WATCHDOG: Problem.RESTARTED_HUNG,
    Ending.KERNEL_CRASH: Problem.RESTARTED_HUNG,
}
"""Those nobody ordered."""


def look_at_restart(restart: Restarted, now: datetime) -> Finding:
    """Why the front desk was started last; what nobody ordered is worth a look for a day."""
    at = _at(restart.started_at)
    why = restart.reason or "unknown"
    problem = RESTARTS.get(Ending(restart.reason)) if restart.reason in set(Ending) else Problem.RESTARTED_BROKEN_FILE
    if problem is None or now - restart.started_at > RECENT:
        return fine("restart", why=why, at=at)
    return attention("restart", problem, why=why, at=at)
