"""The trail in words: which page a line is of, and what else it tells."""

from __future__ import annotations

import json
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.audit.models import Entry, Kind
from fleet.people.models import Role
from fleet.protocol.thai import english_date_short, thai_date_short
from fleet.web import people_words
from fleet.web.audit_pages import CALLED

ICONS = {Kind.SAW: "eye", Kind.DID: "circle-check", Kind.REFUSED: "lock", Kind.CAME: "log-out"}


def kind(name: str) -> str:
    """What a line tells of."""
    return {
        Kind.SAW: _("เปิดดู"),
        Kind.DID: _("ทำ"),
        Kind.REFUSED: _("ถูกปฏิเสธ"),
        Kind.CAME: _("เข้าออกระบบ"),
    }[Kind(name)]


def what(name: str) -> str:
    """The page or command a line is of; a name nobody has words for stands as it is."""
    plain = name.removeprefix("web:")
    return str(CALLED.get(plain, plain))


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
    }
    return [(headings.get(key, key), _value(key, str(value))) for key, value in told.items()]


def _day(value: str) -> date | None:
    """The day that stands there, if one does."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _value(key: str, value: str) -> str:
    """What stands for it in the trail, as people call it."""
    if key == "role" and value in Role.values:
        return people_words.role(value)
    if key in ("from", "to") and (day := _day(value)) is not None:
        return thai_date_short(day) if get_language() == "th" else english_date_short(day)
    return people_words.way(value) if key == "way" else value
