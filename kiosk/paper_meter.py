"""What is known of the roll in the printer, kept in the spool's file: counted with the record of a slip, or not at all.

Not here: what follows from it (``kiosk.paper_forecast``). A meter that cannot be read begins anew, knowing nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import msgspec

from drivers.printer.port import Paper
from fleet.protocol.thai import BANGKOK
from kiosk import paper_forecast
from kiosk.paper_forecast import Outlook, Roll
from kiosk.spool import Spool, SpoolFullError

log = logging.getLogger(__name__)

NOTE = "paper/roll"
"""The name of the note in the spool."""


def read_roll(note: bytes | None, nominal_mm: int) -> Roll:
    """The roll in the spool's note, of a kind ``nominal_mm`` long; one nobody knows when there is none."""
    try:
        roll = msgspec.json.decode(note or b"", type=Roll)
    except msgspec.DecodeError:
        return paper_forecast.fresh(nominal_mm)
    return paper_forecast.of_kind(roll, nominal_mm)


class PaperMeter:
    """The roll of one printer; for the spool's thread."""

    def __init__(self, spool: Spool, roll_m: float = paper_forecast.ROLL_M) -> None:
        """``roll_m``: how long a new roll is."""
        self._spool = spool
        self._roll = read_roll(spool.noted(NOTE), round(roll_m * 1000))
        self._paper = Paper.UNKNOWN
        self._seen_at_mm = self._moved_mm = 0

    @property
    def roll(self) -> Roll:
        """The roll as it is known now."""
        return self._roll

    def outlook(self, now: datetime) -> Outlook | None:
        """What lies ahead; None when nobody can know."""
        return paper_forecast.outlook(self._roll, now)

    def printed(self, length_mm: int, now: datetime, cuts: int | None = None) -> Callable[[], object]:
        """Count a slip. The result keeps the count, in the transaction of the slip's record (``Spool.append``)."""
        before_mm = self._roll.used_mm
        self._roll = paper_forecast.printed(self._roll, length_mm, now.astimezone(BANGKOK).date(), cuts)
        self._moved_mm += self._roll.used_mm - before_mm
        self._roll = self._after_seen(self._paper)
        return self._spool.noting(NOTE, msgspec.json.encode(self._roll))

    def put_in(self) -> Callable[[], object]:
        """A new roll was put in: somebody says so. The result keeps it, as that of ``printed`` does."""
        self._roll = paper_forecast.new_roll(self._roll)
        return self._spool.noting(NOTE, msgspec.json.encode(self._roll))

    def seen(self, paper: Paper) -> None:
        """The printer has said how its paper stands."""
        self._paper = paper
        roll = self._after_seen(paper)
        if roll == self._roll:
            return
        if roll.is_whole and roll.used_mm == 0:
            log.info("a new roll of paper")
        self._roll = roll
        try:
            self._spool.note(NOTE, msgspec.json.encode(roll))
        except SpoolFullError as err:  # the next slip writes it, too
            log.error("the roll of paper is not noted: %s", err)

    def _after_seen(self, paper: Paper) -> Roll:
        moved_mm, self._seen_at_mm = self._moved_mm - self._seen_at_mm, self._moved_mm
        return paper_forecast.seen(self._roll, paper, moved_mm)
