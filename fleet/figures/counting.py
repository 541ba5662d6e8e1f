"""Counting what came in: visits as their records arrive, once a minute who is there and what was paid, and now and then
their paper.

Done by the conductor that leads. The count and how far it went are one transaction, so whoever is killed here loses
and doubles nothing.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk, Record
from fleet.devices.truth import STALE_AFTER
from fleet.figures import paper
from fleet.figures.durations import added, counted
from fleet.figures.models import Counted, UptimeDay, VisitDay
from fleet.figures.paid import count_payments
from fleet.figures.sums import add_looks, add_visits
from fleet.protocol.records import VisitEnded

EVERY_S = 60.0
RECORDS_MAX = 2000
"""Records a transaction: a few tenths of a second."""

SETTLED_AFTER = timedelta(minutes=2)
"""Younger records wait, and all that were numbered after one: of two workers the one with the smaller numbers may
commit later, and would be passed over."""

KIOSKS_AT_ONCE = 1000
KIND = "visit-ended"


class Counting:
    """Counts while it is turned. Only the conductor that leads may turn it."""

    def __init__(self) -> None:
        """The first turn counts."""
        self._at_s = 0.0
        self._paper_at: datetime | None = None

    def turn(self) -> None:
        """Count, if it is time to."""
        if time.monotonic() < self._at_s:
            return
        now = timezone.now()
        if count_visits(now) < RECORDS_MAX:  # otherwise there is more, and the next turn goes on
            look(now)
            count_payments(now)
            if self._paper_at is None or now >= self._paper_at + paper.EVERY:
                paper.look_at_paper(now)
                self._paper_at = now
            self._at_s = time.monotonic() + EVERY_S


@transaction.atomic
def count_visits(now: datetime) -> int:
    """Count the visits in the records that have come since the last time; how many records were looked at."""
    Counted.objects.get_or_create(pk=1)
    counted_row = Counted.objects.select_for_update().get(pk=1)
    fresh = Record.objects.filter(pk__gt=counted_row.through).order_by("pk")
    some = fresh.values_list("pk", "kind", "kiosk__office_id", "kiosk__office__province_id", "body", "received_at")[
        :RECORDS_MAX
    ]
    records = list(takewhile(lambda each: each[-1] < now - SETTLED_AFTER, some))
    if not records:
        return 0
    _add([(office_id, province, body) for _pk, kind, office_id, province, body, _at in records if kind == KIND])
    Counted.objects.filter(pk=1).update(through=records[-1][0])
    return len(records)


def _add(visits: Iterable[tuple[str, int, Any]]) -> None:
    spans: dict[tuple[str, int, date, str, str], list[float]] = defaultdict(list)
    for office_id, province, body in visits:
        try:
            visit = msgspec.convert(body, VisitEnded)
            day = timezone.localdate(visit.ended_at)
        except (msgspec.ValidationError, OverflowError):
            continue  # of a release whose visits are told otherwise, or at no time there is: kept, and not a figure
        key = (office_id, province, day, visit.service[:31], visit.outcome[:20])
        spans[key].append((visit.ended_at - visit.started_at).total_seconds())
    for (office_id, province, day, service, outcome), durations_s in spans.items():
        durations = counted(durations_s)
        row, _ = VisitDay.objects.get_or_create(office_id=office_id, day=day, service=service, outcome=outcome)
        row.visits += len(durations_s)
        row.durations = list(added(row.durations, durations))
        row.save()
        add_visits(province, day, (service, outcome), len(durations_s), durations)


def look(now: datetime) -> None:
    """Look once which kiosks are there. A fleet that hears none of them looks at none: unknown is not down."""
    if not hears(now):
        return
    day = timezone.localdate(now)
    here = Q(state__alive=True, state__heard_at__gt=now - STALE_AFTER)
    known = Kiosk.objects.filter(state__isnull=False).order_by("pk")
    provinces = dict(known.values_list("pk", "office__province_id"))
    kiosks = list(provinces)
    there = set(Kiosk.objects.filter(here).values_list("pk", flat=True))
    for begin in range(0, len(kiosks), KIOSKS_AT_ONCE):
        some = kiosks[begin : begin + KIOSKS_AT_ONCE]
        with transaction.atomic():
            UptimeDay.objects.bulk_create([UptimeDay(kiosk_id=each, day=day) for each in some], ignore_conflicts=True)
            rows = UptimeDay.objects.filter(kiosk_id__in=some, day=day)
            rows.update(looked=F("looked") + 1)
            here_now = there.intersection(some)
            rows.filter(kiosk_id__in=here_now).update(there=F("there") + 1)
            looked = Counter(provinces[each] for each in some)
            found = Counter(provinces[each] for each in here_now)
            add_looks(day, {each: (looked[each], found[each]) for each in looked})
