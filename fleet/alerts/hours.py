"""When an office of a province is open, and when its next working days begin. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fleet.alerts.policy import Hours, clock
from fleet.office.holidays.days import Calendar, NoWorkingDayError
from fleet.protocol.thai import BANGKOK


@dataclass(frozen=True, slots=True)
class Desk:
    """The hours of a place on its working days."""

    calendar: Calendar
    hours: Hours

    def opened_at(self, now: datetime) -> datetime | None:
        """When it opened, if it is open now."""
        there = now.astimezone(BANGKOK)
        opens, closes = self._at(there.date(), self.hours.opens_at), self._at(there.date(), self.hours.closes_at)
        return opens if opens <= there < closes and self.calendar.is_working(there.date()) else None

    def next_opening(self, now: datetime, more_days: int = 0) -> datetime | None:
        """When it opens on the working day after today, or so many working days after that one; None for a calendar
        that has none."""
        today = now.astimezone(BANGKOK).date()
        try:
            return self._at(self.calendar.after(today, 1 + more_days), self.hours.opens_at)
        except NoWorkingDayError:
            return None

    def last_working_day(self, today: date) -> date | None:
        """The working day before ``today``; None when there is none within two weeks."""
        before = (today - timedelta(days=days) for days in range(1, 15))
        return next((day for day in before if self.calendar.is_working(day)), None)

    @staticmethod
    def _at(on: date, text: str) -> datetime:
        return datetime.combine(on, clock(text), BANGKOK)
