"""Whether the fleet hears its kiosks at all: said by ingest, again and again, while it has the broker.

While nobody says so nothing that is known of any kiosk is news: the broker is gone, or ingest is. The word is a row
with an end, so that who is killed falls silent by itself. Every worker of ingest has a row of its own beside that one,
so that one of several that is dead is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from fleet.devices.models import Lease

SAY_EVERY_S = 3.0
"""How often ingest says that it hears."""

HEARD_FOR = timedelta(seconds=10)
"""How long its word holds: three of those, and one slow commit."""

_NAME = "ingest"
_WORKER = "ingest/"


def say_hearing(who: str) -> None:
    """``who`` has the broker now."""
    until = timezone.now() + HEARD_FOR
    Lease.objects.update_or_create(name=_NAME, defaults={"holder": who, "until": until})


def say_deaf() -> None:
    """There is no broker."""
    Lease.objects.filter(name=_NAME).delete()


def hears(now: datetime) -> bool:
    """Whether the fleet heard its kiosks at ``now``."""
    return Lease.objects.filter(name=_NAME, until__gt=now).exists()


def say_working(number: int) -> None:
    """Worker ``number`` has the broker now."""
    until = timezone.now() + HEARD_FOR
    Lease.objects.update_or_create(name=f"{_WORKER}{number}", defaults={"holder": _NAME, "until": until})


def say_ended(number: int) -> None:
    """Worker ``number`` was asked to end, and is missed by nobody."""
    Lease.objects.filter(name=f"{_WORKER}{number}").delete()


def workers() -> Mapping[str, datetime]:
    """Until when each worker's word holds, by its number; of one that was killed, that is past."""
    rows = Lease.objects.filter(name__startswith=_WORKER).order_by("name").values_list("name", "until")
    return {name.removeprefix(_WORKER): until for name, until in rows}


def leases() -> Mapping[str, datetime]:
    """Until when what there is one of is led, and by it the fleet hears, by name."""
    rows = Lease.objects.exclude(name__startswith=_WORKER).order_by("name")
    return dict(rows.values_list("name", "until"))
