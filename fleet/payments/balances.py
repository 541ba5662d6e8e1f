"""Where the money of each payee lies: the ledger's accounts, kept apart by biller id.

The ledger grows for ever, and a page asks where all of it lies: now and then the conductor adds it up as far as it is
certain (``carry``), and a page adds what came since. The sums are told from the ledger alone, and can be deleted.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet, Subquery, Sum
from django.utils import timezone

from fleet.payments.ledger import Account
from fleet.payments.models import Carried, Intent, Posting

CERTAIN_AFTER = timedelta(hours=1)
"""Younger moves are not carried, and none that is numbered after one: of two programs the one with the smaller number
may commit later, and would be passed over. No transaction of ours takes a minute."""

EVERY_S = 600.0

Lies = Counter[tuple[str, str]]
"""Satang by biller id and account."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What lies in each account for one payee, in satang. ``payee_*``: of another office, as its QR named it."""

    biller_id: str
    payee_th: str
    payee_en: str
    lies: dict[Account, int]

    @property
    def rows(self) -> list[tuple[Account, int]]:
        """Every account but the bank's, in their order, with what lies there."""
        return [(each, self.lies.get(each, 0)) for each in Account if each is not Account.BANK]

    @property
    def held_satang(self) -> int:
        """What the bank says it holds for them, which all the others together are."""
        return -self.lies.get(Account.BANK, 0)


def balances() -> list[Balance]:
    """Every payee a bank has ever named, by biller id."""
    through, lies = _carried()
    lies.update(_moved(Posting.objects.filter(pk__gt=through)))
    named = Intent.objects.filter(notice=None).exclude(payee_th="").order_by("opened_at")
    names = {row[0]: row[1:] for row in named.values_list("biller_id", "payee_th", "payee_en")}
    billers = sorted({biller_id for biller_id, _ in lies})
    of = {each: {Account(name): satang for (whose, name), satang in lies.items() if whose == each} for each in billers}
    return [Balance(each, *names.get(each, ("", "")), of[each]) for each in billers]


class Carrying:
    """Carries while it is turned. Only the conductor that leads turns it."""

    def __init__(self) -> None:
        """The first turn carries."""
        self._at_s = 0.0

    def turn(self) -> None:
        """Carry, if it is time to."""
        if time.monotonic() >= self._at_s:
            carry(timezone.now())
            self._at_s = time.monotonic() + EVERY_S


@transaction.atomic
def carry(now: datetime) -> int:
    """Add the ledger up as far as it is certain; how many sums were written. For the conductor.

    Two that do it at once write sums of their own, each from the ledger alone, and the further ones are read.
    """
    through, lies = _carried()
    last = last_certain(through, now)
    if last is None:
        return 0
    lies.update(_moved(Posting.objects.filter(pk__gt=through, pk__lte=last)))
    rows = [Carried(through=last, biller_id=whose, account=name, satang=lies[whose, name]) for whose, name in lies]
    Carried.objects.bulk_create(rows, ignore_conflicts=True)
    Carried.objects.filter(through__lt=last).delete()
    return len(rows)


def last_certain(through: int, now: datetime) -> int | None:
    """The last move, numbered after ``through``, before which none can come any more; None while there is none."""
    later = Posting.objects.filter(pk__gt=through)
    young = later.filter(posted_at__gt=now - CERTAIN_AFTER).order_by("pk").values_list("pk", flat=True).first()
    certain = later if young is None else later.filter(pk__lt=young)
    last: int | None = certain.aggregate(last=Max("pk"))["last"]
    return last


def _carried() -> tuple[int, Lies]:
    """The newest sums, and the last move in them: in one question, for they may be replaced at any moment."""
    newest = Carried.objects.order_by("-through").values("through")[:1]
    rows = list(Carried.objects.filter(through=Subquery(newest)))
    return rows[0].through if rows else 0, Counter({(each.biller_id, each.account): each.satang for each in rows})


def _moved(rows: QuerySet[Posting]) -> Lies:
    """What these moves took from where, and brought where."""
    lies: Lies = Counter()
    sums = rows.order_by().values_list("confirmation__biller_id", "debit", "credit").annotate(Sum("amount_satang"))
    for biller_id, debit, credit, satang in sums:
        lies[biller_id, debit] -= satang
        lies[biller_id, credit] += satang
    return lies
