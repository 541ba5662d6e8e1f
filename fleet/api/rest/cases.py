"""Cases: which are under way, one with its steps, its slip, opening one, and what an officer does with it.

Manuals and permits are ``manuals``'.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from fleet.acting.cases import (
    CaseAct,
    CaseError,
    Holder,
    do,
    file,
    holders_of,
    is_credible,
    possible,
    slip_of,
)
from fleet.acting.seen import cases_served, factories_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page, page_by_day
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import PDF, Name, OfficeId, answers, one_of
from fleet.office.cases.listing import CaseState, asked_for, in_state
from fleet.office.cases.models import Case, Manual
from fleet.office.cases.opening import Filing
from fleet.office.cases.providing import wire_manual
from fleet.office.holidays.days import NoWorkingDayError
from fleet.people.tokens.rights import Part
from fleet.protocol.deadlines import Standing, is_current, standing, tell_delay_on

router = Router(auth=Bearer(Part.CASES), tags=["cases"])

_Label = Annotated[str, Field(max_length=60)]


HOLDERS_MAX = 200


class CaseOrder(StrEnum):
    """How a list goes: by the numbers, or the earliest deadline first and those without one at the end."""

    NUMBER = "number"
    DUE = "due"


class HolderSaid(Schema):
    """A desk or group that has a case; no person."""

    name_th: _Label
    name_en: _Label = ""
    phone: Annotated[str, Field(max_length=20)] = ""


class StepOut(Schema):
    """A step, in order."""

    position: int
    name_th: str
    name_en: str
    expected_on: date | None
    done_on: date | None


class DocumentOut(Schema):
    """A document the manual asks for; `received_on` null: not there yet."""

    position: int
    name_th: str
    name_en: str
    received_on: date | None


class DeedOut(Schema):
    """What was done to it."""

    at: datetime
    what: str
    detail: str
    by_name: str


class CaseOut(Schema):
    """A case. `due_on`: by when it is to be decided; `standing`: how it stands to that today, `near` from three days
    before; `tell_delay_on`: when the applicant of a late one is next to be told so."""

    case_no: str
    office_id: str
    factory_id: str | None
    factory_name_th: str | None
    factory_name_en: str | None
    manual_id: str | None
    name_th: str
    name_en: str
    entered_at: datetime
    received_on: date
    due_on: date | None
    closed_on: date | None
    holder_th: str
    holder_en: str
    phone: str
    delay_told_on: date | None
    standing: Annotated[Standing, one_of(Standing)]
    tell_delay_on: date | None
    sample: bool

    @staticmethod
    def resolve_factory_name_th(each: Case) -> str | None:
        return each.factory.name_th if each.factory else None

    @staticmethod
    def resolve_factory_name_en(each: Case) -> str | None:
        return each.factory.name_en if each.factory else None

    @staticmethod
    def resolve_standing(each: Case) -> Standing:
        return standing(each.due_on, each.closed_on, timezone.localdate())

    @staticmethod
    def resolve_tell_delay_on(each: Case) -> date | None:
        is_late = CaseOut.resolve_standing(each) is Standing.LATE
        return tell_delay_on(each.due_on, each.delay_told_on) if is_late else None


class OneCase(CaseOut):
    """With its steps, documents and deeds. `possible`: the deeds that fit it now, for who does this office's work."""

    steps: list[StepOut]
    documents: list[DocumentOut]
    deeds: list[DeedOut]
    possible: list[CaseAct]

    @staticmethod
    def resolve_steps(each: Case) -> list[object]:
        return list(each.steps.all())

    @staticmethod
    def resolve_documents(each: Case) -> list[object]:
        return list(each.documents.all())

    @staticmethod
    def resolve_deeds(each: Case) -> list[object]:
        return list(each.deeds.all())

    @staticmethod
    def resolve_possible(each: Case, context: Any) -> list[CaseAct]:
        return possible(each, caller(context["request"]).scope, timezone.localdate())


class Cases(Schema):
    items: list[CaseOut]
    next: str | None


class HoldersOut(Schema):
    """Desks and groups that have had a case, by name."""

    items: list[HolderSaid]
    next: str | None


class Opening(Schema):
    """A case as somebody files it. `factory_no` for a factory's, else `office_id`. `papers`: positions of the manual's
    documents that are there."""

    manual_id: Annotated[str, Field(max_length=40)]
    factory_no: Annotated[str, Field(max_length=14)] = ""
    office_id: Annotated[str, Field(max_length=5)] = ""
    entered_at: AwareDatetime
    holder: HolderSaid
    papers: Annotated[
        list[Annotated[int, Field(ge=0, le=1000, strict=True)]], Field(max_length=100, default_factory=list)
    ]


