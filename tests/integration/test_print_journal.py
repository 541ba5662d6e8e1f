"""A desk that is killed at any moment of a slip: what is on the paper, and what the fleet hears, after the next start.

kill -9 stands for the pulled plug: SQLite's ``synchronous=FULL`` is what makes the two the same.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fleet.protocol.records import KnownRecord, SlipFailed, SlipPrinted, UnknownRecord, decode_record
from kiosk.spool import Spool
from tests.support.printer_on_a_thread import PATIENCE_S, PrinterBench, printer_on_a_thread
from tests.support.sample_slips import PAID

KILLED = -9
Said = list[KnownRecord | UnknownRecord]


def start(folder: Path, bench: PrinterBench, die: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.support.printing_desk", str(folder), bench.uri, die]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def run(folder: Path, bench: PrinterBench, die: str) -> int:
    with start(folder, bench, die) as process:
        try:
            process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        return process.returncode


def records(folder: Path) -> Said:
    spool = Spool(folder / "spool.sqlite")
    try:
        batch = spool.batch(0)
        return [decode_record(each.record) for each in batch.records] if batch else []
    finally:
        spool.close()


def told(said: Said) -> list[str]:
    """One word a record: how the attempt ended."""
    return [
        each.reason if isinstance(each, SlipFailed) else ("reprinted" if each.reprint else "printed")
        for each in said
        if isinstance(each, SlipFailed | SlipPrinted)
    ]


@pytest.mark.parametrize(
    ("die", "on_paper", "after"),
    [
        ("wanted", 0, ["printed"]),  # nobody knew yet: the bank's word comes again to whoever stands there
        ("journalled", 0, ["interrupted", "reprinted"]),
        ("printed", 1, ["interrupted", "reprinted"]),  # the double that cannot be avoided says that it is one
        ("recorded", 1, ["printed", "printed"]),  # settled: the next start prints its own slip, and only that
    ],
)
def test_killed_at_each_state_of_the_journal(tmp_path: Path, die: str, on_paper: int, after: list[str]) -> None:
    with printer_on_a_thread() as bench:
        assert run(tmp_path, bench, die) == KILLED
        assert len(bench.slips) == on_paper
        assert run(tmp_path, bench, "never") == 0
        assert told(records(tmp_path)) == after
        assert len(bench.slips) == on_paper + 1
        first, last = bench.slips[0], bench.slips[-1]
        if after[-1] == "reprinted" and on_paper:
            assert last.height_px > first.height_px, "the second slip does not bear the reprint's line"


@pytest.mark.parametrize("rows", [1, 700, 1400])
def test_killed_while_the_paper_moves(tmp_path: Path, rows: int) -> None:
    far_enough = threading.Event()
    with printer_on_a_thread(
        speed_mm_s=400, on_progress=lambda printed: far_enough.set() if printed >= rows else None
    ) as bench:
        process = start(tmp_path, bench, "never")
        assert far_enough.wait(PATIENCE_S)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        assert run(tmp_path, bench, "never") == 0
        assert told(records(tmp_path)) == ["interrupted", "reprinted"]


def test_killed_again_and_again_every_attempt_is_one_record_and_the_slip_is_given_up(tmp_path: Path) -> None:
    """A slip that kills the process must not do so for ever."""
    with printer_on_a_thread() as bench:
        assert [run(tmp_path, bench, "printed") for _ in range(3)] == [KILLED] * 3
        assert run(tmp_path, bench, "recorded") == KILLED, "it was given up; who asks for it anew gets it, marked"
        assert told(records(tmp_path)) == ["interrupted"] * 3 + ["reprinted"]
        assert len(bench.slips) == 4


def test_what_is_settled_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    with printer_on_a_thread() as bench:
        assert run(tmp_path, bench, "journalled") == KILLED
        assert PAID.payer_masked is not None
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert PAID.payer_masked.encode() in everything, "it would prove nothing below"
        assert run(tmp_path, bench, "never") == 0
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert PAID.payer_masked.encode() not in everything
        assert PAID.factory_name.encode() not in everything
