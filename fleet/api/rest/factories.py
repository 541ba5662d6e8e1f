"""Factories, as the register has them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.seen import factories_served
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import Name, answers
from fleet.office.fees.figures import Stand, stand_of
from fleet.office.finding import find
from fleet.office.models import Factory, FactoryState
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
    items: list[FactoryOut]
    next: str | None


class NoticeShort(Schema):
    """A notice to pay, shortly."""

    notice_no: str
    amount_satang: int
    due_on: date
    stand: Stand


class PermitOut(Schema):
    """A permit, and until when it holds."""

    permit_no: str
    name_th: str
    name_en: str
    expires_on: date


class OneFactory(FactoryOut):
    """With what hangs on it."""

    notices: list[NoticeShort]
    permits: list[PermitOut]
    folders: list[str]
    open_cases: list[str]


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
    return {"items": [_told(each) for each in found], "next": following}


@router.get("factories/{factory_no}", response=answers(OneFactory))
def factory(request: HttpRequest, factory_no: Name) -> dict[str, object]:
    """One factory: what it owes, what is under way, what expires, where its paper is."""
    found = factories_served(caller(request).scope).filter(pk=factory_no).first()
    if found is None:
        raise missing()
    today = timezone.localdate()
    return {
        **_told(found),
        "notices": [
            {
                "notice_no": each.pk,
                "amount_satang": each.amount_satang,
                "due_on": each.due_on,
                "stand": stand_of(each, today),
            }
            for each in found.notices.order_by("-due_on")[:50]
        ],
        "permits": list(found.permits.all()),
        "folders": list(found.folders.order_by("pk").values_list("pk", flat=True)),
        "open_cases": list(found.cases.filter(closed_on=None).values_list("pk", flat=True)),
    }
