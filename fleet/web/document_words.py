"""The words of the documents that officers fill in as forms: fee rules, letters and reminders. One place, no rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.acting.documents import differences
from fleet.protocol.thai import english_date_short, thai_date_short
from fleet.web import alert_words, controls, fee_words
from fleet.web.settings_changes import Change

_INDEX = re.compile(r"\.(\d+)(?=\.|$)")


def label(name: str) -> str:
    """What a value is called; its place in a table does not matter. Its own name where it has no words yet."""
    bare = _INDEX.sub("", name)
    return _label_of_rule(bare) or _label_of_policy(bare) or alert_words.label(bare) or bare


def _label_of_rule(name: str) -> str:
    return {
        "title.th": _("ชื่อกติกา (ไทย)"),
        "title.en": _("ชื่อกติกา (อังกฤษ)"),
        "source": _("ที่มา"),
        "sample": _("เป็นตัวอย่าง"),
        "in_force_from": _("ใช้กับวันครบกำหนดตั้งแต่"),
        "in_force_to": _("ถึงวันที่ (ว่างคือไม่มีกำหนดสิ้นสุด)"),
        "kinds": _("จำพวกที่ต้องชำระ"),
        "weekend": _("วันหยุดประจำสัปดาห์"),
        "leap_day": _("ครบรอบของวันที่ 29 กุมภาพันธ์"),
        "bands": _("อัตรา"),
        "bands.from_hp": _("ตั้งแต่ (แรงม้า)"),
        "bands.fee_satang": _("บาทต่อปี"),
        "surcharge.percent_hundredths": _("เงินเพิ่มร้อยละต่อเดือน"),
        "surcharge.part_months": _("เศษของเดือน"),
        "surcharge.counts_from": _("นับจาก"),
        "surcharge.cap_months": _("ไม่เกิน (เดือน ว่างคือไม่จำกัด)"),
        "surcharge.round_to_satang": _("ปัดเป็นหน่วยละ (บาท)"),
        "surcharge.rounding": _("วิธีปัด"),
        "surcharge.waived_months": _("เดือนที่อยู่ในช่วงยกเว้น"),
        "waivers": _("ยกเว้น"),
        "waivers.due_from": _("ครบกำหนดตั้งแต่"),
        "waivers.due_to": _("ถึง"),
        "waivers.title.th": _("ชื่อ (ไทย)"),
        "waivers.title.en": _("ชื่อ (อังกฤษ)"),
        "waivers.source": _("ที่มา"),
        "holidays": _("วันหยุดเฉพาะกติกานี้"),
        "holidays.on": _("วันที่"),
        "holidays.title.th": _("ชื่อ (ไทย)"),
        "holidays.title.en": _("ชื่อ (อังกฤษ)"),
    }.get(name, "")


def _label_of_policy(name: str) -> str:
    return {
        "letter.number_prefix": _("เลขที่หนังสือขึ้นต้นด้วย"),
        "letter.address": _("ที่อยู่หัวจดหมาย"),
        "letter.signer_name": _("ชื่อผู้ลงนาม"),
        "letter.signer_title": _("ตำแหน่งผู้ลงนาม"),
        "letter.contact": _("สอบถามได้ที่"),
        "reminders.on": _("เตือนค่าธรรมเนียมที่ยังค้าง"),
        "reminders.days": _("วันที่เตือน เทียบกับวันชำระสุดท้าย"),
        "reminders.channels": _("ช่องทาง ตามลำดับที่ลอง"),
        "reminders.most": _("ไม่เกินกี่ครั้งต่อใบแจ้ง"),
        "reminders.most_a_day": _("ไม่เกินกี่ครั้งต่อวันทั้งสำนักงาน"),
        "reminders.least_gap_days": _("เว้นอย่างน้อยกี่วัน"),
        "reminders.late_by_days": _("ส่งช้าได้กี่วัน แล้วเลิก"),
        "reminders.quiet_weekdays": _("วันที่ไม่เตือน"),
        "reminders.from_hour": _("เตือนตั้งแต่กี่นาฬิกา"),
        "reminders.to_hour": _("ถึงก่อนกี่นาฬิกา"),
    }.get(name, "")


def hint(name: str) -> str:
    """What helps to answer; empty where nothing must be said."""
    return alert_words.hint(name) or {
        "sample": _("ใบแจ้งทุกใบจากกติกานี้จะเขียนว่าตัวอย่าง ไม่ว่าใครลงนาม"),
        "in_force_from": _("กติการุ่นที่ลงนามหลังสุดชนะ เมื่อวันครบกำหนดอยู่ในหลายรุ่น"),
        "reminders.days": _("ลบคือก่อนครบกำหนด เช่น -30, -7, 7"),
        "reminders.quiet_weekdays": _("วันหยุดในปฏิทินไม่เตือนอยู่แล้ว"),
        "letter.signer_name": _("ว่างไว้คือเว้นบรรทัดให้เขียนเอง"),
    }.get(name, "")


def choice(name: str, value: object) -> str:
    """What one of a value's choices is called."""
    name = _INDEX.sub("", name)
    if name in ("weekend", "reminders.quiet_weekdays"):
        return (_("จ."), _("อ."), _("พ."), _("พฤ."), _("ศ."), _("ส."), _("อา."))[int(str(value))]
    if name == "reminders.channels":
        return fee_words.channel(str(value))
    known = {
        ("surcharge.part_months", "begun"): _("เริ่มแล้วนับเต็มเดือน"),
        ("surcharge.part_months", "whole"): _("ไม่ครบเดือนไม่นับ"),
        ("surcharge.counts_from", "due"): _("วันครบกำหนด แม้ตรงวันหยุด"),
        ("surcharge.counts_from", "rolled"): _("วันทำการที่เลื่อนไป"),
        ("surcharge.rounding", "down"): _("ปัดเศษทิ้ง"),
        ("surcharge.rounding", "half-up"): _("ปัดครึ่งขึ้น"),
        ("surcharge.rounding", "up"): _("ปัดขึ้น"),
        ("surcharge.waived_months", "count"): _("นับ"),
        ("surcharge.waived_months", "skip"): _("ไม่นับ"),
        ("leap_day", "28-02"): _("28 กุมภาพันธ์"),
        ("leap_day", "01-03"): _("1 มีนาคม"),
    }
    return known.get((name, str(value)), str(value))


# ---- what two documents say differently -----------------------------------------------------------------------------


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Value by value, what one document says and the other does not, in words."""
    return [
        Change(_place(name), name, said(name, was), said(name, now), "")
        for name, was, now in differences(before, after)
    ]


def _place(name: str) -> str:
    """``อัตรา แถว 2 · บาทต่อปี``."""
    found = _INDEX.search(name)
    if found is None:
        return label(name)
    row = _("%(table)s แถว %(row)s") % {"table": label(name[: found.start()]), "row": int(found[1]) + 1}
    return f"{row} · {label(name)}"


def said(name: str, value: Any) -> str:
    """A value as a page reads it out; a dash for none."""
    if isinstance(value, bool):
        return _("เปิด") if value else _("ปิด")
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(choice(name, each) for each in value)
    units = {"_satang": "baht", "_hundredths": "percent"}
    kind = next((kind for end, kind in units.items() if name.endswith(end)), "")
    return controls.shown(kind, value) if kind else choice(name, _date(value))


def _date(value: Any) -> str:
    try:
        on = date.fromisoformat(str(value)) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        on = None
    if on is None:
        return str(value)
    return english_date_short(on) if get_language() == "en" else thai_date_short(on)
