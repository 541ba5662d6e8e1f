"""Where folders are, as this kiosk knows it: the office's records, and over them what was done here of late.

What was done here stands in the spool's file, written with the record that tells the fleet of it, all or nothing. It
holds numbers only: an officer's name comes from the replica, so that wiping that leaves none. It is shown until the
fleet's records have it: until it is committed there and a later revision has come, or these records tell of something
later (``decisions/0005-what-was-done-here.md``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from fleet.protocol.office import Factory, Folder, Officer
from fleet.protocol.thai import IdNumber
from fleet.protocol.thai_order import thai_order
from kiosk.office.replica import Replica
from kiosk.spool import Spool
from kiosk.visits.folders import Deed, FolderFacts, Place

_SCHEMA = """
CREATE TABLE IF NOT EXISTS folder_deed (
    folder_id TEXT PRIMARY KEY,
    office_id TEXT NOT NULL,
    deed TEXT NOT NULL,
    officer_no TEXT NOT NULL,
    at TEXT NOT NULL,
    record_no INTEGER NOT NULL,
    revision INTEGER
) WITHOUT ROWID
"""
"""``revision``: the replica's when the fleet was first seen to have committed the record; NULL before."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with some folders, by whom and when (UTC)."""

    folder_ids: tuple[str, ...]
    deed: Deed
    officer_no: str
    at: datetime


class FolderBook:
    """Replica and spool, read as one; for the thread that opened both."""

    def __init__(self, replica: Replica, spool: Spool) -> None:
        """In the file of ``spool``.

        Raises: SpoolFullError when its table cannot be made.
        """
        self._replica, self._spool, self._db = replica, spool, spool.db
        spool.together(lambda: self._db.execute(_SCHEMA))

    def officer_with(self, id_number: IdNumber) -> Officer | None:
        """The officer whose card this is; None for anybody else."""
        hashed = self._replica.card_hash(id_number)
        return next(iter(self._replica.found(Officer, "card_hash", hashed)), None) if hashed else None

    def officers(self) -> tuple[Officer, ...]:
        """All of this office, by their names."""
        return tuple(
            sorted(self._replica.all_of(Officer), key=lambda each: (thai_order(each.name_th), each.officer_no))
        )

    def facts(self, folder_id: str) -> FolderFacts | None:
        """A folder as it stands; None when it is not this office's."""
        folder = self._replica.item(Folder, folder_id)
        return None if folder is None else self._facts(folder)

    def on_shelf(self, place: Place) -> tuple[FolderFacts, ...]:
        """What belongs on a shelf, in the order of its slots."""
        folders = self._replica.found(Folder, "shelf_id", place.shelf_id)
        return tuple(map(self._facts, sorted(folders, key=_by_slot)))

    def _facts(self, folder: Folder) -> FolderFacts:
        stands = self._as_it_stands(folder)
        holder = self._replica.item(Officer, stands.out_to) if stands.out_to else None
        return FolderFacts(stands, self._replica.item(Factory, folder.factory_no), holder)

    def _as_it_stands(self, folder: Folder) -> Folder:
        row = self._db.execute(
            "SELECT deed, officer_no, at FROM folder_deed WHERE folder_id = ? AND office_id = ?",
            (folder.folder_id, self._replica.office_id),
        ).fetchone()
        if row is None:
            return folder
        at = datetime.fromisoformat(row[2])
        if folder.out_since is not None and folder.out_since > at:
            return folder  # the later deed counts, here as at the fleet
        if row[0] != Deed.OUT:
            return msgspec.structs.replace(folder, out_to="", out_to_name="", out_since=None)
        officer = self._replica.item(Officer, row[1])
        name = officer.name_th if officer else row[1]
        return msgspec.structs.replace(folder, out_to=row[1], out_to_name=name, out_since=at)

    def doing(self, done: Done) -> Callable[[], object]:
        """The change that goes with the record of it, the first of its ``Spool.append``: for ``also``."""
        office_id, at = self._replica.office_id, done.at.isoformat()
        rows = [(each, office_id, done.deed.value, done.officer_no, at) for each in done.folder_ids]
        statement = "INSERT OR REPLACE INTO folder_deed SELECT ?, ?, ?, ?, ?, last_no + 1, NULL FROM spool"
        return lambda: self._db.executemany(statement, rows)

    def look_after(self) -> None:
        """Forget what the office's records have by now, and what was done in another office.

        Raises: SpoolFullError when that cannot be kept; it is asked again.
        """
        if self._db.execute("SELECT 1 FROM folder_deed LIMIT 1").fetchone() is not None:
            self._spool.together(self._settle)

    def _settle(self) -> None:
        revision, office_id = self._replica.revision, self._replica.office_id
        self._db.execute("DELETE FROM folder_deed WHERE revision < ? OR office_id <> ?", (revision, office_id))
        self._db.execute(
            "UPDATE folder_deed SET revision = ? WHERE revision IS NULL AND record_no NOT IN (SELECT no FROM record)",
            (revision,),
        )


def _by_slot(folder: Folder) -> tuple[int, str, str]:
    return (int(folder.slot) if folder.slot.isdecimal() else 0, folder.slot, folder.folder_id)
