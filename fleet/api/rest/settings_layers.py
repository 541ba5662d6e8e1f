"""The layers of settings: which there are, what holds at each and why, what its kiosks made of it, what a draft of it
would do, and what may be set at all. Not here: changing one (``settings``)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime

from fleet.acting.seen import kiosks_seen
from fleet.acting.settings import LOCKED, PublishError, Second, Spot, Wanted, second_of, spot_of, touched, weigh
from fleet.acting.settings_layers import (
    documents_beneath,
    kiosks_beneath,
    latest_of,
    offices_with_kiosks,
    provinces_with_kiosks,
    settled_of,
)
from fleet.acting.settings_reach import reach_of
from fleet.acting.settings_values import MISSING, Stack, changed_values, decided_in, leaves
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page, page_of_several
from fleet.api.rest.settings import etag, refused_of, spot_asked, spot_to_change
from fleet.api.rest.shapes import Claim, Name, answers
from fleet.devices.models import Layer
from fleet.devices.truth import truths_of
from fleet.people.tokens.rights import Part
from fleet.protocol.settings import KNOWN_SERVICES, SINCE, KioskSettings

router = Router(auth=Bearer(Part.SETTINGS), tags=["settings"])


class ListedLayer(Schema):
    """A layer, and how much it decides. `decided`: values it says itself; the others are those of the weaker layers.
    Revision 0: it says nothing yet. The nation's has no name, no province and an empty key."""

    layer: Layer
    key: str
    name_th: str | None
    name_en: str | None
    province: int | None
    office_id: str | None
    revision: int
    decided: int
    created_at: datetime | None


class Layers(Schema):
    items: list[ListedLayer]
    next: str | None


class BeneathOut(Schema):
    """A layer of those that are put together, and the revision that was read. 0: it says nothing."""

    layer: Layer
    key: str
    revision: int


class HeldOut(Schema):
    """A value as it holds. `origin`: the layer that says it, or `default` for the kiosk's own. `own`: this layer does.
    `inherited`: what would hold if it did not. Null: nothing is said. `treasury`: theirs to say."""

    path: str
    value: Any
    inherited: Any
    origin: str
    own: bool
    treasury: bool


class HeldList(Schema):
    """`layers`: the weakest first; the last one is the one asked for."""

    layers: list[BeneathOut]
    items: list[HeldOut]


class ConvergingOut(Schema):
    """What a kiosk should run and does, by the number of its stack of layers as a whole. `problems`: what it says of
    settings it does not take, or not whole. `converged_ms`: from the change to its report."""

    kiosk_id: str
    desired_revision: int
    reported_revision: int | None
    settled: bool
    online: bool
    converged_ms: int | None
    problems: list[str]


class Converging(Schema):
    """`kiosks` and `settled` count all of the layer's, whatever is asked for."""

    kiosks: int
    settled: int
    items: list[ConvergingOut]
    next: str | None


class DraftOfSettings(Schema):
    """A document that is not put into force. The others as where it would be."""

    document: dict[str, Any]
    in_waves: Claim = False
    takes_effect_at: AwareDatetime | None = None


class DraftedValue(Schema):
    """A value before and after; null where the layer says nothing, and `inherited` holds."""

    path: str
    before: Any
    after: Any
    inherited: Any


class ElsewhereOut(Schema):
    """A stronger layer that says some of these values itself: its kiosks keep them."""

    layer: Layer
    key: str
    kiosks: int
    paths: list[str]


class SettingsPreview(Schema):
    """What a draft would do. `revision`: in force now, which it is compared with. `second`: who would have to agree, as
    another person, before it comes into force. `untouched`: of `kiosks`, those for which nothing would change."""

    revision: int
    changes: list[DraftedValue]
    second: Second | None
    kiosks: int
    untouched: int
    elsewhere: list[ElsewhereOut]


class SettingOut(Schema):
    """A setting, by the name it has at the top of a document. `since`: the release whose kiosks know it. `treasury`:
    only the treasury says it."""

    name: str
    since: str
    treasury: bool


class SettingsSchema(Schema):
    """`document`: of all layers put together (JSON Schema 2020-12); a layer's document says any part of that.
    `services`: those this release knows."""

    document: dict[str, Any]
    settings: list[SettingOut]
    services: list[str]


_LISTED = (Layer.PROVINCE, Layer.OFFICE, Layer.KIOSK)


@router.get("settings", response=answers(Layers))
def layers(
    request: HttpRequest,
    after: After,
    limit: Limit,
    layer: Annotated[Layer | None, Query(None, description="only those of this strength")],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
) -> dict[str, object]:
    """The layers of settings that reach a kiosk, the weakest first: the nation's, provinces, offices, kiosks."""
    scope = caller(request).scope
    rows = {
        Layer.PROVINCE: (provinces_with_kiosks(scope), "pk"),
        Layer.OFFICE: (offices_with_kiosks(scope), "province_id"),
        Layer.KIOSK: (kiosks_seen(scope), "office__province_id"),
    }
    asked = [rows[each] for each in _LISTED if layer in (None, each)]
    lists = [found if province is None else found.filter(**{of: province}) for found, of in asked]
    nation = [Spot(Layer.NATIONAL, "", None, None, ())] if scope.sees and layer in (None, Layer.NATIONAL) else []
    if after or province is not None:
        nation = []
    found, following = page_of_several(lists, after, limit - len(nation))
    spots = [*nation, *(spot_of(each) for _at, each in found)]
    latest = latest_of((each.layer, each.key) for each in spots)
    return {"items": [_listed(each, latest.get((each.layer, each.key))) for each in spots], "next": following}


