"""How yearly fees stand, a year at a time, and making the notices of one by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Router, Schema

from fleet.acting.seen import offices_of_fees, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import Claim, OfficeId, answers
from fleet.office.fees.figures import Figure, Stand, by_month, by_stand, of_offices
from fleet.office.fees.making import Asked, plan
from fleet.office.fees.reckoning import Fee
from fleet.office.fees.rulebook import versions
from fleet.office.models import Factory, Office
from fleet.payments.billing import make_notices
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FEES), tags=["fees"])

_Year = Annotated[int, Field(ge=1957, le=2157, strict=True)]
_YearAsked = Annotated[int, Path(..., ge=1957, le=2157)]

PLANNED_SHOWN = 200
"""Factories of each kind that a preview names."""


class Sum(Schema):
    """So many notices, and their amounts together."""

    count: int
    satang: int


class Standing(Schema):
    """How an office's fees of a year (C.E.) stand."""

    office_id: str
    office_th: str
    office_en: str
    province: int
    year: int
    overdue: Sum
    due: Sum
    paid: Sum
    withdrawn: Sum


class FeeMonth(Schema):
    """What falls due in a month: paid, and still owed."""

    month: int
    paid: Sum
    owed: Sum


class OneStanding(Standing):
    """With all twelve months of its due dates."""

    months: list[FeeMonth]


class Standings(Schema):
    items: list[Standing]
    next: str | None


class Making(Schema):
    """Which notices: for what falls due in a year (C.E.), or a month of it. `drafts`: by unsigned rules too, which
    makes samples. `again`: also those whose notice was withdrawn."""

    year: _Year
    month: Annotated[int | None, Field(ge=1, le=12, strict=True)] = None
    drafts: Claim = False
    again: Claim = False


class PlannedFee(Schema):
    """A notice that would be made. `due_on`: the last day to pay."""

    factory_no: str
    factory_th: str
    factory_en: str
    due_on: date
    amount_satang: int
    rule: int
    sample: bool
    lines: list[dict[str, Any]]


class PlannedNone(Schema):
    """A factory that would get none, and why. `is_gap`: something is missing on record, so that a person must look."""

    factory_no: str
    factory_th: str
    factory_en: str
    reason: str
    is_gap: bool


class Planned(Schema):
    """What would be made; `refused` factories get none, by reason. `samples`: how many would say they are samples.
    `fees` and `no_fees` name the first 200 factories, of the latter the gaps first; for the others ask by the month."""

    count: int
    satang: int
    samples: int
    there: int
    refused: dict[str, int]
    fees: list[PlannedFee]
    no_fees: list[PlannedNone]


class Made(Schema):
    """The notices that are new."""

    notices: list[str]


def _standing(office: Office, year: int, sums: Mapping[Stand, Figure]) -> dict[str, object]:
    return {
        "office_id": office.pk,
        "office_th": office.name_th,
        "office_en": office.name_en,
        "province": office.province_id,
        "year": year,
        **{each.value: sums[each] for each in Stand},
    }


def _factory(each: Factory) -> dict[str, object]:
    return {"factory_no": each.pk, "factory_th": each.name_th, "factory_en": each.name_en}


def _office(who: Caller, office_id: str) -> Office:
    found = offices_served(who.scope).filter(pk=office_id).first()
    if found is None:
        raise missing()
    return found


@router.get("fees/{year}", response=answers(Standings))
def standings(request: HttpRequest, year: _YearAsked, after: After, limit: Limit) -> dict[str, object]:
    """How the fees of a year (C.E.) stand at each office that looks after factories, by its id."""
    who = caller(request)
    if not who.scope.serves_somewhere:
        raise missing()
    found, following = page(offices_of_fees(who.scope), after, limit)
    sums = of_offices(found, year, timezone.localdate())
    return {"items": [_standing(each, year, sums[each.pk]) for each in found], "next": following}


@router.get("offices/{office_id}/fees/{year}", response=answers(OneStanding))
def standing(request: HttpRequest, office_id: OfficeId, year: _YearAsked) -> dict[str, object]:
    """How the office's fees of a year (C.E.) stand, and what falls due in each month."""
    office = _office(caller(request), office_id)
    sums = by_stand(office, year, timezone.localdate())
    return {**_standing(office, year, sums), "months": by_month(office, year)}


@router.post("offices/{office_id}/notices/preview", response=answers(Planned))
def look(request: HttpRequest, office_id: OfficeId, making: Making) -> dict[str, object]:
    """What making would make. Nothing is made."""
    office = _office(caller(request), office_id)
    asked = Asked(office, making.year, making.month, making.again)
    told = plan(asked, versions(drafts_too=making.drafts), timezone.localdate())
    return {
        "count": len(told.fees),
        "satang": told.total_satang,
        "samples": told.sample_count,
        "there": told.there,
        "refused": {each.value: count for each, count in told.refusals().items()},
        "fees": [_planned(*each) for each in told.fees[:PLANNED_SHOWN]],
        "no_fees": [
            {**_factory(each), "reason": no.refusal.value, "is_gap": no.refusal.is_gap}
            for each, no in told.refused[:PLANNED_SHOWN]
        ],
    }


def _planned(each: Factory, fee: Fee) -> dict[str, object]:
    return {
        **_factory(each),
        "due_on": fee.payable_by,
        "amount_satang": fee.amount_satang,
        "rule": fee.version,
        "sample": fee.is_sample,
        "lines": msgspec.to_builtins(fee.lines),
    }


@router.post("offices/{office_id}/notices", response=answers(Made))
def make(request: HttpRequest, office_id: OfficeId, making: Making) -> dict[str, object]:
    """Make them. Asked again, nothing is made twice."""
    who = caller(request)
    asked = Asked(_office(who, office_id), making.year, making.month, making.again)
    return {"notices": make_notices(asked, versions(drafts_too=making.drafts), timezone.localdate(), who.person)}
