"""What a kiosk's spool brought of one day. Reads only; by the index of a kiosk's records, never over all of them.

Records are kept as they came, and come in the order in which things happened: a day's begin with the first that came
that day, and go on, if the line was cut, for as long as it took.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fleet.devices.models import Record

RECORDS_MAX = 1500
"""More than any day of a kiosk has, but a day on which something is stuck; its first ones are read then."""

AHEAD = timedelta(minutes=10)
"""How far a kiosk's clock may be ahead of ours, and its record seem to come before it happened."""


def first_since(kiosk_id: str, at: datetime) -> int:
    """The key of a kiosk's first record received at ``at`` or later: some twenty looks into an index."""
    rows = Record.objects.filter(kiosk_id=kiosk_id).order_by("pk").values_list("pk", "received_at")
    last = rows.last()
    if last is None:
        return 0
    low, high = 0, last[0] + 1
    while low < high:
        middle = (low + high) // 2
        found = rows.filter(pk__gte=middle).first()
        if found is None or found[1] >= at:
            high = middle
        else:
            low = found[0] + 1
    return low


def received_since(kiosk_id: str, begin: datetime) -> list[Record]:
    """A kiosk's records from ``begin`` on, as they came; ``RECORDS_MAX`` at most. Whoever reads stops at the day's end:
    what came later may still be of it."""
    first = first_since(kiosk_id, begin - AHEAD)
    return list(Record.objects.filter(kiosk_id=kiosk_id, pk__gte=first).order_by("pk")[:RECORDS_MAX])
