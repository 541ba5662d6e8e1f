"""Paper folders: where each is, who has it, moving it, and walks along a shelf."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.folders import NoOfficerError, pass_on, put_away, walk_along
from fleet.acting.seen import folders_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Name, OfficeId, answers
from fleet.office.folders.keeping import SCANNED_MAX
from fleet.office.folders.models import Deed, Movement, Standing
from fleet.office.models import Folder
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FOLDERS), tags=["folders"])

_Slot = Annotated[str, Field(max_length=20)]
_OfficerNo = Annotated[str, Field(min_length=1, max_length=12)]


class Place(Schema):
    """Where a folder belongs."""

    room: _Slot
    cabinet: _Slot
    shelf: _Slot
    slot: _Slot = ""


class FolderOut(Place):
    """A folder. `out_to`: the number of the officer who has it."""

    folder_id: str
    factory_no: str
    office_id: str
    out_to: str
    out_to_name: str
    out_since: datetime | None


class Folders(Schema):
    items: list[FolderOut]
    next: str | None


class MovementOut(Schema):
    """Something that happened to it."""

    deed: Deed
    officer_no: str
    officer_name: str
    at: datetime
    received_at: datetime
    kiosk_id: str


class Movements(Schema):
    items: list[MovementOut]
    next: str | None


class Way(StrEnum):
    """Taken, or brought back."""

    OUT = "out"
    IN = "in"


class Moving(Schema):
    """Who took it, or brought it back, now."""

    deed: Way
    officer_no: _OfficerNo


class Walk(Schema):
    """A shelf, and the codes scanned on it."""

    room: _Slot
    cabinet: _Slot
    shelf: _Slot
    officer_no: _OfficerNo
    scanned: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=SCANNED_MAX)]


class Taking(Schema):
    """What was wrong with the shelf, by folder numbers."""

    missing: list[str]
    misplaced: list[str]
    extra: list[str]


def _told(each: Folder, standing: Standing | None) -> dict[str, object]:
    return {
        "folder_id": each.pk,
        "factory_no": each.factory_id,
        "office_id": each.factory.office_id,
        "room": each.room,
        "cabinet": each.cabinet,
        "shelf": each.shelf,
        "slot": each.slot,
        "out_to": standing.out_to if standing else "",
        "out_to_name": standing.out_to_name if standing else "",
        "out_since": standing.out_since if standing else None,
    }


def _folder(who: Caller, folder_id: str) -> Folder:
    found = folders_served(who.scope).filter(pk=folder_id).first()
    if found is None:
        raise missing()
    return found


def _with_standing(each: Folder) -> dict[str, object]:
    return _told(each, Standing.objects.filter(pk=each.pk).first())


@router.get("folders", response=answers(Folders))
def folders(
    request: HttpRequest,
    after: After,
    limit: Limit,
    office: Annotated[str, Query("", max_length=5)],
    out: Annotated[bool, Query(False, description="only those that somebody has")],
) -> dict[str, object]:
    """The folders, by their numbers."""
    rows = folders_served(caller(request).scope)
    if office:
        rows = rows.filter(factory__office_id=office)
    if out:
        rows = rows.filter(pk__in=Standing.objects.filter(out_since__isnull=False).values("pk"))
    found, following = page(rows, after, limit)
    standing = Standing.objects.in_bulk([each.pk for each in found])
    return {"items": [_told(each, standing.get(each.pk)) for each in found], "next": following}


@router.get("folders/{folder_id}", response=answers(FolderOut))
def folder(request: HttpRequest, folder_id: Name) -> dict[str, object]:
    """One folder."""
    return _with_standing(_folder(caller(request), folder_id))


@router.get("folders/{folder_id}/movements", response=answers(Movements))
def movements(request: HttpRequest, folder_id: Name, after: After, limit: Limit) -> dict[str, object]:
    """What happened to it, the last that was heard of first."""
    found = _folder(caller(request), folder_id)
    rows, following = page(Movement.objects.filter(folder_id=found.pk), after, limit, newest_first=True)
    return {"items": rows, "next": following}


@router.put("folders/{folder_id}/place", response=answers(FolderOut))
def put(request: HttpRequest, folder_id: Name, place: Place) -> dict[str, object]:
    """Where it belongs from now on."""
    found = _folder(caller(request), folder_id)
    put_away(found, *(each.strip() for each in (place.room, place.cabinet, place.shelf, place.slot)))
    found.refresh_from_db()
    return _with_standing(found)


@router.post("folders/{folder_id}/movements", response=answers(FolderOut))
def move(request: HttpRequest, folder_id: Name, moving: Moving) -> dict[str, object]:
    """An officer took it, or brought it back, now."""
    who = caller(request)
    found = _folder(who, folder_id)
    try:
        pass_on(found, Deed(moving.deed), moving.officer_no, who.person)
    except NoOfficerError:
        raise _no_officer() from None
    return _with_standing(found)


@router.post("offices/{office_id}/shelf-walks", response=answers(Taking))
def walk(request: HttpRequest, office_id: OfficeId, walked: Walk) -> object:
    """Somebody walked along a shelf of the office, now."""
    who = caller(request)
    office = offices_served(who.scope).filter(pk=office_id).first()
    if office is None:
        raise missing()
    shelf = (walked.room.strip(), walked.cabinet.strip(), walked.shelf.strip())
    if not any(shelf):
        raise RefusedError(422, "no-shelf", "Say which shelf: room, cabinet or shelf.")
    try:
        return walk_along(office.pk, shelf, walked.scanned, walked.officer_no, who.person)
    except NoOfficerError:
        raise _no_officer() from None


def _no_officer() -> RefusedError:
    return RefusedError(422, "no-officer", "Name an officer of this office by the number on the list of officers.")
