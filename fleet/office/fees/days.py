"""Days of the calendar by which fees fall due: anniversaries, working days, months of lateness. Pure."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from fleet.office.fees.rules import FeeRules, LeapDay, PartMonths
from fleet.office.holidays.days import Calendar


def anniversary_in(began_on: date, year: int, leap_day: LeapDay) -> date:
    """The day of ``began_on`` in another year."""
    if (began_on.month, began_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28) if leap_day is LeapDay.BEFORE else date(year, 3, 1)
    return began_on.replace(year=year)


def calendar_of(rules: FeeRules, days_off: frozenset[date]) -> Calendar:
    """The working days by which a rule's fees fall due: the place's days off, and those the rule itself names."""
    return Calendar(days_off | {holiday.on for holiday in rules.holidays}, frozenset(rules.weekend))


def rolled(rules: FeeRules, due_on: date, days_off: frozenset[date] = frozenset()) -> date:
    """The last day to pay: the due date, or the next working day after days off.

    Raises: NoWorkingDayError; the list of holidays is broken.
    """
    return calendar_of(rules, days_off).on_or_after(due_on)


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
