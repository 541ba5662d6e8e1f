"""A nation to look at from afar: `python -m tests.support.wall_nation NEEDS [KIOSKS]`, in a fleet's environment.

As many kiosks in all provinces, of which ``NEEDS`` need somebody, each for another reason; an alert for every tenth of
those, one visit, one payment that waits for a person. Run again with another number it is another day. Nobody else
hears these kiosks, so they are heard for a day.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django
import msgspec

KIOSKS = 300
FAULTS = ("gone", "away", "low", "out", "never")


def fill(needs: int, kiosks: int) -> None:
    """The rows of it."""
    from django.utils import timezone

    from fleet.alerts.models import Alert
    from fleet.devices.models import Kiosk, KioskState, Lease, Record
    from fleet.devices.truth import DEVICES, RANK, said_of
    from fleet.protocol.messages import DeviceState, DeviceStatus, Status
    from fleet.site.simulated import make_simulated

    ids, now = make_simulated(kiosks), timezone.now()
    Kiosk.objects.exclude(pk__in=ids).update(office_id="P20")
    ids = list(Kiosk.objects.values_list("pk", flat=True).order_by("name_en", "pk"))
    Lease.objects.update_or_create(name="ingest", defaults={"holder": "test", "until": now + timedelta(days=1)})
    chosen = {
        kiosk_id: FAULTS[number % len(FAULTS)] for number, kiosk_id in enumerate(ids[:: len(ids) // needs][:needs])
    }
    KioskState.objects.all().delete()
    for kiosk_id in ids:
        fault = chosen.get(kiosk_id, "")
        devices = {name: DeviceStatus(state=DeviceState.ONLINE) for name in DEVICES}
        if fault == "gone":
            devices["printer"] = DeviceStatus(state=DeviceState.NO_DEVICE)
        paper = fault if fault in ("low", "out") else "full"
        status = Status(session_no=1, no=1, at=now, devices=devices, paper=paper)
        told = {
            "status": msgspec.to_builtins(status),
            "said_rank": RANK[said_of(status)],
            "heard_at": now + timedelta(days=1),
        }
        KioskState.objects.create(kiosk_id=kiosk_id, alive=fault != "away", **({} if fault == "never" else told))
    Alert.objects.all().delete()
    for number, kiosk_id in enumerate(list(chosen)[::10]):
        Alert.objects.create(
            key=f"offline/{number}", rule="offline", dopa_code=int(kiosk_id[1:3]) if kiosk_id[0] == "P" else 20,
            kiosk_id=kiosk_id, condition="failing", since=now, opened_at=now, level_since=now,
        )  # fmt: skip
    Record.objects.get_or_create(
        kiosk_id=ids[0], spool_id="s", no=1, defaults={"kind": "visit-ended", "body": {}, "received_at": now}
    )


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else KIOSKS)
