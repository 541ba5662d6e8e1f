"""Fees of other offices: which QR a bank's word is about, and what would settle it.

No notice of ours stands behind such a payment, so it is known by reference 1 and 2 together: the letter's own, and the
kiosk's transaction. Who may be paid is what the settings say, never what a kiosk claims; how much is what the settings
say where they fix it, and otherwise what whoever held the letter typed or scanned: no record but the kiosk's has that.
What an exact match proves is only that the money asked for has arrived; the other office's books are its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db.models import QuerySet

from fleet.devices.desired import stack_of
from fleet.devices.models import Kiosk
from fleet.payments.matching import Expected
from fleet.payments.models import Confirmation, Intent
from fleet.payments.standing import pays, standings
from fleet.protocol.fees import AmountBy, OtherFee
from fleet.protocol.settings import SettingsError, read_settings
from fleet.protocol.words import Payee

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Defined:
    """A fee as a kiosk's settings define it, and who is paid."""

    fee: OtherFee
    payee: Payee


def defined_for(kiosk: Kiosk, code: str) -> Defined | None:
    """The fee of this code at this kiosk; None when its settings know none."""
    try:
        settings = read_settings(each.document for each in stack_of(kiosk))[0]
    except SettingsError:
        log.error("the settings of %s are no whole ones", kiosk.pk)
        return None
    fee = settings.fees.get(code)
    return Defined(fee, settings.payees[fee.payee]) if fee is not None else None


def words_for(kiosk: Kiosk, code: str) -> dict[str, str]:
    """What is kept of a fee beside its payment, so that it can be read when the settings have changed."""
    found = defined_for(kiosk, code)
    if found is None:
        log.error("%s opened a payment for the fee %s, which its settings do not know", kiosk.pk, code)
        return {}
    name, payee = found.fee.name, found.payee.name
    return {"item_th": name.th, "item_en": name.en, "payee_th": payee.th, "payee_en": payee.en}


def shown_for(ref1: str, ref2: str) -> QuerySet[Intent]:
    """The QR of another office's fee that has these two references."""
    rows: QuerySet[Intent] = Intent.objects.select_related("kiosk__office")
    return rows.filter(notice=None, ref1=ref1, ref2=ref2).exclude(ref2="").order_by("opened_at")


def expected_of(intent: Intent, but: Confirmation | None = None) -> Expected | None:
    """What would settle it, by the settings of the kiosk that showed it; None when they know no such fee.

    ``but``: a word that does not count as having paid it, since it is what is being decided about.
    """
    found = defined_for(intent.kiosk, intent.fee)
    if found is None or found.fee.reference.flaw(intent.ref1) is not None:
        return None
    rule = found.fee.amount
    amount_satang = rule.fixed_satang if rule.by is AmountBy.FIXED else intent.amount_satang
    return Expected(frozenset({found.payee.biller_id}), amount_satang, is_settled(intent, but))


def is_settled(intent: Intent, but: Confirmation | None = None) -> bool:
    """Whether something other than ``but`` has paid it, and was not taken back."""
    said = Confirmation.objects.filter(ref1=intent.ref1, ref2=intent.ref2)
    said = said.exclude(pk=but.pk) if but is not None else said
    return any(pays(each) for each in standings(said))


def owed_of(word: Confirmation) -> tuple[Intent | None, int | None]:
    """The QR a word is about, also one heard of after the word, and what it still asks for."""
    intent = shown_for(word.ref1, word.ref2).first() if word.notice_id is None else None
    expected = expected_of(intent, word) if intent is not None else None
    if expected is None or expected.is_paid or word.biller_id not in expected.biller_ids:
        return intent, None
    return intent, expected.amount_satang
