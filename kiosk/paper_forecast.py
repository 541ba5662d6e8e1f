"""How long the paper will last: from what was printed, the roll's length, and the sensor that sees its end coming.

Pure: facts in, a new ``Roll`` out. Not here: where a roll is kept (``kiosk.paper_meter``), and the words
(``fleet.protocol.paper``).
Rules: what is not known is None, never a guess: a roll nobody saw put in has no forecast until its sensor speaks. The
sensor is believed before the count, and teaches it: how long these rolls are, and how much is left when it trips.
Printing never makes paper more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from msgspec.structs import replace

from drivers.printer.port import Paper
from fleet.protocol.thai import BANGKOK

ROLL_M = 80
"""Length of a new roll when the machine's configuration does not say: 80 mm paper, 80 mm across."""

NEAR_END_MM = 5_000
"""Paper left when the sensor trips, until these rolls have taught it: a roll 27 mm across on an 18 mm core of 65 µm
paper holds pi / 4 x (27^2 - 18^2) / 0.065 = 4.9 m."""

CUT_FEED_MM = 14
"""White paper between head and knife that every cut takes along: 11 to 16 mm by printer; the sensor corrects it."""

SLIP_MM = 200
"""A slip with its cut feed, until there are slips to measure: the paid one is 187 mm."""

OPENS, CLOSES = time(8, 30), time(16, 30)
"""Office hours of the Thai government, Monday to Friday."""

DAYS_KEPT = 14
"""Days of printing that make the rate: two working weeks, so that every weekday counts as often as another."""

_DAYS_MIN = 2  # days on record, today not among them, before a day is promised
_HORIZON_DAYS = 120  # further ahead nobody plans
_FULL_AGAIN_MM = 1_000  # printed while the sensor says "enough" after it had said "low": that was another roll
_TEACHES = (0.7, 1.3)  # what a roll teaches is believed within these shares of its nominal length
_NEAR_END_TEACHES_MM = (500, 15_000)
_SLIPS_REMEMBERED = 50
_CUTS_MAX = 500  # more than a day's: the counter is another printer's


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """The roll that is in, and what the ones before it taught.

    ``length_mm`` of a new roll, as learned. ``used_mm`` since this one was put in, which counts only if ``is_whole``:
    it was seen to be new. ``since_low_mm``: printed since its sensor tripped; None before. ``full_again_mm``: printed
    while the sensor, after that, says that there is enough. ``was_out``: the paper had ended when last asked.
    ``by_day``: millimetres a day (ISO date). ``cuts``: the printer's own counter when last read.
    """

    nominal_mm: int
    length_mm: int
    used_mm: int = 0
    is_whole: bool = False
    near_end_mm: int = NEAR_END_MM
    since_low_mm: int | None = None
    full_again_mm: int = 0
    was_out: bool = False
    slip_mm: float = SLIP_MM
    by_day: dict[str, int] = {}
    cuts: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead. ``out_at``: when the paper will have ended, by this hall's printing; None if unknown."""

    remaining_mm: int
    slips_left: int
    out_at: datetime | None


def fresh(nominal_mm: int) -> Roll:
    """A roll nobody knows anything about, of a kind ``nominal_mm`` long."""
    return Roll(nominal_mm=nominal_mm, length_mm=nominal_mm)


def of_kind(roll: Roll, nominal_mm: int) -> Roll:
    """``roll``, now that rolls are ``nominal_mm`` long by the configuration; what the old kind taught is void."""
    return roll if roll.nominal_mm == nominal_mm else replace(roll, nominal_mm=nominal_mm, length_mm=nominal_mm)


def new_roll(roll: Roll) -> Roll:
    """A new roll was put in."""
    return replace(roll, used_mm=0, is_whole=True, since_low_mm=None, full_again_mm=0, was_out=False)


# ---- what happens


def printed(roll: Roll, length_mm: int, on: date, cuts: int | None = None) -> Roll:
    """One slip of ``length_mm`` is out. ``cuts``: the printer's counter after it, which knows of slips we do not."""
    slip_mm = length_mm + CUT_FEED_MM
    mean_mm = roll.slip_mm + (slip_mm - roll.slip_mm) / _SLIPS_REMEMBERED
    unseen = _unseen_cuts(roll.cuts, cuts)
    moved_mm = slip_mm + round(unseen * mean_mm)
    days = dict(roll.by_day)
    days[on.isoformat()] = days.get(on.isoformat(), 0) + moved_mm
    return replace(
        roll,
        used_mm=roll.used_mm + moved_mm,
        since_low_mm=None if roll.since_low_mm is None else roll.since_low_mm + moved_mm,
        slip_mm=mean_mm,
        by_day=dict(sorted(days.items())[-DAYS_KEPT:]),
        cuts=cuts if cuts is not None else roll.cuts,
    )


