"""Bench rows ``alerts-look-s`` and ``alerts-look-mb``: one look at ten thousand kiosks, as the conductor takes every
ten seconds, while every fifth one is in trouble; and what ten looks leave behind in memory.

In a process of its own, over SQLite: all is said in the database, as ingest would have left it. The figure is the
slowest of ten looks that change nothing, which nearly all of them are; the note has the one that opened the alerts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta

from tests.bench.process import rss_mb
from tests.bench.rows import Row

NAMES = ("alerts-look-s", "alerts-look-mb")
KIOSKS = 10_000
LOOKS = 10


def measure() -> Sequence[Row]:
    """Both rows."""
    with tempfile.TemporaryDirectory(prefix="sala-bench-alerts-") as folder:
        environment = {**os.environ, "SALA_FLEET_DIR": folder, "DJANGO_SETTINGS_MODULE": "fleet.site.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.alerts"], env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    said = json.loads(done.stdout)
    note = f"of {LOOKS}; the first, which opened {said['opened']} alerts, {said['first_s']:.2f}"
    return [
        Row(name=NAMES[0], value=round(max(said["looks_s"]), 2), unit="s", goal=1.0, note=note),
        Row(
            name=NAMES[1],
            value=max(0.0, round(said["grown_mb"], 1)),
            unit="MB",
            goal=1,
            note=f"after {LOOKS} looks more",
        ),
    ]


def _main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    _fill()
    from django.utils import timezone

    from fleet.alerts.keeping import keep, on_record
    from fleet.alerts.looking import Looking
    from fleet.alerts.models import Alert

    looking, now = Looking(), timezone.now()

    def look() -> float:
        began_s = time.perf_counter()
        before = list(on_record(now))
        found = looking.look(now, frozenset(each.key for each in before if each.closed_at is None))
        keep(found, before, looking.policies, looking.desk(None))
        return time.perf_counter() - began_s

    first_s = look()
    look()
    grown_mb = rss_mb(os.getpid())
    looks_s = [look() for _ in range(LOOKS)]
    grown_mb = rss_mb(os.getpid()) - grown_mb
    opened = Alert.objects.filter(closed_at__isnull=True).count()
    print(json.dumps({"first_s": first_s, "looks_s": looks_s, "grown_mb": grown_mb, "opened": opened}))


def _fill() -> None:
    """Ten thousand kiosks in 76 provinces: every fifth one out of paper, the others well."""
    import msgspec
    from django.utils import timezone

    from fleet.devices.models import KioskState, Lease
    from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Status
    from fleet.site.simulated import make_simulated

    now = timezone.now()
    online = DeviceStatus(state=DeviceState.ONLINE, detail="ready", since=now, model="bench", port="usb 1")
    devices = dict.fromkeys(("card", "scanner", "printer", "panel", "display"), online)
    said = [
        msgspec.to_builtins(
            Status(session_no=1, at=now, devices=devices, paper=paper, health=Health(uptime_s=1, disk_free_mb=20_000))
        )
        for paper in ("full", "out")
    ]
    states = [
        KioskState(kiosk_id=kiosk_id, alive=True, heard_at=now, status=said[number % 5 == 0])
        for number, kiosk_id in enumerate(make_simulated(KIOSKS))
    ]
    KioskState.objects.bulk_create(states, batch_size=500)
    Lease.objects.create(name="ingest", holder="bench", until=now + timedelta(hours=1))


if __name__ == "__main__":
    _main()
