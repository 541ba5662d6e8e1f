"""The calendar on record: which days are off in a province, days added and taken away.

Rules: said again, a day is there once; a day said otherwise takes the place of what was said before, whose row stays.
Whoever changes days brings deadlines up to them in the same transaction (``moving``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.office.holidays.days import Calendar
from fleet.office.holidays.models import Holiday


@dataclass(frozen=True, slots=True)
class Entry:
    """A day off as somebody says it. ``dopa_code`` None: in the whole nation."""

    on: date
    dopa_code: int | None
    name_th: str
    name_en: str
    source: str


def in_force() -> QuerySet[Holiday]:
    """The days that hold."""
    return Holiday.objects.filter(removed_at__isnull=True)


def _of(dopa_code: int | None) -> QuerySet[Holiday]:
    return in_force().filter(province__isnull=True) if dopa_code is None else in_force().filter(province_id=dopa_code)


def days_off(dopa_code: int) -> frozenset[date]:
    """The holidays of a province: the nation's and its own."""
    ours = in_force().filter(Q(province__isnull=True) | Q(province_id=dopa_code))
    return frozenset(ours.values_list("on", flat=True))


def calendar_of(dopa_code: int) -> Calendar:
    """The working days of a province's offices."""
    return Calendar(days_off(dopa_code))


def calendars_of(dopa_codes: Collection[int]) -> dict[int, Calendar]:
    """The working days of several provinces' offices, by one statement."""
    ours = in_force().filter(Q(province__isnull=True) | Q(province_id__in=dopa_codes))
    days = list(ours.values_list("province_id", "on"))
    return {code: Calendar(frozenset(on for whose, on in days if whose in (None, code))) for code in dopa_codes}


@transaction.atomic
def add(entries: Iterable[Entry], by: User | None, *, sample: bool = False) -> list[Holiday]:
    """Put days into the calendar; those that are new in it, or said otherwise than before."""
    added = []
    for each in entries:
        there = _of(each.dopa_code).select_for_update(of=("self",)).filter(on=each.on).first()
        said = (each.name_th, each.name_en, each.source)
        if there is not None:
            if (there.name_th, there.name_en, there.source) == said:
                continue
            remove(there, by)
        added.append(
            Holiday.objects.create(
                on=each.on,
                province_id=each.dopa_code,
                name_th=each.name_th,
                name_en=each.name_en,
                source=each.source,
                sample=sample,
                added_by=by,
            )
        )
    return added


def remove(holiday: Holiday, by: User | None) -> None:
    """Take a day away; its row stays."""
    holiday.removed_by, holiday.removed_at = by, timezone.now()
    holiday.save(update_fields=["removed_by", "removed_at"])
