"""A year's figures of the nation or a province, by month: what the page draws and the open data hold.

Minutes saved are an estimate and say so: every visit that was not ``IN_VAIN``, against ``AT_COUNTER``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from fleet.figures.durations import added, median_s, saved_s
from fleet.figures.models import UptimeDay, VisitDay
from fleet.payments.ledger import Account
from fleet.payments.models import Posting

AT_COUNTER = timedelta(minutes=10)
"""What the same takes at a counter: the lower of the ministry's own 10 to 30 minutes lost on looking for one folder."""

FEW = 5
"""Of fewer visits no median is told, and no time saved: a time of one visit would be that visitor's."""

IN_VAIN = ("cancelled", "timed-out")
"""Outcomes of visits that did not do what the visitor came for; what newer kiosks call a visit is none of these."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some time and place. ``uptime`` is a share, None while nobody has looked."""

    visits: int = 0
    done: int = 0
    payments: int = 0
    paid_satang: int = 0
    saved_min: int = 0
    median_s: float | None = None
    uptime: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one month (its first day), province or service, by ``key``."""

    key: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Year:
    """``months`` has all twelve; ``provinces`` is empty for a single one. Services by how often they were used."""

    year: int
    whole: Figures
    months: tuple[Line, ...]
    provinces: tuple[Line, ...]
    services: tuple[Line, ...]


@dataclass(slots=True)
class _Sums:
    visits: int = 0
    payments: int = 0
    paid_satang: int = 0
    looked: int = 0
    there: int = 0
    spans: list[Sequence[int]] = field(default_factory=list)

    def figures(self) -> Figures:
        done = added(*self.spans)
        times = done if sum(done) >= FEW else ()
        return Figures(
            visits=self.visits,
            done=sum(done),
            payments=self.payments,
            paid_satang=self.paid_satang,
            saved_min=round(saved_s(times, int(AT_COUNTER.total_seconds())) / 60),
            median_s=median_s(times),
            uptime=self.there / self.looked if self.looked else None,
        )


def figures_of(year: int, dopa_code: int | None = None) -> Year:
    """The figures of a year of the common era, of one province (DOPA code) or, by None, of the nation."""
    sums: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    _add_visits(sums, year, dopa_code)
    _add_payments(sums, year, dopa_code)
    _add_uptime(sums, year, dopa_code)
    months = [date(year, number, 1).isoformat()[:7] for number in range(1, 13)]

    def lines(kind: str) -> list[Line]:
        found = [Line(key, each.figures()) for (of, key), each in sums.items() if of == kind]
        return sorted(found, key=lambda line: line.key)

    return Year(
        year=year,
        whole=sums["whole", ""].figures(),
        months=tuple(Line(month, sums["month", month].figures()) for month in months),
        provinces=tuple(lines("province")) if dopa_code is None else (),
        services=tuple(sorted(lines("service"), key=lambda line: (-line.figures.visits, line.key))),
    )


def years() -> list[int]:
    """The years anything is known of, the latest first."""
    found = {day.year for model in (VisitDay, UptimeDay) for day in model.objects.dates("day", "year")}
    found |= {day.year for day in Posting.objects.dates("confirmation__business_day", "year")}
    return sorted(found, reverse=True)


def _within(year: int, dopa_code: int | None, day: str, province: str) -> Q:
    where = Q(**{f"{day}__gte": date(year, 1, 1), f"{day}__lt": date(year + 1, 1, 1)})
    return where if dopa_code is None else where & Q(**{province: dopa_code})


def _all_of(sums: dict[tuple[str, str], _Sums], month: date, dopa_code: int) -> list[_Sums]:
    """The sums something of a month and province counts in."""
    return [sums["whole", ""], sums["month", month.isoformat()[:7]], sums["province", str(dopa_code)]]


def _add_visits(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    rows = VisitDay.objects.filter(_within(year, dopa_code, "day", "office__province_id")).values_list(
        "day", "office__province_id", "service", "outcome", "visits", "durations"
    )
    for day, province, service, outcome, visits, durations in rows.iterator():
        for each in [*_all_of(sums, day, province), sums["service", service]]:
            each.visits += visits
            if outcome not in IN_VAIN:
                each.spans.append(durations)


def _add_payments(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    """What pays notices by the ledger: what was settled, less what was taken back."""
    province = "confirmation__notice__factory__office__province_id"
    for account, sign in (("credit", 1), ("debit", -1)):
        rows = (
            Posting.objects.filter(_within(year, dopa_code, "confirmation__business_day", province))
            .filter(**{account: Account.SETTLED, "confirmation__notice__isnull": False})
            .order_by()
            .annotate(month=TruncMonth("confirmation__business_day"))
            .values_list("month", province)
            .annotate(count=Count("pk"), satang=Sum("amount_satang"))
        )
        for month, of, count, satang in rows:
            for each in _all_of(sums, month, of):
                each.payments += sign * count
                each.paid_satang += sign * satang


def _add_uptime(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    province = "kiosk__office__province_id"
    rows = (
        UptimeDay.objects.filter(_within(year, dopa_code, "day", province))
        .order_by()
        .annotate(month=TruncMonth("day"))
        .values_list("month", province)
        .annotate(looked_sum=Sum("looked"), there_sum=Sum("there"))
    )
    for month, of, looked, there in rows:
        for each in _all_of(sums, month, of):
            each.looked += looked
            each.there += there
