"""What else the trail's lines tell: headings, and values that are words of our own (deeds, states, kinds, roles).

By what a line is of and by key, for ``close`` is one thing of a case and another of a round. The words are those of
the pages; a deed that only a button says is called as the button is. What people or machines named stands as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from fleet.acting.cases import CaseAct
from fleet.audit.models import Entry
from fleet.partners.port import System
from fleet.protocol.thai import english_date_short, thai_date_short
from fleet.rounds.deeds import What
from fleet.web import (
    alert_words,
    audit_words,
    case_words,
    command_words,
    fee_words,
    partner_words,
    payment_words,
    people_words,
    planned_words,
    register_words,
    rollout_words,
    settings_words,
    ticket_words,
    webhook_words,
    words,
)
from fleet.web.audit_pages import CALLED

BUTTONS = {
    "account": {"end-session": gettext_lazy("ให้ออก"), "password": gettext_lazy("เปลี่ยนรหัสผ่าน")},
    "alert-addresses": {
        "add": gettext_lazy("เพิ่มที่อยู่"),
        "remove": gettext_lazy("เอาออก"),
        "trial": gettext_lazy("ส่งข้อความทดลองถึงฉัน"),
        "again": gettext_lazy("ส่งอีกครั้ง"),
        "hours": gettext_lazy("บันทึกเวลา"),
    },
    "fleet alerts maintenance": {"end": gettext_lazy("เลิกงด")},
    "folder": {
        "out": gettext_lazy("ยืมออก"),
        "in": gettext_lazy("คืนเข้าที่เก็บ"),
        "place": gettext_lazy("บันทึกที่เก็บ"),
    },
    "holidays": {
        "add": gettext_lazy("เพิ่มวันหยุด"),
        "remove": gettext_lazy("เอาวันนี้ออก"),
        "file": gettext_lazy("ส่งไฟล์"),
    },
    "person": {
        "agree": gettext_lazy("เห็นชอบ"),
        "refuse": gettext_lazy("ไม่เห็นชอบ"),
        "agree-reset": gettext_lazy("เห็นชอบ"),
        "refuse-reset": gettext_lazy("ไม่เห็นชอบ"),
        "take": gettext_lazy("เอาออก"),
        "end": gettext_lazy("ให้ออก"),
        "give": gettext_lazy("ให้หน้าที่นี้"),
        "propose": gettext_lazy("เสนอให้คนที่สองดู"),
        "reset": gettext_lazy("ล้างการยืนยันขั้นที่สอง"),
        "link": gettext_lazy("ทำลิงก์ตั้งรหัสผ่านใหม่"),
        "out": gettext_lazy("ปิดบัญชีนี้"),
        "in": gettext_lazy("เปิดบัญชีนี้อีกครั้ง"),
    },
    "planned-settings": {
        "agree": gettext_lazy("เห็นชอบ"),
        "refuse": gettext_lazy("ไม่เห็นด้วย"),
        "withdraw": gettext_lazy("ยกเลิกเรื่องนี้"),
    },
    "ticket": {
        "answer": gettext_lazy("ส่งคำตอบ"),
        "close": gettext_lazy("ตอบและปิดเรื่อง"),
        "hand-over": gettext_lazy("ส่งต่อ"),
    },
    "webhook": {
        "trial": gettext_lazy("ส่งข้อความทดลอง"),
        "resume": gettext_lazy("เริ่มส่งอีกครั้ง"),
        "pause": gettext_lazy("หยุดไว้ชั่วคราว"),
        "secret": gettext_lazy("ทำกุญแจลายเซ็นใหม่"),
        "end": gettext_lazy("เลิกแจ้งปลายทางนี้"),
    },
}
"""Deeds by the page they are done on."""


def said(entry: Entry) -> list[tuple[str, str]]:
    """What else a line tells, each with its heading."""
    told: dict[str, object] = json.loads(entry.said) if entry.said else {}
    headings = {
        "reason": _("เหตุผล"),
        "q": _("ค้นหา"),
        "question": _("ถาม"),
        "deed": _("สั่ง"),
        "what": _("สั่ง"),
        "kind": _("สั่ง"),
        "state": _("สถานะ"),
        "bank": _("ธนาคาร"),
        "province": _("จังหวัด"),
        "show": _("รายการ"),
        "way": _("ทาง"),
        "role": _("หน้าที่"),
        "tokens": _("โทเค็น"),
        "from": _("ตั้งแต่วันที่"),
        "to": _("ถึงวันที่") if _day(str(told.get("to", ""))) else _("ส่งต่อให้"),
        "year": _("ปี"),
        "month": _("เดือน"),
        "page": _("เลขหน้า"),
        "office": _("สำนักงาน"),
        "who": _("ชื่อบัญชี"),
        "person": _("ชื่อบัญชี"),
        "about": _("เกี่ยวกับ"),
        "channel": _("ช่องทาง"),
        "officer": _("เจ้าหน้าที่"),
        "second": _("คนที่สอง"),
        "back": _("กลับไปฉบับที่"),
        "place": _("ที่"),
        "remove": _("เอาออก"),
        "is_on": _("เปิดใช้"),
        "token": _("โทเค็น"),
        "factory": _("โรงงาน"),
        "stand": _("สถานะ"),
        "stage": _("สถานะ"),
        "match": _("สถานะ"),
        "active": _("สถานะ"),
        "waiting": _("รายการ"),
        "first": _("ตั้งแต่วันที่"),
        "last": _("ถึงวันที่"),
        "until": _("ถึง"),
        "reference": _("เลขอ้างอิง"),
        "system": _("ระบบ"),
        "number": _("เลขที่"),
        "revision": _("รุ่น"),
        "whose": _("ช่างภาคสนาม"),
    }
    return [(headings.get(key, key), value(entry.what, key, str(each))) for key, each in told.items()]


def _day(value: str) -> date | None:
    """The day that stands there, if one does."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def value(what: str, key: str, said: str) -> str:
    """What people call ``said``, which stands under ``key`` in a line that is of ``what``."""
    if key in DAYS and (day := _day(said)) is not None:
        return thai_date_short(day) if get_language() == "th" else english_date_short(day)
    page = _page(what)
    tell = ANYWHERE.get(key) or TELL.get((page, key)) or (_button(page) if key == "deed" else None)
    return ", ".join(_told(tell, each) for each in said.split(", ")) if tell else said


