"""A kiosk's day as people read it: lanes of what went on, each with its drawing, and one list of all of it.

Times are the kiosk's clock; a lane ``link`` is by the fleet's, which heard it or did not. Nothing about a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from fleet.alerts.findings import Rule
from fleet.alerts.models import Alert
from fleet.devices.days import received_since
from fleet.devices.models import Kiosk, KioskCommand
from fleet.devices.truth import Condition
from fleet.figures.models import UptimeDay
from fleet.protocol import records
from fleet.web import command_words
from fleet.web.charts import Bar, Stretch, bars, stretch
from fleet.web.stories import Known, Story, duration, told

LANES = ("link", "visits", "payments", "faults", "commands", "machine")
"""In the order of the page; also what ``what`` in the address may be."""

BEYOND = 40
"""So many records in a row of later days: the day is over, and nothing of it is to come."""

DAYS_BACK = 30
"""Days of the drawing of how often the kiosk was there."""

_PAYMENTS = records.PaymentOpened | records.SlipPrinted
_VISITORS = records.TicketOpened | records.CustomerRegistered | records.PresenceIssued | records.FolderMoved


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing of the day. ``began``, ``ended``: the same for what has no length."""

    lane: str
    began: datetime
    ended: datetime
    title: str
    sentence: str
    condition: str


@dataclass(slots=True)
class Lane:
    """All of one sort."""

    name: str
    word: str
    count: int = 0
    stretches: list[Stretch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a kiosk. ``until``: its end, or now. ``printed_mm``: paper that left the printer."""

    on: date
    begin: datetime
    end: datetime
    until: datetime
    happenings: tuple[Happening, ...]
    by_hour: tuple[int, ...]
    slips: int
    printed_mm: int


def lane_word(name: str) -> str:
    """What a lane is called."""
    return {
        "link": _("ขาดการติดต่อ"),
        "visits": _("ผู้ใช้"),
        "payments": _("ชำระเงินและใบ"),
        "faults": _("เรื่องขัดข้อง"),
        "commands": _("คำสั่ง"),
        "machine": _("เครื่อง"),
    }[name]


def day_of(kiosk: Kiosk, on: date, now: datetime) -> Day:
    """What went on."""
    begin = timezone.make_aware(datetime.combine(on, time.min))
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    until = min(end, now)
    found: list[Happening] = [*_absences(kiosk, begin, end, until), *_commands(kiosk, begin, end, now)]
    hours, slips, printed_mm = Counter[int](), 0, 0
    for known, story in _stories(kiosk.pk, begin, end):
        if isinstance(known, records.CommandEnded):
            continue  # stands with what was asked
        found.append(_happening(known, story, begin))
        if isinstance(known, records.VisitEnded):
            hours[timezone.localtime(found[-1].began).hour] += 1
        if isinstance(known, records.SlipPrinted):
            slips, printed_mm = slips + 1, printed_mm + known.length_mm
    found.sort(key=lambda each: each.began, reverse=True)
    by_hour = tuple(hours[hour] for hour in range(24))
    return Day(on, begin, end, until, tuple(found), by_hour, slips, printed_mm)


def _stories(kiosk_id: str, begin: datetime, end: datetime) -> Iterable[tuple[Known | None, Story]]:
    beyond = 0
    for record in received_since(kiosk_id, begin):
        known, story = told(record)
        if begin <= story.at < end:
            yield known, story
        beyond = beyond + 1 if story.at >= end else 0
        if beyond >= BEYOND:
            return


def _happening(known: Known | None, story: Story, begin: datetime) -> Happening:
    began = known.started_at if isinstance(known, records.VisitEnded) else story.at
    began = max(min(began, story.at), begin - timedelta(days=1))  # a clock that was set may have said anything
    return Happening(_lane(known, story), began, story.at, story.title, story.sentence, story.condition)


def _lane(known: Known | None, story: Story) -> str:
    if isinstance(known, records.VisitEnded | _VISITORS):
        return "visits"
    if isinstance(known, _PAYMENTS):
        return "payments"
    return "machine" if story.condition in (Condition.OK, Condition.UNKNOWN) else "faults"


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
            took = duration(max(first, begin), min(last, until))
            yield Happening("link", first, min(last, until), _("ขาดการติดต่อกับศูนย์"), took, Condition.OFFLINE)


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
    for line in command_words.lines(list(rows.select_related("asked_by").defer("attachment")), now):
        asked, by = line.command.asked_at, line.command.asked_by
        who = f" · {by.get_full_name() or by.get_username()}" if by else ""
        yield Happening("commands", asked, line.command.ended_at or asked, line.word, line.says + who, line.condition)


# ---- drawings


def lanes_of(day: Day) -> list[Lane]:
    """The lanes and what lies in each."""
    made = {name: Lane(name, lane_word(name)) for name in LANES}
    for each in reversed(day.happenings):
        lane = made[each.lane]
        lane.count += 1
        lane.stretches.append(stretch(each.began, each.ended, (day.begin, day.end), each.condition))
    return list(made.values())


def hour_bars(day: Day) -> list[Bar]:
    """Visits by the hour in which they began."""
    return bars([(f"{hour:02d}" if hour % 3 == 0 else "", count) for hour, count in enumerate(day.by_hour)])


@dataclass(frozen=True, slots=True)
class There:
    """How much of a day the fleet saw the kiosk; ``share`` None: it did not look."""

    on: date
    share: float | None


def days_there(kiosk_id: str, last: date) -> list[There]:
    """The days up to ``last``."""
    first = last - timedelta(days=DAYS_BACK - 1)
    rows = UptimeDay.objects.filter(kiosk_id=kiosk_id, day__gte=first, day__lte=last)
    known = {day: there / looked for day, looked, there in rows.values_list("day", "looked", "there") if looked}
    days = [first + timedelta(days=i) for i in range(DAYS_BACK)]
    return [There(each, known.get(each)) for each in days]


def there_bars(days: list[There]) -> list[Bar]:
    """Shares as bars: a full one is the whole day."""
    last = days[-1].on
    return bars([(str(each.on.day) if (last - each.on).days % 5 == 0 else "", each.share or 0) for each in days], 1.0)
