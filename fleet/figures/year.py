"""A year's figures of the nation or a province, by month: what the page draws and the open data hold.

Minutes saved are an estimate and say so: every visit that was not ``IN_VAIN``, against ``AT_COUNTER``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, Subquery
from django.utils import timezone

from fleet.figures.durations import added, median_s, saved_s
from fleet.figures.models import NATION, Counted, PaidSum, UptimeSum, VisitSum
from fleet.figures.paid import posted
from fleet.office.models import Notice
from fleet.payments.models import Confirmation

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
    """The years (C.E.) anything is known of, and this one, the latest first."""
    periods = {*VisitSum.objects.values_list("period", flat=True).distinct()}
    periods |= {*UptimeSum.objects.values_list("period", flat=True).distinct()}
    found = {timezone.localdate().year, *(int(each[:4]) for each in periods)}
    days = Confirmation.objects.order_by("business_day").values_list("business_day", flat=True)
    if (first := days.first()) and (last := days.last()):  # an index answers each; both at once, a look at all of them
        found |= set(range(first.year, last.year + 1))
    return sorted(found, reverse=True)


def holds_samples() -> bool:
    """Whether made-up notices are on record, so that not all of the figures are real."""
    return Notice.objects.filter(sample=True).exists()


def _of(year: int, dopa_code: int | None) -> Q:
    """The sums of a year: the place's months, and for the nation the provinces' years."""
    months = Q(place=NATION if dopa_code is None else dopa_code, period__gt=f"{year:04d}-", period__lt=f"{year:04d}-13")
    return months if dopa_code is not None else months | Q(period=f"{year:04d}")


def _sums_of(sums: dict[tuple[str, str], _Sums], place: int, period: str) -> list[_Sums]:
    """What a row of sums counts in."""
    is_year = len(period) == len("2026")
    return [sums["province", str(place)]] if is_year else [sums["whole", ""], sums["month", period]]


def _add_visits(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    rows = VisitSum.objects.filter(_of(year, dopa_code))
    for place, period, service, outcome, visits, durations in rows.values_list(
        "place", "period", "service", "outcome", "visits", "durations"
    ):
        of_service = [sums["service", service]] if len(period) > len("2026") else []
        for each in [*_sums_of(sums, place, period), *of_service]:
            each.visits += visits
            if outcome not in IN_VAIN:
                each.spans.append(durations)


def _add_payments(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    """What was added up, and what was posted since.

    How far it was added up is asked for with the sums in one question, for they may grow at any moment; where there are
    none of this year and place, nothing was.
    """
    rows = PaidSum.objects.filter(_of(year, dopa_code))
    counted = rows.annotate(through=Subquery(Counted.objects.values("posted_through")[:1]))
    found = list(counted.values_list("place", "period", "payments", "paid_satang", "through"))
    for place, period, payments, satang, _ in found:
        _add_paid(_sums_of(sums, place, period), payments, satang)
    through = found[0][-1] if found else 0
    for each in posted(year, dopa_code, through):
        month = each.month.isoformat()[:7]
        of = [sums["whole", ""], sums["month", month], sums["province", str(each.dopa_code)]]
        _add_paid(of, each.payments, each.satang)


def _add_paid(sums: Sequence[_Sums], payments: int, satang: int) -> None:
    for each in sums:
        each.payments += payments
        each.paid_satang += satang


def _add_uptime(sums: dict[tuple[str, str], _Sums], year: int, dopa_code: int | None) -> None:
    rows = UptimeSum.objects.filter(_of(year, dopa_code)).values_list("place", "period", "looked", "there")
    for place, period, looked, there in rows:
        for each in _sums_of(sums, place, period):
            each.looked += looked
            each.there += there
