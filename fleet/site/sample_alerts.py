"""Sample alerts: history to look at, each wearing ตัวอย่าง. What is open in a demonstration is real: its kiosks' own.

The conductor leaves samples alone. Nobody is told of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fleet.alerts.findings import Rule
from fleet.alerts.models import Alert, Event
from fleet.devices.models import Kiosk

_CBI = {"dopa_code": 20, "office_id": "CBI"}
_AYA = {"dopa_code": 14, "office_id": "AYA"}

SAMPLES: tuple[tuple[Rule, str, dict[str, Any], dict[str, Any], str], ...] = (
    (Rule.OFFLINE, "offline", {"dopa_code": 40}, {"count": 2, "of": 2}, "แจ้งผู้ให้บริการแล้ว จะเสร็จก่อนเที่ยง (ตัวอย่าง)"),
    (Rule.DEVICE, "failing", {**_CBI, "kiosk_id": "CBI-02"}, {"state": "no-device"}, "สายหลวม เสียบใหม่แล้ว (ตัวอย่าง)"),
    (Rule.PAPER, "attention", {**_AYA, "kiosk_id": "AYA-01"}, {"paper": "ends"}, ""),
    (Rule.CERTIFICATE, "attention", {**_CBI, "kiosk_id": "CBI-01"}, {}, ""),
)
"""Rule, condition, place, facts, and what was said by who took it over."""


def make_alerts(now: datetime) -> None:
    """Make them; made twice, they are there once. The kiosks must be there."""
    if Alert.objects.exists() or not Kiosk.objects.exists():
        return
    for number, (rule, condition, place, facts, why) in enumerate(SAMPLES, 1):
        opened_at = now - timedelta(days=number, hours=3)
        known = {"paper": {"out_at": opened_at.isoformat()}, "certificate": {"ends_at": opened_at.isoformat()}}
        alert = Alert.objects.create(
            key=f"sample/{number}",
            rule=rule,
            part="printer" if rule is Rule.DEVICE else "",
            **place,
            sample=True,
            condition=condition,
            facts={**facts, **known.get(rule.value, {})},
            members=[f"KKN-0{each}" for each in (1, 2)] if "count" in facts else [],
            since=opened_at - timedelta(minutes=15),
            opened_at=opened_at,
            level_since=opened_at,
            acked_at=opened_at + timedelta(minutes=12) if why else None,
            acked_why=why,
            closed_at=opened_at + timedelta(minutes=95),
        )
        _line(alert, opened_at, "opened", condition)
        if why:
            _line(alert, opened_at + timedelta(minutes=12), "acked", why)
        _line(alert, opened_at + timedelta(minutes=95), "closed", condition)


def _line(alert: Alert, at: datetime, what: str, detail: str) -> None:
    Event.objects.create(alert=alert, at=at, what=what, level=1, detail=detail)
