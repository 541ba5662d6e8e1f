"""Working days: what counts as received when, and when a time limit ends. Pure.

The one rule behind the legal deadlines of cases, the last days to pay of fees, and the days on which nobody is
reminded. Which days are holidays is for the cabinet and the provinces to say, year by year (``keeping``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fleet.protocol.thai import BANGKOK

CLOSES_AT = time(16, 30)
"""End of official hours in Thailand; what enters later counts as of the next working day."""

SATURDAY, SUNDAY = 5, 6

ROW_DAYS_MAX = 60
"""No row of days off is so long; a calendar that claims one is broken, and a date far off would be worse than none."""


class NoWorkingDayError(ValueError):
    """The calendar has no working day within two months: its list is broken. Mend the list; nothing was reckoned."""

    def __init__(self) -> None:
        super().__init__("no working day within two months")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off of one place. ``weekend``: weekdays, Monday is 0."""

    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})

    def is_working(self, day: date) -> bool:
        """Neither weekend nor holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself, or the next working day after it.

        Raises: NoWorkingDayError.
        """
        for days in range(ROW_DAYS_MAX):
            if self.is_working(found := day + timedelta(days=days)):
                return found
        raise NoWorkingDayError

    def after(self, start: date, days: int) -> date:
        """The working day ``days`` after ``start``, which is not counted.

        Raises: NoWorkingDayError.
        """
        day = start
        for _ in range(days):
            day = self.on_or_after(day + timedelta(days=1))
        return day

    def received_on(self, entered_at: datetime) -> date:
        """The working day on which something counts as received (e-Performance Act 2565, section 10).

        Raises: NoWorkingDayError.
        """
        there = entered_at.astimezone(BANGKOK)
        is_late = there.time() >= CLOSES_AT
        return self.on_or_after(there.date() + timedelta(days=is_late))
