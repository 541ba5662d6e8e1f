"""Days of the calendar by which fees fall due: anniversaries, working days, months of lateness. Pure."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from fleet.office.fees.rules import FeeRules, LeapDay, PartMonths

ROLL_DAYS_MAX = 60
"""No row of holidays is so long; a rule that claims one is broken, and a date far off would be worse than none."""


def anniversary_in(began_on: date, year: int, leap_day: LeapDay) -> date:
    """The day of ``began_on`` in another year."""
    if (began_on.month, began_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28) if leap_day is LeapDay.BEFORE else date(year, 3, 1)
    return began_on.replace(year=year)


def is_working_day(rules: FeeRules, on: date) -> bool:
    """Neither weekend nor holiday."""
    return on.weekday() not in rules.weekend and all(holiday.on != on for holiday in rules.holidays)


def rolled(rules: FeeRules, due_on: date) -> date:
    """The last day to pay: the due date, or the next working day after a holiday.

    Raises: ValueError when there is no working day within two months; the rule's list of holidays is broken.
    """
    for days in range(ROLL_DAYS_MAX):
        day = due_on + timedelta(days=days)
        if is_working_day(rules, day):
            return day
    raise ValueError("no working day within two months")


def add_months(day: date, months: int) -> date:
    """The same day so many months on; the month's last where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(since: date, until: date) -> int:
    """Months that have ended between two days."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if add_months(since, months) > until else months


def months_late(since: date, as_of: date, part_months: PartMonths) -> int:
    """Months of lateness as the rule counts them; none on the day itself."""
    ended = whole_months(since, as_of)
    is_even = add_months(since, ended) == as_of
    return ended if is_even or part_months is PartMonths.WHOLE else ended + 1


def month_ends(since: date, months: int, part_months: PartMonths) -> date:
    """The last day on which exactly ``months`` months are counted."""
    if part_months is PartMonths.BEGUN:
        return add_months(since, months)
    return add_months(since, months + 1) - timedelta(days=1)
