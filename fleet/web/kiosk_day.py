"""A kiosk's day, as ``fleet.acting.kiosk_day`` found it, for people: its lanes as drawings, and every line in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from fleet.acting.kiosk_day import Day, Happening, Lane, There
from fleet.web import command_words, stories
from fleet.web.charts import Bar, Stretch, bars, stretch


@dataclass(frozen=True, slots=True)
class Line:
    """One happening in words."""

    lane: Lane
    began: datetime
    ended: datetime
    title: str
    sentence: str
    condition: str


@dataclass(slots=True)
class Drawn:
    """All of one lane, as a strip."""

    name: str
    word: str
    count: int = 0
    stretches: list[Stretch] = field(default_factory=list)


def lane_word(lane: Lane) -> str:
    """What a lane is called."""
    return {
        Lane.LINK: _("ขาดการติดต่อ"),
        Lane.VISITS: _("ผู้ใช้"),
        Lane.PAYMENTS: _("ชำระเงินและใบ"),
        Lane.FAULTS: _("เรื่องขัดข้อง"),
        Lane.COMMANDS: _("คำสั่ง"),
        Lane.MACHINE: _("เครื่อง"),
    }[lane]


def lines(day: Day, lane: str, now: datetime) -> list[Line]:
    """The happenings of a lane, or of all if it is empty; the newest first."""
    return [
        Line(each.lane, each.began, each.ended, *_said(each, day, now), each.condition)
        for each in day.happenings
        if lane in ("", each.lane)
    ]


def _said(each: Happening, day: Day, now: datetime) -> tuple[str, str]:
    if each.said is not None:
        return stories.line(each.said)
    if each.command is not None:
        [asked] = command_words.lines([each.command], now)
        by = each.command.asked_by
        return asked.word, asked.says + (f" · {by.get_full_name() or by.get_username()}" if by else "")
    return _("ขาดการติดต่อกับศูนย์"), stories.duration(max(each.began, day.begin), each.ended)


# ---- drawings


def lanes_of(day: Day) -> list[Drawn]:
    """The lanes and what lies in each."""
    made = {lane: Drawn(lane, lane_word(lane)) for lane in Lane}
    for each in reversed(day.happenings):
        drawn = made[each.lane]
        drawn.count += 1
        drawn.stretches.append(stretch(each.began, each.ended, (day.begin, day.end), each.condition))
    return list(made.values())


def hour_bars(day: Day) -> list[Bar]:
    """Visits by the hour in which they began."""
    return bars([(f"{hour:02d}" if hour % 3 == 0 else "", count) for hour, count in enumerate(day.by_hour)])


def there_bars(days: list[There]) -> list[Bar]:
    """Shares as bars: a full one is the whole day."""
    last = days[-1].on
    return bars([(str(each.on.day) if (last - each.on).days % 5 == 0 else "", each.share or 0) for each in days], 1.0)
