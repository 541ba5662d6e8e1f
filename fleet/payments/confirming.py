"""The bank's word arrives: kept once, matched, and carried to everything it settles, in one transaction.

Not here: whether to believe it; a ``BankWord`` is made of something that proves it (``banks``). Rules: nothing but an
exact match makes a notice paid, nothing that a kiosk said takes part in the match, and every word moves money in the
ledger, odd ones too.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fleet.devices.desired import announce_office, post, stack_of
from fleet.devices.models import Kiosk
from fleet.office.models import Notice
from fleet.office.records import mark_paid, mark_withdrawn
from fleet.payments.banks.port import BankWord, Kind, Proof, business_day
from fleet.payments.billing import settings_of
from fleet.payments.ledger import arrived
from fleet.payments.matching import Expected, Match, match
from fleet.payments.models import AlsoKnown, Confirmation, Intent, Posting
from fleet.payments.other_fees import expected_of, shown_for
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.settings import SettingsError, read_settings
from fleet.protocol.topics import Channel
from fleet.webhooks.models import Kind as Told
from fleet.webhooks.occurring import occurred

log = logging.getLogger(__name__)


def confirm(word: BankWord) -> Confirmation:
    """Keep the bank's word and do what follows from it. Saying the same transaction again changes nothing."""
    if not word.transaction_id:
        raise ValueError("a word of a settlement file is named before it is kept")
    with transaction.atomic():
        # Locked: of two words about a notice at once, the second must see what the first has settled.
        notice = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("factory__office")
            .filter(reference=word.ref1)
            .first()
        )
        known = _known(word)
        if known is not None:
            if (known.ref1, known.ref2, known.amount_satang) != (word.ref1, word.ref2, word.amount_satang):
                log.error("%s says transaction %s again, and differently", word.bank, word.transaction_id)
            return known
        # Two references name a QR of another office's fee; locked, as a notice is.
        intents = shown_for(word.ref1, word.ref2).select_for_update(of=("self",))
        intent = intents.first() if notice is None else None
        verdict = _verdict(word, _expected(notice) if notice is not None else expected_of(intent) if intent else None)
        confirmation = Confirmation.objects.create(
            bank=word.bank,
            transaction_id=word.transaction_id,
            kind=word.kind,
            proof=word.proof,
            biller_id=word.biller_id,
            ref1=word.ref1,
            ref2=word.ref2,
            amount_satang=word.amount_satang,
            paid_at=word.paid_at,
            business_day=business_day(word.bank, word.paid_at),
            match=verdict.value,
            notice=notice,
            intent=intent,
            office=notice.factory.office if notice else intent.kiosk.office if intent else None,
        )
        move = arrived(word.kind, verdict, word.amount_satang)
        Posting.objects.create(
            confirmation=confirmation, debit=move.debit, credit=move.credit, amount_satang=move.amount_satang
        )
        if verdict is Match.EXACT:
            _tell_others(confirmation)
        if notice is not None and verdict is Match.EXACT:
            settle(notice, confirmation)
        elif intent is not None and verdict is Match.EXACT:
            tell_shown(intent, confirmation)
        return confirmation


def _tell_others(confirmation: Confirmation) -> None:
    office = confirmation.office
    occurred(
        Told.PAYMENT_CONFIRMED,
        confirmation.notice_id or confirmation.ref1,
        office.province_id if office else None,
        {
            "notice_no": confirmation.notice_id,
            "office_id": office.pk if office else None,
            "amount_satang": confirmation.amount_satang,
            "paid_at": confirmation.paid_at.isoformat(),
        },
    )


def _known(word: BankWord) -> Confirmation | None:
    """The same word, kept before: under its id, or under the one it got when a file told of it first."""
    key = {"bank": word.bank, "transaction_id": word.transaction_id, "kind": word.kind}
    known: Confirmation | None = Confirmation.objects.filter(**key).first()
    if known is not None:
        return known
    alias = AlsoKnown.objects.select_related("confirmation").filter(**key).first()
    if alias is not None:
        return Confirmation.objects.get(pk=alias.confirmation_id)
    if word.proof is Proof.FILE:
        return None
    by_file: Confirmation | None = alike(word).filter(proof=Proof.FILE, also_known=None).order_by("id").first()
    if by_file is not None:
        AlsoKnown.objects.create(confirmation=by_file, **key)
    return by_file


