"""Durable records towards the fleet: numbered without gaps, kept until the fleet says "committed through n".

Both processes of a kiosk open the same file; SQLite (WAL, synchronous=FULL) keeps them apart. A record that
``append`` returned from survives a pulled plug. This is no queue in memory and no log: nothing is written twice,
nothing is dropped. A file that is found broken is put aside and a new spool, with a new name, takes its place.
Notes (``kiosk.notes``) are all that stays of a record after that: the newest of a kind, for the technician.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from fleet.protocol.messages import Ack, NumberedRecord, RecordBatch
from fleet.protocol.records import KnownRecord, encode_record
from kiosk.notes import names_of
from kiosk.store import StoreError, open_store

T = TypeVar("T")

BATCH_RECORDS_MAX = 100
"""Records a batch; measured elsewhere as the size from which the fleet's commit costs nothing more a record."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    spool_id TEXT NOT NULL,
    last_no INTEGER NOT NULL,
    session_no INTEGER NOT NULL,
    transaction_seq INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS record (no INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, no INTEGER NOT NULL, body BLOB NOT NULL);
"""


class SpoolFullError(StoreError):
    """A record could not be written: the disk is full or broken. Do not do what the record would have told of."""


class Spool:
    """The spool in one SQLite file; for the thread that opened it."""

    def __init__(self, path: Path, *, max_bytes: int | None = None) -> None:
        """Open or create ``path``. ``max_bytes`` bounds the file: a full disk that comes early and on purpose.

        Raises: SpoolFullError when it cannot be opened or created.
        """
        try:
            self._store = open_store(path, _SCHEMA, durable=True, max_bytes=max_bytes)
            self._db = self._store.db
            self._db.execute(
                "INSERT OR IGNORE INTO spool VALUES (1, ?, 0, ?, ?)",
                (secrets.token_hex(8), *_first_counts(datetime.now(UTC))),
            )
        except (StoreError, sqlite3.OperationalError) as err:
            raise SpoolFullError(f"cannot open the spool: {err}") from err

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
        with self._writing():
            if also is not None:
                also()
            (last,) = self._db.execute("SELECT last_no FROM spool").fetchone()
            rows = [(last + i, encode_record(record)) for i, record in enumerate(records, 1)]
            self._db.executemany("INSERT INTO record VALUES (?, ?)", rows)
            notes = [(name, *row) for record, row in zip(records, rows, strict=True) for name in names_of(record)]
            self._db.executemany("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", notes)
            self._db.execute("UPDATE spool SET last_no = ?", (last + len(rows),))

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
            self._db.execute("DELETE FROM record WHERE no <= ?", (ack.committed_through,))
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
