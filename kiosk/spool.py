"""Durable records towards the fleet: numbered without gaps, kept until the fleet says "committed through n".

Both processes of a kiosk open the same file; SQLite (WAL, synchronous=FULL) keeps them apart. A record that
``append`` returned from survives a pulled plug. This is no queue in memory and no log: nothing is written twice.
It is bounded: what is too old, or too much, or finds the disk low, is told as forgotten (``RecordsDropped``) if it is
telemetry, and stays if it is money or audit (``kiosk.telemetry``). A disk that is full all the same costs a reserve
first (``kiosk.disk_room``).
A file that is found broken is put aside and a new spool, with a new name, takes its place.
Notes (``kiosk.notes``) are all that stays of a record after that: the newest of a kind, for the technician.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from fleet.protocol.messages import Ack, NumberedRecord, RecordBatch
from fleet.protocol.records import KnownRecord, RecordsDropped, encode_record
from kiosk.disk_room import Reserve, Room, room_at
from kiosk.notes import names_of
from kiosk.store import StoreError, open_store
from kiosk.telemetry import as_dropped, dropped_one, is_telemetry, joined

T = TypeVar("T")

BATCH_RECORDS_MAX = 100
"""Records a batch; measured elsewhere as the size from which the fleet's commit costs nothing more a record."""

DROPPED_AT_ONCE = 100
"""Records of telemetry a transaction forgets at most: some 5 ms, and each record that comes after it goes on."""

CLOCK_SET_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
"""A kiosk without a network may wake up in 1970: what it wrote then is of no known age."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    spool_id TEXT NOT NULL,
    last_no INTEGER NOT NULL,
    session_no INTEGER NOT NULL,
    transaction_seq INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS record (no INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS telemetry (no INTEGER PRIMARY KEY, at_s INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, no INTEGER NOT NULL, body BLOB NOT NULL);
"""


class SpoolFullError(StoreError):
    """A record could not be written: the disk is full or broken. Do not do what the record would have told of."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much telemetry may wait for the fleet: of what age, and until the spool holds how much in all.

    A kiosk makes some hundred records a day of 200 bytes: the size is that of a year, the age that of a long repair.
    """

    age_s: float = 90 * 86_400.0
    used_bytes: int = 32 * 1024 * 1024


