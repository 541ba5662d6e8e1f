"""Something happened: whoever wants to hear of it has a delivery waiting, in the transaction that made it happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from fleet.webhooks.models import Delivery, Event, Kind, Subscription


def listeners(kind: Kind) -> list[Subscription]:
    """The subscriptions that want to hear of this."""
    return [each for each in Subscription.objects.filter(ended_at=None).order_by("pk") if kind in each.kinds]


def occurred(kind: Kind, about: str, dopa_code: int | None, data: Mapping[str, Any]) -> None:
    """Keep for those who want to hear of it. Who may, is asked when it is told; ``data`` is JSON, and of no person."""
    concerned = [each for each in listeners(kind) if each.provinces is None or dopa_code in each.provinces]
    if not concerned:
        return
    now = timezone.now()
    event = Event.objects.create(kind=kind, about=about[:60], dopa_code=dopa_code, data=dict(data), at=now)
    Delivery.objects.bulk_create(Delivery(subscription=each, event=event, next_at=now) for each in concerned)
