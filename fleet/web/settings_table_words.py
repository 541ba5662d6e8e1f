"""What the settings that stand in tables are called: menu words, fees of other offices, payees. No rule, words only.

A name here has ``*`` in the place of the entry (``fees.*.name``): the same words serve every entry.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.web.kept_words import kept
from fleet.web.stories import service

TABLES = ("menu", "fees", "payees")


def general(name: str) -> str:
    """A name with ``*`` for the entry it is of."""
    parts = name.split(".")
    return ".".join((parts[0], "*", *parts[2:])) if parts[0] in TABLES and len(parts) > 1 else name


def heading(entry: str) -> str:
    """What stands above an entry's values: the service's name, or the code as documents have it."""
    table, _dot, key = entry.partition(".")
    return service(key) if table == "menu" else key


@kept
def label(name: str) -> str:
    """The name of a value; its own where there is no better one."""
    return {
        "menu.*.title": _("ชื่อบริการบนเมนู"),
        "menu.*.subtitle": _("บรรทัดใต้ชื่อบริการ"),
        "fees.*.name": _("ชื่อค่าธรรมเนียม"),
        "fees.*.payee": _("ผู้รับเงินของค่าธรรมเนียมนี้"),
        "fees.*.reference.shape": _("แบบของเลขอ้างอิง 1"),
        "fees.*.reference.check": _("ตัวตรวจท้ายเลขอ้างอิง"),
        "fees.*.reference.where": _("เลขอ้างอิงอยู่ตรงไหนของหนังสือ"),
        "fees.*.amount.by": _("ยอดมาจากไหน"),
        "fees.*.amount.fixed_satang": _("ยอดที่กำหนดไว้ (บาท)"),
        "fees.*.amount.most_satang": _("ชำระได้ครั้งละไม่เกิน (บาท)"),
        "fees.*.icon": _("รูปบนปุ่ม"),
        "fees.*.position": _("ลำดับในรายการ"),
        "fees.*.offered": _("เปิดให้ชำระ"),
        "payees.*.name": _("ชื่อผู้รับเงิน"),
        "payees.*.biller_id": _("รหัสผู้รับชำระ (Biller ID)"),
    }.get(general(name), name)


@kept
def hint(name: str) -> str:
    """What stands under a value's name in the form."""
    return {
        "menu.*.title": _("ว่างไว้ ตู้ใช้ชื่อของระบบ ไม่เกิน 28 ตัวอักษร"),
        "menu.*.subtitle": _("ว่างไว้ ตู้ใช้คำของระบบ ไม่เกิน 60 ตัวอักษร"),
        "fees.*.reference.shape": _("# คือตัวเลข @ คือตัวอักษร A ถึง Z * คือทั้งสองแบบ ตัวอื่นคือตัวนั้นเอง เช่น SB########"),
        "fees.*.reference.where": _("ขึ้นเหนือแป้นพิมพ์ ให้คนหาเลขเจอ"),
        "fees.*.payee": _("เลือกได้จากผู้รับเงินที่เจ้าหน้าที่การเงินลงไว้"),
    }.get(general(name), "")


def meaning(name: str) -> str:
    """What a value does, for the reference."""
    return {
        "menu.*.title": _("ชื่อบนปุ่มของบริการหนึ่ง ว่างไว้คือคำของระบบในภาษานั้น"),
        "menu.*.subtitle": _("บรรทัดเล็กใต้ชื่อ แสดงเมื่อจอมีที่พอ"),
        "fees.*.name": _("ชื่อที่ผู้ใช้เลือก และที่พิมพ์บนใบ"),
        "fees.*.payee": _("ชื่อหนึ่งใน payees เงินของค่าธรรมเนียมนี้เข้าบัญชีนั้น"),
        "fees.*.reference.shape": _("# ตัวเลข @ ตัวอักษร * ทั้งสองแบบ ตัวอื่นคือตัวนั้นเอง เลขที่อาจเป็นเลขประจำตัวใช้ไม่ได้"),
        "fees.*.reference.check": _("none ไม่มี luhn ตาม ISO/IEC 7812-1 mod-37-36 ตาม ISO/IEC 7064"),
        "fees.*.reference.where": _("คำบอกว่าเลขอ้างอิงอยู่ตรงไหนของหนังสือ"),
        "fees.*.amount.by": _("letter จากหนังสือ พิมพ์หรือสแกน code จากรหัสบนหนังสือเท่านั้น fixed ตามค่านี้"),
        "fees.*.amount.fixed_satang": _("หน่วยในเอกสารคือสตางค์ ใช้เมื่อยอดกำหนดไว้แล้ว"),
        "fees.*.amount.most_satang": _("หน่วยในเอกสารคือสตางค์ มากกว่านี้ตู้ไม่รับ"),
        "fees.*.icon": _("รูปหน้าชื่อในรายการ"),
        "fees.*.position": _("เลขน้อยอยู่ก่อน เท่ากันเรียงตามชื่อ"),
        "fees.*.offered": _("ปิดแล้วไม่อยู่บนจอ ค่าอื่นยังเก็บไว้"),
        "payees.*.name": _("ชื่อที่ผู้จ่ายเห็นก่อนสแกน"),
        "payees.*.biller_id": _("บัญชีที่เงินเข้า เลขภาษี 13 หลักกับรหัสท้าย 2 หลัก"),
    }.get(general(name), "")


@kept
def choice(name: str, value: str) -> str:
    """What a choice is called in the form; its own name where that says enough."""
    return {
        ("check", "none"): _("ไม่มี"),
        ("check", "luhn"): _("Luhn (ISO/IEC 7812-1)"),
        ("check", "mod-37-36"): _("MOD 37,36 (ISO/IEC 7064)"),
        ("by", "letter"): _("จากหนังสือ พิมพ์หรือสแกน"),
        ("by", "code"): _("จากรหัสบนหนังสือเท่านั้น"),
        ("by", "fixed"): _("กำหนดไว้ที่นี่"),
        ("icon", "landmark"): _("อาคารราชการ"),
        ("icon", "house"): _("บ้าน"),
        ("icon", "factory"): _("โรงงาน"),
        ("icon", "banknote"): _("ธนบัตร"),
        ("icon", "badge-check"): _("ตรารับรอง"),
        ("icon", "file-text"): _("เอกสาร"),
        ("icon", "calendar-check"): _("ปฏิทิน"),
        ("icon", "message-square"): _("ข้อความ"),
    }.get((name.rpartition(".")[2], value), value)
