"""Cases: which are under way, one with its steps, opening one, and what an officer does with it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from fleet.acting.cases import CaseError, Holder, What, do, file, is_credible
from fleet.acting.seen import cases_served, factories_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Name, answers
from fleet.office.cases.models import Case, Manual
from fleet.office.cases.opening import Filing
from fleet.office.cases.providing import wire_manual
from fleet.office.holidays.days import NoWorkingDayError
from fleet.people.tokens.rights import Part
from fleet.protocol.deadlines import is_current

router = Router(auth=Bearer(Part.CASES), tags=["cases"])

_Label = Annotated[str, Field(max_length=60)]


class CaseState(StrEnum):
    """Lists of cases."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


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
    """A case. `due_on`: by when it is to be decided."""

    case_no: str
    office_id: str
    factory_id: str | None
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


class OneCase(CaseOut):
    """With its steps, documents and deeds."""

    steps: list[StepOut]
    documents: list[DocumentOut]
    deeds: list[DeedOut]

    @staticmethod
    def resolve_steps(each: Case) -> list[object]:
        return list(each.steps.all())

    @staticmethod
    def resolve_documents(each: Case) -> list[object]:
        return list(each.documents.all())

    @staticmethod
    def resolve_deeds(each: Case) -> list[object]:
        return list(each.deeds.all())


class Cases(Schema):
    items: list[CaseOut]
    next: str | None


class ManualOut(Schema):
    """A citizen manual by which cases are opened now."""

    manual_id: str
    name_th: str
    name_en: str
    days: int


class Manuals(Schema):
    items: list[ManualOut]
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

    what: What
    to: HolderSaid | None = None
    position: Annotated[int, Field(ge=-1, le=1000, strict=True)] = -1


def _case(who: Caller, case_no: str) -> Case:
    found = cases_served(who.scope).filter(pk=case_no).first()
    if found is None:
        raise missing()
    return found


@router.get("manuals", response=answers(Manuals))
def manuals(request: HttpRequest) -> dict[str, object]:
    """The manuals by which cases are opened today."""
    today = timezone.localdate()
    return {"items": [each for each in Manual.objects.all() if is_current(wire_manual(each), today)], "next": None}


@router.get("cases", response=answers(Cases))
def cases(
    request: HttpRequest,
    after: After,
    limit: Limit,
    state: Annotated[CaseState | None, Query(None)],
    factory: Annotated[str, Query("", max_length=14)],
) -> dict[str, object]:
    """The cases, by their numbers."""
    rows = cases_served(caller(request).scope)
    if state is not None:
        rows = rows.filter(closed_on__isnull=state is not CaseState.CLOSED)
    if state is CaseState.LATE:
        rows = rows.filter(due_on__lt=timezone.localdate())
    if factory:
        rows = rows.filter(factory_id=factory)
    found, following = page(rows, after, limit)
    return {"items": found, "next": following}


@router.get("cases/{case_no}", response=answers(OneCase))
def case(request: HttpRequest, case_no: Name) -> Case:
    """One case."""
    return _case(caller(request), case_no)


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
