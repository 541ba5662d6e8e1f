"""What came in by day, as the banks said it: how much, and how much of it waits for a person. Reads only.

Not the ledger's figures (``fleet.figures.year``): here a payment counts on the bank's day whatever it turned out to be,
for whoever looks whether money comes in and whether somebody sees to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from fleet.payments.banks.port import Kind
from fleet.payments.models import Confirmation
from fleet.payments.standing import only_open


@dataclass(frozen=True, slots=True)
class Received:
    """Payments of one bank day; ``waiting`` are those among them that wait for a person."""

    day: date
    count: int = 0
    satang: int = 0
    waiting: int = 0
    waiting_satang: int = 0


def received(rows: QuerySet[Confirmation], first: date, last: date) -> list[Received]:
    """Each day from ``first`` to ``last``, of these words of the banks; what they took back is not money that came."""
    came = rows.filter(kind=Kind.PAYMENT, business_day__gte=first, business_day__lte=last).select_related(None)
    whole, waiting = _sums(came), _sums(only_open(came))
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return [Received(each, *whole.get(each, (0, 0)), *waiting.get(each, (0, 0))) for each in days]


def together(days: Iterable[Received]) -> tuple[int, int, int, int]:
    """Payments, their satang, those waiting, theirs."""
    found = [(each.count, each.satang, each.waiting, each.waiting_satang) for each in days]
    count, satang, waiting, waiting_satang = (sum(column) for column in zip(*found, strict=True)) if found else [0] * 4
    return count, satang, waiting, waiting_satang


def _sums(rows: QuerySet[Confirmation]) -> dict[date, tuple[int, int]]:
    found = rows.order_by().values_list("business_day").annotate(Count("pk"), Sum("amount_satang"))
    return {day: (count, satang) for day, count, satang in found}
