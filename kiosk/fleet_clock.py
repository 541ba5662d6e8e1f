"""How far this machine's clock is off, by the ``Date`` of an answer of the fleet's. Pure."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime


def ahead_s(said: str | None, sent_at: datetime, heard_at: datetime) -> float | None:
    """Our clock minus the fleet's, in seconds; None when ``said``, the header, is no time.

    The answer's time is taken from the middle of the round trip; the header's second has half a second of its own to
    either side.
    """
    try:
        fleet_at = parsedate_to_datetime(said or "")
    except ValueError:
        return None
    if fleet_at.tzinfo is None:
        return None
    middle = sent_at + (heard_at - sent_at) / 2
    return round((middle - fleet_at).total_seconds() - 0.5, 1)
