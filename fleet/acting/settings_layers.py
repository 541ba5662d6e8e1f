"""Which layers of settings there are for an account, what each says now, and what its kiosks made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from fleet.acting.seen import offices_seen, provinces_seen
from fleet.acting.settings import Spot
from fleet.devices.desired import kiosks_of, latest_document
from fleet.devices.models import Kiosk, Layer, SettingsRevision
from fleet.devices.standing import by_settings
from fleet.office.models import Office, Province
from fleet.people.scope import Scope

if TYPE_CHECKING:
    from fleet.devices.standing import BySettings

Latest = Mapping[tuple[str, str], SettingsRevision]
"""The revision in force, by layer and key; none of a layer that says nothing."""


def provinces_with_kiosks(scope: Scope) -> QuerySet[Province]:
    """The provinces of which a layer reaches a kiosk."""
    return provinces_seen(scope).filter(Exists(Kiosk.objects.filter(office__province=OuterRef("pk"))))


def offices_with_kiosks(scope: Scope) -> QuerySet[Office]:
    """The offices of which a layer reaches a kiosk."""
    return offices_seen(scope).filter(Exists(Kiosk.objects.filter(office=OuterRef("pk"))))


def latest_of(places: Iterable[tuple[str, str]] | None = None) -> Latest:
    """What is in force at each of these layers; None: at all there are."""
    rows = SettingsRevision.objects.order_by()
    if places is not None:
        rows = rows.filter(_named(places))
    newest = rows.values("layer", "key").annotate(newest=Max("pk")).values("newest")
    return {(each.layer, each.key): each for each in SettingsRevision.objects.filter(pk__in=newest)}


def _named(places: Iterable[tuple[str, str]]) -> Q:
    keys: dict[str, list[str]] = {each.value: [] for each in Layer}
    for layer, key in places:
        keys[layer].append(key)
    return reduce(or_, (Q(layer=layer, key__in=those) for layer, those in keys.items()))


def documents_beneath(spot: Spot) -> list[tuple[str, Mapping[str, Any]]]:
    """What the weaker layers say now, by layer, the weakest first; those that say nothing are left out."""
    held = ((layer, latest_document(layer, key)) for layer, key in spot.above)
    return [(layer, each.document) for layer, each in held if each]


def kiosks_beneath(scope: Scope, spot: Spot) -> BySettings:
    """The kiosks of a layer that exist for an account, each with whether it runs what it should (``has_it``)."""
    return by_settings(scope.within(kiosks_of(spot.layer, spot.key).select_related("state"), "office__province_id"))


def settled_of(kiosks: BySettings) -> tuple[int, int]:
    """How many there are, and how many of them run what they should."""
    counts = kiosks.aggregate(all=Count("pk"), settled=Count("pk", filter=Q(has_it=True)))
    return counts["all"], counts["settled"]
