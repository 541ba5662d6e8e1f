"""The bank's word arrives: kept once, matched, and carried to everything it settles, in one transaction.

Not here: whether to believe it; that is the bank's adapter's affair. Rule: nothing but an exact match makes a notice
paid, and nothing that a kiosk said takes part in the match.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fleet.devices.desired import announce_office, post, stack_of
from fleet.devices.models import Kiosk
from fleet.office.models import Notice
from fleet.office.records import mark_paid
from fleet.payments.matching import Expected, Match, match
from fleet.payments.models import Confirmation, Intent
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.settings import SettingsError, read_settings
from fleet.protocol.topics import Channel

log = logging.getLogger(__name__)


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
            if (known.ref1, known.ref2, known.amount_satang) != (word.ref1, word.ref2, word.amount_satang):
                log.error("%s says transaction %s again, and differently", word.bank, word.transaction_id)
            return known
        # Locked: of two confirmations at once, the second must see what the first has settled.
        notice = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("factory__office")
            .filter(reference=word.ref1)
            .first()
        )
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
    return Expected(_billers_of(notice), notice.amount_satang, notice.paid_at is not None)


def _concerned(notice: Notice) -> QuerySet[Kiosk]:
    """The kiosks of the notice's office, and those elsewhere that have shown it."""
    kiosks = Kiosk.objects.select_related("office")
    return (kiosks.filter(office=notice.factory.office) | kiosks.filter(intents__notice=notice)).distinct()


def _billers_of(notice: Notice) -> frozenset[str]:
    """Who may be paid for a notice: the payees in the settings of the kiosks that show it."""
    stacks = {
        tuple((each.layer, each.revision) for each in stack): stack for stack in map(stack_of, _concerned(notice))
    }
    billers = set()
    for stack in stacks.values():
        try:
            billers.add(read_settings(each.document for each in stack)[0].payee.biller_id)
        except SettingsError:
            log.error("the settings of office %s name no payee", notice.factory.office_id)
    return frozenset(billers)


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
    for kiosk in _concerned(notice):
        post(kiosk.kiosk_id, Channel.PAYMENT, message)
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
    state, confirmation = _state_of(intent, list(Confirmation.objects.filter(ref1=intent.ref1)))
    office = intent.notice.factory.office
    return Tracked(
        state=state,
        transaction_no=intent.transaction_no,
        item_th=intent.notice.item_th,
        item_en=intent.notice.item_en,
        office_th=office.name_th,
        office_en=office.name_en,
        amount_satang=intent.amount_satang,
        opened_at=intent.opened_at,
        confirmed_at=confirmation.paid_at if confirmation else None,
        sample=intent.notice.sample,
    )


def states_of(intents: Sequence[Intent]) -> dict[str, str]:
    """The states, as ``Tracked`` has them, by transaction number."""
    said: defaultdict[str, list[Confirmation]] = defaultdict(list)
    for each in Confirmation.objects.filter(ref1__in={intent.ref1 for intent in intents}):
        said[each.ref1].append(each)
    return {intent.pk: _state_of(intent, said[intent.ref1])[0] for intent in intents}


def _state_of(intent: Intent, said: Sequence[Confirmation]) -> tuple[str, Confirmation | None]:
    """Waiting, confirmed (and by what), or looking; ``said`` is all that named its reference 1.

    What was paid through this very QR counts first.
    """
    own = [each for each in said if each.ref2 == intent.ref2]
    exact = next((each for each in own if each.match == Match.EXACT), None)
    if own and exact is None:
        return "looking", None  # it reached the office, and a person must look at it
    # The notice may have been paid through another QR, at another kiosk or by letter: it is paid.
    exact = exact or next((each for each in said if each.match == Match.EXACT), None)
    return ("confirmed", exact) if exact else ("waiting", None)
