"""Kiosks as a technician's round finds them: what they say of themselves, and what is alerted of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.devices.models import KioskState, Lease
from fleet.devices.truth import RANK, said_of
from fleet.protocol.messages import DeviceState, DeviceStatus, Status, encode

DEVICES = ("card", "scanner", "printer", "panel", "display")


def speaks(kiosk_id: str, paper: str = "full", paper_out_at: datetime | None = None, **states: DeviceState) -> None:
    """The kiosk is heard, and says this."""
    now = timezone.now()
    Lease.objects.update_or_create(name="ingest", defaults={"holder": "test", "until": now + timedelta(hours=1)})
    devices = {name: DeviceStatus(state=states.get(name, DeviceState.ONLINE), since=now) for name in DEVICES}
    status = Status(session_no=1, at=now, devices=devices, paper=paper, paper_out_at=paper_out_at)
    said = {"alive": True, "heard_at": now, "session_no": 1, "status": json.loads(encode(status))}
    KioskState.objects.update_or_create(kiosk_id=kiosk_id, defaults={**said, "said_rank": RANK[said_of(status)]})


def alert(kiosk_id: str, rule: str = "paper", dopa_code: int = 20) -> Alert:
    """An alert of the kiosk that is open and nobody's."""
    now = timezone.now()
    return Alert.objects.create(
        key=f"{rule}/{kiosk_id}", rule=rule, dopa_code=dopa_code, office_id=kiosk_id[:3], kiosk_id=kiosk_id,
        condition="failing", since=now, opened_at=now, level_since=now,
    )  # fmt: skip
