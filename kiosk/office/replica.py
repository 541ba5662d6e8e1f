"""What this kiosk's office has on record, held here so that every look-up works without a network.

Holds no ID number and no person's name but the officers': a card finds its factories by keyed hash. The agent writes,
the front desk reads; both open the same SQLite file. It is a copy: one that is broken is put aside, and fetched again.

Items of all kinds stand in one table, by kind and key, with what else they are found by (``Item.FOUND_BY``) in
another. They belong to a set: the live one is read and takes changes; a fresh one, fetched page by page, takes its
place in one transaction when its last page is in (``decisions/0002-changes-and-sets.md``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fleet.protocol.office import KINDS, Change, Factory, Folder, Item, Notice, OfficePage
from fleet.protocol.thai import IdNumber, keyed_hash
from kiosk.store import StoreError, open_store
from kiosk.visits.events import Owed

T = TypeVar("T", bound=Item)

_SCHEMA = """
PRAGMA secure_delete=ON;
CREATE TABLE IF NOT EXISTS state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    office_id TEXT NOT NULL DEFAULT '',
    hash_key TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 0,
    live INTEGER NOT NULL DEFAULT 1,
    live_cursor TEXT NOT NULL DEFAULT '',
    fresh_cursor TEXT NOT NULL DEFAULT '',
    form TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS item (
    set_no INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (set_no, kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS found_by (
    set_no INTEGER NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (set_no, kind, field, value, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS found_by_key ON found_by (set_no, kind, key);
CREATE TABLE IF NOT EXISTS paid (
    reference TEXT PRIMARY KEY, paid_at TEXT NOT NULL, known_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT OR IGNORE INTO state (id) VALUES (1);
"""
"""``paid``: what the bank confirmed to this kiosk before the office's records said so, and the revision at which they
will; 0 when nobody said."""

_DECODERS: dict[type[Item], msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(kind) for kind in KINDS.values()}
_FORM = hashlib.sha256(repr(sorted((k.KIND, k.KEY, k.FOUND_BY) for k in KINDS.values())).encode()).hexdigest()
"""What this release looks items up by; a replica made by another is fetched anew, and serves until then."""


class Replica:
    """The replica in one SQLite file; for the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path``; a new one is empty, at revision 0.

        Raises: StoreError when it cannot be opened now.
        """
        self._store = open_store(path, _SCHEMA, durable=False)
        self._db = self._store.db

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
        return str(self._state("office_id"))

    @property
    def revision(self) -> int:
        """Revision of the office's records held here; 0 when there are none yet, or when not all of them are."""
        return int(self._state("revision")) if self._state("form") == _FORM and not self._state("fresh_cursor") else 0

    @property
    def cursor(self) -> str:
        """What to ask the fleet with: where the set under way, or else the live one, goes on."""
        if self._state("form") != _FORM:
            return ""
        return str(self._state("fresh_cursor") or self._state("live_cursor"))

    def _state(self, column: str) -> str | int:
        value: str | int = self._db.execute(f"SELECT {column} FROM state").fetchone()[0]  # noqa: S608 - ours
        return value

    # ---- from the fleet

    def take(self, page: OfficePage) -> None:
        """Take a page, all or nothing; the next one begins at ``cursor``. Another office's takes all that was here.

        A payment the fleet had confirmed to this kiosk stays confirmed, even if these records were drawn up before.

        Raises: StoreError when it cannot be written now, or is not what comes after what is here.
        """
        with self._store.writing():
            if not page.anew and page.since != self.cursor:
                raise StoreError("a page that does not follow what is here")
            if page.more and page.cursor == page.since:
                raise StoreError("a page that leads nowhere")
            if page.office_id != self.office_id:
                if not page.anew:
                    raise StoreError("a page of another office")
                self._empty()
            self._take(page)

    def _take(self, page: OfficePage) -> None:
        if not page.more:  # from here on the records are right, also when they say that the money went back
            self._db.execute("DELETE FROM paid WHERE known_at BETWEEN 1 AND ?", (page.revision,))
        live = int(self._state("live"))
        fresh = live + 1
        if page.anew:
            self._drop(fresh)
        is_fresh = page.anew or bool(self._state("fresh_cursor"))
        for change in page.changes:
            self._change(fresh if is_fresh else live, change)
        said = {"office_id": page.office_id, "hash_key": page.hash_key, "form": _FORM}
        if is_fresh and page.more:
            # Cards are looked up under the key of the live set until the fresh one takes its place.
            self._say(fresh_cursor=page.cursor, form=_FORM, office_id=page.office_id)
        elif is_fresh:
            self._say(**said, live=fresh, live_cursor=page.cursor, fresh_cursor="", revision=page.revision)
            self._drop(live)
        elif page.more:
            self._say(**said, live_cursor=page.cursor, revision=0)
        else:
            self._say(**said, live_cursor=page.cursor, revision=page.revision)

    def _change(self, set_no: int, change: Change) -> None:
        place = (set_no, change.kind, change.key)
        self._db.execute("DELETE FROM found_by WHERE set_no = ? AND kind = ? AND key = ?", place)
        if change.is_gone:
            self._db.execute("DELETE FROM item WHERE set_no = ? AND kind = ? AND key = ?", place)
            return
        body = bytes(change.item)
        self._db.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", (*place, body))
        if (kind := KINDS.get(change.kind)) is None:
            return
        try:
            item = _DECODERS[kind].decode(body)
        except msgspec.DecodeError as err:
            raise StoreError(f"a {change.kind} that cannot be read: {err}") from err
        rows = [(set_no, change.kind, field, value, change.key) for field, value in _found_by(item)]
        self._db.executemany("INSERT OR IGNORE INTO found_by VALUES (?, ?, ?, ?, ?)", rows)
        if isinstance(item, Notice) and item.paid_at is not None:
            self._db.execute("DELETE FROM paid WHERE reference = ?", (item.reference,))

    def _say(self, **columns: str | int) -> None:
        assigned = ", ".join(f"{column} = ?" for column in columns)
        self._db.execute(f"UPDATE state SET {assigned}", tuple(columns.values()))  # noqa: S608 - our own columns

    def _drop(self, set_no: int) -> None:
        for table in ("item", "found_by"):
            self._db.execute(f"DELETE FROM {table} WHERE set_no = ?", (set_no,))  # noqa: S608 - the two above

    def _empty(self) -> None:
        for table in ("item", "found_by", "paid"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the three above
        self._say(office_id="", hash_key="", revision=0, live_cursor="", fresh_cursor="")

    def wipe(self) -> None:
        """Forget everything, on the disk too: this kiosk is not to have these records any more.

        Raises: StoreError when that is not done yet; call it again.
        """
        with self._store.writing():
            self._empty()
        # Deleted rows are overwritten (secure_delete); the log, which holds them still, is emptied and synced.
        (busy, _, _) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError("the replica is being read; what was wiped is still in its log")

    def mark_paid(self, reference: str, paid_at: datetime, known_at: int = 0) -> None:
        """The bank has confirmed the notice with this bill reference; unknown references change nothing.

        ``known_at``: the revision at which the office's records say so; before it they do not take this back.

        Raises: StoreError when it cannot be written now.
        """
        with self._store.writing():
            for notice in self.found(Notice, "reference", reference):
                if notice.paid_at is None and not 0 < known_at <= self.revision:
                    row = (reference, paid_at.isoformat(), known_at)
                    self._db.execute("INSERT OR IGNORE INTO paid VALUES (?, ?, ?)", row)

    # ---- look-ups

    def item(self, kind: type[T], key: str) -> T | None:
        """The item of this kind and key, or None."""
        row = self._db.execute(
            "SELECT body FROM item WHERE set_no = (SELECT live FROM state) AND kind = ? AND key = ?", (kind.KIND, key)
        ).fetchone()
        return None if row is None else self._read(kind, row[0])

    def found(self, kind: type[T], field: str, value: str) -> tuple[T, ...]:
        """The items of this kind whose ``field`` (one of its ``FOUND_BY``) is, or holds, ``value``; by key."""
        rows = self._db.execute(
            "SELECT body FROM state JOIN found_by ON found_by.set_no = live JOIN item USING (set_no, kind, key)"
            " WHERE kind = ? AND field = ? AND value = ? ORDER BY key",
            (kind.KIND, field, value),
        )
        return tuple(self._read(kind, body) for (body,) in rows)

    def all_of(self, kind: type[T]) -> tuple[T, ...]:
        """All items of a kind, by key. For kinds of which there are few."""
        rows = self._db.execute(
            "SELECT body FROM item WHERE set_no = (SELECT live FROM state) AND kind = ? ORDER BY key", (kind.KIND,)
        )
        return tuple(self._read(kind, body) for (body,) in rows)

    def _read(self, kind: type[T], body: bytes) -> T:
        item: T = _DECODERS[kind].decode(body)
        return item

    def card_hash(self, id_number: IdNumber) -> str:
        """What stands for a card in this office's records; empty while there are none."""
        key = str(self._state("hash_key"))
        return keyed_hash(id_number, bytes.fromhex(key)) if key else ""

    def factories_of(self, id_number: IdNumber) -> tuple[str, ...]:
        """Numbers of the factories whose owner this is; empty for a stranger."""
        hashed = self.card_hash(id_number)
        return tuple(each.factory_no for each in self.found(Factory, "owner_hashes", hashed)) if hashed else ()

    def factory_of_folder(self, folder_id: str) -> str | None:
        """Number of the factory a folder belongs to."""
        folder = self.item(Folder, folder_id)
        return folder.factory_no if folder else None

    def factory_numbered(self, number: str) -> str | None:
        """The 14-digit number of a factory, given that or its old number; None when it is not here."""
        if (factory := self.item(Factory, number)) is not None:
            return factory.factory_no
        return next((each.factory_no for each in self.found(Factory, "old_no", number)), None)

    def notices_of(self, factory_no: str) -> tuple[Owed, ...]:
        """All notices of a factory, paid ones too, by due date."""
        owed = self._owed(self.found(Notice, "factory_no", factory_no))
        return tuple(sorted(owed, key=lambda o: (o.notice.due_on, o.notice.notice_no)))

    def notice_with(self, reference: str) -> Owed | None:
        """The notice with this bill reference."""
        return next(self._owed(self.found(Notice, "reference", reference)), None)

    def _owed(self, notices: tuple[Notice, ...]) -> Iterator[Owed]:
        for notice in notices:
            factory = self.item(Factory, notice.factory_no)
            if factory is None:
                continue  # it comes with a later page, or is about to go
            paid = self._db.execute("SELECT paid_at FROM paid WHERE reference = ?", (notice.reference,)).fetchone()
            if paid and notice.paid_at is None:
                notice = msgspec.structs.replace(notice, paid_at=datetime.fromisoformat(paid[0]))  # noqa: PLW2901
            yield Owed(notice, factory)

    def close(self) -> None:
        """Close the file. Calling it again does nothing."""
        self._store.close()


def _found_by(item: Item) -> Iterator[tuple[str, str]]:
    for field in item.FOUND_BY:
        value = getattr(item, field)
        for each in (value,) if isinstance(value, str) else value:
            if each:
                yield field, each
