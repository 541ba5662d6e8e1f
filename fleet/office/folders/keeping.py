"""What happens to folders, kept: from kiosks as records, from the web by hand; and what follows from it.

Rules: every movement is kept, none is changed. Where a folder stands is decided by time: of two kiosks that were cut
off, the later deed counts, whichever is heard of first (``decisions/0001-the-later-deed-counts.md``). Nothing here
tells the kiosks: ``keep`` and ``move`` give the folders that may stand otherwise now, ``publish`` says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from fleet.office.changes.publishing import publish
from fleet.office.clocks import told_at
from fleet.office.folders.models import Deed, Movement, Officer, Standing, StockTaking
from fleet.office.models import Folder
from fleet.protocol import office as wire
from fleet.protocol import records
from fleet.protocol.stock import compare

log = logging.getLogger(__name__)

Kept = records.FolderMoved | records.ShelfTaken

FOLDER_ID_MAX = 12

SCANNED_MAX = 2000
"""Of one walk; a shelf takes some dozens."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was said, and when we heard of it. ``by`` is who was signed in, on the web."""

    office_id: str
    now: datetime
    kiosk_id: str = ""
    by: User | None = None


@dataclass(frozen=True, slots=True)
class _Who:
    """``told_by``: who told of it, where that was another."""

    number: str
    name: str
    told_by: _Who | None = None


def keep(source: Source, record: Kept) -> frozenset[str]:
    """Keep what a kiosk's record tells; the folders that may stand otherwise now. What cannot be kept is logged."""
    try:
        with transaction.atomic():
            who = _who(source.office_id, record.officer_no)
            if isinstance(record, records.FolderMoved) and record.told_by not in ("", record.officer_no):
                who = replace(who, told_by=_who(source.office_id, record.told_by))
            if isinstance(record, records.ShelfTaken):
                return _take_stock(source, record, who)[1]
            if len(record.folder_id) > FOLDER_ID_MAX or _is_elsewhere(source.office_id, record.folder_id):
                raise ValueError("no folder of this office")
            return _move(source, [record.folder_id], Deed(record.deed), who, _at(record.moved_at, source.now))
    except (ValueError, DataError, IntegrityError, OverflowError) as err:
        log.error("%s sent a %s that cannot be kept: %s", source.kiosk_id, type(record).__name__, type(err).__name__)
        return frozenset()


def _is_elsewhere(office_id: str, folder_id: str) -> bool:
    """Whether another office has it on its register: what stands there is not this one's to say."""
    return Folder.objects.filter(pk=folder_id).exclude(factory__office_id=office_id).exists()


def move(source: Source, folder_id: str, deed: Deed, officer_no: str) -> frozenset[str]:
    """A folder was taken or brought back, now; the folders that may stand otherwise."""
    return _move(source, [folder_id], deed, _who(source.office_id, officer_no), source.now)


def put(folder: Folder, room: str, cabinet: str, shelf: str, slot: str) -> None:
    """The folder's place is another from now on, and its office's kiosks get to know."""
    with transaction.atomic():
        place = {"room": room[:20], "cabinet": cabinet[:20], "shelf": shelf[:20], "slot": slot[:20]}
        Folder.objects.filter(pk=folder.pk).update(**place)
        tell(folder.factory.office_id, [folder.pk])


def tell(office_id: str, folder_ids: Iterable[str]) -> int:
    """Say that these folders stand otherwise; the office's revision now."""
    return publish(office_id, {wire.Folder: frozenset(folder_ids)})


def _move(source: Source, folder_ids: Iterable[str], deed: Deed, who: _Who, at: datetime) -> frozenset[str]:
    moved = frozenset(folder_ids)
    for folder_id in sorted(moved):
        Movement.objects.create(
            office_id=source.office_id,
            folder_id=folder_id,
            deed=deed,
            officer_no=who.number,
            officer_name=who.name,
            at=at,
            received_at=source.now,
            kiosk_id=source.kiosk_id,
            by=source.by,
            told_by_no=who.told_by.number if who.told_by else None,
            told_by_name=who.told_by.name if who.told_by else None,
        )
        _settle(source.office_id, folder_id)
    return moved