class Spool:
    """The spool in one SQLite file; for the thread that opened it."""

    def __init__(self, path: Path, *, bounds: Bounds = Bounds(), max_bytes: int | None = None) -> None:
        """Open or create ``path``. ``max_bytes`` bounds the file: a full disk that comes early and on purpose.

        Raises: SpoolFullError when it cannot be opened or created.
        """
        self._directory, self._bounds, self._reserve = path.parent, bounds, Reserve(path)
        try:
            self._store = open_store(path, _SCHEMA, durable=True, max_bytes=max_bytes)
            self._db = self._store.db
            self._db.execute(
                "INSERT OR IGNORE INTO spool VALUES (1, ?, 0, ?, ?)",
                (secrets.token_hex(8), *_first_counts(datetime.now(UTC))),
            )
        except (StoreError, sqlite3.OperationalError) as err:
            raise SpoolFullError(f"cannot open the spool: {err}") from err
        self._reserve.hold()

    @property
    def replaced(self) -> bool:
        """Whether the spool before this one was broken when this one was opened: records may be lost, say so."""
        return self._store.replaced

    @property
    def is_replaced(self) -> bool:
        """Whether the other process has found this spool broken and begun another: end, and start again on that."""
        return self._store.is_replaced

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction of the file, its failure in the words of the spool."""
        try:
            with self._store.writing():
                yield
        except StoreError as err:
            raise SpoolFullError(str(err)) from err

    @property
    def db(self) -> sqlite3.Connection:
        """The file, for tables whose changes belong together with records (``append``'s ``also``)."""
        return self._db

    def append(self, *records: KnownRecord, also: Callable[[], object] | None = None) -> None:
        """Number and keep records; all of them or none. ``also`` changes ``db`` in the same transaction.

        Raises: SpoolFullError when they cannot be kept.
        """
        try:
            self._append(records, also)
        except SpoolFullError:
            if all(map(is_telemetry, records)) or not self._reserve.give_up():
                raise
            self._append(records, also)

    def _append(self, records: tuple[KnownRecord, ...], also: Callable[[], object] | None) -> None:
        now_s = int(time.time())
        with self._writing():
            if also is not None:
                also()
            (last,) = self._db.execute("SELECT last_no FROM spool").fetchone()
            rows = [(last + i, encode_record(record)) for i, record in enumerate(records, 1)]
            self._db.executemany("INSERT INTO record VALUES (?, ?)", rows)
            notes = [(name, *row) for record, row in zip(records, rows, strict=True) for name in names_of(record)]
            self._db.executemany("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", notes)
            self._db.execute("UPDATE spool SET last_no = ?", (last + len(rows),))
            telemetry = [no for record, (no, _) in zip(records, rows, strict=True) if is_telemetry(record)]
            if self.room is Room.PLENTY:
                self._db.executemany("INSERT INTO telemetry VALUES (?, ?)", [(no, now_s) for no in telemetry])
            else:
                for no in telemetry:
                    self._forget(no, now_s)
            self._keep_within_bounds(now_s)

    # ---- what is forgotten

    @property
    def room(self) -> Room:
        """How much room the disk has; with ``LAST`` nothing is to be begun that must be recorded."""
        return room_at(self._directory, self._reserve)

    def look_after(self) -> None:
        """What is due now and then: forget what has become too old, take the reserve again once there is room.

        Raises: SpoolFullError when it cannot be kept.
        """
        with self._writing():
            self._keep_within_bounds(int(time.time()))
        self._reserve.hold()

    def _keep_within_bounds(self, now_s: int) -> None:
        """Forget the oldest telemetry as long as there is some that is too old, or too much in all."""
        too_old_s = now_s - self._bounds.age_s
        rows = self._db.execute("SELECT no, at_s FROM telemetry ORDER BY no LIMIT ?", (DROPPED_AT_ONCE,)).fetchall()
        for no, at_s in rows:
            if not CLOCK_SET_S <= at_s < too_old_s and self._used_bytes() <= self._bounds.used_bytes:
                return
            self._forget(no, at_s)

    def _used_bytes(self) -> int:
        """What the file holds, without the pages it has to spare."""
        pages, spare, page_bytes = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int(pages - spare) * int(page_bytes)

    def _forget(self, no: int, at_s: int) -> None:
        """Put "one forgotten" in the place of a record, joined with those that were forgotten just before and after."""
        dropped = dropped_one(at_s)
        self._db.execute("DELETE FROM telemetry WHERE no = ?", (no,))
        self._db.execute("DELETE FROM record WHERE no = ?", (no,))
        before = self._neighbour("SELECT no, body FROM record WHERE no < ? ORDER BY no DESC LIMIT 1", no)
        if before is not None and before[0] == no - 1:
            self._db.execute("DELETE FROM record WHERE no = ?", (before[0],))
            dropped = joined(before[1], dropped)
        after = self._neighbour("SELECT no, body FROM record WHERE no > ? ORDER BY no LIMIT 1", no)
        if after is not None and after[0] - after[1].count == no:
            no, dropped = after[0], joined(dropped, after[1])
        self._db.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (no, encode_record(dropped)))

    def _neighbour(self, query: str, no: int) -> tuple[int, RecordsDropped] | None:
        row = self._db.execute(query, (no,)).fetchone()
        dropped = None if row is None else as_dropped(row[1])
        return None if dropped is None else (int(row[0]), dropped)

    # ---- notes, and what else changes together

    def note(self, name: str, body: bytes) -> None:
        """Keep ``body`` under ``name``, in the place of what stood there; it is no record and goes to nobody.

        Raises: SpoolFullError when it cannot be kept.
        """
        with self._writing():
            self.noting(name, body)()

    def noting(self, name: str, body: bytes) -> Callable[[], object]:
        """``note`` as the change of ``append``'s ``also``: with the records, or not at all."""
        return lambda: self._db.execute("INSERT OR REPLACE INTO note SELECT ?, last_no, ? FROM spool", (name, body))

    def noted(self, name: str) -> bytes | None:
        """What is kept under ``name``: a note, or the record that ``kiosk.notes`` keeps there."""
        row = self._db.execute("SELECT body FROM note WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def together(self, change: Callable[[], T]) -> T:
        """What ``change`` gives, which changes ``db``, all of it or nothing.

        Raises: SpoolFullError when that cannot be kept.
        """
        with self._writing():
            return change()

    def batch(self, after_no: int) -> RecordBatch | None:
        """The oldest records after ``after_no``, at most ``BATCH_RECORDS_MAX``; None when there are none."""
        rows = self._db.execute(
            "SELECT no, body FROM record WHERE no > ? ORDER BY no LIMIT ?", (after_no, BATCH_RECORDS_MAX)
        ).fetchall()
        if not rows:
            return None
        records = tuple(NumberedRecord(no=no, record=msgspec.Raw(body)) for no, body in rows)
        return RecordBatch(spool_id=self.spool_id, records=records)

    def acknowledge(self, ack: Ack) -> bool:
        """Forget what the fleet has committed. False when ``ack`` is of another spool and was not heeded."""
        if ack.spool_id != self.spool_id:
            return False
        with self._writing():
            for table in ("record", "telemetry"):
                self._db.execute(f"DELETE FROM {table} WHERE no <= ?", (ack.committed_through,))  # noqa: S608 - ours
        return True

    @property
    def spool_id(self) -> str:
        """Name of this spool; a new one starts counting at 1 again."""
        return str(self._db.execute("SELECT spool_id FROM spool").fetchone()[0])

    @property
    def depth(self) -> int:
        """Records the fleet has not yet committed."""
        return int(self._db.execute("SELECT count(*) FROM record").fetchone()[0])

    @property
    def last_no(self) -> int:
        """Number of the newest record ever written; 0 before the first."""
        return int(self._db.execute("SELECT last_no FROM spool").fetchone()[0])

    @property
    def session_no(self) -> int:
        """The link session's number that was kept last; can be asked when nothing can be written."""
        return int(self._db.execute("SELECT session_no FROM spool").fetchone()[0])

    def next_session_no(self) -> int:
        """A link session's number, larger than any before.

        Raises: SpoolFullError when it cannot be kept.
        """
        return self._count("session_no")

    def next_transaction_seq(self) -> int:
        """A transaction's sequence number, larger than any before; numbers may be skipped.

        Raises: SpoolFullError when it cannot be kept.
        """
        return self._count("transaction_seq")

    def _count(self, column: str) -> int:
        with self._writing():
            self._db.execute(f"UPDATE spool SET {column} = {column} + 1")  # noqa: S608 - one of our two column names
            return int(self._db.execute(f"SELECT {column} FROM spool").fetchone()[0])  # noqa: S608 - as above

    def close(self) -> None:
        """Close the file. Calling it again does nothing."""
        self._store.close()


def _first_counts(now: datetime) -> tuple[int, int]:
    """Where session and transaction numbers of a new spool begin: above those of any spool this kiosk had before.

    Sessions begin at the minutes since 1970. Transactions, which have seven digits a year, at ten times the minutes of
    this year: 5,256,000 at most, and no kiosk takes ten payments a minute.
    """
    minutes = (now - datetime(now.year, 1, 1, tzinfo=UTC)).total_seconds() // 60
    return int(now.timestamp() // 60), int(minutes) * 10
