"""Other people's systems: how each answers, where it is, a question by hand, and what of persons was sent to them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.partners import (
    ADDRESS_CHARACTERS_MAX,
    ASKED_BY_HAND,
    QUESTION_CHARACTERS_MAX,
    TIMEOUT_S_MAX,
    Answer,
    UnfitError,
    UnfitQuestionError,
    ask,
    masked_owners,
    set_up,
)
from fleet.acting.partners import disclosures as sought
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, answers, one_of
from fleet.api.trail import said_of
from fleet.partners import asking
from fleet.partners.models import Partner
from fleet.partners.port import BillState, CompanyState, CouldNotAskError, System, Why
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PARTNERS), tags=["partners"])


class PartnerOut(Schema):
    """A system. `rests_until`: it failed too often, and nobody asks before. `has_token`: its token's file is there."""

    system: System
    address: str
    is_on: bool
    timeout_s: int
    failures: int
    rests_until: datetime | None
    answered: int
    failed: int
    answered_at: datetime | None
    answered_ms: int | None
    failed_at: datetime | None
    failed_why: str
    failed_detail: str
    has_token: bool

    @staticmethod
    def resolve_has_token(each: Partner) -> bool:
        return asking.token_file(System(each.system)).exists()


class Partners(Schema):
    items: list[PartnerOut]
    next: str | None


class PartnerSaid(Schema):
    """Where it is. Its token, where it needs one, lies in a file on the server."""

    address: Annotated[str, Field(max_length=ADDRESS_CHARACTERS_MAX)]
    is_on: Claim
    timeout_s: Annotated[int, Field(ge=1, le=TIMEOUT_S_MAX, strict=True)]


class Question(Schema):
    """A tax id for `companies`, a factory's number for `licences` and `duties`, the reference on a bill for `bills`."""

    question: Annotated[str, Field(max_length=QUESTION_CHARACTERS_MAX, pattern=r"\S")]


class CompanyOut(Schema):
    """A juristic person."""

    tax_id: str
    name_th: str
    name_en: str
    state: CompanyState


class LicenceOut(Schema):
    """A licence or permit. `expires_on` null: it does not expire."""

    licence_no: str
    title_th: str
    title_en: str
    expires_on: date | None


class DutyOut(Schema):
    """Something a factory must report. `done_on` null: it is owed."""

    title_th: str
    title_en: str
    due_on: date
    done_on: date | None


class MinistryBillOut(Schema):
    """A bill in the ministry's billing. `receipt_no`: of the official receipt, once there is one."""

    reference: str
    amount_satang: int
    state: BillState
    receipt_no: str


class AnswerOut(Schema):
    """What a system said. `why`: it could not be asked, and nothing is known; null: it answered, and where all else is
    null, too, it knows no such thing."""

    system: System
    why: Annotated[Why, one_of(Why)] | None
    company: CompanyOut | None
    licences: list[LicenceOut] | None
    duties: list[DutyOut] | None
    bill: MinistryBillOut | None


class DisclosureOut(Schema):
    """That something of a person was sent: names of fields, no value. `asked_for`: the kiosk, or the number of a
    request, and then `about_masked`: whose it was. A card's owner is written down nowhere."""

    id: int
    system: str
    at: datetime
    fields: str
    asked_for: str
    about_masked: str
    dopa_code: int | None
    outcome: str


class Disclosures(Schema):
    items: list[DisclosureOut]
    next: str | None


def _serving(request: HttpRequest) -> Caller:
    who = caller(request)
    if not who.scope.serves:
        raise missing()
    return who


@router.get("partners", response=answers(Partners))
def partners(request: HttpRequest) -> dict[str, object]:
    """All of them."""
    _serving(request)
    return {"items": asking.partners(), "next": None}


@router.put("partners/{system}", response=answers(PartnerOut))
def change(request: HttpRequest, system: System, said: PartnerSaid) -> object:
    """Set one up; what was held against it is forgotten."""
    if not _serving(request).scope.may_change(None):
        raise RefusedError(403, "not-here", "Only the nation's admins say where another system is.")
    try:
        set_up(system, said.address.strip(), is_on=said.is_on, timeout_s=said.timeout_s)
    except UnfitError:
        raise RefusedError(422, "no-address", "Give a whole address like https://api.example.go.th.") from None
    return next(each for each in asking.partners() if each.system == system)


@router.post("partners/{system}/question", response=answers(AnswerOut))
def question(request: HttpRequest, system: System, said: Question) -> dict[str, object]:
    """Ask one of them; it may take as long as its `timeout_s`. Of cards and customers nothing is asked by hand."""
    _serving(request)
    if system not in ASKED_BY_HAND:
        raise missing()
    asked = said.question.strip()
    said_of(request, question=asked)
    why, answer = None, Answer()
    try:
        answer = ask(system, asked)
    except UnfitQuestionError:
        raise RefusedError(422, "no-tax-id", "Give a juristic person's tax id: 13 digits, the first 0.") from None
    except CouldNotAskError as err:
        why = err.why
    company = asdict(answer.company) | {"tax_id": answer.company.tax_id.digits} if answer.company else None
    return {
        "system": system,
        "why": why,
        "company": company,
        "licences": answer.licences,
        "duties": answer.duties,
        "bill": answer.bill,
    }


@router.get("disclosures", response=answers(Disclosures))
def disclosures(
    request: HttpRequest,
    after: After,
    limit: Limit,
    system: Annotated[System | None, Query(None)],
    q: Annotated[str, Query("", max_length=40, description="part of a kiosk's id, or of a request's number")],
) -> dict[str, object]:
    """What of persons was sent to other systems, the newest first."""
    rows = sought(_serving(request).scope, system.value if system else "", q)
    found, following = page(rows, after, limit, newest_first=True)
    masked = masked_owners(found)
    same = ("system", "at", "fields", "asked_for", "dopa_code", "outcome")
    items = [
        {"id": each.pk, "about_masked": masked.get(each.asked_for, ""), **{name: getattr(each, name) for name in same}}
        for each in found
    ]
    return {"items": items, "next": following}
