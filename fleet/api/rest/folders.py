"""Paper folders: where each is, who has it, moving it, and walks along a shelf."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from fleet.acting.folders import NoOfficerError, officers_of, pass_on, put_away, walk_along
from fleet.acting.seen import folders_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import PDF, Name, OfficeId, answers, one_of
from fleet.office.finding import ASKED_MAX
from fleet.office.folders.finding import find, homes_of
from fleet.office.folders.keeping import SCANNED_MAX
from fleet.office.folders.labels import LABELS_MAX, label_of, pdf
from fleet.office.folders.models import Deed, Movement, Standing, StockTaking
from fleet.office.folders.sheets import SHEETS
from fleet.office.models import Folder, Office
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FOLDERS), tags=["folders"])

_Slot = Annotated[str, Field(max_length=20)]
_OfficerNo = Annotated[str, Field(min_length=1, max_length=12)]
_OfOffice = Annotated[str, Query("", max_length=5)]
_Question = Annotated[
    str, Query("", max_length=ASKED_MAX, description="a folder's or a factory's number, or part of a name")
]
_Out = Annotated[bool, Query(False, description="only those that somebody has")]
_Sheet = Annotated[str, Query(..., pattern=f"^({'|'.join(SHEETS)})$", description="columns x rows of a sheet of A4")]
_FirstLabel = Annotated[
    int,
    Query(
        1, ge=1, le=max(each.labels for each in SHEETS.values()),
        description="the first label of the first sheet that is still there",
    ),
]  # fmt: skip


class Place(Schema):
    """Where a folder belongs."""

    room: _Slot
    cabinet: _Slot
    shelf: _Slot
    slot: _Slot = ""


class FolderOut(Place):
    """A folder. `out_to`: the number of the officer who has it. `seen_at`, `seen_shelf`: when and where a walk along a
    shelf found it last."""

    folder_id: str
    factory_no: str
    factory_th: str
    factory_en: str
    office_id: str
    out_to: str
    out_to_name: str
    out_since: datetime | None
    seen_at: datetime | None
    seen_shelf: str


class Folders(Schema):
    items: list[FolderOut]
    next: str | None


class MovementOut(Schema):
    """Something that happened to it. `kiosk_id` is empty where it was told on a page or by a program. `told_by_no`: the
    officer who told a kiosk of it for another, else null. `received_at`: when the fleet heard of it."""

    deed: Annotated[Deed, one_of(Deed)]
    officer_no: str
    officer_name: str
    at: datetime
    received_at: datetime
    kiosk_id: str
    told_by_no: str | None
    told_by_name: str | None


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


class Home(Place):
    """Where a folder belongs."""

    folder_id: str


class WalkOut(Taking):
    """A walk along a shelf of an office: what was scanned on it, and what was wrong. `homes`: where the misplaced ones
    belong, without those taken off the register since. `kiosk_id` is empty where a page or a program told of it."""

    id: int
    room: str
    cabinet: str
    shelf: str
    officer_no: str
    officer_name: str
    at: datetime
    received_at: datetime
    kiosk_id: str
    scanned: list[str]
    homes: list[Home]


class Walks(Schema):
    items: list[WalkOut]
    next: str | None


class TakerOut(Schema):
    """An officer who may take folders."""

    officer_no: str
    name_th: str
    name_en: str


class Takers(Schema):
    items: list[TakerOut]
    next: str | None


def _told(each: Folder, standing: Standing | None) -> dict[str, object]:
    return {
        "folder_id": each.pk,
        "factory_no": each.factory_id,
        "factory_th": each.factory.name_th,
        "factory_en": each.factory.name_en,
        "office_id": each.factory.office_id,
        "room": each.room,
        "cabinet": each.cabinet,
        "shelf": each.shelf,
        "slot": each.slot,
        "out_to": standing.out_to if standing else "",
        "out_to_name": standing.out_to_name if standing else "",
        "out_since": standing.out_since if standing else None,
        "seen_at": standing.seen_at if standing else None,
        "seen_shelf": standing.seen_shelf if standing else "",
    }


def _folder(who: Caller, folder_id: str) -> Folder:
    found = folders_served(who.scope).filter(pk=folder_id).first()
    if found is None:
        raise missing()
    return found


def _office(who: Caller, office_id: str) -> Office:
    found = offices_served(who.scope).filter(pk=office_id).first()
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
    office: _OfOffice,
    q: _Question,
    out: _Out,
) -> dict[str, object]:
    """The folders, by their numbers."""
    found, following = page(find(folders_served(caller(request).scope), q, office, out=out), after, limit)
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
    office = _office(who, office_id)
    shelf = (walked.room.strip(), walked.cabinet.strip(), walked.shelf.strip())
    if not any(shelf):
        raise RefusedError(422, "no-shelf", "Say which shelf: room, cabinet or shelf.")
    try:
        return walk_along(office.pk, shelf, walked.scanned, walked.officer_no, who.person)
    except NoOfficerError:
        raise _no_officer() from None


@router.get("offices/{office_id}/shelf-walks", response=answers(Walks))
def walks(request: HttpRequest, office_id: OfficeId, after: After, limit: Limit) -> dict[str, object]:
    """The walks along the office's shelves and what each found, the last that was heard of first."""
    rows = StockTaking.objects.filter(office=_office(caller(request), office_id))
    found, following = page(rows, after, limit, newest_first=True)
    homes = homes_of(found)
    return {"items": [_walked(each, homes) for each in found], "next": following}


def _walked(each: StockTaking, homes: Mapping[str, Folder]) -> dict[str, object]:
    told = {name: getattr(each, name) for name in WalkOut.model_fields if name != "homes"}
    return {**told, "homes": [homes[folder_id] for folder_id in each.misplaced if folder_id in homes]}


@router.get("offices/{office_id}/folder-officers", response=answers(Takers))
def takers(request: HttpRequest, office_id: OfficeId) -> dict[str, object]:
    """Who may take the office's folders, for those who serve there."""
    rows = officers_of(_office(caller(request), office_id).pk).order_by("officer_no")
    return {"items": list(rows), "next": None}


@router.get("folder-labels", response={200: None}, openapi_extra=PDF)
def labels(
    request: HttpRequest,
    sheet: _Sheet,
    first: _FirstLabel,
    folder: Annotated[list[Annotated[str, Field(max_length=12)]], Query([], max_length=200)],
    office: _OfOffice,
    q: _Question,
    out: _Out,
) -> HttpResponse:
    """Labels of folders for sheets of A4: of those named by `folder`, else of those that the list would have. At most
    2,000 at once, by their numbers."""
    who = caller(request)
    if who.scope.reads_only:
        raise RefusedError(403, "reads-only", "An auditor prints nothing. Use a token of who works here.")
    if first > SHEETS[sheet].labels:
        raise RefusedError(422, "no-label", "Such a sheet has fewer labels. Give `first` as one that is on it.")
    rows = find(folders_served(who.scope), q, office, out=out)
    if folder:
        rows = rows.filter(pk__in=folder)
    chosen = [label_of(each) for each in rows[:LABELS_MAX]]
    if not chosen:
        raise missing()
    return HttpResponse(pdf(chosen, SHEETS[sheet], first), content_type="application/pdf")


def _no_officer() -> RefusedError:
    return RefusedError(422, "no-officer", "Name an officer of this office by the number on the list of officers.")
