"""Where a change of a layer would be felt: how many kiosks it concerns, and which of them say otherwise themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from fleet.acting.settings import Path, Spot
from fleet.devices.desired import kiosks_of
from fleet.devices.models import Layer, SettingsRevision

STRENGTH = (Layer.NATIONAL.value, Layer.PROVINCE.value, Layer.OFFICE.value, Layer.KIOSK.value)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stronger layer that says some of the values itself: its ``kiosks`` keep those as they are."""

    layer: str
    key: str
    kiosks: int
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """``kiosks``: of the layer. ``untouched``: those for which nothing at all would change."""

    kiosks: int
    untouched: int
    kept: tuple[Kept, ...]


def reach_of(spot: Spot, paths: Collection[Path]) -> Reach:
    """Where other values at ``paths`` would be felt."""
    above = _above(spot, paths)
    kiosks = kiosks_of(spot.layer, spot.key).order_by("pk").values_list("pk", "office_id", "office__province_id")
    counts, untouched, total = Counter[tuple[str, str]](), 0, 0
    for kiosk_id, office_id, province_id in kiosks.iterator():
        keys = (str(province_id), office_id, kiosk_id)
        own = [place for place in zip(STRENGTH[1:], keys, strict=True) if place in above]
        counts.update(own)
        untouched += {path for place in own for path in above[place]} >= set(paths)
        total += 1
    kept = (Kept(*place, count, above[place]) for place, count in counts.items())
    order = {layer: at for at, layer in enumerate(STRENGTH)}
    return Reach(total, untouched, tuple(sorted(kept, key=lambda each: (order[each.layer], each.key))))


def _above(spot: Spot, paths: Collection[Path]) -> dict[tuple[str, str], tuple[Path, ...]]:
    """The stronger layers that say something at ``paths``, anywhere; and at which."""
    stronger = STRENGTH[STRENGTH.index(spot.layer) + 1 :]
    newest = SettingsRevision.objects.filter(layer__in=stronger).order_by().values("layer", "key")
    pks = newest.annotate(newest=Max("pk")).values("newest")
    rows = SettingsRevision.objects.filter(pk__in=pks).values_list("layer", "key", "document")
    found = {(layer, key): tuple(path for path in paths if _says(document, path)) for layer, key, document in rows}
    return {place: said for place, said in found.items() if said}


def _says(document: Any, path: Path) -> bool:
    for step in path:
        if not isinstance(document, Mapping):
            return True  # a value in the place of the whole table
        if step not in document:
            return False
        document = document[step]
    return True
