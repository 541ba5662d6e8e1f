"""The bundles the fleet knows: told by whoever publishes them (``fleet.trust``), picked by roll-outs.

Not here: signatures. That a bundle is known here lets nobody install it; the kiosks look into the signed metadata.
"""

from __future__ import annotations

from collections.abc import Set

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fleet.rollouts.models import Firmware


class FirmwareError(ValueError):
    """What is said of a bundle contradicts what is known of it."""


@transaction.atomic
def known_firmware(version: str, manifest_hash: str, size_bytes: int, target: str, compatible: str) -> Firmware:
    """A bundle is published: the row that stands for it. Said again it is the same one, and no longer withdrawn.

    Raises: FirmwareError when the same hash is known as something else: nothing has changed, publish with care.
    """
    told = {"version": version, "size_bytes": size_bytes, "compatible": compatible}
    firmware, is_new = Firmware.objects.get_or_create(manifest_hash=manifest_hash, defaults={**told, "target": target})
    if not is_new:
        if any(getattr(firmware, name) != value for name, value in told.items()):
            raise FirmwareError(f"{manifest_hash[:12]} is known as {firmware.version}, {firmware.compatible}")
        Firmware.objects.filter(pk=firmware.pk).update(target=target, withdrawn_at=None)
        firmware.refresh_from_db()
    return firmware


@transaction.atomic
def only_signed(manifest_hashes: Set[str]) -> None:
    """Exactly these stand among the signed targets now; others that did are withdrawn."""
    Firmware.objects.filter(manifest_hash__in=manifest_hashes).update(is_signed=True)
    gone = Firmware.objects.filter(is_signed=True, withdrawn_at=None).exclude(manifest_hash__in=manifest_hashes)
    gone.update(withdrawn_at=timezone.now())


def withdrawn_firmware(manifest_hash: str) -> None:
    """A bundle is no longer among the signed targets: no roll-out can pick it."""
    Firmware.objects.filter(manifest_hash=manifest_hash, withdrawn_at=None).update(withdrawn_at=timezone.now())


def bundles(*, withdrawn: bool | None = None, compatible: str = "") -> QuerySet[Firmware]:
    """The bundles the fleet knows, the newest first: those withdrawn, those not, or both; for one model, or for all."""
    rows = Firmware.objects.all()
    if withdrawn is not None:
        rows = rows.filter(withdrawn_at__isnull=not withdrawn)
    return rows.filter(compatible=compatible) if compatible else rows
