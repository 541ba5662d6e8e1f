"""From a draft of a roll-out to the roll-out: who would get what and why, and then the rows.

A preview and a start are one computation; a start writes what the preview of the same moment says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fleet.devices import staging
from fleet.devices.desired import kiosks_of
from fleet.devices.models import Kiosk
from fleet.devices.truth import STALE_AFTER
from fleet.office.models import Province
from fleet.protocol.settings import SettingsError
from fleet.rollouts.gating import OPEN, RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Deed, Firmware, Kind, KioskTag, Member, Rollout
from fleet.rollouts.plan import Plan, PlanError
from fleet.rollouts.planning import Candidate, Place, Wanted, Why, assign

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants rolled out. Firmware, or a document for a layer of settings (``key`` as in ``Layer``).

    ``province``: only kiosks of this one (DOPA code); for settings the layer says it.
    """

    plan: Plan
    reason: str
    firmware: Firmware | None = None
    layer: str = ""
    key: str = ""
    document: Mapping[str, Any] | None = None
    province: int | None = None

    @property
    def kind(self) -> Kind:
        return Kind.FIRMWARE if self.firmware is not None else Kind.SETTINGS


@dataclass(frozen=True, slots=True)
class Preview:
    """Who gets what and why. ``names`` and ``provinces`` are of all kiosks in ``places``."""

    places: tuple[Place, ...]
    provinces: Mapping[str, int]
    waves: tuple[int, ...]
    out: Mapping[Why, int]

    @property
    def total(self) -> int:
        return sum(self.waves)


def kiosks_for(draft: Draft) -> QuerySet[Kiosk]:
    """The kiosks a draft speaks of."""
    if draft.kind is Kind.SETTINGS:
        return kiosks_of(draft.layer, draft.key)
    kiosks = Kiosk.objects.select_related("office")
    return kiosks if draft.province is None else kiosks.filter(office__province_id=draft.province)


def candidates(kiosks: QuerySet[Kiosk], kind: Kind, now: datetime, beside: int | None = None) -> list[Candidate]:
    """Kiosks as planning sees them. ``beside``: the roll-out that asks, which does not take kiosks from itself."""
    others = Member.objects.filter(rollout__kind=kind, rollout__state__in=OPEN).exclude(
        state__in=(MemberState.WITHDRAWN, MemberState.RETURNED)
    )
    if beside is not None:
        others = others.exclude(rollout_id=beside)
    taken = set(others.values_list("kiosk_id", flat=True))
    tags: dict[str, set[str]] = {}
    for kiosk_id, tag in KioskTag.objects.values_list("kiosk_id", "tag"):
        tags.setdefault(kiosk_id, set()).add(tag)
    rows = kiosks.order_by().values_list(
        "pk", "office__province_id", "state__alive", "state__heard_at", "state__reported__firmware"
    )
    return [
        Candidate(
            kiosk_id=kiosk_id,
            province=province,
            is_heard=bool(alive and heard_at and now - heard_at <= STALE_AFTER),
            compatible=firmware.get("compatible", "") if firmware else None,
            running_hash=firmware.get("running_hash", "") if firmware else "",
            tags=frozenset(tags.get(kiosk_id, ())),
            is_taken=kiosk_id in taken,
        )
        for kiosk_id, province, alive, heard_at, firmware in rows
    ]


def wanted_of(firmware: Firmware | None) -> Wanted | None:
    """The bundle as planning sees it."""
    return None if firmware is None else Wanted(firmware.compatible, firmware.manifest_hash)


def preview(draft: Draft, now: datetime | None = None) -> Preview:
    """Who would get what, and why, were it started now."""
    some = candidates(kiosks_for(draft), draft.kind, now or timezone.now())
    places = assign(some, wanted_of(draft.firmware), draft.plan.waves, _seed(draft))
    sizes = Counter(place.wave_no for place in places if place.wave_no)
    return Preview(
        places=tuple(places),
        provinces={each.kiosk_id: each.province for each in some},
        waves=tuple(sizes[wave_no] for wave_no in range(1, len(draft.plan.waves) + 1)),
        out=Counter(place.why for place in places if place.wave_no is None),
    )


def unknown_provinces(codes: Iterable[str]) -> list[str]:
    """Those of these DOPA codes that no province has, in order."""
    known = set(Province.objects.values_list("pk", flat=True))
    return sorted(code for code in codes if int(code) not in known)


def _seed(draft: Draft) -> str:
    """Another one for another bundle, so that not always the same kiosks come first."""
    return draft.firmware.manifest_hash if draft.firmware else f"{draft.layer}/{draft.key}/{draft.reason}"


def _nobody(out: Counter[Why]) -> str:
    """Who types a command sees no preview: the reasons, the most frequent first, and what helps against the one that
    somebody can end.
    """
    reasons = ", ".join(f"{count} {why}" for why, count in out.most_common()) or "there are no such kiosks"
    ends = "; elsewhere: in an open roll-out of the same kind, which can be cancelled" if Why.ELSEWHERE in out else ""
    return f"nobody would be in it: {reasons}{ends}"


@transaction.atomic
def start(draft: Draft, author: User | None) -> Rollout:
    """Begin a roll-out. Nobody is asked yet: that is the conductor's.

    Raises: PlanError when nobody would be in it, or the bundle is withdrawn; SettingsError as ``staging.stage``.
    """
    if draft.firmware is not None and draft.firmware.withdrawn_at is not None:
        raise PlanError("this firmware is withdrawn")
    if draft.firmware is None and draft.document is None:
        raise PlanError("neither firmware nor settings")
    now = timezone.now()
    shown = preview(draft, now)
    if not shown.total:
        raise PlanError(_nobody(Counter(shown.out)))
    staged = staging.stage(draft.layer, draft.key, draft.document) if draft.document is not None else None
    rollout = Rollout.objects.create(
        kind=draft.kind, firmware=draft.firmware, staged=staged, settings_layer=draft.layer, settings_key=draft.key,
        document=draft.document, province=draft.province, plan=msgspec.to_builtins(draft.plan),
        reason=draft.reason[:200], author=author, created_at=now, state=RolloutState.RUNNING, state_since=now,
        stepped_at=now, seen_through=now,
    )  # fmt: skip
    add_members(rollout, shown.places)
    Deed.objects.create(rollout=rollout, at=now, by=author, what="started", detail=draft.reason[:200])
    return rollout


def add_members(rollout: Rollout, places: Iterable[Place]) -> None:
    """Rows for those who have a place; in the order they are to be asked."""
    Member.objects.bulk_create(
        (
            Member(
                rollout=rollout, kiosk_id=place.kiosk_id, wave_no=place.wave_no, why=place.why, place=number,
                state=MemberState.WAITING,
            )
            for number, place in enumerate(places)
            if place.wave_no is not None
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip


__all__ = [
    "Draft", "PlanError", "Preview", "SettingsError", "add_members", "candidates", "kiosks_for", "preview", "start",
    "unknown_provinces", "wanted_of",
]  # fmt: skip
