"""Factories, as the register has them, and what happened to each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.factory_history import EVENTS_MAX, Event, Of, history_of
from fleet.acting.seen import factories_served
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import Name, answers
from fleet.office.fees.figures import Stand, owed_satang, stand_of
from fleet.office.finding import find
from fleet.office.folders.models import Standing
from fleet.office.models import Factory, FactoryState, Folder, Notice
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FACTORIES), tags=["factories"])


class FactoryOut(Schema):
    """A factory. `tax_id` is a company's, which is public; a person's number stands nowhere."""

    factory_no: str
    old_no: str
    office_id: str
    name_th: str
    name_en: str
    kind: int | None
    state: FactoryState
    tax_id: str | None
    fee_anniversary: date | None


class Factories(Schema):
    """`count`: of all that were asked for, on the first page only."""

    items: list[FactoryOut]
    next: str | None
    count: int | None


class NoticeShort(Schema):
    """A notice to pay, shortly."""

    notice_no: str
    amount_satang: int
    due_on: date
    stand: Stand
    item_th: str
    item_en: str
    paid_at: datetime | None
    sample: bool


class PermitOut(Schema):
    """A permit, and until when it holds."""

    permit_no: str
    name_th: str
    name_en: str
    expires_on: date
    sample: bool


class PaperAt(Schema):
    """Where a folder belongs, and who has it."""

    folder_id: str
    room: str
    cabinet: str
    shelf: str
    slot: str
    out_to_name: str
    out_since: datetime | None


class OneFactory(FactoryOut):
    """With what the register says of it and what hangs on it. `owed_satang`: all its notices that are to be paid;
    `paper`: its folders, each with its place."""

    activity: str
    horsepower: float | None
    workers: int | None
    company_name_th: str | None
    company_name_en: str | None
    address_th: str
    in_estate: bool
    owed_satang: int
    notices: list[NoticeShort]
    permits: list[PermitOut]
    folders: list[str]
    paper: list[PaperAt]
    open_cases: list[str]


class FactoryEventOut(Schema):
    """Something that happened to it. `of`: of what; `what`: a word for what happened, by each one's own list; `about`:
    the number of the notice, case, folder or import."""

    at: datetime
    of: Of
    what: str
    about: str
    detail: str
    amount_satang: int | None
    by: str


class FactoryEvents(Schema):
    items: list[FactoryEventOut]
    next: str | None


def _told(each: Factory) -> dict[str, object]:
    return {
        "factory_no": each.pk,
        "old_no": each.old_no,
        "office_id": each.office_id,
        "name_th": each.name_th,
        "name_en": each.name_en,
        "kind": each.kind,
        "state": each.state,
        "tax_id": each.company_id,
        "fee_anniversary": each.fee_anniversary,
    }


NOTICES_MAX = 50


def _factory(request: HttpRequest, factory_no: str) -> Factory:
    found = factories_served(caller(request).scope).filter(pk=factory_no).first()
    if found is None:
        raise missing()
    return found


@router.get("factories", response=answers(Factories))
def factories(
    request: HttpRequest,
    after: After,
    limit: Limit,
    q: Annotated[str, Query("", max_length=60, description="a number, a folder, or part of a name")],
    office: Annotated[str, Query("", max_length=5)],
) -> dict[str, object]:
    """The factories, by their numbers."""
    rows = factories_served(caller(request).scope)
    if office:
        rows = rows.filter(office_id=office)
    if q.strip():
        rows = rows.filter(Q(pk__in=find(Factory.objects.all(), q).order_by().values("pk")))
    found, following = page(rows, after, limit)
    return {"items": [_told(each) for each in found], "next": following, "count": None if after else rows.count()}


@router.get("factories/{factory_no}", response=answers(OneFactory))
def factory(request: HttpRequest, factory_no: Name) -> dict[str, object]:
    """One factory: what it owes, what is under way, what expires, where its paper is."""
    found, today = _factory(request, factory_no), timezone.localdate()
    notices, folders = found.notices.order_by("-due_on")[:NOTICES_MAX], list(found.folders.order_by("pk"))
    company = found.company
    return {
        **_told(found),
        "activity": found.activity,
        "horsepower": found.horsepower,
        "workers": found.workers,
        "company_name_th": company.name_th if company else None,
        "company_name_en": company.name_en if company else None,
        "address_th": found.address_th,
        "in_estate": found.in_estate,
        "owed_satang": owed_satang(found),
        "notices": [_notice(each, today) for each in notices],
        "permits": list(found.permits.all()),
        "folders": [each.pk for each in folders],
        "paper": _paper(folders),
        "open_cases": list(found.cases.filter(closed_on=None).values_list("pk", flat=True)),
    }


def _notice(each: Notice, today: date) -> dict[str, object]:
    said = ("amount_satang", "due_on", "item_th", "item_en", "paid_at", "sample")
    return {"notice_no": each.pk, "stand": stand_of(each, today), **{name: getattr(each, name) for name in said}}


def _paper(folders: list[Folder]) -> list[dict[str, object]]:
    out, place = Standing.objects.in_bulk([each.pk for each in folders]), ("room", "cabinet", "shelf", "slot")
    return [
        {
            "folder_id": each.pk,
            **{name: getattr(each, name) for name in place},
            "out_to_name": out[each.pk].out_to_name if each.pk in out else "",
            "out_since": out[each.pk].out_since if each.pk in out else None,
        }
        for each in folders
    ]


@router.get("factories/{factory_no}/history", response=answers(FactoryEvents))
def history(
    request: HttpRequest, factory_no: Name, limit: Annotated[int, Query(EVENTS_MAX, ge=1, le=EVENTS_MAX)]
) -> dict[str, object]:
    """The last of what happened to it, the newest first: notices, reminders, cases, folders, the register."""
    events: list[Event] = history_of(_factory(request, factory_no), limit)
    return {"items": events, "next": None}