def _unseen_cuts(before: int | None, after: int | None) -> int:
    if before is None or after is None or not 1 <= after - before <= _CUTS_MAX:
        return 0
    return after - before - 1


def seen(roll: Roll, paper: Paper, moved_mm: int = 0) -> Roll:
    """The printer has said how its paper stands, ``moved_mm`` after it last did."""
    match paper:
        case Paper.OUT:
            return _out(roll)
        case Paper.LOW:
            low = replace(roll, was_out=False, full_again_mm=0)
            return low if roll.since_low_mm is not None else _tripped(low)
        case Paper.FULL if roll.was_out:
            return new_roll(roll)
        case Paper.FULL if roll.since_low_mm is not None:
            again_mm = roll.full_again_mm + moved_mm
            if again_mm < _FULL_AGAIN_MM:  # near its threshold a sensor goes to and fro
                return replace(roll, full_again_mm=again_mm)
            return replace(new_roll(roll), used_mm=again_mm)
    return roll


def _tripped(roll: Roll) -> Roll:
    """The sensor says for the first time that the end is near."""
    length_mm = roll.length_mm
    if roll.is_whole and _is_believed(whole_mm := roll.used_mm + roll.near_end_mm, roll.nominal_mm):
        length_mm = (length_mm + whole_mm) // 2
    return replace(roll, length_mm=length_mm, since_low_mm=0)


def _out(roll: Roll) -> Roll:
    if roll.was_out:
        return roll
    near_end_mm = roll.near_end_mm
    least_mm, most_mm = _NEAR_END_TEACHES_MM
    if roll.since_low_mm is not None and least_mm <= roll.since_low_mm <= most_mm:
        near_end_mm = (near_end_mm + roll.since_low_mm) // 2
    length_mm = roll.length_mm
    if roll.is_whole and _is_believed(roll.used_mm, roll.nominal_mm):
        length_mm = (length_mm + roll.used_mm) // 2
    return replace(roll, was_out=True, near_end_mm=near_end_mm, length_mm=length_mm)


def _is_believed(length_mm: int, nominal_mm: int) -> bool:
    return _TEACHES[0] * nominal_mm <= length_mm <= _TEACHES[1] * nominal_mm


# ---- what lies ahead


def remaining_mm(roll: Roll) -> int | None:
    """How much paper is left; None when nobody can know."""
    if roll.was_out:
        return 0
    if roll.since_low_mm is not None:
        return max(roll.near_end_mm - roll.since_low_mm, 0)
    return max(roll.length_mm - roll.used_mm, roll.near_end_mm) if roll.is_whole else None


def outlook(roll: Roll, now: datetime) -> Outlook | None:
    """What lies ahead at ``now``; None when nobody can know."""
    left_mm = remaining_mm(roll)
    if left_mm is None:
        return None
    rate = _mm_per_open_hour(roll, now.astimezone(BANGKOK).date())
    out_at = None if not rate or roll.was_out else _after_open_hours(now, left_mm / rate)
    return Outlook(left_mm, int(left_mm / roll.slip_mm), out_at)


def _mm_per_open_hour(roll: Roll, today: date) -> float | None:
    """Over the days on record but today, which is not over; days on which nobody printed count as well."""
    past = {date.fromisoformat(day): mm for day, mm in roll.by_day.items() if day < today.isoformat()}
    if not past:
        return None
    first = max(min(past), today - timedelta(days=2 * DAYS_KEPT))
    days = (first + timedelta(days=n) for n in range((today - first).days))
    open_days = sum(1 for day in days if _is_open(day) or day in past)
    if open_days < _DAYS_MIN:
        return None
    printed_mm = sum(mm for day, mm in past.items() if day >= first)
    return printed_mm / (open_days * _span_hours(OPENS, CLOSES))


def _after_open_hours(now: datetime, hours: float) -> datetime | None:
    """When that many hours of the office have passed; None beyond the horizon."""
    at = now.astimezone(BANGKOK)
    for _ in range(_HORIZON_DAYS):
        opens = datetime.combine(at.date(), OPENS, BANGKOK)
        closes = datetime.combine(at.date(), CLOSES, BANGKOK)
        if _is_open(at.date()) and at < closes:
            at = max(at, opens)
            left = (closes - at).total_seconds() / 3600
            if hours <= left:
                return (at + timedelta(hours=hours)).astimezone(UTC)
            hours -= left
        at = opens + timedelta(days=1)
    return None


def _is_open(day: date) -> bool:
    return day.weekday() < 5


def _span_hours(start: time, end: time) -> float:
    return (end.hour - start.hour) + (end.minute - start.minute) / 60
