"""Hands for the folder desk: finding, putting on record, and keeping walks along shelves that were stopped.

Runs on the main thread; everything here takes milliseconds, with or without a network. A walk that was stopped is a
note beside the spool's records, one an officer: written with every scan, gone with the record of the whole walk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

from fleet.protocol import records
from fleet.protocol.office import Officer
from kiosk.folder_book import Done, FolderBook
from kiosk.spool import Spool, SpoolFullError
from kiosk.visits.events import Event
from kiosk.visits.folder_effects import (
    FindFolder,
    FolderEffect,
    KeepWalk,
    ListOfficers,
    MoveFolder,
    NoteSeen,
    OpenWalk,
)
from kiosk.visits.folder_events import (
    DeedKept,
    FolderFound,
    FolderUnknown,
    OfficersListed,
    SeenNoted,
    WalkKept,
    WalkOpened,
)
from kiosk.visits.folders import Deed, OfficerHere, PausedWalk, Place, Seen, Walk
from kiosk.visits.writing_events import NotKept

log = logging.getLogger(__name__)

STOPPED_FOR = timedelta(days=4)
"""How long a stopped walk can be gone on with: over a long weekend. What stood on a shelf before that says little."""

STOPPED_MAX = 20
"""Walks an officer may have stopped; the oldest go."""


class _Stopped(msgspec.Struct, frozen=True):
    """A stopped walk as it stands in the note."""

    office_id: str
    room: str
    cabinet: str
    shelf: str
    folder_ids: tuple[str, ...]
    at: datetime

    @property
    def place(self) -> Place:
        return Place(self.room, self.cabinet, self.shelf)


_NOTE: msgspec.json.Decoder[tuple[_Stopped, ...]] = msgspec.json.Decoder(tuple[_Stopped, ...])


class Recording(Protocol):
    """What of ``Effects`` these hands use."""

    def put(self, record: records.KnownRecord, also: Callable[[], object] | None = None) -> bool:
        """Whether ``record`` is in the spool now, and what ``also`` changes with it."""


class FolderHands:
    """Carries the effects of the folder desk out."""

    def __init__(self, book: FolderBook, spool: Spool, office_id: Callable[[], str], recording: Recording) -> None:
        """``office_id``: whose records are here now."""
        self._book, self._spool, self._office_id, self._recording = book, spool, office_id, recording

    def run(self, effect: FolderEffect) -> tuple[Event, ...]:
        """Carry out one effect; the events that answer it."""
        match effect:
            case FindFolder(folder_id=folder_id):
                facts = self._book.facts(folder_id)
                return (FolderUnknown() if facts is None else FolderFound(facts),)
            case ListOfficers():
                return (OfficersListed(self._book.officers()),)
            case MoveFolder():
                return (self._move(effect),)
            case OpenWalk(officer_no=officer_no, place=place):
                return (WalkOpened(self._open(officer_no, place)),)
            case NoteSeen():
                return (self._note(effect),)
            case KeepWalk():
                return (self._keep(effect),)

    def here(self, officer: Officer) -> OfficerHere:
        """The officer whose card is in, with the walks to go on with."""
        self.look_after()
        stopped = self._stopped(officer.officer_no)
        return OfficerHere(officer, tuple(PausedWalk(each.place, len(each.folder_ids)) for each in stopped))

    def look_after(self) -> None:
        """What is due now and then: forget what the office's records have by now."""
        try:
            self._book.look_after()
        except SpoolFullError as err:
            log.error("folders not looked after: %s", err)

    # ---- taken, and brought back

    def _move(self, effect: MoveFolder) -> Event:
        folder_id, now = effect.facts.folder.folder_id, datetime.now(UTC)
        record = records.FolderMoved(
            folder_id=folder_id,
            deed=effect.deed.value,
            officer_no=effect.officer_no,
            moved_at=now,
            told_by=effect.told_by,
        )
        doing = self._book.doing(Done((folder_id,), effect.deed, effect.officer_no, now))
        if not self._recording.put(record, doing):
            return NotKept()
        facts = self._book.facts(folder_id)
        return FolderUnknown() if facts is None else DeedKept(facts, effect.deed)

    # ---- along a shelf

    def _open(self, officer_no: str, place: Place) -> Walk:
        stopped = next((each for each in self._stopped(officer_no) if each.place == place), None)
        ids = stopped.folder_ids if stopped else ()
        seen = tuple(Seen(each, self._book.facts(each)) for each in ids)
        return Walk(place, self._book.on_shelf(place), seen)

    def _note(self, effect: NoteSeen) -> Event:
        """A disk that is full does not stop the walk; it can only not be gone on with."""
        ids = (*effect.walk.ids, effect.folder_id)
        try:
            body = self._noted_with(effect.officer_no, effect.walk.place, ids)
            self._spool.note(_name(effect.officer_no), body)
        except SpoolFullError as err:
            log.error("a walk along a shelf is not kept: %s", err)
        return SeenNoted(Seen(effect.folder_id, self._book.facts(effect.folder_id)))

    def _keep(self, effect: KeepWalk) -> Event:
        walk, now = effect.walk, datetime.now(UTC)
        record = records.ShelfTaken(
            room=walk.place.room,
            cabinet=walk.place.cabinet,
            shelf=walk.place.shelf,
            folder_ids=walk.ids,
            officer_no=effect.officer_no,
            taken_at=now,
        )
        doing = self._book.doing(Done(walk.result.back, Deed.IN, effect.officer_no, now))
        body = self._noted_with(effect.officer_no, walk.place, ())
        ending = self._spool.noting(_name(effect.officer_no), body)
        return WalkKept() if self._recording.put(record, lambda: (doing(), ending())) else NotKept()

    def _stopped(self, officer_no: str) -> tuple[_Stopped, ...]:
        """The walks this officer has stopped here, the last one last."""
        body = self._spool.noted(_name(officer_no))
        if not body:
            return ()
        try:
            stopped = _NOTE.decode(body)
        except msgspec.DecodeError as err:  # of another release
            log.error("stopped walks cannot be read: %s", err)
            return ()
        now, office_id = datetime.now(UTC), self._office_id()
        return tuple(each for each in stopped if each.office_id == office_id and abs(now - each.at) <= STOPPED_FOR)

    def _noted_with(self, officer_no: str, place: Place, ids: tuple[str, ...]) -> bytes:
        """This officer's stopped walks, with this one; without it where nothing is scanned."""
        others = tuple(each for each in self._stopped(officer_no) if each.place != place)
        mine = (
            (_Stopped(self._office_id(), place.room, place.cabinet, place.shelf, ids, datetime.now(UTC)),)
            if ids
            else ()
        )
        return msgspec.json.encode((*others, *mine)[-STOPPED_MAX:])


def _name(officer_no: str) -> str:
    return f"walks-{officer_no}"
