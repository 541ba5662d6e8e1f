"""What banks said that needs a person, and what a person decides about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.payments import Sought, counted, said
from fleet.acting.seen import confirmations_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.days import First, Last, Until, day_said, day_wished
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Number, answers, name_of
from fleet.payments.banks.port import Proof
from fleet.payments.days import received
from fleet.payments.deciding import DecisionError, Refusal, decide, deeds_of, needs_second, second
from fleet.payments.ledger import Account, Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Posting
from fleet.payments.models import Decision as Decided
from fleet.payments.standing import Standing, only_open, standing_of, standings
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PAYMENTS), tags=["payments"])

DAYS_MAX = 100
"""As many as paper is kept for; each is a row of a sum."""

Bank = Annotated[str, Query("", pattern=r"^[A-Z]{0,20}$")]
Province = Annotated[int | None, Query(None, ge=10, le=99)]
Reference = Annotated[
    str, Query("", max_length=60, description="a whole number: reference 1, a notice's, a transaction's")
]


class Word(Schema):
    """A bank's word. `deeds`: what may be decided now; `pending`: what waits for a second person.

    `transaction_no`: of the QR of another office's fee that it is about. `is_reversed`: the bank took the payment back.
    """

    id: int
    bank: str
    transaction_id: str
    kind: str
    match: Match
    amount_satang: int
    paid_at: datetime
    received_at: datetime
    business_day: date
    proof: Proof
    biller_id: str
    ref1: str
    ref2: str
    notice_no: str | None
    transaction_no: str | None
    office_id: str | None
    province: int | None
    is_reversed: bool
    is_open: bool
    decided: Deed | None
    pending: Deed | None
    pending_by: str | None
    needs_second: bool
    deeds: list[Deed]


class MoveOut(Schema):
    """A row of the ledger. `by_decision`: a person's, not what the bank's word did by itself."""

    debit: Account
    credit: Account
    amount_satang: int
    posted_at: datetime
    by_decision: bool


class DecisionOut(Schema):
    """What somebody decided. `agreed` null: nobody had to agree, or nobody has said."""

    deed: Deed
    reason: str
    by: str | None
    at: datetime
    needs_second: bool
    agreed: bool | None
    second_by: str | None
    second_at: datetime | None


class OneWord(Word):
    """With what it was for, all that was decided about it, the newest first, and its moves in the ledger.

    `item_*`, `asked_satang`: of the notice, or of the QR of another office's fee, whose `payee_*` and `kiosk_id` are
    there, too; null where it names neither.
    """

    item_th: str | None
    item_en: str | None
    asked_satang: int | None
    factory_th: str | None
    factory_en: str | None
    payee_th: str | None
    payee_en: str | None
    kiosk_id: str | None
    decisions: list[DecisionOut]
    moves: list[MoveOut]


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
        "business_day": word.business_day,
        "proof": word.proof,
        "biller_id": word.biller_id,
        "ref1": word.ref1,
        "ref2": word.ref2,
        "notice_no": word.notice_id,
        "transaction_no": word.intent_id,
        "office_id": word.office.pk if word.office else None,
        "province": word.office.province_id if word.office else None,
        "is_reversed": standing.is_reversed,
        "is_open": standing.is_open,
        "decided": standing.deed,
        "pending": standing.pending.deed if standing.pending else None,
        "pending_by": name_of(standing.pending.by) if standing.pending else None,
        "needs_second": needs_second(word),
        "deeds": list(deeds_of(standing)),
    }


def _whole(word: Confirmation) -> dict[str, object]:
    standing = standing_of(word)
    word = standing.confirmation
    notice, intent = word.notice, word.intent
    about, factory = notice or intent, notice.factory if notice else None
    return {
        **_told(standing),
        "item_th": about.item_th if about else None,
        "item_en": about.item_en if about else None,
        "asked_satang": about.amount_satang if about else None,
        "factory_th": factory.name_th if factory else None,
        "factory_en": factory.name_en if factory else None,
        "payee_th": intent.payee_th if intent else None,
        "payee_en": intent.payee_en if intent else None,
        "kiosk_id": intent.kiosk_id if intent else None,
        "decisions": [_decided(each) for each in word.decisions.all()],
        "moves": [_moved(each) for each in word.postings.all()],
    }


def _decided(each: Decided) -> dict[str, object]:
    approval = getattr(each, "approval", None)
    return {
        "deed": each.deed,
        "reason": each.reason,
        "by": name_of(each.by),
        "at": each.at,
        "needs_second": each.needs_second,
        "agreed": approval.agreed if approval else None,
        "second_by": name_of(approval.by) if approval else None,
        "second_at": approval.at if approval else None,
    }


def _moved(each: Posting) -> dict[str, object]:
    same = ("debit", "credit", "amount_satang", "posted_at")
    return {**{name: getattr(each, name) for name in same}, "by_decision": each.decision_id is not None}


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
    bank: Bank,
    province: Province,
    first: First,
    last: Until,
    reference: Reference,
) -> dict[str, object]:
    """What banks said, the newest first. `first` and `last` are the banks' days."""
    rows = said(caller(request).scope, sought(bank, province, first, last, reference))
    if waiting:
        rows = only_open(rows)
    if match is not None:
        rows = rows.filter(match=match)
    found, following = page(rows, after, limit, newest_first=True)
    whole = confirmations_seen(caller(request).scope).filter(pk__in=[each.pk for each in found])
    # What may be decided is told by the notice, and by where the money lies: asked for all of them at once.
    stand = standings(whole.select_related("notice").prefetch_related("postings"))
    by_pk = {each.confirmation.pk: each for each in stand}
    return {"items": [_told(by_pk[each.pk]) for each in found], "next": following}


