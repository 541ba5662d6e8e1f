"""Adding up what was counted by day: in which sums a day counts, and the rows that hold them.

What it is not: counting (``counting``, ``paid``), which calls this within its own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import F

from fleet.figures.durations import added
from fleet.figures.models import NATION, PaidSum, UptimeSum, VisitSum


def counts_in(dopa_code: int, day: date) -> tuple[tuple[int, str], ...]:
    """Place and period of every sum that a day of a province is part of."""
    month, year = day.isoformat()[:7], f"{day.year:04d}"
    return (dopa_code, month), (dopa_code, year), (NATION, month)


def add_visits(dopa_code: int, day: date, kind: tuple[str, str], visits: int, durations: Sequence[int]) -> None:
    """Visits of one province, day, service and outcome (``kind``)."""
    service, outcome = kind
    for place, period in counts_in(dopa_code, day):
        row, _ = VisitSum.objects.get_or_create(place=place, period=period, service=service, outcome=outcome)
        row.visits += visits
        row.durations = list(added(row.durations, durations))
        row.save()


def add_looks(day: date, looks: Mapping[int, tuple[int, int]]) -> None:
    """Looks at the kiosks of each province, and how many were there."""
    for dopa_code, (looked, there) in looks.items():
        for place, period in counts_in(dopa_code, day):
            UptimeSum.objects.get_or_create(place=place, period=period)
            rows = UptimeSum.objects.filter(place=place, period=period)
            rows.update(looked=F("looked") + looked, there=F("there") + there)


def add_paid(dopa_code: int, month: date, payments: int, paid_satang: int) -> None:
    """What paid notices of one province on days of one month; less than none where more was taken back."""
    for place, period in counts_in(dopa_code, month):
        PaidSum.objects.get_or_create(place=place, period=period)
        rows = PaidSum.objects.filter(place=place, period=period)
        rows.update(payments=F("payments") + payments, paid_satang=F("paid_satang") + paid_satang)
