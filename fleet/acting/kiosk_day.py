"""A kiosk's day: what went on, each in its lane; its visits by the hour; and how often it was there, day by day.

Times are the kiosk's clock; ``Lane.LINK`` is by the fleet's, which heard it or did not. Nothing about a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from fleet.alerts.findings import Rule
from fleet.alerts.models import Alert
from fleet.devices.commanding import CONDITION, progress
from fleet.devices.days import received_since
from fleet.devices.happened import Happened, happened
from fleet.devices.models import Kiosk, KioskCommand
from fleet.devices.truth import Condition
from fleet.figures.models import UptimeDay
from fleet.protocol import records

BEYOND = 40
"""So many records in a row of later days: the day is over, and nothing of it is to come."""

DAYS_BACK = 30
"""Days for which it is told how often the kiosk was there, unless somebody asks otherwise."""

_PAYMENTS = records.PaymentOpened | records.SlipPrinted
_VISITORS = (
    records.VisitEnded
    | records.TicketOpened
    | records.CustomerRegistered
    | records.PresenceIssued
    | records.FolderMoved
    | records.ShelfTaken
)


class Lane(StrEnum):
    """The sorts of what happens, in the order of the page.

    ``LINK``: out of contact. ``PAYMENTS``: slips, too. ``COMMANDS``: what staff asked of it. ``MACHINE``: what is well.
    """

    LINK = "link"
    VISITS = "visits"
    PAYMENTS = "payments"
    FAULTS = "faults"
    COMMANDS = "commands"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing of the day: what a record said, or a command; out of contact, if it is neither.

    ``began``, ``ended``: the same for what has no length.
    """

    lane: Lane
    began: datetime
    ended: datetime
    condition: Condition
    said: Happened | None = None
    command: KioskCommand | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a kiosk.

    ``until``: its end, or now. ``happenings``: the newest first. ``by_hour``: visits, by the hour in which they began.
    ``printed_mm``: paper that left the printer.
    """

    on: date
    begin: datetime
    end: datetime
    until: datetime
    happenings: tuple[Happening, ...]
    by_hour: tuple[int, ...]
    slips: int
    printed_mm: int


def day_of(kiosk: Kiosk, on: date, now: datetime) -> Day:
    """What went on."""
    begin = timezone.make_aware(datetime.combine(on, time.min))
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    until = min(end, now)
    found: list[Happening] = [*_absences(kiosk, begin, end, until), *_commands(kiosk, begin, end, now)]
    hours, slips, printed_mm = Counter[int](), 0, 0
    for said in _told(kiosk.pk, begin, end):
        known = said.known
        if isinstance(known, records.CommandEnded):
            continue  # stands with what was asked
        found.append(_happening(said, begin))
        if isinstance(known, records.VisitEnded):
            hours[timezone.localtime(found[-1].began).hour] += 1
        if isinstance(known, records.SlipPrinted):
            slips, printed_mm = slips + 1, printed_mm + known.length_mm
    found.sort(key=lambda each: each.began, reverse=True)
    by_hour = tuple(hours[hour] for hour in range(24))
    return Day(on, begin, end, until, tuple(found), by_hour, slips, printed_mm)


def _told(kiosk_id: str, begin: datetime, end: datetime) -> Iterable[Happened]:
    beyond = 0
    for said in map(happened, received_since(kiosk_id, begin)):
        if begin <= said.at < end:
            yield said
        beyond = beyond + 1 if said.at >= end else 0
        if beyond >= BEYOND:
            return


def _happening(said: Happened, begin: datetime) -> Happening:
    began = said.known.started_at if isinstance(said.known, records.VisitEnded) else said.at
    began = max(min(began, said.at), begin - timedelta(days=1))  # a clock that was set may have said anything
    return Happening(_lane(said), began, said.at, said.condition, said)


def _lane(said: Happened) -> Lane:
    if isinstance(said.known, _VISITORS):
        return Lane.VISITS
    if isinstance(said.known, _PAYMENTS):
        return Lane.PAYMENTS
    return Lane.MACHINE if said.condition in (Condition.OK, Condition.UNKNOWN) else Lane.FAULTS


def _absences(kiosk: Kiosk, begin: datetime, end: datetime, until: datetime) -> Iterable[Happening]:
    """When the fleet did not hear the kiosk: by the alerts of the day, and whether it is away now."""
    place = Q(kiosk_id=kiosk.pk) | Q(kiosk_id="", dopa_code=kiosk.office.province_id)
    rows = Alert.objects.filter(place, rule=Rule.OFFLINE, since__lt=end)
    spans = []
    for each in rows.filter(Q(closed_at=None) | Q(closed_at__gt=begin)).order_by("pk"):
        if each.kiosk_id or kiosk.pk in each.members:
            spans.append((each.since, each.clear_since or each.closed_at or until))
    state = getattr(kiosk, "state", None)
    if state is not None and not state.alive and state.heard_at is not None and state.heard_at < until:
        spans.append((state.heard_at, until))
    for first, last in merged(spans):
        if last > begin and first < until:
            yield Happening(Lane.LINK, first, min(last, until), Condition.OFFLINE)


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans of time without those that overlap."""
    whole: list[tuple[datetime, datetime]] = []
    for first, last in sorted(spans):
        if whole and first <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], last))
        else:
            whole.append((first, last))
    return whole


def _commands(kiosk: Kiosk, begin: datetime, end: datetime, now: datetime) -> Iterable[Happening]:
    rows = KioskCommand.objects.filter(kiosk=kiosk, asked_at__gte=begin, asked_at__lt=end)
    for each in rows.select_related("asked_by").defer("attachment"):
        condition = CONDITION[progress(each, now)]
        yield Happening(Lane.COMMANDS, each.asked_at, each.ended_at or each.asked_at, condition, command=each)


@dataclass(frozen=True, slots=True)
class There:
    """How often the fleet looked at the kiosk on a day, once a minute, and saw it. ``looked`` 0: nobody knows."""

    on: date
    looked: int
    there: int

    @property
    def share(self) -> float | None:
        """How much of the time it was there."""
        return self.there / self.looked if self.looked else None


def days_there(kiosk_id: str, last: date, days: int = DAYS_BACK) -> list[There]:
    """So many days up to ``last``, the oldest first."""
    first = last - timedelta(days=days - 1)
    rows = UptimeDay.objects.filter(kiosk_id=kiosk_id, day__gte=first, day__lte=last)
    known = {day: (looked, there) for day, looked, there in rows.values_list("day", "looked", "there")}
    return [There(on, *known.get(on, (0, 0))) for on in (first + timedelta(days=i) for i in range(days))]
