"""What the first page tells, and a program that asks how everything stands: kiosks, what waits for a person, today.

Not here: words and drawings. Whoever settles money nowhere is told of none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from fleet.acting.seen import confirmations_seen, intents_waiting, kiosks_seen
from fleet.devices import standing
from fleet.devices.models import Record
from fleet.devices.truth import Condition, KioskTruth, truths_of
from fleet.payments.matching import Match
from fleet.payments.standing import only_open
from fleet.people.scope import Scope


@dataclass(frozen=True, slots=True)
class Stand:
    """How kiosks stand, by the DOPA code of their province; ``needs``: the worst of those somebody should look at."""

    provinces: dict[int, Counter[Condition]]
    needs: list[KioskTruth]

    @property
    def counts(self) -> Counter[Condition]:
        """Of all provinces together."""
        return sum(self.provinces.values(), Counter[Condition]())

    @property
    def needs_count(self) -> int:
        """How many somebody should look at."""
        return standing.needing_of(self.counts)


@dataclass(frozen=True, slots=True)
class Money:
    """``odd``: what banks said that waits for a person, by what it is. The others since midnight: payments that banks
    have confirmed, and notices that were shown to be paid and are not."""

    odd: Counter[Match]
    paid: int
    paid_satang: int
    waiting: int


def stand_of(scope: Scope, now: datetime, *, needs: int) -> Stand:
    """How the kiosks of an account stand, with so many of those that need somebody, the worst first."""
    kiosks = standing.ranked(kiosks_seen(scope), now)
    worst = standing.needing(kiosks)
    return Stand(standing.counted(kiosks), truths_of(standing.worst_first(worst, 0, needs), now))


def visits_today(scope: Scope, now: datetime) -> int:
    """How many visits have ended since midnight, as far as the fleet has heard."""
    visits = scope.within(Record.objects.filter(kind="visit-ended"), "kiosk__office__province_id")
    return visits.filter(received_at__gte=_midnight(now)).count()


def money_of(scope: Scope, now: datetime) -> Money | None:
    """The money of the offices an account settles for; None for who settles nowhere."""
    if not scope.settles_somewhere:
        return None
    words, midnight = confirmations_seen(scope), _midnight(now)
    odd = Counter(Match(each) for each in only_open(words).order_by().values_list("match", flat=True))
    paid = words.filter(match=Match.EXACT, paid_at__gte=midnight)
    shown = intents_waiting(scope).filter(opened_at__gte=midnight)
    return Money(
        odd=odd,
        paid=paid.count(),
        paid_satang=paid.aggregate(total=Sum("amount_satang"))["total"] or 0,
        waiting=shown.values("ref1").distinct().count(),
    )


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
