"""How a case stands to its legal deadline (Licensing Facilitation Act 2558, section 10), and which manual is current.

The deadline itself is a date reckoned by the office; here it is only compared. Delays are to be told every 7 days.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from fleet.protocol.office import Case, Manual

NEAR_DAYS = 3
"""From so many days before it, a deadline is near. Ours: the law has no such word."""

TELL_EVERY_DAYS = 7
"""The act, section 10: an authority that is late says so every 7 days."""


class Standing(StrEnum):
    """A case and its deadline."""

    NO_DEADLINE = "no-deadline"
    IN_TIME = "in-time"
    NEAR = "near"
    LATE = "late"
    KEPT = "kept"
    """Closed, in time."""
    MISSED = "missed"
    """Closed, too late."""
    CLOSED = "closed"
    """Closed, and there was no deadline."""


def standing(due_on: date | None, closed_on: date | None, today: date) -> Standing:
    """How a case with this deadline stands on ``today``."""
    if due_on is None:
        return Standing.CLOSED if closed_on else Standing.NO_DEADLINE
    if closed_on is not None:
        return Standing.KEPT if closed_on <= due_on else Standing.MISSED
    if today > due_on:
        return Standing.LATE
    return Standing.NEAR if due_on - today <= timedelta(days=NEAR_DAYS) else Standing.IN_TIME


def standing_of(case: Case, today: date) -> Standing:
    """How ``case`` stands on ``today``."""
    return standing(case.due_on, case.closed_on, today)


def tell_delay_on(due_on: date | None, told_on: date | None) -> date | None:
    """When the applicant is next to be told that an open case is late; None where it has no deadline."""
    if due_on is None:
        return None
    return due_on + timedelta(days=1) if told_on is None else told_on + timedelta(days=TELL_EVERY_DAYS)


def is_current(manual: Manual, today: date) -> bool:
    """Whether a manual is in force on ``today``."""
    return manual.valid_from <= today and (manual.valid_to is None or today <= manual.valid_to)


def manual_url(address: str, manual_id: str) -> str:
    """Where a manual is read on: a page for everybody, without sign-in. ``address`` is scheme and host."""
    return f"{address}/manual/{manual_id}"