def _page(what: str) -> str:
    """A page's, its file's and its operation's lines tell the same values."""
    if what.startswith("rest "):  # and a method
        return what.rsplit(" ", maxsplit=1)[-1]
    return what.removeprefix("web:").removesuffix("-csv")


def _told(tell: Callable[[str], str], said: str) -> str:
    try:
        return tell(said)
    except (KeyError, ValueError):
        return said  # somebody wrote it into the address or the form by hand


def _button(page: str) -> Callable[[str], str] | None:
    known = BUTTONS.get(page)
    return (lambda said: str(known[said])) if known else None


def _agreed(said: str) -> str:
    return {"agree": _("เห็นชอบ"), "refuse": _("ไม่เห็นชอบ")}[said]


def _case_deed(said: str) -> str:
    return case_words.deed("closed" if said == CaseAct.CLOSE else CaseAct(said))


def _round_deed(said: str) -> str:
    return {
        What.COMMAND: str(CALLED["command"]),
        What.TAKE: _("รับเรื่องเตือนนี้"),
        What.CLOSE: _("เสร็จแล้ว ปิดงาน"),
    }[What(said)]


def _factor(said: str) -> str:
    """``+ totp``: one more; ``-``: one less; ``=``: others in place of those."""
    *sign, name = said.split(" ")
    return " ".join([*sign, people_words.factor(name)])


def _place(said: str) -> str:
    """``office/CBI``, or ``new:CBI`` for a kiosk that nobody expected."""
    if said.startswith("new:"):
        return f"{_('ตู้ใหม่')} {said.removeprefix('new:')}"
    layer, slash, name = said.partition("/")
    return f"{settings_words.layer_word(layer)} {name}" if slash else said


def _account(said: str) -> str:
    return {"active": _("ใช้ได้"), "out": _("ปิดไว้"), "true": _("ใช้ได้"), "false": _("ปิดไว้")}[said]


def _waiting(said: str) -> str:
    return {"true": _("รออยู่"), "false": _("ทั้งหมด")}[said]


def _system(said: str) -> str:
    return partner_words.name(System(said))


def _switched(said: str) -> str:
    return {"on": _("เปิด")}[said]


DAYS = frozenset({"from", "to", "first", "last"})

ANYWHERE: dict[str, Callable[[str], str]] = {
    "bank": words.bank,
    "role": people_words.role,
    "way": people_words.way,
}
"""By key alone."""

TELL: dict[tuple[str, str], Callable[[str], str]] = {
    ("alert-addresses", "channel"): alert_words.channel,
    ("alert-maintenance", "place"): _place,
    ("audit", "kind"): audit_words.kind,
    ("audit", "what"): audit_words.what,
    ("case", "deed"): _case_deed,
    ("cases", "state"): case_words.list_word,
    ("command", "kind"): command_words.word,
    ("disclosures", "kind"): _system,
    ("disclosures", "system"): _system,
    ("enrol", "place"): _place,
    ("fee-contact", "channel"): fee_words.channel,
    ("fee-notices", "state"): fee_words.stand,
    ("fleet alerts address", "channel"): alert_words.channel,
    ("notices", "stand"): fee_words.stand,
    ("offices/{office_id}/reminders", "state"): fee_words.reminder_state,
    ("partner", "is_on"): _switched,
    ("payment", "deed"): payment_words.deed,
    ("payment", "second"): _agreed,
    ("payments", "match"): words.match_word,
    ("payments", "show"): payment_words.show,
    ("payments", "waiting"): _waiting,
    ("people", "active"): _account,
    ("people", "state"): _account,
    ("planned-settings", "state"): planned_words.state,
    ("register-findings", "kind"): register_words.kind,
    ("register-report", "kind"): register_words.kind,
    ("register/runs", "stage"): register_words.stage,
    ("registrations", "state"): ticket_words.registration_state,
    ("rollout", "what"): rollout_words.deed,
    ("round-deed", "kind"): command_words.word,
    ("round-deed", "what"): _round_deed,
    ("second-factor", "deed"): _factor,
    ("settings-in-time", "state"): planned_words.state,
    ("shown-payments", "waiting"): _waiting,
    ("tickets", "state"): ticket_words.state,
    ("webhooks", "kind"): webhook_words.kind,
    ("wrong-code", "deed"): _factor,
}
"""By what a line is of, and key."""
