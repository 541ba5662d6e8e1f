"""What pays notices by the ledger, by month and province: what was settled, less what was taken back.

The ledger grows for ever and a page asks for a year of it: the conductor adds it up as far as it is certain
(``count_payments``), and a year's figures add what was posted since, so that counted or not they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, F, Max, Min, Q, QuerySet, Sum, When

from fleet.figures.models import Counted
from fleet.figures.sums import add_paid
from fleet.payments.balances import last_certain
from fleet.payments.ledger import Account
from fleet.payments.models import Posting

_DAY, _PROVINCE = "confirmation__business_day", "confirmation__office__province_id"


@dataclass(frozen=True, slots=True)
class Paid:
    """Of one province (DOPA code) and month (its first day)."""

    dopa_code: int
    month: date
    payments: int
    satang: int


def posted(year: int, dopa_code: int | None, through: int) -> Iterator[Paid]:
    """What moves after ``through`` say of the banks' days of a year, of one province or of each."""
    if through:
        # By their numbers alone, for they are few: SQLite would look for them among all days of the year.
        rows = Posting.objects.filter(pk__gt=through)
    else:
        rows = Posting.objects.filter(**{f"{_DAY}__gte": date(year, 1, 1), f"{_DAY}__lt": date(year + 1, 1, 1)})
        rows = rows if dopa_code is None else rows.filter(**{_PROVINCE: dopa_code})
    return (each for each in _by_month(year, rows) if dopa_code in (None, each.dopa_code))


def _by_month(year: int, rows: QuerySet[Posting]) -> Iterator[Paid]:
    """The same of these moves; those of other years are passed over."""
    before = [When(**{f"{_DAY}__lt": date(year, each + 1, 1)}, then=each) for each in range(12)]
    month = Case(*before, When(**{f"{_DAY}__lt": date(year + 1, 1, 1)}, then=12), default=13)
    sign = Case(When(credit=Account.SETTLED, then=1), When(debit=Account.SETTLED, then=-1), default=0)
    found = (
        rows.filter(Q(credit=Account.SETTLED) | Q(debit=Account.SETTLED), confirmation__notice__isnull=False)
        .order_by()
        .annotate(month=month, sign=sign)
        .values_list("month", _PROVINCE)
        .annotate(count=Sum("sign"), satang=Sum(F("sign") * F("amount_satang")))
    )
    for number, of, count, satang in found:
        if 1 <= number <= 12:
            yield Paid(of, date(year, number, 1), count, satang)


@transaction.atomic
def count_payments(now: datetime) -> int:
    """Add up the moves that have become certain since the last time; the number of the last, 0 when there are none."""
    Counted.objects.get_or_create(pk=1)
    through = Counted.objects.select_for_update().get(pk=1).posted_through
    last = last_certain(through, now)
    if last is None:
        return 0
    fresh = Posting.objects.filter(pk__gt=through, pk__lte=last)
    days = fresh.aggregate(first=Min(_DAY), last=Max(_DAY))
    for year in range(days["first"].year, days["last"].year + 1):
        for each in _by_month(year, fresh):
            add_paid(each.dopa_code, each.month, each.payments, each.satang)
    Counted.objects.filter(pk=1).update(posted_through=last)
    return last
