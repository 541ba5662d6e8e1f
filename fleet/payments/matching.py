"""Whether a bank's confirmation settles what it names. Pure: no database, no clock.

Only ``EXACT`` makes a notice paid. Everything else is a different thing from it and from each other, and goes to a
person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Match(StrEnum):
    """What a confirmation turned out to be; the values are kept in the database."""

    EXACT = "exact"
    UNDER = "under"
    OVER = "over"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    LATE = "late"
    """Paid after its notice was withdrawn."""
    REVERSED = "reversed"
    """The bank took it back; so are called the reversal, and a payment whose reversal was there before it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is on record for a reference. ``biller_ids``: whoever an admin's settings say is paid for it, and only they:
    what a kiosk claims to have shown proves nothing. Whoever paid before ``withdrawn_at`` did as the notice said."""

    biller_ids: frozenset[str]
    amount_satang: int
    is_paid: bool
    withdrawn_at: datetime | None = None


def match(expected: Expected | None, biller_id: str, amount_satang: int, paid_at: datetime) -> Match:
    """What a payment of ``amount_satang`` to ``biller_id`` is, given what was expected for its reference."""
    if expected is None or biller_id not in expected.biller_ids:
        return Match.UNKNOWN
    if expected.is_paid:
        return Match.DUPLICATE
    if expected.withdrawn_at is not None and paid_at >= expected.withdrawn_at:
        return Match.LATE
    if amount_satang == expected.amount_satang:
        return Match.EXACT
    return Match.UNDER if amount_satang < expected.amount_satang else Match.OVER
