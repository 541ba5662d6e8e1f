"""The words for what of persons was sent to other people's systems: which fields, what for, what came of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.partners.models import Disclosure
from fleet.partners.port import System, Why


def field(name: str) -> str:
    """What a field is called; its own name where we have none."""
    return {
        "id_number": _("เลขประจำตัวประชาชน"),
        "chip_no": _("เลขชิปของบัตร"),
        "request_no": _("เลขคำขอมีบัตร"),
        "phone": _("โทรศัพท์"),
    }.get(name, name)


def fields(names: str) -> str:
    """``Disclosure.fields`` in words."""
    return ", ".join(field(each) for each in names.split())


def purpose(system: str) -> str:
    """What it was sent for."""
    return {
        System.CARD_STATUS: _("ตรวจบัตรก่อนออกใบแทนสำเนาบัตร ตามที่แจ้งเจ้าของบัตรบนจอ"),
        System.CUSTOMERS: _("ขึ้นทะเบียนลูกค้าตามที่เจ้าตัวขอที่ตู้"),
    }.get(System(system), _("ไม่ได้ระบุ"))


def outcome(name: str) -> tuple[str, str]:
    """What came of it: a shape, and a word."""
    if name == Disclosure.ANSWERED:
        return "ok", _("ได้คำตอบแล้ว")
    if name == Disclosure.SENT:
        return "unknown", _("ส่งแล้ว ไม่รู้ผล")
    why = {
        Why.UNREACHABLE: _("ติดต่อไม่ได้"),
        Why.SILENT: _("ไม่ตอบในเวลา"),
        Why.FAILING: _("ปลายทางขัดข้อง"),
        Why.REFUSED: _("ปลายทางไม่ให้เข้า"),
        Why.NOT_UNDERSTOOD: _("อ่านคำตอบไม่ได้"),
    }
    return "attention", next((word for each, word in why.items() if each == name), name)