class CaseDoing(Schema):
    """A deed: `step` done, change of `hands` (`to`), a `paper` that came (`position`), delay `told`, or `close`."""

    what: CaseAct
    to: HolderSaid | None = None
    position: Annotated[int, Field(ge=-1, le=1000, strict=True)] = -1


def _case(who: Caller, case_no: str) -> Case:
    found = cases_served(who.scope).filter(pk=case_no).first()
    if found is None:
        raise missing()
    return found


@router.get("cases", response=answers(Cases))
def cases(
    request: HttpRequest,
    after: After,
    limit: Limit,
    state: Annotated[CaseState | None, Query(None)],
    factory: Annotated[str, Query("", max_length=14)],
    q: Annotated[str, Query("", max_length=60, description="part of its number; a factory's number or name")],
    office: Annotated[str, Query("", max_length=5)],
    order: Annotated[CaseOrder, Query(CaseOrder.NUMBER)],
) -> dict[str, object]:
    """The cases, by their numbers or by urgency."""
    rows = asked_for(cases_served(caller(request).scope), q)
    if state is not None:
        rows = in_state(rows, state, timezone.localdate())
    if factory:
        rows = rows.filter(factory_id=factory)
    if office:
        rows = rows.filter(office_id=office)
    by_urgency = order is CaseOrder.DUE
    found, following = page_by_day(rows, "due_on", after, limit) if by_urgency else page(rows, after, limit)
    return {"items": found, "next": following}


@router.get("cases/{case_no}", response=answers(OneCase))
def case(request: HttpRequest, case_no: Name) -> Case:
    """One case."""
    return _case(caller(request), case_no)


@router.get("cases/{case_no}/slip", response={200: None}, openapi_extra=PDF)
def slip(request: HttpRequest, case_no: Name) -> HttpResponse:
    """The slip its applicant takes along, for a printer. Whoever holds it follows the case by its QR."""
    found = _case(caller(request), case_no)
    drawn = slip_of(found, request.build_absolute_uri("/").rstrip("/"))
    return HttpResponse(drawn, content_type="application/pdf")


@router.get("offices/{office_id}/case-holders", response=answers(HoldersOut))
def holders(request: HttpRequest, office_id: OfficeId) -> dict[str, object]:
    """Which desks and groups of an office have had a case, to name one when a case is opened or handed over."""
    office = offices_served(caller(request).scope).filter(pk=office_id).first()
    if office is None:
        raise missing()
    return {"items": holders_of(office, HOLDERS_MAX), "next": None}


@router.post("cases", response=answers(OneCase, status=201))
def open_case(request: HttpRequest, said: Opening) -> Status[Case]:
    """Open one as its manual says. Send an `Idempotency-Key`, so that it is opened once."""
    who = caller(request)
    filing = _filing(who, said)
    try:
        return Status(201, file(filing, who.person))
    except NoWorkingDayError:
        raise RefusedError(
            409, "no-calendar", "The calendar of days off leaves no working day. Tell its admin."
        ) from None
    except CaseError:
        raise RefusedError(
            409, "no-number", "It cannot be filed: the office's numbers of this year are used up."
        ) from None


def _filing(who: Caller, said: Opening) -> Filing:
    """Raises: RefusedError."""
    factory = factories_served(who.scope).filter(pk=said.factory_no).first() if said.factory_no else None
    office = factory.office if factory else offices_served(who.scope).filter(pk=said.office_id).first()
    if office is None or (said.factory_no and factory is None) or not who.scope.may_serve(office.province_id):
        raise RefusedError(422, "nobodys", "Name a factory, or an office, that this token's person serves.")
    manual = Manual.objects.filter(pk=said.manual_id).first()
    if manual is None or not is_current(wire_manual(manual), timezone.localdate()):
        raise RefusedError(422, "no-manual", "Name one of GET manuals.")
    if not is_credible(said.entered_at):
        raise RefusedError(422, "no-such-time", "It came in not later than now, and at most a year ago.")
    holder = Holder(said.holder.name_th, said.holder.name_en, said.holder.phone)
    if not holder.name_th.strip():
        raise RefusedError(422, "no-holder", "Say which group or desk has it.")
    return Filing(
        office=office, factory=factory, manual=manual, entered_at=said.entered_at, holder=holder,
        papers=set(said.papers),
    )  # fmt: skip


@router.post("cases/{case_no}/deeds", response=answers(OneCase))
def act(request: HttpRequest, case_no: Name, doing: CaseDoing) -> Case:
    """Do something with it."""
    who = caller(request)
    found = _case(who, case_no)
    to = Holder(doing.to.name_th, doing.to.name_en, doing.to.phone) if doing.to else None
    try:
        do(found, doing.what, who.person, to=to, position=doing.position)
    except CaseError:
        raise RefusedError(
            409, "not-now", "The case is closed, or the deed does not fit it. Read it again and look at its steps."
        ) from None
    return _case(who, case_no)
