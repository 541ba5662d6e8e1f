"""Paper by the day: how many slips each kiosk said its roll was still good for, the last time it was asked that day.

Looked at by the conductor that leads, some times an hour, and written only where it has changed: a kiosk that prints
nothing costs one row a day. Kept for ``KEPT_DAYS``. A kiosk that cannot know how much there is has no row; nor has a
day on which nobody heard it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from fleet.devices.models import KioskState
from fleet.devices.truth import STALE_AFTER, KioskTruth
from fleet.figures.models import PaperDay

EVERY = timedelta(minutes=10)
KIOSKS_AT_ONCE = 1000
KEPT_DAYS = 100

BACK_DAYS, AHEAD_DAYS = 20, 9
"""Three weeks have more than one roll in them; of what lies ahead, next week is what somebody can still act on."""

SLIPS_MAX = 100_000
"""More than any roll has; a number above it is no count of slips."""

_LASTING = ("full", "low")
"""What a printer says of paper of which more can be known than the word; of ``out`` it is known that there is none."""


def look_at_paper(now: datetime) -> int:
    """Keep what the kiosks that are heard say now; how many rows were written."""
    day = timezone.localdate(now)
    held = dict(PaperDay.objects.filter(day=day).values_list("kiosk_id", "slips_left"))
    fresh = [PaperDay(kiosk_id=pk, day=day, slips_left=left) for pk, left in _said(now) if held.get(pk) != left]
    for begin in range(0, len(fresh), KIOSKS_AT_ONCE):
        with transaction.atomic():  # each short: ingest writes meanwhile
            PaperDay.objects.bulk_create(
                fresh[begin : begin + KIOSKS_AT_ONCE],
                update_conflicts=True,
                unique_fields=["kiosk", "day"],
                update_fields=["slips_left"],
            )
    PaperDay.objects.filter(day__lt=day - timedelta(days=KEPT_DAYS)).delete()
    return len(fresh)


def _said(now: datetime) -> Iterator[tuple[str, int]]:
    """Kiosks that are heard, and their slips; asked of the database, which need not bring ten thousand statuses."""
    heard = KioskState.objects.filter(alive=True, heard_at__gt=now - STALE_AFTER).order_by("pk")
    rows = heard.values_list("pk", "status__paper", "status__paper_slips_left")
    for pk, paper, left in rows.iterator(chunk_size=KIOSKS_AT_ONCE):
        if paper == "out":
            yield pk, 0
        elif paper in _LASTING and isinstance(left, int) and 0 <= left <= SLIPS_MAX:
            yield pk, left


def paper_of(kiosk_id: str, first: date, last: date) -> dict[date, int]:
    """What was left on the days from ``first`` to ``last`` of which it is known."""
    rows = PaperDay.objects.filter(kiosk_id=kiosk_id, day__gte=first, day__lte=last)
    return dict(rows.values_list("day", "slips_left"))


@dataclass(frozen=True, slots=True)
class Left:
    """Slips left at the end of a day; ``is_ahead``: as the kiosk expects it."""

    on: date
    slips: int
    is_ahead: bool


def days_of(truth: KioskTruth, known: Mapping[date, int], today: date, back_days: int = BACK_DAYS) -> list[Left]:
    """The days of which it is known, the oldest first, then those ahead; none while nothing is known up to today.

    ``known``: as ``paper_of`` says. Of today counts what a kiosk that is there says now.
    """
    first = today - timedelta(days=back_days)
    past = {day: slips for day, slips in known.items() if first <= day <= today}
    if truth.paper_slips_left is not None and truth.online:
        past[today] = truth.paper_slips_left
    if not past:
        return []
    return [Left(day, slips, day > today) for day, slips in sorted((past | _ahead(truth, today)).items())]


def _ahead(truth: KioskTruth, today: date) -> dict[date, int]:
    """Evenly down to none on the day that the kiosk names and not before, ``AHEAD_DAYS`` at most."""
    slips = truth.paper_slips_left
    if not slips or truth.paper_out_at is None:
        return {}
    until = (timezone.localdate(truth.paper_out_at) - today).days
    return {
        today + timedelta(days=each): -(-slips * (until - each) // until)
        for each in range(1, min(until, AHEAD_DAYS) + 1)
    }
