"""Counts how often each device failed, and sees hands that opened a case, as the kiosks' records come in.

The count and how far it went are one transaction, so whoever is killed here loses and doubles nothing. Days are kept as
long as the longest window of the rule.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.utils import timezone

from fleet.alerts.models import Sighting, Watch
from fleet.devices.models import Record
from fleet.protocol.messages import DeviceState

RECORDS_MAX = 2000
"""Records a transaction: a few tenths of a second."""

SETTLED_AFTER = timedelta(seconds=20)
"""Younger records wait, and all that were numbered after one: of two workers of ingest the one with the smaller numbers
may commit later, and would be passed over. A case that is open now is seen at once in the kiosk's status."""

KEPT = timedelta(days=30)
KIND = "device-changed"
TAMPER = "tamper"

_FAILED = {DeviceState.HARDWARE_ERROR.value, DeviceState.NO_DEVICE.value, DeviceState.OFFLINE.value}
"""Not what a person is to do (paper, cover)."""


@transaction.atomic
def count(now: datetime) -> int:
    """Count what came since the last time; how many records were looked at."""
    watch = Watch.objects.select_for_update().get(pk=1)
    fresh = Record.objects.filter(pk__gt=watch.through).order_by("pk")
    some = fresh.values_list("pk", "kiosk_id", "kind", "received_at")[:RECORDS_MAX]
    settled = list(takewhile(lambda each: each[3] < now - SETTLED_AFTER, some))
    if not settled:
        return 0
    changed = {pk: kiosk_id for pk, kiosk_id, kind, _at in settled if kind == KIND}
    seen: Counter[tuple[str, str]] = Counter()
    for pk, body in Record.objects.filter(pk__in=changed).order_by().values_list("pk", "body"):
        if (what := _failure(body)) is not None:
            seen[changed[pk], what] += 1
    day = timezone.localdate(now)
    for (kiosk_id, what), times in seen.items():
        row, _ = Sighting.objects.get_or_create(
            kiosk_id=kiosk_id, what=what, day=day, defaults={"counted_at": now, "count": 0}
        )
        Sighting.objects.filter(pk=row.pk).update(count=row.count + times, counted_at=now)
    Watch.objects.filter(pk=1).update(through=settled[-1][0])
    return len(settled)


def newest() -> int:
    """The latest record. A fleet that looks for the first time begins behind it: years of failures are not today's."""
    return Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def forget_old(now: datetime) -> int:
    """Forget days that no rule looks at any more; how many rows."""
    return Sighting.objects.filter(day__lt=timezone.localdate(now) - KEPT).delete()[0]


def _failure(body: Any) -> str | None:
    """What failed, in a record of a device that changed; None when nothing did."""
    if not isinstance(body, dict):
        return None
    device, detail = str(body.get("device", ""))[:20], body.get("detail")
    if device == "panel" and detail == TAMPER:
        return TAMPER
    return device if body.get("state") in _FAILED and device else None
