"""How an office's yearly fees stand: counts and sums of a year, by state and by month. Reads, changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Q, QuerySet, Sum

from fleet.office.models import Notice, Office


class Stand(StrEnum):
    """Where a notice stands on a day."""

    OVERDUE = "overdue"
    DUE = "due"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


def where(stand: Stand, today: date) -> Q:
    """The notices that stand there."""
    owed = Q(paid_at__isnull=True, withdrawn_at__isnull=True)
    return {
        Stand.OVERDUE: owed & Q(due_on__lt=today),
        Stand.DUE: owed & Q(due_on__gte=today),
        Stand.PAID: Q(paid_at__isnull=False),
        Stand.WITHDRAWN: Q(paid_at__isnull=True, withdrawn_at__isnull=False),
    }[stand]


def stand_of(notice: Notice, today: date) -> Stand:
    """Where one notice stands."""
    if notice.paid_at is not None:
        return Stand.PAID
    if notice.withdrawn_at is not None:
        return Stand.WITHDRAWN
    return Stand.OVERDUE if notice.due_on < today else Stand.DUE


@dataclass(frozen=True, slots=True)
class Figure:
    """So many notices, and their amounts together."""

    count: int
    satang: int


@dataclass(frozen=True, slots=True)
class Month:
    """What fell due in a month, and what of it is paid."""

    month: int
    paid: Figure
    owed: Figure


def notices_of(office: Office, fee_year: int) -> QuerySet[Notice]:
    """The office's notices of yearly fees that fall due in a year (C.E.)."""
    return Notice.objects.filter(factory__office=office, revisions__revision=1, due_on__year=fee_year).distinct()


def by_stand(office: Office, fee_year: int, today: date) -> dict[Stand, Figure]:
    """Every state, with its notices."""
    rows = _plain(office, fee_year)
    sums = rows.aggregate(
        **{f"{stand.name}_n": Count("pk", filter=where(stand, today)) for stand in Stand},
        **{f"{stand.name}_s": Sum("amount_satang", filter=where(stand, today)) for stand in Stand},
    )
    return {stand: Figure(sums[f"{stand.name}_n"], sums[f"{stand.name}_s"] or 0) for stand in Stand}


def by_month(office: Office, fee_year: int) -> list[Month]:
    """All twelve, empty ones too."""
    paid, owed = Q(paid_at__isnull=False), Q(paid_at__isnull=True, withdrawn_at__isnull=True)
    rows = (
        _plain(office, fee_year)
        .values("due_on__month")
        .annotate(
            paid_n=Count("pk", filter=paid),
            paid_s=Sum("amount_satang", filter=paid),
            owed_n=Count("pk", filter=owed),
            owed_s=Sum("amount_satang", filter=owed),
        )
    )
    found = {row["due_on__month"]: row for row in rows.order_by()}
    none = {"paid_n": 0, "paid_s": 0, "owed_n": 0, "owed_s": 0}
    months = [(month, found.get(month, none)) for month in range(1, 13)]
    return [
        Month(month, Figure(row["paid_n"], row["paid_s"] or 0), Figure(row["owed_n"], row["owed_s"] or 0))
        for month, row in months
    ]


def _plain(office: Office, fee_year: int) -> QuerySet[Notice]:
    """As ``notices_of``, without what would count a row twice."""
    return Notice.objects.filter(pk__in=notices_of(office, fee_year).values("pk")).order_by()
