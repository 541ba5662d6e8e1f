"""How an office's yearly fees and reminders stand: counts and sums of a year, by state and by month. Only reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Q, QuerySet, Sum

from fleet.office.fees.models import Contact, Reminder
from fleet.office.models import Factory, Notice, Office


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


def of_year(rows: QuerySet[Notice], fee_year: int) -> QuerySet[Notice]:
    """Those of yearly fees that fall due in a year (C.E.). A notice has one first revision, so none is there twice."""
    return rows.filter(revisions__revision=1, due_on__year=fee_year)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How an office's reminders stand: how many in each state, and how many addresses there are to remind at."""

    by_state: dict[Reminder.State, int]
    contacts: int


def reminded(office: Office) -> Reminded:
    """How the office's reminders stand, of all years."""
    rows = Reminder.objects.filter(notice__factory__office=office).order_by()
    counts = dict(rows.values_list("state").annotate(count=Count("pk")))
    by_state = {each: counts.get(each.value, 0) for each in Reminder.State}
    return Reminded(by_state, Contact.objects.filter(factory__office=office).count())


NONE = {stand: Figure(0, 0) for stand in Stand}


def by_stand(office: Office, fee_year: int, today: date) -> dict[Stand, Figure]:
    """Every state, with its notices."""
    return by_office([office], fee_year, today).get(office.pk, NONE)


def by_office(offices: Collection[Office] | None, fee_year: int, today: date) -> dict[str, dict[Stand, Figure]]:
    """The same of several offices, or by None of all of them: of each that has notices, by its id."""
    counts = {f"{stand.name}_n": Count("pk", filter=where(stand, today)) for stand in Stand}
    sums = {f"{stand.name}_s": Sum("amount_satang", filter=where(stand, today)) for stand in Stand}
    found: dict[str, dict[Stand, Figure]] = {}
    names = [name for stand in Stand for name in (f"{stand.name}_n", f"{stand.name}_s")]
    rows = _plain(offices, fee_year).values("factory__office_id").annotate(**counts, **sums)
    for office_id, *figures in rows.values_list("factory__office_id", *names):
        pairs = zip(figures[::2], figures[1::2], strict=True)
        found[office_id] = {
            stand: Figure(count, satang or 0) for stand, (count, satang) in zip(Stand, pairs, strict=True)
        }
    return found


_Counted = dict[Stand, Figure]
_kept: dict[tuple[str, bool], tuple[int, int, date, _Counted]] = {}
"""Of each office, for the running year and for another: its revision, the year and the day that were counted, and what
was found. Whoever looks at other years has nobody's page of the running one counted again."""

_FEW = 8
"""Offices up to which each is counted by itself; more of them cost as much as all."""


def of_offices(offices: Collection[Office], fee_year: int, today: date) -> dict[str, _Counted]:
    """As ``by_office``, of each office. Those whose records are as they were when they were last counted in this
    process are not counted again: whoever changes a notice moves its office's revision in the same transaction
    (``fleet.office.changes``). ``offices`` are as just read, or what is counted now would pass for an older revision's.
    """
    is_running = fee_year == today.year
    counted: dict[str, _Counted] = {}  # what others keep meanwhile, of another year, is not asked for again
    moved = []
    for each in offices:
        kept = _kept.get((each.pk, is_running))
        if kept is not None and kept[:3] == (each.revision, fee_year, today):
            counted[each.pk] = kept[3]
        else:
            moved.append(each)
    if moved:
        found = by_office(moved if len(moved) <= _FEW else None, fee_year, today)
        for each in moved:
            counted[each.pk] = found.get(each.pk, NONE)
            _kept[(each.pk, is_running)] = (each.revision, fee_year, today, counted[each.pk])
    return counted


def forget() -> None:
    """Count all anew; for whoever changes records behind everybody's back, as tests do."""
    _kept.clear()


def by_month(office: Office, fee_year: int) -> list[Month]:
    """All twelve, empty ones too."""
    paid, owed = Q(paid_at__isnull=False), Q(paid_at__isnull=True, withdrawn_at__isnull=True)
    rows = (
        _plain([office], fee_year)
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


def _plain(offices: Collection[Office] | None, fee_year: int) -> QuerySet[Notice]:
    """Their notices of the year, unordered."""
    rows = of_year(Notice.objects.all(), fee_year).order_by()
    return rows if offices is None else rows.filter(factory__office__in=offices)


def owed_satang(factory: Factory) -> int:
    """What a factory owes by all its notices, yearly or not, that are neither paid nor withdrawn."""
    owed = Notice.objects.filter(factory=factory, paid_at__isnull=True, withdrawn_at__isnull=True)
    return owed.aggregate(all=Sum("amount_satang"))["all"] or 0
