"""Bench row ``import-72000-s``: the nation's register, 72,000 messy lines, from the command to its end.

A real ``fleet import-register`` in a process of its own: dry run, report of every finding written as a CSV, and the
import into an empty register (SQLite, every batch on the disk). Once as cp874 CSV, once as XLSX; the row gives the
slower. A second import of the same file follows, which must change nothing. Not in it: making the file, and the
sample data of three provinces that the lines are for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.rows import Row

NAMES = ("import-72000-s",)
LINES = 72_000
GOAL_S = 120.0


@dataclass(frozen=True, slots=True)
class _Taken:
    """One import: how long, the most memory, what it said, and how long the second one took."""

    seconds: float
    peak_mb: float
    said: dict[str, Any]
    again_s: float


def measure() -> list[Row]:
    """One row; the note gives both kinds of file."""
    csv, xlsx = _imported(".csv"), _imported(".xlsx")
    return [
        Row(
            name=NAMES[0],
            value=max(csv.seconds, xlsx.seconds),
            unit="s",
            goal=GOAL_S,
            note=f"{LINES:,} lines with {sum(csv.said['findings'].values()):,} findings, {csv.said['created']:,} made: "
            f"CSV {csv.seconds:.1f} s, {csv.peak_mb:.0f} MB; XLSX {xlsx.seconds:.1f} s, {xlsx.peak_mb:.0f} MB; "
            f"again, changing nothing: {csv.again_s:.1f} s and {xlsx.again_s:.1f} s",
        )
    ]


def _imported(suffix: str) -> _Taken:
    with tempfile.TemporaryDirectory(prefix="sala-bench-") as name:
        folder = Path(name)
        fleet = [sys.executable, "-m", "fleet", "--data-dir", str(folder / "data")]
        file = str(folder / f"register{suffix}")
        for made in (["sample-data"], ["register-sample", file, "--rows", str(LINES)]):
            subprocess.run([*fleet, *made], check=True, stdout=subprocess.DEVNULL)
        command = [*fleet, "import-register", file]
        seconds, peak_mb, said = _timed([*command, "--report", str(folder / "report.csv")])
        again_s, _, again = _timed(command)
    if said["lines"] != LINES or said["stage"] != "done" or again["created"] or again["updated"]:
        raise RuntimeError(f"the import of {suffix} did not do what it should: {said}, {again}")
    return _Taken(seconds, peak_mb, said, again_s)


def _timed(command: list[str]) -> tuple[float, float, dict[str, Any]]:
    """Wall time in seconds, the process's own peak of resident memory in MB, and what it said."""
    began_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{command[3:]} ended with {process.returncode}")
    return time.monotonic() - began_s, usage.ru_maxrss / 1024, json.loads(said)
