"""Citizen manuals, by which cases are opened, and permits with the day they expire."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.seen import permits_served
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page, page_by_day
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import Name, answers
from fleet.office.cases.listing import expiring, permits_asked_for
from fleet.office.cases.models import Manual, Permit
from fleet.office.cases.providing import wire_manual
from fleet.people.tokens.rights import Part
from fleet.protocol.deadlines import is_current

router = Router(auth=Bearer(Part.CASES), tags=["cases"])


class ManualOut(Schema):
    """A citizen manual. `days`: working days until it is decided."""

    manual_id: str
    name_th: str
    name_en: str
    days: int
    version: str
    fee_th: str
    fee_en: str
    valid_from: date
    valid_to: date | None
    sample: bool


class ManualPart(Schema):
    """A step, with the working days it takes, or a document (0). `position` is what `papers` of a new case names."""

    position: int
    name_th: str
    name_en: str
    days: int


class OneManual(ManualOut):
    """With its law, steps and documents. `is_current`: cases are opened by it today."""

    law_th: str
    law_en: str
    is_current: bool
    steps: list[ManualPart]
    documents: list[ManualPart]

    @staticmethod
    def resolve_is_current(each: Manual) -> bool:
        return is_current(wire_manual(each), timezone.localdate())

    @staticmethod
    def resolve_steps(each: Manual) -> list[dict[str, object]]:
        return _parts(each.steps)

    @staticmethod
    def resolve_documents(each: Manual) -> list[dict[str, object]]:
        return _parts(each.documents)


class Manuals(Schema):
    items: list[ManualOut]
    next: str | None


class PermitWhole(Schema):
    """A permit, whose it is, and until when it holds."""

    permit_no: str
    name_th: str
    name_en: str
    expires_on: date
    factory_no: str
    factory_name_th: str
    factory_name_en: str
    office_id: str
    sample: bool


class PermitsOut(Schema):
    items: list[PermitWhole]
    next: str | None


class PermitOrder(StrEnum):
    """How a list goes: by the numbers, or what expires first."""

    NUMBER = "number"
    EXPIRY = "expiry"


def _parts(said: list[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {"position": at, "name_th": each["label_th"], "name_en": each["label_en"], "days": each.get("days", 0)}
        for at, each in enumerate(said)
    ]


@router.get("manuals", response=answers(Manuals))
def manuals(
    request: HttpRequest, current: Annotated[bool, Query(True, description="false: those that are over, too")]
) -> dict[str, object]:
    """The manuals by which cases are opened today."""
    today, every = timezone.localdate(), Manual.objects.all()
    items = [each for each in every if not current or is_current(wire_manual(each), today)]
    return {"items": items, "next": None}


@router.get("manuals/{manual_id}", response=answers(OneManual))
def manual(request: HttpRequest, manual_id: Name) -> Manual:
    """One manual, in force or not: what it asks for, how long it takes and what it costs."""
    found = Manual.objects.filter(pk=manual_id).first()
    if found is None:
        raise missing()
    return found


@router.get("permits", response=answers(PermitsOut))
def permits(
    request: HttpRequest,
    after: After,
    limit: Limit,
    soon: Annotated[bool, Query(False, description="only those that expire within 90 days, or have")],
    factory: Annotated[str, Query("", max_length=14)],
    q: Annotated[str, Query("", max_length=60, description="part of its number; a factory's number or name")],
    office: Annotated[str, Query("", max_length=5)],
    order: Annotated[PermitOrder, Query(PermitOrder.NUMBER)],
) -> dict[str, object]:
    """Permits of factories, by their numbers or by the day they expire."""
    rows = permits_asked_for(permits_served(caller(request).scope), q)
    if soon:
        rows = expiring(rows, timezone.localdate())
    if factory:
        rows = rows.filter(factory_id=factory)
    if office:
        rows = rows.filter(factory__office_id=office)
    by_day = order is PermitOrder.EXPIRY
    found, following = page_by_day(rows, "expires_on", after, limit) if by_day else page(rows, after, limit)
    return {"items": [_told(each) for each in found], "next": following}


def _told(each: Permit) -> dict[str, object]:
    return {
        "permit_no": each.pk,
        "name_th": each.name_th,
        "name_en": each.name_en,
        "expires_on": each.expires_on,
        "factory_no": each.factory_id,
        "factory_name_th": each.factory.name_th,
        "factory_name_en": each.factory.name_en,
        "office_id": each.factory.office_id,
        "sample": each.sample,
    }
