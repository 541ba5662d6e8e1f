"""When something happened at a kiosk, whose clock may be wrong. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

CLOCK_OFF = timedelta(days=366)
"""A kiosk further from us than this has no clock: a Raspberry Pi wakes up in 1970, and nothing lies
in a spool for a year."""


def told_at(said: datetime, now: datetime) -> datetime:
    """The time that a kiosk said, or now when it has no clock. Without a time zone it is UTC."""
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    return now if abs(said - now) > CLOCK_OFF else said