def _listed(spot: Spot, latest: Any) -> dict[str, object]:
    offices = [key for layer, key in (*spot.above, (spot.layer, spot.key)) if layer == Layer.OFFICE]
    return {
        "layer": spot.layer,
        "key": spot.key,
        "name_th": spot.thing.name_th if spot.thing else None,
        "name_en": spot.thing.name_en if spot.thing else None,
        "province": spot.dopa_code,
        "office_id": offices[0] if offices else None,
        "revision": latest.revision if latest else 0,
        "decided": decided_in(latest.document) if latest else 0,
        "created_at": latest.created_at if latest else None,
    }


@router.get("settings/{layer}/{key}/values", response=answers(HeldList))
def values(request: HttpRequest, layer: Name, key: Name) -> dict[str, object]:
    """Every value as it holds at this layer, and which layer says it; of `kiosk/CBI-02`, the settings of that kiosk.

    What a roll-out has brought to some kiosks beforehand is not in it.
    """
    spot = spot_asked(caller(request), layer, key)
    latest = latest_of([*spot.above, (spot.layer, spot.key)])
    own = latest.get((spot.layer, spot.key))
    stack = Stack(spot.layer, documents_beneath(spot), own.document if own else {})
    return {
        "layers": [
            {"layer": each[0], "key": each[1], "revision": latest[each].revision if each in latest else 0}
            for each in (*spot.above, (spot.layer, spot.key))
        ],
        "items": [_held(stack, leaf) for leaf in leaves(document=stack.together)],
    }


def _held(stack: Stack, leaf: Any) -> dict[str, object]:
    held = stack.held(leaf)
    return {
        "path": leaf.name,
        "value": _said(held.value),
        "inherited": _said(held.inherited),
        "origin": held.origin,
        "own": held.is_own,
        "treasury": leaf.is_locked,
    }


def _said(value: Any) -> Any:
    return None if value is MISSING else value


@router.get("settings/{layer}/{key}/kiosks", response=answers(Converging))
def converging(
    request: HttpRequest,
    layer: Name,
    key: Name,
    after: After,
    limit: Limit,
    settled: Annotated[bool | None, Query(None, description="only those that do, or do not, run what they should")],
) -> dict[str, object]:
    """What the kiosks of the layer made of the settings they should run."""
    who = caller(request)
    kiosks = kiosks_beneath(who.scope, spot_asked(who, layer, key))
    count, done = settled_of(kiosks)
    found, following = page(kiosks if settled is None else kiosks.filter(has_it=settled), after, limit)
    items = [
        {
            "kiosk_id": each.kiosk.pk,
            "desired_revision": each.desired_revision,
            "reported_revision": each.reported_revision,
            "settled": each.settled,
            "online": each.online,
            "converged_ms": each.converged_ms,
            "problems": list(each.problems),
        }
        for each in truths_of(found, timezone.now())
    ]
    return {"kiosks": count, "settled": done, "items": items, "next": following}


@router.post("settings/{layer}/{key}/preview", response=answers(SettingsPreview, also=(409,)))
def look(
    request: HttpRequest, response: HttpResponse, layer: Name, key: Name, draft: DraftOfSettings
) -> dict[str, object]:
    """What putting a document into force would do: which values, at how many kiosks, and whose word it needs. Nothing
    is kept. What would be refused is refused here. The answer's ETag is what the change itself then brings along."""
    who = caller(request)
    spot = spot_to_change(who, layer, key)
    wanted = Wanted(
        document=draft.document, base=0, reason="", in_waves=draft.in_waves, takes_effect_at=draft.takes_effect_at,
        as_admin=who.scope.may_change(spot.dopa_code), as_treasury=who.scope.may_name_payees(spot.dopa_code),
    )  # fmt: skip
    try:
        latest = weigh(spot, wanted)
    except PublishError as err:
        raise refused_of(err) from None
    before, revision = (latest.document, latest.revision) if latest else ({}, 0)
    response["ETag"] = etag(revision)
    inherited = Stack(spot.layer, documents_beneath(spot), before).inherited
    reach = reach_of(spot, touched(before, draft.document))
    return {
        "revision": revision,
        "changes": [
            {
                "path": each.leaf.name,
                "before": _said(each.old),
                "after": _said(each.new),
                "inherited": _said(each.inherited),
            }
            for each in changed_values(before, draft.document, inherited)
        ],
        "second": second_of(before, draft.document),
        "kiosks": reach.kiosks,
        "untouched": reach.untouched,
        "elsewhere": [
            {"layer": e.layer, "key": e.key, "kiosks": e.kiosks, "paths": sorted(".".join(path) for path in e.paths)}
            for e in reach.kept
        ],
    }


@router.get("settings-schema", response=answers(SettingsSchema))
def schema(request: HttpRequest) -> dict[str, object]:
    """What may be set: every setting with its type, range and default, who may say it, and since when."""
    caller(request)
    return {
        "document": msgspec.json.schema(KioskSettings),
        "settings": [{"name": name, "since": since, "treasury": name in LOCKED} for name, since in SINCE.items()],
        "services": list(KNOWN_SERVICES),
    }
