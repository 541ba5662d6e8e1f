"""When the calendar changes, whatever is still open is brought up to it: legal deadlines, and last days to pay.

What is closed, paid or withdrawn stays as it was reckoned. Whoever calls tells the kiosks of the offices named.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from fleet.office.cases.opening import reckon_again
from fleet.office.fees.making import falling_due, grow
from fleet.office.holidays.days import ROW_DAYS_MAX
from fleet.office.models import Office


@dataclass(frozen=True, slots=True)
class Moved:
    """How many cases have another deadline now, how many notices were looked at, and whose kiosks are to be told."""

    cases: int
    notices: int
    offices: frozenset[str]


@transaction.atomic
def bring_up(changed: Collection[tuple[date, int | None]], today: date, by: User | None) -> Moved:
    """Days were added to the calendar or taken from it (each with its province, None: the nation's)."""
    if not changed:
        return Moved(0, 0, frozenset())
    first, last = min(on for on, _ in changed), max(on for on, _ in changed)
    places = {dopa_code for _, dopa_code in changed}
    some = Office.objects.filter(province_id__in=[each for each in places if each is not None])
    offices = Office.objects.all() if None in places else some
    cases, notices, told = 0, 0, set[str]()
    for office in offices.order_by("pk"):  # in the order in which ``publish`` wants them
        moved = reckon_again(office, by)
        keys = falling_due(office, first - timedelta(days=ROW_DAYS_MAX), last)
        told |= grow(keys, today) | ({office.pk} if moved else set())
        cases, notices = cases + len(moved), notices + len(keys)
    return Moved(cases, notices, frozenset(told))
