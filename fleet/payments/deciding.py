"""An officer decides about a word that was not exact: with a reason, and above an amount with a second person.

Which deeds there are and what they move stands in ``ledger``; here it is looked up, kept and carried out, in one
transaction. Not here: who may decide (``fleet.web``), except that nobody agrees with himself, nor
through an account that is fresh from his hands (``fleet.people.second_eyes``).
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import announce_office
from fleet.office.models import Notice
from fleet.office.records import mark_unpaid
from fleet.payments.banks.port import Kind
from fleet.payments.confirming import settle, tell_shown
from fleet.payments.ledger import Account, Case, Deed, decided, deeds_for
from fleet.payments.matching import Match
from fleet.payments.models import Approval, Confirmation, Decision, Posting
from fleet.payments.other_fees import owed_of, shown_for
from fleet.payments.standing import Standing, standing_of
from fleet.people.second_eyes import is_fresh_from

REASON_CHARACTERS = (5, 200)
"""Fewer is no reason; more does not fit a line."""


class Refusal(StrEnum):
    """Why a decision was not taken."""

    NOT_OPEN = "not-open"
    NOT_THIS = "not-this"
    NO_REASON = "no-reason"
    WAITS = "waits"
    """For a second person already."""
    OWN = "own"
    """Nobody agrees with himself."""
    FRESH = "fresh"
    """Nor as somebody whom he has let in within a day."""


class DecisionError(ValueError):
    """It was not decided, and nothing has changed; ``refusal`` says why. Tell whoever tried."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def deeds_of(standing: Standing) -> tuple[Deed, ...]:
    """What may be decided about it now."""
    return deeds_for(_case(standing)) if standing.is_open else ()


def needs_second(confirmation: Confirmation) -> bool:
    """Whether a second person must agree."""
    return bool(confirmation.amount_satang > settings.SECOND_EYES_ABOVE_SATANG)


def decide(confirmation: Confirmation, deed: Deed, reason: str, by: User) -> Decision:
    """Decide; carried out at once, unless a second person must agree first.

    Raises: DecisionError.
    """
    reason = " ".join(reason.split())
    if not REASON_CHARACTERS[0] <= len(reason) <= REASON_CHARACTERS[1]:
        raise DecisionError(Refusal.NO_REASON)
    with transaction.atomic():
        standing = _locked(confirmation)
        if standing.pending is not None:
            raise DecisionError(Refusal.WAITS)
        if deed not in deeds_of(standing):
            raise DecisionError(Refusal.NOT_THIS)
        decision: Decision = Decision.objects.create(
            confirmation=confirmation,
            deed=deed,
            reason=reason,
            by=by,
            at=timezone.now(),
            needs_second=needs_second(confirmation),
        )
        if not decision.needs_second:
            _carry_out(decision, standing)
        return decision


def second(confirmation: Confirmation, by: User, *, agreed: bool) -> Approval:
    """The second person agrees, and it is carried out; or does not, and it waits in the queue again.

    Raises: DecisionError.
    """
    with transaction.atomic():
        standing = _locked(confirmation)
        decision = standing.pending
        if decision is None:
            raise DecisionError(Refusal.NOT_OPEN)
        if decision.by_id == by.pk:
            raise DecisionError(Refusal.OWN)
        if agreed and is_fresh_from(by, decision.by_id, decision.at, timezone.now()):
            raise DecisionError(Refusal.FRESH)
        if agreed and Deed(decision.deed) not in deeds_of(standing):
            raise DecisionError(Refusal.NOT_THIS)  # something happened meanwhile: it can only be refused
        approval: Approval = Approval.objects.create(decision=decision, agreed=agreed, by=by, at=timezone.now())
        if agreed:
            _carry_out(decision, standing)
        return approval


def _locked(confirmation: Confirmation) -> Standing:
    """How it stands, while nobody else can decide about it or pay its notice.

    Raises: DecisionError.
    """
    list(Confirmation.objects.select_for_update(of=("self",)).filter(pk=confirmation.pk))
    list(shown_for(confirmation.ref1, confirmation.ref2).select_for_update(of=("self",)))
    if confirmation.notice_id is not None:
        list(Notice.objects.select_for_update(of=("self",)).filter(pk=confirmation.notice_id))
    standing = standing_of(confirmation)
    if not standing.is_open:
        raise DecisionError(Refusal.NOT_OPEN)
    return standing


def _payment_of(reversal: Confirmation) -> Confirmation | None:
    found: Confirmation | None = Confirmation.objects.filter(
        bank=reversal.bank, transaction_id=reversal.transaction_id, kind=Kind.PAYMENT
    ).first()
    return found


def _case(standing: Standing) -> Case:
    word = standing.confirmation
    payment = _payment_of(word) if word.kind == Kind.REVERSAL else word
    return Case(
        kind=Kind(word.kind),
        match=Match(word.match),
        amount_satang=word.amount_satang,
        owed_satang=_owed(word),
        is_reversed=standing.is_reversed,
        lies=_lies(payment) if payment is not None else {},
    )


def _owed(word: Confirmation) -> int | None:
    """What the notice, or the other office's letter, still asks for."""
    if word.notice is None:
        return owed_of(word)[1]
    return word.notice.amount_satang if word.notice.paid_at is None else None


def _lies(payment: Confirmation) -> dict[Account, int]:
    """Where the money of a payment lies now; what its reversal did is not part of it."""
    lies: Counter[Account] = Counter()
    for posting in payment.postings.all():
        lies[Account(posting.credit)] += posting.amount_satang
        lies[Account(posting.debit)] -= posting.amount_satang
    return {account: satang for account, satang in lies.items() if satang > 0}


def _carry_out(decision: Decision, standing: Standing) -> None:
    word, deed = standing.confirmation, Deed(decision.deed)
    case = _case(standing)
    payment = _payment_of(word) if deed is Deed.UNDO else None
    for move in decided(deed, case):
        Posting.objects.create(
            confirmation=payment or word,
            decision=decision,
            debit=move.debit,
            credit=move.credit,
            amount_satang=move.amount_satang,
        )
    if deed is Deed.SETTLE and word.notice is not None:
        settle(word.notice, word)
    elif deed is Deed.SETTLE and (intent := owed_of(word)[0]) is not None:
        tell_shown(intent, word)
    if payment is not None:
        _undone(decision, payment, was_settled=Account.SETTLED in case.lies)


def _undone(decision: Decision, payment: Confirmation, *, was_settled: bool) -> None:
    """The payment is dealt with too, and what it had paid is owed again."""
    Decision.objects.create(
        confirmation=payment,
        deed=Deed.UNDO,
        reason=decision.reason,
        by=decision.by,
        at=decision.at,
        needs_second=False,
    )
    if was_settled and payment.notice is not None:
        mark_unpaid(payment.notice)
        announce_office(payment.notice.factory.office_id)
