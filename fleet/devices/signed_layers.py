"""What the roles of settings are to sign: the documents in force, each by its revision and hash.

Where targets delegate to ``settings-<DOPA code>`` (or ``settings-national``), kiosks take nothing of those layers that
is not signed like this. What it is: the database read for a draft. What it is not: a signature.
"""

from __future__ import annotations

from django.db.models import Max

from fleet.devices.desired import tell_desired
from fleet.devices.models import Kiosk, Layer, SettingsRevision
from fleet.office.models import Office
from fleet.protocol.trust import NATIONAL_SETTINGS, SignedLayer, document_sha256, layer_path


def layers_of(role: str) -> dict[str, SignedLayer]:
    """Every document in force that ``role`` speaks of, by its target."""
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
    is_one = layer in (Layer.NATIONAL, Layer.PROVINCE)
    return {
        layer_path(role, layer, "" if is_one else each.key): SignedLayer(
            revision=each.revision, sha256=document_sha256(each.document)
        )
        for each in SettingsRevision.objects.filter(pk__in=pks)
    }


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
