"""Which roll-outs somebody asks for, of those that exist for them: the same for the page, its file, and programs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from fleet.acting.seen import members_seen, rollouts_seen
from fleet.people.scope import Scope
from fleet.rollouts.models import Rollout

_NAMED = (
    "reason", "firmware__version", "settings_key", "author__username", "author__first_name", "author__last_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; empty or None asks for nothing. ``state`` and ``kind``: as a roll-out has them. ``dopa_code``:
    a province's own roll-outs, and those its kiosks are in. ``text``: part of the reason it was given, of its version,
    of the layer's key, or of its author's name."""

    state: str = ""
    kind: str = ""
    dopa_code: int | None = None
    text: str = ""


def of_any_state(scope: Scope, sought: Sought) -> QuerySet[Rollout]:
    """Those that are asked for, whatever state they are in; the newest first."""
    rows = rollouts_seen(scope)
    if sought.kind:
        rows = rows.filter(kind=sought.kind)
    if sought.dopa_code is not None:
        there = members_seen(scope).filter(kiosk__office__province_id=sought.dopa_code)
        rows = rows.filter(Q(province=sought.dopa_code) | Q(pk__in=there.values("rollout_id")))
    if sought.text:
        named = Q()
        for field in _NAMED:
            named |= Q(**{f"{field}__icontains": sought.text})
        rows = rows.filter(named)
    return rows


def matching(scope: Scope, sought: Sought) -> QuerySet[Rollout]:
    """Those that are asked for, the newest first."""
    rows = of_any_state(scope, sought)
    return rows.filter(state=sought.state) if sought.state else rows
