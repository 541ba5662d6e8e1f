"""The words of the pages about cases and manuals, in both languages, and how a case stands as they show it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language

from fleet.office.cases.models import Case
from fleet.protocol.deadlines import Standing, standing, tell_delay_on

WORDS: dict[str, tuple[str, str]] = {
    "cases": ("เรื่องที่ดำเนินการ", "Cases"),
    "case": ("ติดตามเรื่อง", "Follow a case"),
    "open": ("ที่เปิดอยู่", "Open"),
    "late": ("เกินกำหนด", "Overdue"),
    "closed": ("ปิดแล้ว", "Closed"),
    "expiring": ("ใบอนุญาตใกล้หมดอายุ", "Permits expiring"),
    "none": ("ไม่มีเรื่องในรายการนี้", "Nothing in this list"),
    "received": ("รับเรื่องเมื่อ", "Received"),
    "entered": ("เข้าระบบเมื่อ", "Entered the system"),
    "due": ("กำหนดตามกฎหมาย", "Legal deadline"),
    "holder": ("ผู้ดูแล", "With"),
    "phone": ("โทร", "Tel."),
    "factory": ("โรงงาน", "Factory"),
    "steps": ("ขั้นตอน", "Steps"),
    "by": ("ภายใน", "by"),
    "deeds": ("ที่ทำไปแล้ว", "What was done"),
    "next": ("ทำอะไรต่อ", "What next"),
    "finish": ("ขั้นนี้เสร็จแล้ว", "This step is done"),
    "hand": ("ส่งต่อให้", "Hand over to"),
    "hand_th": ("ชื่อกลุ่มหรือโต๊ะ (ไทย)", "Group or desk (Thai)"),
    "hand_en": ("ชื่อกลุ่มหรือโต๊ะ (อังกฤษ)", "Group or desk (English)"),
    "hand_do": ("ส่งต่อ", "Hand over"),
    "tell": ("แจ้งเหตุล่าช้าแล้ววันนี้", "The delay was told today"),
    "tell_on": ("ต้องแจ้งเหตุล่าช้าครั้งต่อไป", "The delay is next to be told on"),
    "close": ("ปิดเรื่อง", "Close the case"),
    "is_closed": ("เรื่องนี้ปิดแล้ว", "This case is closed"),
    "refused": ("ทำไม่ได้ เรื่องนี้ปิดแล้วหรือข้อมูลไม่ครบ", "Not done: the case is closed, or something is missing"),
    "manual": ("คู่มือประชาชน", "Citizen manual"),
    "version": ("ฉบับ", "Version"),
    "takes": ("ใช้เวลา (วันทำการ)", "Takes (working days)"),
    "fee": ("ค่าธรรมเนียม", "Fee"),
    "law": ("กฎหมาย", "Law"),
    "papers": ("เอกสารที่ใช้", "Documents"),
    "outdated": ("ฉบับนี้เก่าแล้ว สอบถามสำนักงานก่อนใช้", "This version is out of date: ask the office before you use it"),
    "sample": ("ตัวอย่าง ใช้จริงไม่ได้", "Sample, not valid"),
    "expires": ("หมดอายุ", "Expires"),
    "days": ("วัน", "days"),
}

_STANDING: dict[Standing, tuple[str, str, str]] = {
    Standing.NO_DEADLINE: ("unknown", "ไม่มีกำหนด", "No deadline"),
    Standing.IN_TIME: ("ok", "อยู่ในกำหนด", "In time"),
    Standing.NEAR: ("attention", "ใกล้ครบกำหนด", "Due soon"),
    Standing.LATE: ("failing", "เกินกำหนด", "Overdue"),
    Standing.KEPT: ("ok", "เสร็จทันกำหนด", "Done in time"),
    Standing.MISSED: ("attention", "เสร็จช้ากว่ากำหนด", "Done late"),
    Standing.CLOSED: ("ok", "เสร็จแล้ว", "Done"),
}
_DEEDS = {
    "step": ("ขั้นเสร็จ", "Step done"),
    "hands": ("ส่งต่อ", "Handed over"),
    "told": ("แจ้งเหตุล่าช้า", "Delay told"),
    "closed": ("ปิดเรื่อง", "Closed"),
}


def is_english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def words() -> dict[str, str]:
    """All of them in the page's language."""
    return {key: both[is_english()] for key, both in WORDS.items()}


def deed(what: str) -> str:
    """What a deed is called."""
    return _DEEDS.get(what, (what, what))[is_english()]


def shown(case: Case, today: date) -> dict[str, Any]:
    """What every page shows of a case."""
    how = standing(case.due_on, case.closed_on, today)
    condition, thai, english = _STANDING[how]
    left = (case.due_on - today).days if case.due_on and case.closed_on is None else None
    return {
        "case": case,
        "how": how.value,
        "condition": condition,
        "word": english if is_english() else thai,
        "left": None if left is None else abs(left),
        "is_late": how is Standing.LATE,
        "tell_on": tell_delay_on(case.due_on, case.delay_told_on) if how is Standing.LATE else None,
        "steps": list(case.steps.all()),
    }
