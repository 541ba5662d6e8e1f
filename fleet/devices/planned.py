"""Planned changes of settings whose time has come: asked by the conductor every other second, so it stands alone.

What then happens is ``fleet.acting.planning``'s.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from fleet.devices.models import PlannedSettings

State = PlannedSettings.State


def due(now: datetime) -> QuerySet[PlannedSettings]:
    """What is to be put into force now, or has waited for another person in vain; the oldest wish first."""
    in_time = Q(state=State.PLANNED) & (Q(takes_effect_at__lte=now) | Q(takes_effect_at__isnull=True))
    return PlannedSettings.objects.filter(in_time | Q(state=State.ASKED, expires_at__lte=now)).order_by("pk")