def _settle(office_id: str, folder_id: str) -> None:
    """Where the folder stands by all that is known: the latest deed counts."""
    # Locked before it is asked what the latest is: of two who settle at once, the second must see the first's.
    standing, _ = Standing.objects.select_for_update().get_or_create(
        folder_id=folder_id, defaults={"office_id": office_id}
    )
    last = Movement.objects.filter(office_id=office_id, folder_id=folder_id).last()
    is_out = last is not None and last.deed == Deed.OUT
    standing.office_id = office_id
    standing.out_to = last.officer_no if last and is_out else ""
    standing.out_to_name = last.officer_name if last and is_out else ""
    standing.out_since = last.at if last and is_out else None
    standing.save(update_fields=["office", "out_to", "out_to_name", "out_since"])


def take_stock(source: Source, shelf: tuple[str, str, str], scanned: Iterable[str], officer_no: str) -> StockTaking:
    """A shelf (room, cabinet, shelf) was walked along, now; what is wrong with it."""
    record = records.ShelfTaken(
        room=shelf[0],
        cabinet=shelf[1],
        shelf=shelf[2],
        folder_ids=tuple(scanned),
        officer_no=officer_no,
        taken_at=source.now,
    )
    taking, back = _take_stock(source, record, _who(source.office_id, officer_no))
    tell(source.office_id, back)
    return taking


def _take_stock(source: Source, record: records.ShelfTaken, who: _Who) -> tuple[StockTaking, frozenset[str]]:
    """The walk, and the folders that may stand otherwise now."""
    at = _at(record.taken_at, source.now)
    place = record.room[:20], record.cabinet[:20], record.shelf[:20]
    scanned = sorted({each for each in record.folder_ids[:SCANNED_MAX] if len(each) <= FOLDER_ID_MAX})
    ours = Folder.objects.filter(factory__office_id=source.office_id)
    here = ours.filter(room=place[0], cabinet=place[1], shelf=place[2])
    shelf_of = {each.pk: wire.shelf_id(each.room, each.cabinet, each.shelf) for each in (*here, *_some(ours, scanned))}
    out = _out_by(source.office_id, at, shelf_of.keys())
    found = compare(wire.shelf_id(*place), shelf_of, out, scanned)
    taking = StockTaking.objects.create(
        office_id=source.office_id,
        room=place[0],
        cabinet=place[1],
        shelf=place[2],
        officer_no=who.number,
        officer_name=who.name,
        at=at,
        received_at=source.now,
        kiosk_id=source.kiosk_id,
        scanned=scanned,
        missing=list(found.missing),
        misplaced=list(found.misplaced),
        extra=list(found.extra),
    )
    for folder_id in shelf_of.keys() & frozenset(scanned):
        seen, _ = Standing.objects.get_or_create(folder_id=folder_id, defaults={"office_id": source.office_id})
        if seen.seen_at is None or seen.seen_at <= at:
            seen.seen_at, seen.seen_shelf = at, wire.shelf_id(*place)
            seen.save(update_fields=["seen_at", "seen_shelf"])
    return taking, _move(source, found.back, Deed.FOUND, who, at)


def _some(ours: QuerySet[Folder], folder_ids: list[str]) -> QuerySet[Folder]:
    return ours.filter(pk__in=folder_ids)


def _out_by(office_id: str, at: datetime, folder_ids: Iterable[str]) -> frozenset[str]:
    """Which of these were out at that time, as far as is known now."""
    last: dict[str, str] = {}
    for each in Movement.objects.filter(office_id=office_id, folder_id__in=list(folder_ids), at__lte=at):
        last[each.folder_id] = each.deed
    return frozenset(folder_id for folder_id, deed in last.items() if deed == Deed.OUT)


def _who(office_id: str, officer_no: str) -> _Who:
    """An officer by number; one who is not on the list is known by the number alone."""
    officer = Officer.objects.filter(office_id=office_id, officer_no=officer_no).first()
    return _Who(officer_no[:12], officer.name_th if officer else officer_no[:12])


def _at(said: datetime, now: datetime) -> datetime:
    """Nothing happened later than we heard of it."""
    return min(told_at(said, now), now)
