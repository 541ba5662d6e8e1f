"""Which slips are on their way to the paper: written before the first byte is sent, gone when the printer has answered.

What it is: the memory that outlives a pulled plug, in the spool's file, so that how an attempt ended and the record
that tells the fleet of it are one transaction. What it is not: a history; the records are that.
Rules: every attempt to print ends in exactly one record. A slip that may be on the paper already, whole or in part, is
only ever printed again with the reprint mark; one that waited for its first paper bears none. The slip stands here with
its payer masked, only while it may still be printed, and is overwritten when it is deleted
(decisions/0001-a-slip-that-was-interrupted.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from kiosk.slips.payment_slip import PaymentSlip
from kiosk.spool import Spool

PRINTED_AGAIN_FOR = timedelta(minutes=10)
"""How long after it was wanted a slip is still printed by itself: whoever paid, or the officer who has just put paper
in, is still there. Later it would come out for whoever comes next."""

ATTEMPTS_MAX = 3
"""How often a slip is tried by itself: a slip that stops the printer, or the process, does so again."""

KEPT_FOR = timedelta(hours=24)
"""How long staff may still have it printed: until whoever did not get it has come back, or found the tracking page."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS print_job (
    job_no INTEGER PRIMARY KEY AUTOINCREMENT,
    held INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    wanted_at REAL NOT NULL,
    slip BLOB NOT NULL
)
"""
_COLUMNS = "job_no, held, attempts, wanted_at, slip"


@dataclass(frozen=True, slots=True)
class Job:
    """One slip on its way. ``held``: its last attempt has failed, or none was possible, and that is on record; else one
    is under way."""

    job_no: int
    held: bool
    attempts: int
    wanted_at: datetime
    slip: PaymentSlip

    def may_be_tried(self, now: datetime) -> bool:
        """Whether to print it by itself at ``now``; a clock that stands before ``wanted_at`` cannot tell."""
        return self.attempts < ATTEMPTS_MAX and timedelta(0) <= now - self.wanted_at <= PRINTED_AGAIN_FOR

    def is_kept(self, now: datetime) -> bool:
        """Whether staff may still have it printed at ``now``."""
        return abs(now - self.wanted_at) <= KEPT_FOR

    @property
    def may_be_on_paper(self) -> bool:
        """Whether any of it may be in somebody's hands already."""
        return self.attempts > 0 or self.slip.reprint

    def is_same_paper_as(self, slip: PaymentSlip) -> bool:
        """Whether ``slip`` says the same of the same payment."""
        mine, its = self.slip, slip
        return (mine.transaction_no, mine.confirmed_at) == (its.transaction_no, its.confirmed_at)


class PrintJournal:
    """The journal in the spool's file; for the spool's thread.

    ``held`` and ``settled`` change rows inside a transaction that the caller has begun (``Spool.append``'s ``also``).
    """

    def __init__(self, spool: Spool) -> None:
        """In the file of ``spool``.

        Raises: SpoolFullError when its table cannot be made.
        """
        self._spool, self._db = spool, spool.db
        self._db.execute("PRAGMA secure_delete=ON")
        spool.together(lambda: self._db.execute(_SCHEMA))

    def jobs(self) -> list[Job]:
        """Every job, the oldest first. One written by another release in words we do not know is left out."""
        found = []
        for number, held, attempts, wanted_at, slip in self._db.execute(
            f"SELECT {_COLUMNS} FROM print_job ORDER BY job_no"  # noqa: S608 - our own column names
        ):
            try:
                known = msgspec.json.decode(slip, type=PaymentSlip)
            except msgspec.DecodeError:
                continue
            found.append(Job(number, bool(held), attempts, datetime.fromtimestamp(wanted_at, UTC), known))
        return found

    def begin(self, slip: PaymentSlip, now: datetime) -> Job:
        """A job under way from here on. A held one of the same paper gives way to it: then this is a reprint, if any of
        that may be on paper.

        Raises: SpoolFullError when it cannot be kept: printed all the same, it is not printed again after a crash.
        """
        return self._new(Job(0, held=False, attempts=1, wanted_at=now, slip=slip))

    def hold(self, slip: PaymentSlip, now: datetime) -> Job:
        """A job for which there is no printer or no paper yet; else as ``begin``.

        Raises: SpoolFullError when it cannot be kept: then it does not come out by itself.
        """
        return self._new(Job(0, held=True, attempts=0, wanted_at=now, slip=slip))

    def _new(self, new: Job) -> Job:
        slip = new.slip
        earlier = [job for job in self.jobs() if job.held and job.slip.transaction_no == slip.transaction_no]
        if any(job.is_same_paper_as(slip) and job.may_be_on_paper for job in earlier):
            slip = replace(slip, reprint=True)

        def write() -> int:
            for job in earlier:
                self.settled(job.job_no)
            row = (int(new.held), new.attempts, new.wanted_at.timestamp(), msgspec.json.encode(slip))
            done = self._db.execute("INSERT INTO print_job (held, attempts, wanted_at, slip) VALUES (?, ?, ?, ?)", row)
            return done.lastrowid or 0

        return replace(new, job_no=self._spool.together(write), slip=slip)

    def again(self, job: Job, now: datetime) -> Job:
        """The held ``job`` under way, marked as a reprint if any of it may be on paper.

        Raises: SpoolFullError when that cannot be kept; do not print it.
        """
        slip = replace(job.slip, reprint=job.may_be_on_paper, printed_at=now)
        row = (job.attempts + 1, msgspec.json.encode(slip), job.job_no)
        self._spool.together(
            lambda: self._db.execute("UPDATE print_job SET held = 0, attempts = ?, slip = ? WHERE job_no = ?", row)
        )
        return replace(job, held=False, attempts=job.attempts + 1, slip=slip)

    def held(self, job: Job) -> None:
        """This attempt of ``job`` has failed, and the slip may still be printed. Late news of it changes nothing."""
        this = (job.job_no, job.attempts)
        self._db.execute("UPDATE print_job SET held = 1 WHERE job_no = ? AND attempts = ?", this)

    def settled(self, job_no: int) -> None:
        """Nothing more is to happen with this job: forget it."""
        self._delete({job_no})

    def _delete(self, numbers: set[int]) -> None:
        self._db.executemany("DELETE FROM print_job WHERE job_no = ?", [(number,) for number in numbers])

    def forget(self, now: datetime) -> None:
        """Delete held jobs that nobody may have printed any more, and rows nobody can read.

        Raises: SpoolFullError when the disk does not take it; the next call will.
        """
        kept = {job.job_no for job in self.jobs() if not job.held or job.is_kept(now)}
        rows = {number for (number,) in self._db.execute("SELECT job_no FROM print_job")}
        if gone := rows - kept:
            self._spool.together(lambda: self._delete(gone))