def alike(word: BankWord) -> QuerySet[Confirmation]:
    """Words that could be the same one, told without an id: everything else agrees, a payment's day too.

    Not its second: two clocks of one bank need not agree. Who pays one QR twice in a day stands there twice.
    """
    rows: QuerySet[Confirmation] = Confirmation.objects.filter(
        bank=word.bank,
        kind=word.kind,
        biller_id=word.biller_id,
        ref1=word.ref1,
        ref2=word.ref2,
        amount_satang=word.amount_satang,
    )
    if word.kind is Kind.PAYMENT:
        rows = rows.filter(business_day=business_day(word.bank, word.paid_at))
    return rows


def _verdict(word: BankWord, expected: Expected | None) -> Match:
    if word.kind is Kind.REVERSAL:
        return Match.REVERSED
    reversals = Confirmation.objects.filter(
        bank=word.bank, transaction_id=word.transaction_id, kind=Kind.REVERSAL
    )  # banks overtake themselves: what was taken back before we heard of it never pays
    if reversals.exists():
        return Match.REVERSED
    return match(expected, word.biller_id, word.amount_satang, word.paid_at)


def _expected(notice: Notice) -> Expected:
    return Expected(_billers_of(notice), notice.amount_satang, notice.paid_at is not None, notice.withdrawn_at)


def _concerned(notice: Notice) -> QuerySet[Kiosk]:
    """The kiosks of the notice's office, and those elsewhere that have shown it."""
    kiosks = Kiosk.objects.select_related("office")
    return (kiosks.filter(office=notice.factory.office) | kiosks.filter(intents__notice=notice)).distinct()


def _billers_of(notice: Notice) -> frozenset[str]:
    """Who may be paid for a notice: the payees in the settings of the kiosks that show it, and of its office, whose
    letters name it."""
    stacks = {
        tuple((each.layer, each.revision) for each in stack): stack for stack in map(stack_of, _concerned(notice))
    }
    own = settings_of(notice.factory.office)
    billers = {own.payee.biller_id} if own else set()
    for stack in stacks.values():
        try:
            billers.add(read_settings(each.document for each in stack)[0].payee.biller_id)
        except SettingsError:
            log.error("the settings of office %s name no payee", notice.factory.office_id)
    return frozenset(billers)


def settle(notice: Notice, by: Confirmation) -> None:
    """The notice is paid: its office's records change, and every kiosk that has shown it hears at once."""
    revision = mark_paid(notice, by.paid_at)
    message = PaymentConfirmed(
        ref1=by.ref1,
        ref2=by.ref2,
        amount_satang=by.amount_satang,
        confirmed_at=by.paid_at,
        notice_no=notice.notice_no,
        office_revision=revision,
    )
    for kiosk in _concerned(notice):
        post(kiosk.kiosk_id, Channel.PAYMENT, message)
    announce_office(notice.factory.office_id)


def tell_shown(intent: Intent, by: Confirmation) -> None:
    """The letter of another office is paid: the kiosk that showed its QR hears at once."""
    message = PaymentConfirmed(ref1=by.ref1, ref2=by.ref2, amount_satang=by.amount_satang, confirmed_at=by.paid_at)
    post(intent.kiosk_id, Channel.PAYMENT, message)


class CannotWithdrawError(ValueError):
    """The notice is paid, or withdrawn already."""


def withdraw(notice_no: str, why: str, at: datetime) -> Notice:
    """From ``at`` on the notice is not to be paid; kiosks stop showing it, and a payment of it is late.

    Raises: CannotWithdrawError; Notice.DoesNotExist.
    """
    with transaction.atomic():
        rows = Notice.objects.select_for_update(of=("self",)).select_related("factory")
        notice = rows.get(pk=notice_no)
        if notice.paid_at is not None or notice.withdrawn_at is not None:
            raise CannotWithdrawError("a notice that is paid or withdrawn cannot be withdrawn")
        mark_withdrawn(notice, at, why)
        announce_office(notice.factory.office_id)
        notice.refresh_from_db()
        return notice
