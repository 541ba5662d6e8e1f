"""An SQLite file both processes open: checked when it is opened, and put aside when it is broken.

What it is: what spool and replica share about their files. What it is not: a database layer; each keeps its own
tables and statements.
Rules: a file that is broken is renamed (``.broken``, the one before it goes) and a fresh one made in its place, so
that a kiosk never stays dark because of a sector; whoever still holds the old file finds out by ``is_replaced`` and
must end, to be started on the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BUSY_TIMEOUT_S = 5.0
"""How long to wait for the other process's transaction; its longest (a new replica) takes about a second."""

_CANNOT_WRITE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
    }
)
"""Error codes that mean the disk, not us."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PARTS = ("", "-wal", "-shm")


class StoreError(Exception):
    """The file cannot be opened or written: the disk is full, or not there. Try again later."""


class StoreReplacedError(Exception):
    """The file was found broken and replaced by the other process: end, and be started again on the new one."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open file. ``replaced``: what stood here before was broken, and is now beside it."""

    db: sqlite3.Connection
    path: Path
    inode: int
    replaced: bool

    @property
    def is_replaced(self) -> bool:
        """Whether another file stands under our name by now."""
        try:
            return os.stat(self.path).st_ino != self.inode  # noqa: PTH116 - the same call, without a Path a write
        except OSError:
            return True

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; undone as a whole when anything in it fails.

        Raises: StoreError when the disk does not take it; StoreReplacedError when this is not the file any more.
        """
        if self.is_replaced:
            raise StoreReplacedError(f"another {self.path.name} has taken the place of this one")
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")
        except sqlite3.OperationalError as err:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if err.sqlite_errorcode & 0xFF in _CANNOT_WRITE:
                raise StoreError(f"{self.path.name} cannot be written: {err}") from err
            raise

    def close(self) -> None:
        """Close the file. Calling it again does nothing."""
        self.db.close()


def open_store(path: Path, schema: str, *, durable: bool, max_bytes: int | None = None) -> Store:
    """Open ``path``, or make it. ``durable``: a commit survives a pulled plug. ``max_bytes`` bounds the file.

    Raises: StoreError when that is not possible now.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            try:
                return _open(path, schema, durable=durable, max_bytes=max_bytes, replaced=False)
            except sqlite3.DatabaseError as err:
                if err.sqlite_errorcode & 0xFF not in _BROKEN:
                    raise
            _put_aside(path)
            return _open(path, schema, durable=durable, max_bytes=max_bytes, replaced=True)
    except (OSError, sqlite3.OperationalError) as err:
        raise StoreError(f"cannot open {path.name}: {err}") from err


def _open(path: Path, schema: str, *, durable: bool, max_bytes: int | None, replaced: bool) -> Store:
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        if max_bytes is not None:
            page_bytes = db.execute("PRAGMA page_size").fetchone()[0]
            db.execute(f"PRAGMA max_page_count={max(1, max_bytes // page_bytes)}")
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            broken = sqlite3.DatabaseError(verdict)
            broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise broken
        db.executescript(schema)
        return Store(db, path, path.stat().st_ino, replaced)
    except (sqlite3.Error, OSError):
        db.close()
        raise


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of two processes that find the file broken, one puts it aside, and the other finds a good one."""
    with path.with_name(path.name + ".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put_aside(path: Path) -> None:
    for part in _PARTS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + part).replace(path.with_name(path.name + ".broken" + part))
