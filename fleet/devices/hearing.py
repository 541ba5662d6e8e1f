"""Whether the fleet hears its kiosks at all: said by ingest, again and again, while it has the broker.

While nobody says so nothing that is known of any kiosk is news: the broker is gone, or ingest is. The word is a row
with an end, so that who is killed falls silent by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from fleet.devices.models import Lease

SAY_EVERY_S = 3.0
"""How often ingest says that it hears."""

HEARD_FOR = timedelta(seconds=10)
"""How long its word holds: three of those, and one slow commit."""

_NAME = "ingest"


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
