"""What banks said that needs a person, and what a person decides about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.seen import confirmations_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.days import Last, day_said
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Number, answers, name_of
from fleet.payments.days import received
from fleet.payments.deciding import DecisionError, Refusal, decide, deeds_of, needs_second, second
from fleet.payments.ledger import Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation
from fleet.payments.standing import Standing, only_open, standing_of, standings
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PAYMENTS), tags=["payments"])

DAYS_MAX = 100
"""As many as paper is kept for; each is a row of a sum."""


class Word(Schema):
    """A bank's word. `deeds`: what may be decided now; `pending`: what waits for a second person."""

    id: int
    bank: str
    transaction_id: str
    kind: str
    match: Match
    amount_satang: int
    paid_at: datetime
    received_at: datetime
    ref1: str
    notice_no: str | None
    office_id: str | None
    is_open: bool
    decided: Deed | None
    pending: Deed | None
    pending_by: str | None
    needs_second: bool
    deeds: list[Deed]


class Words(Schema):
    items: list[Word]
    next: str | None


class PaymentDay(Schema):
    """What banks said came in on one of their days; `waiting`: how much of that waits for a person."""

    day: date
    count: int
    amount_satang: int
    waiting: int
    waiting_satang: int


class PaymentDays(Schema):
    """Every day of the span, the oldest first."""

    items: list[PaymentDay]
    next: str | None


class Decision(Schema):
    """What is decided, and why."""

    deed: Deed
    reason: Annotated[str, Field(min_length=5, max_length=200)]


class SecondEyes(Schema):
    """Whether the second person agrees."""

    agreed: Claim


def _told(standing: Standing) -> dict[str, object]:
    word = standing.confirmation
    return {
        "id": word.pk,
        "bank": word.bank,
        "transaction_id": word.transaction_id,
        "kind": word.kind,
        "match": word.match,
        "amount_satang": word.amount_satang,
        "paid_at": word.paid_at,
        "received_at": word.received_at,
        "ref1": word.ref1,
        "notice_no": word.notice_id,
        "office_id": word.office.pk if word.office else None,
        "is_open": standing.is_open,
        "decided": standing.deed,
        "pending": standing.pending.deed if standing.pending else None,
        "pending_by": name_of(standing.pending.by) if standing.pending else None,
        "needs_second": needs_second(word),
        "deeds": list(deeds_of(standing)),
    }


def _word(who: Caller, number: int) -> Confirmation:
    found = confirmations_seen(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return found


def _word_to_decide(who: Caller, number: int) -> Confirmation:
    found = _word(who, number)
    if not who.scope.may_settle(found.office.province_id if found.office else None):
        raise RefusedError(403, "not-here", "This token's person decides nothing about this office's money.")
    return found


@router.get("payments", response=answers(Words))
def payments(
    request: HttpRequest,
    after: After,
    limit: Limit,
    waiting: Annotated[bool, Query(False, description="only those that wait for a person")],
    match: Annotated[Match | None, Query(None)],
) -> dict[str, object]:
    """What banks said, the newest first."""
    rows = confirmations_seen(caller(request).scope)
    if waiting:
        rows = only_open(rows)
    if match is not None:
        rows = rows.filter(match=match)
    found, following = page(rows, after, limit, newest_first=True)
    by_pk = {
        each.confirmation.pk: each
        for each in standings(confirmations_seen(caller(request).scope).filter(pk__in=[e.pk for e in found]))
    }
    return {"items": [_told(by_pk[each.pk]) for each in found], "next": following}


@router.get("payment-days", response=answers(PaymentDays))
def payment_days(
    request: HttpRequest,
    last: Last,
    days: Annotated[int, Query(30, ge=1, le=DAYS_MAX, description="how many days, up to the last")],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
    bank: Annotated[str, Query("", pattern=r"^[A-Z]{0,20}$")],
) -> dict[str, object]:
    """What came in by the banks' days, whatever it turned out to be; what they took back is not counted."""
    scope = caller(request).scope
    if not scope.settles_somewhere or (province is not None and not scope.settles.holds(province)):
        raise missing()
    rows = confirmations_seen(scope)
    if province is not None:
        rows = rows.filter(office__province_id=province)
    if bank:
        rows = rows.filter(bank=bank)
    until = day_said(last)
    found = received(rows, until - timedelta(days=days - 1), until)
    return {
        "items": [
            {
                "day": each.day,
                "count": each.count,
                "amount_satang": each.satang,
                "waiting": each.waiting,
                "waiting_satang": each.waiting_satang,
            }
            for each in found
        ],
        "next": None,
    }


@router.get("payments/{number}", response=answers(Word))
def payment(request: HttpRequest, number: Number) -> dict[str, object]:
    """One word of a bank."""
    return _told(standing_of(_word(caller(request), number)))


@router.post("payments/{number}/decision", response=answers(Word))
def decision(request: HttpRequest, number: Number, asked: Decision) -> dict[str, object]:
    """Decide about one that was not exact; above an amount a second person must agree first."""
    who = caller(request)
    found = _word_to_decide(who, number)
    try:
        decide(found, asked.deed, asked.reason, who.person)
    except DecisionError as err:
        raise _refused(err) from None
    return _told(standing_of(found))


@router.post("payments/{number}/second", response=answers(Word))
def second_eyes(request: HttpRequest, number: Number, asked: SecondEyes) -> dict[str, object]:
    """Agree to what another person has decided, or not."""
    who = caller(request)
    found = _word_to_decide(who, number)
    try:
        second(found, who.person, agreed=asked.agreed)
    except DecisionError as err:
        raise _refused(err) from None
    return _told(standing_of(found))


def _refused(err: DecisionError) -> RefusedError:
    status, detail = {
        Refusal.NOT_OPEN: (409, "Nothing about it waits for a decision. Read it again."),
        Refusal.NOT_THIS: (409, "This cannot be decided about it now; `deeds` says what can."),
        Refusal.NO_REASON: (422, "Give a reason of 5 to 200 characters."),
        Refusal.WAITS: (409, "It waits for a second person already."),
        Refusal.OWN: (403, "Nobody agrees with himself. Another person must."),
        Refusal.FRESH: (
            403,
            "The two accounts were let in by one another, or by one hand, within 24 hours. Ask somebody else.",
        ),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail)
