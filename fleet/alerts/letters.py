"""What a letter says: one alert, many summed up, the day's digest, or a trial. Text for people, JSON for machines.

No rule and no sending. What is written stands when it leaves: an alert that has changed meanwhile is told as it is now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils import timezone

from fleet.alerts import words
from fleet.alerts.models import Alert, Letter, Message
from fleet.alerts.words import Pair
from fleet.office.models import Office, Province

LISTED_MAX = 12
"""Alerts named in one text; the rest is counted. More is read by nobody on a telephone."""

MACHINE_LISTED_MAX = 100

RESET = "reset"
"""``Message.what`` of one that is about its person's own account: an admin has reset their second factor."""


@dataclass(frozen=True, slots=True)
class Text:
    """A letter for people."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Names:
    """What places are called, asked for once a letter."""

    offices: dict[str, Office]
    provinces: dict[int, Province]

    @classmethod
    def of(cls, alerts: Sequence[Alert]) -> Names:
        """Those of these alerts."""
        offices = Office.objects.in_bulk({each.office_id for each in alerts if each.office_id})
        provinces = Province.objects.in_bulk({each.dopa_code for each in alerts if each.dopa_code is not None})
        return cls(offices, provinces)

    def where(self, alert: Alert) -> Pair:
        """``ชลบุรี CBI-01``, ``ชลบุรี`` or ``ทั้งประเทศ``."""
        province = self.provinces.get(alert.dopa_code) if alert.dopa_code is not None else None
        if province is None:
            return Pair("ทั้งประเทศ", "The nation")
        rest = alert.kiosk_id or alert.office_id
        return Pair(f"{province.name_th} {rest}".strip(), f"{province.name_en} {rest}".strip())


def text_of(messages: Sequence[Message], open_now: Sequence[Alert], address: str) -> Text:
    """The letter for people. ``open_now``: the alerts of a digest; ``address``: where the pages are."""
    others = [each for each in messages if each.what != RESET]
    if len(others) < len(messages):
        own = _own_account(address)
        text = text_of(others, open_now, address) if others else own
        return own if text is own else Text(own.subject, f"{own.body}\n\n{text.subject}\n{text.body}")
    if any(each.what == "trial" for each in messages) and len(messages) == 1:
        return Text("ศาลา: ข้อความทดลอง / trial", f"ช่องทางนี้รับเรื่องเตือนได้\nAlerts reach this address.\n{address}/alerts/")
    told = [each for each in messages if each.alert is not None]
    alerts = list({each.alert.pk: each.alert for each in told if each.alert is not None}.values())
    digests = len(told) < len(messages)
    if digests:
        alerts += [each for each in open_now if each.pk not in {one.pk for one in alerts}]
    names = Names.of(alerts)
    if len(told) == 1 and not digests and told[0].alert is not None:
        return _single(told[0], told[0].alert, names, address)
    return _many(alerts, names, address, is_digest=digests and not told)


def _own_account(address: str) -> Text:
    lines = (
        "ผู้ดูแลล้างการยืนยันขั้นที่สองของบัญชีท่านแล้ว ให้ทุกเครื่องที่ใช้อยู่ออกจากระบบ และยกเลิกโทเค็นของโปรแกรมทุกอัน",
        "An admin has reset your account's second factor and ended all of its sessions and tokens.",
        "",
        "เข้าระบบแล้วตั้งใหม่ ถ้าท่านไม่ได้ขอ แจ้งผู้ดูแลทันที",
        "Sign in and set it up anew. If you did not ask for this, tell your admin at once.",
        "",
        f"{address}/account/",
    )
    return Text("ศาลา: ล้างการยืนยันขั้นที่สองแล้ว / second factor reset", "\n".join(lines))


def _single(message: Message, alert: Alert, names: Names, address: str) -> Text:
    where, what = names.where(alert), words.done(message.what)
    said = words.sentence(alert.rule, alert.part, alert.facts)
    lines = [said.th, said.en]
    if message.what != "closed":
        remedy = words.remedy(alert.rule, alert.facts)
        lines += ["", remedy.th, remedy.en]
    name = words.rule(alert.rule)
    subject = f"ศาลา: {where.th} · {name.th} ({what.th})"
    return Text(subject, "\n".join([*lines, "", f"{address}/alerts/{alert.pk}/"]))


def _many(alerts: Sequence[Alert], names: Names, address: str, *, is_digest: bool) -> Text:
    lines = []
    for each in alerts[:LISTED_MAX]:
        said = words.sentence(each.rule, each.part, each.facts)
        over = " (จบแล้ว / over)" if each.closed_at else ""
        lines.append(f"• {names.where(each).th}: {said.th} / {said.en}{over}")
    rest = Counter(words.rule(each.rule).th for each in alerts[LISTED_MAX:])
    if rest:
        more = ", ".join(f"{name} {count}" for name, count in rest.most_common())
        lines.append(f"และอีก {rest.total()} เรื่อง / and {rest.total()} more: {more}")
    title = "ศาลา: สรุปประจำวัน / today" if is_digest else "ศาลา: สรุปเรื่องเตือน / alerts"
    count = len(alerts)
    head = f"{count:,} เรื่องที่ยังเปิดอยู่ / open" if is_digest else f"{count:,} เรื่อง / alerts"
    return Text(f"{title} ({count:,})", "\n".join([head, *lines, "", f"{address}/alerts/"]))


def machine_body(letter: Letter, messages: Sequence[Message], open_now: Sequence[Alert], address: str) -> bytes:
    """The letter for machines, as JSON. ``events`` says what happened to which alert; ``delivery`` is the same at every
    try."""
    told = [(each.what, each.alert) for each in messages if each.alert is not None]
    is_own = any(each.what == RESET for each in messages)
    if len(told) + is_own < len(messages):
        told += [("open", each) for each in open_now]
    names = Names.of([alert for _, alert in told])
    said: dict[str, Any] = {
        "delivery": letter.key,
        "sent_at": timezone.now().isoformat(),
        "kind": "alerts" if told else "account" if is_own else "trial",
        "account": ["second-factor-reset"] if is_own else [],
        "events": [_event(what, alert, names, address) for what, alert in told[:MACHINE_LISTED_MAX]],
        "more": max(0, len(told) - MACHINE_LISTED_MAX),
    }
    return msgspec.json.encode(said)


def _event(what: str, alert: Alert, names: Names, address: str) -> dict[str, Any]:
    where, said = names.where(alert), words.sentence(alert.rule, alert.part, alert.facts)
    return {
        "what": what,
        "alert": alert.pk,
        "rule": alert.rule,
        "part": alert.part,
        "condition": alert.condition,
        "province": alert.dopa_code,
        "office": alert.office_id,
        "kiosk": alert.kiosk_id,
        "where_th": where.th,
        "where_en": where.en,
        "says_th": said.th,
        "says_en": said.en,
        "kiosks": alert.facts.get("count", 1 if alert.kiosk_id else 0),
        "since": alert.since.isoformat(),
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
        "address": f"{address}/alerts/{alert.pk}/",
    }
