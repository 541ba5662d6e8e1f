"""The kiosks of `fleet simulate`: their rows and identities in a fleet that is for trying things out.

What they then do is in ``fleet.simulate``, which knows the wire and nothing of this. Their certificates are the real
CA's, each with its own name, so that broker and rights are tried as they are; but they are on no account and need not
be revoked, so let no fleet with real kiosks simulate.
"""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from fleet.devices.models import Kiosk
from fleet.office.models import Office, Province
from fleet.site.sample import load_provinces
from fleet.trust.authority import Authority

BANGKOK = 10
"""It has no provincial office."""

WORDS = "ตัวอย่าง"


def simulated_ids(count: int) -> list[str]:
    """The ids of ``count`` kiosks, in turn over the 76 provinces."""
    provinces = sorted(Province.objects.exclude(pk=BANGKOK).values_list("pk", flat=True))
    return [f"P{provinces[index % len(provinces)]}-{index // len(provinces) + 1:05d}" for index in range(count)]


@transaction.atomic
def make_simulated(count: int) -> list[str]:
    """An office in each province and ``count`` kiosks spread over them; made twice, they are there once. Their ids."""
    load_provinces()
    for province in Province.objects.exclude(pk=BANGKOK):
        names = {"name_th": f"{WORDS} {province.name_th}", "name_en": f"Simulated, {province.name_en}"}
        Office.objects.get_or_create(
            office_id=f"P{province.pk}", defaults={"province": province, "hash_key": "0" * 64, **names}
        )
    kiosk_ids = simulated_ids(count)
    Kiosk.objects.bulk_create(
        [
            Kiosk(kiosk_id=kiosk_id, office_id=kiosk_id[:3], name_th=WORDS, name_en="Simulated")
            for kiosk_id in kiosk_ids
        ],
        ignore_conflicts=True,
    )
    return kiosk_ids


def write_identities(kiosk_ids: list[str], authority: Authority, folder: Path) -> None:
    """Key and certificate of each, in one ``<id>.pem``; those that are there stay."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "ca.pem").write_bytes(authority.root_pem)
    for kiosk_id in kiosk_ids:
        path = folder / f"{kiosk_id}.pem"
        if not path.exists():
            identity = authority.issue_client(kiosk_id)
            path.write_bytes(identity.key + identity.certificate)
