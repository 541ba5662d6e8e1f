"""What this kiosk's office has on record, held here so that every look-up works without a network.

Holds no ID number and no person's name: a card finds its factories by keyed hash. The agent writes, the front desk
reads; both open the same SQLite file. It is a copy: one that is broken is put aside, and fetched again.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import msgspec

from fleet.protocol.office import Factory, Notice, OfficeRecords
from fleet.protocol.thai import IdNumber, keyed_hash
from kiosk.store import StoreError, open_store
from kiosk.visits.events import Owed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS office (
    id INTEGER PRIMARY KEY CHECK (id = 1), office_id TEXT, revision INTEGER, hash_key TEXT
);
CREATE TABLE IF NOT EXISTS factory (factory_no TEXT PRIMARY KEY, old_no TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS factory_old_no ON factory (old_no) WHERE old_no <> '';
CREATE TABLE IF NOT EXISTS owner (
    hash TEXT NOT NULL, factory_no TEXT NOT NULL, PRIMARY KEY (hash, factory_no)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folder (folder_id TEXT PRIMARY KEY, factory_no TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice (
    notice_no TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    factory_no TEXT NOT NULL,
    paid_at TEXT,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS notice_factory_no ON notice (factory_no);
"""

_FACTORY = msgspec.json.Decoder(Factory)
_NOTICE = msgspec.json.Decoder(Notice)


class Replica:
    """The replica in one SQLite file; for the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path``; a new one is empty, at revision 0.

        Raises: StoreError when it cannot be opened now.
        """
        self._store = open_store(path, _SCHEMA, durable=False)
        self._db = self._store.db
        with self._store.writing():
            self._db.execute("INSERT OR IGNORE INTO office VALUES (1, '', 0, '')")

    @property
    def replaced(self) -> bool:
        """Whether the replica before this one was broken when this one was opened."""
        return self._store.replaced

    @property
    def is_replaced(self) -> bool:
        """Whether the other process has found this replica broken and begun another: end, and start again on that."""
        return self._store.is_replaced

    @property
    def office_id(self) -> str:
        """Whose records these are; empty when there are none yet."""
        return str(self._db.execute("SELECT office_id FROM office").fetchone()[0])

    @property
    def revision(self) -> int:
        """Revision of the office's records held here; 0 when there are none yet."""
        return int(self._db.execute("SELECT revision FROM office").fetchone()[0])

    def replace(self, records: OfficeRecords) -> None:
        """Hold ``records`` instead of what was here, all or nothing.

        A payment the fleet had confirmed to this kiosk stays confirmed, even if these records were drawn up before.

        Raises: StoreError when they cannot be written now, or contradict each other; what was here is still here.
        """
        try:
            self._replace(records)
        except sqlite3.IntegrityError as err:  # one number twice: the fleet's mistake, and no reason to lose what is
            raise StoreError(f"revision {records.revision} contradicts itself: {err}") from err

    def _replace(self, records: OfficeRecords) -> None:
        encode = msgspec.json.encode
        with self._store.writing():
            paid = dict(self._db.execute("SELECT notice_no, paid_at FROM notice WHERE paid_at IS NOT NULL").fetchall())
            for table in ("factory", "owner", "folder", "notice"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the four names above
            for factory in records.factories:
                number = factory.factory_no
                self._db.execute("INSERT INTO factory VALUES (?, ?, ?)", (number, factory.old_no, encode(factory)))
                self._db.executemany("INSERT INTO owner VALUES (?, ?)", [(h, number) for h in factory.owner_hashes])
                self._db.executemany("INSERT INTO folder VALUES (?, ?)", [(f, number) for f in factory.folder_ids])
            for notice in records.notices:
                paid_at = notice.paid_at.isoformat() if notice.paid_at else paid.get(notice.notice_no)
                row = (notice.notice_no, notice.reference, notice.factory_no, paid_at, encode(notice))
                self._db.execute("INSERT INTO notice VALUES (?, ?, ?, ?, ?)", row)
            office = (records.office_id, records.revision, records.hash_key)
            self._db.execute("UPDATE office SET office_id = ?, revision = ?, hash_key = ?", office)

    def mark_paid(self, reference: str, paid_at: datetime) -> None:
        """The bank has confirmed the notice with this bill reference; unknown references change nothing.

        Raises: StoreError when it cannot be written now.
        """
        with self._store.writing():
            self._db.execute(
                "UPDATE notice SET paid_at = ? WHERE reference = ? AND paid_at IS NULL",
                (paid_at.isoformat(), reference),
            )

    def factories_of(self, id_number: IdNumber) -> tuple[str, ...]:
        """Numbers of the factories whose owner this is; empty for a stranger."""
        (key,) = self._db.execute("SELECT hash_key FROM office").fetchone()
        if not key:
            return ()
        hashed = keyed_hash(id_number, bytes.fromhex(key))
        rows = self._db.execute("SELECT factory_no FROM owner WHERE hash = ? ORDER BY factory_no", (hashed,))
        return tuple(number for (number,) in rows)

    def factory_of_folder(self, folder_id: str) -> str | None:
        """Number of the factory a folder belongs to."""
        row = self._db.execute("SELECT factory_no FROM folder WHERE folder_id = ?", (folder_id,)).fetchone()
        return str(row[0]) if row else None

    def factory_numbered(self, number: str) -> str | None:
        """The 14-digit number of a factory, given that or its old number; None when it is not here."""
        row = self._db.execute(
            "SELECT factory_no FROM factory WHERE factory_no = ?1 OR old_no = ?1 LIMIT 1", (number,)
        ).fetchone()
        return str(row[0]) if row else None

    def notices_of(self, factory_no: str) -> tuple[Owed, ...]:
        """All notices of a factory, paid ones too, by due date."""
        return self._owed("notice.factory_no = ?", factory_no)

    def notice_with(self, reference: str) -> Owed | None:
        """The notice with this bill reference."""
        found = self._owed("notice.reference = ?", reference)
        return found[0] if found else None

    def _owed(self, where: str, value: str) -> tuple[Owed, ...]:
        rows = self._db.execute(
            "SELECT notice.body, notice.paid_at, factory.body FROM notice JOIN factory USING (factory_no) WHERE "  # noqa: S608
            + where,  # one of the two fixed conditions above
            (value,),
        ).fetchall()
        owed = []
        for notice_body, paid_at, factory_body in rows:
            notice = _NOTICE.decode(notice_body)
            if paid_at and notice.paid_at is None:
                notice = msgspec.structs.replace(notice, paid_at=datetime.fromisoformat(paid_at))
            owed.append(Owed(notice, _FACTORY.decode(factory_body)))
        return tuple(sorted(owed, key=lambda o: (o.notice.due_on, o.notice.notice_no)))

    def close(self) -> None:
        """Close the file. Calling it again does nothing."""
        self._store.close()
