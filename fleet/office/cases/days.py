"""Working days: when something counts as received, and by when it is to be decided. Pure.

Office hours end at 16:30. Holidays are given by the caller: which days they are is the cabinet's to say, year by year.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from fleet.protocol.thai import BANGKOK

CLOSES_AT = time(16, 30)
"""End of official hours in Thailand; what enters later counts as of the next working day."""

_SATURDAY = 5


def is_working(day: date, holidays: Collection[date] = ()) -> bool:
    """Neither weekend nor holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def received_on(entered_at: datetime, holidays: Collection[date] = ()) -> date:
    """The working day on which something counts as received (e-Performance Act 2565, section 10)."""
    there = entered_at.astimezone(BANGKOK)
    day = there.date() if there.time() < CLOSES_AT else there.date() + timedelta(days=1)
    while not is_working(day, holidays):
        day += timedelta(days=1)
    return day


def after_working_days(start: date, days: int, holidays: Collection[date] = ()) -> date:
    """The working day ``days`` after ``start``, which is not counted."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day, holidays)
    return day