@router.get("payment-days", response=answers(PaymentDays))
def payment_days(
    request: HttpRequest,
    last: Last,
    days: Annotated[int, Query(30, ge=1, le=DAYS_MAX, description="how many days, up to the last")],
    province: Province,
    bank: Bank,
) -> dict[str, object]:
    """What came in by the banks' days, whatever it turned out to be; what they took back is not counted."""
    scope = caller(request).scope
    if not scope.settles_somewhere or (province is not None and not scope.settles.holds(province)):
        raise missing()
    until = day_said(last)
    found = received(counted(scope, Sought(bank=bank, dopa_code=province)), until - timedelta(days=days - 1), until)
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


def sought(bank: str, province: int | None, first: str, last: str, reference: str) -> Sought:
    """What the address asks for. Raises: RefusedError for a day that is none."""
    return Sought(
        bank=bank, dopa_code=province, first=day_wished(first), last=day_wished(last), reference=reference.strip()
    )


@router.get("payments/{number}", response=answers(OneWord))
def payment(request: HttpRequest, number: Number) -> dict[str, object]:
    """One word of a bank, with all that was decided about it, and its moves in the ledger."""
    return _whole(_word(caller(request), number))


@router.post("payments/{number}/decision", response=answers(OneWord))
def decision(request: HttpRequest, number: Number, asked: Decision) -> dict[str, object]:
    """Decide about one that was not exact; above an amount a second person must agree first."""
    who = caller(request)
    found = _word_to_decide(who, number)
    try:
        decide(found, asked.deed, asked.reason, who.person)
    except DecisionError as err:
        raise _refused(err) from None
    return _whole(found)


@router.post("payments/{number}/second", response=answers(OneWord))
def second_eyes(request: HttpRequest, number: Number, asked: SecondEyes) -> dict[str, object]:
    """Agree to what another person has decided, or not."""
    who = caller(request)
    found = _word_to_decide(who, number)
    try:
        second(found, who.person, agreed=asked.agreed)
    except DecisionError as err:
        raise _refused(err) from None
    return _whole(found)


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
