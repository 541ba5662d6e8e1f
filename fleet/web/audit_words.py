"""The trail in words: which page a line is of, and what else it tells."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from fleet.audit.models import Entry, Kind
from fleet.people.models import Role
from fleet.web import people_words

SHAPES = {Kind.SAW: "unknown", Kind.DID: "ok", Kind.REFUSED: "failing", Kind.CAME: "stale"}


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
    return _pages().get(plain) or _others().get(plain) or plain


def _pages() -> dict[str, str]:
    fees, register, settings = _("ค่าธรรมเนียม"), _("นำเข้าทะเบียน"), _("การตั้งค่า")
    folders, cases = _("แฟ้ม"), _("เรื่องที่ดำเนินการ")
    return {
        "command": _("คำสั่งถึงตู้"),
        "round-deed": _("งานช่าง"),
        "identity": _("ตัวตนของตู้"),
        "enrol": _("ลงทะเบียนตู้"),
        "layer": settings,
        "undo": settings,
        "back": settings,
        "planned-settings": settings,
        "rollout": _("ปล่อยรุ่น"),
        "rollout-new": _("ปล่อยรุ่น"),
        "payments": _("การเงิน"),
        "payments-csv": _("การเงิน"),
        "payment": _("รายการเงิน"),
        "bank-file": _("ไฟล์ธนาคาร"),
        "factories": _("รายชื่อโรงงาน"),
        "factory": _("โรงงาน"),
        "register": register,
        "register-import": register,
        "register-undo": register,
        "register-findings": register,
        "register-report": register,
        "folders": folders,
        "folders-csv": folders,
        "folder": folders,
        "folder-labels": folders,
        "shelves": _("ตรวจนับชั้นแฟ้ม"),
        "officers": _("รายชื่อเจ้าหน้าที่"),
        "partner": _("ระบบภายนอก"),
        "fee-make": fees,
        "fee-notices": _("ใบแจ้ง"),
        "fee-notices-csv": _("ใบแจ้ง"),
        "fee-notice": _("ใบแจ้ง"),
        "fee-contact": _("ที่อยู่สำหรับเตือน"),
        "fee-withdraw": _("ถอนใบแจ้ง"),
        "fee-letter": _("จดหมาย"),
        "print-letters": _("จดหมาย"),
        "letter-part": _("จดหมาย"),
        "fee-reminders": _("การเตือน"),
        "print-reminders": _("การเตือน"),
        "fee-policy": fees,
        "nation-policy": fees,
        "new-rule": fees,
        "fee-rule": fees,
        "holidays": _("ปฏิทินวันหยุด"),
        "cases": cases,
        "open-case": cases,
        "case": cases,
        "case-slip": cases,
        "tickets": _("เรื่องที่แจ้ง"),
        "ticket": _("เรื่องที่แจ้ง"),
        "registrations": _("ผู้ขอลงทะเบียน"),
        "channel": _("ช่องทาง"),
        "slip": _("ตรวจใบแสดงตน"),
        "webhooks": _("แจ้งไปยังโปรแกรมอื่น"),
        "webhook": _("แจ้งไปยังโปรแกรมอื่น"),
        "bank": _("ธนาคารจำลอง"),
    }


def _others() -> dict[str, str]:
    return {
        "settings-in-time": _("การตั้งค่าตามเวลา"),
        "audit": _("บันทึกการใช้งาน"),
        "audit-csv": _("บันทึกการใช้งาน"),
        "people": _("บัญชีและหน้าที่"),
        "people-csv": _("บัญชีและหน้าที่"),
        "person": _("บัญชีและหน้าที่"),
        "person-new": _("เชิญคนใหม่"),
        "invitation": _("รับคำเชิญ"),
        "account": _("บัญชีของฉัน"),
        "signed-in": _("เข้าสู่ระบบ"),
        "signed-out": _("ออกจากระบบ"),
        "wrong-password": _("รหัสผ่านไม่ถูก"),
        "wrong-code": _("รหัสขั้นที่สองไม่ถูก"),
        "break-glass": _("ใช้บัญชีฉุกเฉิน"),
        "sign-on": _("เข้าสู่ระบบผ่านกระทรวง"),
        "second-factor": _("การยืนยันขั้นที่สอง"),
        "second-factor-reset": _("ล้างการยืนยันขั้นที่สอง"),
        "tokens-ended": _("ยกเลิกโทเค็นของบัญชี"),
        "roles-from-groups": _("หน้าที่ตามกลุ่มของกระทรวง"),
    }


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
    }
    return [(headings.get(key, key), _value(key, str(value))) for key, value in told.items()]


def _value(key: str, value: str) -> str:
    """What stands for it in the trail, as people call it."""
    if key == "role" and value in Role.values:
        return people_words.role(value)
    return people_words.way(value) if key == "way" else value
