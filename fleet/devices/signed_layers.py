"""What the roles of settings are to sign: the documents in force, each by its revision and hash.

Where targets delegate to ``settings-<DOPA code>`` (or ``settings-national``), kiosks take nothing of those layers that
is not signed like this. What it is: the database read for a draft. What it is not: a signature.
"""

from __future__ import annotations

import msgspec
from django.db.models import Max

from fleet.devices.desired import tell_desired
from fleet.devices.models import Kiosk, Layer, SettingsRevision, StagedSettings
from fleet.office.models import Office
from fleet.protocol.trust import (
    NATIONAL_SETTINGS,
    ComingLayer,
    SignedLayer,
    document_sha256,
    layer_path,
    settings_role,
)


def layers_of(role: str) -> dict[str, SignedLayer]:
    """Every document in force that ``role`` speaks of, and what a roll-out is bringing beside it, by its target."""
    if role == NATIONAL_SETTINGS:
        return _signed(role, Layer.NATIONAL, [""])
    dopa_code = _dopa_code(role)
    offices = list(Office.objects.filter(province_id=dopa_code).values_list("pk", flat=True))
    kiosks = list(Kiosk.objects.filter(office__province_id=dopa_code).values_list("pk", flat=True))
    found = _signed(role, Layer.PROVINCE, [str(dopa_code)])
    return found | _signed(role, Layer.OFFICE, offices) | _signed(role, Layer.KIOSK, kiosks)


def _signed(role: str, layer: str, keys: list[str]) -> dict[str, SignedLayer]:
    newest = SettingsRevision.objects.filter(layer=layer, key__in=keys).order_by()
    pks = newest.values("key").annotate(newest=Max("pk")).values("newest")
    found = {
        _path(role, layer, each.key): SignedLayer(revision=each.revision, sha256=document_sha256(each.document))
        for each in SettingsRevision.objects.filter(pk__in=pks)
    }
    nothing = SignedLayer(revision=0, sha256=document_sha256({}))
    for staged in StagedSettings.objects.filter(layer=layer, key__in=keys):
        path = _path(role, layer, staged.key)
        found[path] = msgspec.structs.replace(found.get(path, nothing), coming=coming_layer(staged))
    return found


def _path(role: str, layer: str, key: str) -> str:
    return layer_path(role, layer, "" if layer in (Layer.NATIONAL, Layer.PROVINCE) else key)


def coming_layer(staged: StagedSettings) -> ComingLayer:
    """What is to be signed of a document that some kiosks are to run before the others."""
    return ComingLayer(revision=staged.revision, sha256=document_sha256(staged.document))


def target_of(staged: StagedSettings) -> tuple[str, str]:
    """The role that would sign a staged document, and its target."""
    if staged.layer == Layer.NATIONAL:
        role = NATIONAL_SETTINGS
    elif staged.layer == Layer.PROVINCE:
        role = settings_role(int(staged.key))
    elif staged.layer == Layer.OFFICE:
        role = settings_role(Office.objects.get(pk=staged.key).province_id)
    else:
        role = settings_role(Kiosk.objects.select_related("office").get(pk=staged.key).office.province_id)
    return role, _path(role, staged.layer, staged.key)


def tell_again(role: str) -> int:
    """Have the kiosks that ``role`` speaks to told once more what they should run: it is signed now; how many."""
    kiosks = Kiosk.objects.select_related("office")
    if role != NATIONAL_SETTINGS:
        kiosks = kiosks.filter(office__province_id=_dopa_code(role))
    told = list(kiosks)
    tell_desired(told)
    return len(told)


def _dopa_code(role: str) -> int:
    return int(role.removeprefix("settings-"))
