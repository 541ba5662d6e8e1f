"""The bank's word arrives: kept once, matched, and carried to everything it settles, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fleet.devices.desired import announce_office, desired_of, post
from fleet.devices.models import Kiosk
from fleet.office.models import Notice
from fleet.office.records import mark_paid
from fleet.payments.matching import Expected, Match, match
from fleet.payments.models import Confirmation, Intent
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.settings import SettingsError, read_settings
from fleet.protocol.topics import Channel


@dataclass(frozen=True, slots=True)
class BankWord:
    """A confirmation, whichever bank's form it came in. ``paid_at`` is aware."""

    bank: str
    transaction_id: str
    biller_id: str
    ref1: str
    ref2: str
    amount_satang: int
    paid_at: datetime


def confirm(word: BankWord) -> Confirmation:
    """Keep the bank's word and do what follows from it. Saying the same transaction again changes nothing."""
    with transaction.atomic():
        known = Confirmation.objects.filter(bank=word.bank, transaction_id=word.transaction_id).first()
        if known is not None:
            return known
        notice = Notice.objects.select_related("factory__office").filter(reference=word.ref1).first()
        verdict = match(_expected(notice), word.biller_id, word.amount_satang)
        confirmation = Confirmation.objects.create(
            bank=word.bank,
            transaction_id=word.transaction_id,
            biller_id=word.biller_id,
            ref1=word.ref1,
            ref2=word.ref2,
            amount_satang=word.amount_satang,
            paid_at=word.paid_at,
            match=verdict.value,
            notice=notice,
        )
        if notice is not None and verdict is Match.EXACT:
            _settle(notice, word)
        return confirmation


def _expected(notice: Notice | None) -> Expected | None:
    if notice is None:
        return None
    intent = Intent.objects.filter(notice=notice).first()
    biller_id = intent.biller_id if intent else _biller_of(notice)
    return Expected(biller_id, notice.amount_satang, notice.paid_at is not None)


def _biller_of(notice: Notice) -> str:
    """Who is to be paid for a notice nobody has shown yet: as the office's kiosks have it."""
    kiosk = Kiosk.objects.select_related("office").filter(office=notice.factory.office).first()
    if kiosk is None:
        return ""
    try:
        return read_settings(each.document for each in desired_of(kiosk).layers)[0].payee.biller_id
    except SettingsError:
        return ""


def _settle(notice: Notice, word: BankWord) -> None:
    """The notice is paid: its office's records change, and every kiosk that has shown it hears at once."""
    mark_paid(notice, word.paid_at)
    message = PaymentConfirmed(
        ref1=word.ref1,
        ref2=word.ref2,
        amount_satang=word.amount_satang,
        confirmed_at=word.paid_at,
        notice_no=notice.notice_no,
    )
    shown_on = set(Intent.objects.filter(notice=notice).values_list("kiosk_id", flat=True))
    at_the_office = set(Kiosk.objects.filter(office=notice.factory.office).values_list("kiosk_id", flat=True))
    for kiosk_id in sorted(shown_on | at_the_office):
        post(kiosk_id, Channel.PAYMENT, message)
    announce_office(notice.factory.office_id)


# ---- tracking -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the holder of a slip may know: no name, no number of a person. ``state``: waiting, confirmed, looking."""

    state: str
    transaction_no: str
    item_th: str
    item_en: str
    office_th: str
    office_en: str
    amount_satang: int
    opened_at: datetime
    confirmed_at: datetime | None
    sample: bool


def tracked(token: str) -> Tracked | None:
    """The payment behind a tracking token, or None when there is none."""
    intent = Intent.objects.select_related("notice__factory__office").filter(tracking_token=token).first()
    if intent is None:
        return None
    said = list(Confirmation.objects.filter(ref1=intent.ref1, ref2=intent.ref2))
    exact = next((each for each in said if each.match == Match.EXACT), None)
    office = intent.notice.factory.office
    return Tracked(
        state="confirmed" if exact else "looking" if said else "waiting",
        transaction_no=intent.transaction_no,
        item_th=intent.notice.item_th,
        item_en=intent.notice.item_en,
        office_th=office.name_th,
        office_en=office.name_en,
        amount_satang=intent.amount_satang,
        opened_at=intent.opened_at,
        confirmed_at=exact.paid_at if exact else None,
        sample=intent.notice.sample,
    )
