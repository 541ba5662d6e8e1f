"""A sample notice, its QR, and the bank's word about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fleet.devices.models import Kiosk
from fleet.office.models import Notice
from fleet.payments.banks.port import BankWord, Proof
from fleet.payments.models import Intent
from fleet.site.sample import SAMPLE_BILLER_ID

PAID_AT = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)


def owed(office_id: str = "CBI") -> Notice:
    """An unpaid notice of a sample office."""
    return Notice.objects.filter(factory__office_id=office_id, paid_at__isnull=True)[0]


def shown(notice: Notice, number: int = 1, *, kiosk_id: str = "CBI-02", **other: Any) -> Intent:
    """A QR that a kiosk has shown for it."""
    fields = {
        "transaction_no": f"CBI02-{number:06d}",
        "tracking_token": f"token-of-transaction-{number:06d}",
        "kiosk": Kiosk.objects.get(pk=kiosk_id),
        "notice": notice,
        "biller_id": SAMPLE_BILLER_ID,
        "ref1": notice.reference,
        "ref2": f"CBI02{number:06d}",
        "amount_satang": notice.amount_satang,
        "opened_at": PAID_AT,
    }
    return Intent.objects.create(**{**fields, **other})


def word(notice: Notice, transaction_id: str = "T1", **other: Any) -> BankWord:
    """The bank says that it was paid, exactly unless told otherwise."""
    fields = {
        "bank": "PRETEND",
        "transaction_id": transaction_id,
        "biller_id": SAMPLE_BILLER_ID,
        "ref1": notice.reference,
        "ref2": "",
        "amount_satang": notice.amount_satang,
        "paid_at": PAID_AT,
        "proof": Proof.PRETENCE,
    }
    return BankWord(**{**fields, **other})
