"""Accounts and roles in words."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fleet.office.models import Province
from fleet.people.appointing import Refusal
from fleet.people.models import Role
from fleet.people.resetting import Factor


def role(name: str) -> str:
    """A role."""
    return {
        Role.TECHNICIAN: _("ช่างภาคสนาม"),
        Role.OFFICER: _("เจ้าหน้าที่สำนักงาน"),
        Role.PROVINCIAL_ADMIN: _("ผู้ดูแลจังหวัด"),
        Role.NATIONAL_ADMIN: _("ผู้ดูแลระดับประเทศ"),
        Role.TREASURY: _("เจ้าหน้าที่การเงิน"),
        Role.AUDITOR: _("ผู้ตรวจสอบ"),
    }[Role(name)]


def meaning(name: str) -> str:
    """What a role is for."""
    return {
        Role.TECHNICIAN: _("ดูและซ่อมตู้ ลงทะเบียนตู้ใหม่"),
        Role.OFFICER: _("งานของสำนักงาน: เรื่อง แฟ้ม ใบแจ้ง การเงิน"),
        Role.PROVINCIAL_ADMIN: _("ทุกอย่างของจังหวัด รวมทั้งการตั้งค่าและบัญชี"),
        Role.NATIONAL_ADMIN: _("ทุกอย่างของทุกจังหวัด ต้องมีสองคนเห็นชอบ"),
        Role.TREASURY: _("การเงินเท่านั้น"),
        Role.AUDITOR: _("อ่านได้ทุกอย่าง แก้ไม่ได้เลย"),
    }[Role(name)]


def place(dopa_code: int | None, provinces: dict[int, Province]) -> str:
    """Where a role holds."""
    if dopa_code is None:
        return _("ทั้งประเทศ")
    found = provinces.get(dopa_code)
    if found is None:
        return str(dopa_code)
    return found.name_en if get_language() == "en" else found.name_th


def way(name: str) -> str:
    """How somebody came in."""
    return {
        "password": _("รหัสผ่าน"),
        "sign-on": _("ผ่านกระทรวง"),
        "break-glass": _("บัญชีฉุกเฉิน"),
    }.get(name, name)


def browser(said: str) -> str:
    """A browser as people call it; the rest of what it says of itself is of no use to them."""
    known = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
    )
    name = next((word for mark, word in known if mark in said), pgettext("browser", "เบราว์เซอร์อื่น"))
    system = next((word for mark, word in systems if mark in said), "Linux" if "Linux" in said else "")
    return " · ".join(filter(None, (name, system)))


def refusal(why: Refusal) -> str:
    """Why it was not done."""
    return {
        Refusal.OWN: _("เปลี่ยนบัญชีของตัวเองไม่ได้ ให้ผู้ดูแลอีกคนทำ"),
        Refusal.NOT_YOURS: _("หน้าที่นี้ต้องให้ผู้ดูแลระดับประเทศเป็นคนเปลี่ยน"),
        Refusal.LAST_ADMIN: _("ต้องเหลือผู้ดูแลระดับประเทศอย่างน้อยหนึ่งคน"),
        Refusal.NO_REASON: _("บอกเหตุผล 5 ถึง 200 ตัวอักษร"),
        Refusal.NO_SUCH_ROLE: _("เลือกหน้าที่และจังหวัด"),
        Refusal.ALREADY: _("มีอยู่แล้ว หรือตัดสินไปแล้ว"),
        Refusal.NEEDS_ANOTHER: _("เรื่องนี้ต้องมีผู้ดูแลระดับประเทศอีกคน"),
        Refusal.FRESH: _(
            "ภายใน 24 ชั่วโมงนี้ บัญชีของคุณหรือของคนที่ขอได้ลิงก์หรือถูกล้างการยืนยันขั้นที่สองโดยอีกฝ่าย หรือทั้งสองบัญชีโดยคนเดียวกัน ให้คนอื่นเห็นชอบ"
        ),
        Refusal.FROM_GROUPS: _("หน้าที่นี้มาจากกลุ่มของกระทรวง ถอนที่นั่น"),
        Refusal.NO_FACTOR: _("บัญชีนี้ไม่มีการยืนยันขั้นที่สองให้ล้าง"),
    }[why]


def factor(name: str) -> str:
    """A second factor."""
    return {
        Factor.APP: _("แอปยืนยันตัวตน"),
        Factor.PASSKEY: _("พาสคีย์หรือกุญแจ USB"),
        Factor.CODES: _("รหัสสำรอง"),
    }[Factor(name)]
