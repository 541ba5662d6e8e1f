"""The words for other people's systems: what each is for, how it stands, what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.acting.partners import Answer
from fleet.partners.models import Partner
from fleet.partners.port import BillState, Company, CompanyState, Duty, Licence, MinistryBill, System, Why
from fleet.web.templatetags.sala import short_date


@dataclass(frozen=True, slots=True)
class Row:
    """A system as a page shows it. ``condition`` is one of the dashboard's shapes."""

    system: System
    name: str
    owner: str
    purpose: str
    condition: str
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, or why there is none. ``lines``: a word, and what stands behind it."""

    condition: str
    sentence: str
    lines: tuple[tuple[str, str], ...] = ()


def name(system: System) -> str:
    """What a system is called."""
    return {
        System.CARD_STATUS: _("สถานะบัตรประชาชน"),
        System.COMPANIES: _("ทะเบียนนิติบุคคล"),
        System.CUSTOMERS: "i-Industry",
        System.LICENCES: "e-License",
        System.DUTIES: "e-Surveillance",
        System.BILLS: _("e-Billing ของกระทรวง"),
    }[system]


def owner(system: System) -> str:
    """Whose it is."""
    return {
        System.CARD_STATUS: _("กรมการปกครอง"),
        System.COMPANIES: _("กรมพัฒนาธุรกิจการค้า"),
    }.get(system, _("กระทรวงอุตสาหกรรม"))


def purpose(system: System) -> str:
    """What we ask it for, and what happens when we cannot."""
    return {
        System.CARD_STATUS: _("ถามว่าบัตรใช้ได้หรือไม่ ถามไม่ได้ถือว่ายังไม่ได้ตรวจ ไม่ใช่ว่าใช้ไม่ได้"),
        System.COMPANIES: _("ถามชื่อและสถานะของนิติบุคคล"),
        System.CUSTOMERS: _("ส่งผู้ลงทะเบียนที่ตู้ ส่งไม่ได้จะเก็บไว้ส่งใหม่"),
        System.LICENCES: _("ถามใบอนุญาตและวันหมดอายุของโรงงาน"),
        System.DUTIES: _("ถามรายงานที่โรงงานต้องส่ง"),
        System.BILLS: _("ถามสถานะใบแจ้งและเลขใบเสร็จของกระทรวง"),
    }[system]


def why(name: str) -> str:
    """Why a system could not be asked, and what to do; a word that another release wrote is shown as it is."""
    said: dict[str, str] = {
        Why.OFF: _("ยังไม่ได้เปิดใช้ ผู้ดูแลระดับประเทศเปิดได้ในหน้านี้"),
        Why.RESTING: _("พักการถามชั่วคราวเพราะไม่ตอบหลายครั้งติดกัน ลองใหม่ภายหลัง"),
        Why.UNREACHABLE: _("ติดต่อไม่ได้ ตรวจที่อยู่และเครือข่าย"),
        Why.SILENT: _("ตอบช้าเกินกำหนด ลองใหม่ภายหลัง"),
        Why.FAILING: _("ระบบปลายทางขัดข้อง แจ้งเจ้าของระบบ"),
        Why.REFUSED: _("ระบบปลายทางไม่ให้เข้า ตรวจรหัสเชื่อมต่อ"),
        Why.NOT_UNDERSTOOD: _("คำตอบไม่ใช่รูปแบบที่ตกลงกัน แจ้งผู้พัฒนา"),
    }
    return said.get(name, name)


def row(partner: Partner, now: datetime) -> Row:
    """How a system stands now."""
    system = System(partner.system)
    condition, word, reason = _stands(partner, now)
    return Row(system, name(system), owner(system), purpose(system), condition, word, reason)


def _stands(partner: Partner, now: datetime) -> tuple[str, str, str]:
    if not partner.is_on or not partner.address:
        return "offline", _("ปิดอยู่"), ""
    if not partner.breaker.may_ask(now):
        return "failing", _("พักการถาม"), why(partner.failed_why or Why.RESTING)
    if partner.failures:
        return "attention", _("เพิ่งถามไม่ได้"), why(partner.failed_why or Why.UNREACHABLE)
    if partner.answered_at is None:
        return "unknown", _("ยังไม่เคยถาม"), ""
    return "ok", _("ตอบปกติ"), ""


def question(system: System) -> tuple[str, str] | None:
    """What may be asked by hand: the field's label and an example; None where nothing may."""
    return {
        System.COMPANIES: (_("เลขทะเบียนนิติบุคคล"), "0-9999-00000-01-…"),
        System.LICENCES: (_("เลขทะเบียนโรงงาน"), "10180000125417"),
        System.DUTIES: (_("เลขทะเบียนโรงงาน"), "10180000125417"),
        System.BILLS: (_("เลขอ้างอิง 1"), "N69…"),
    }.get(system)


def told(system: System, answer: Answer) -> Told:
    """What one of them said."""
    match system:
        case System.COMPANIES:
            return told_company(answer.company)
        case System.LICENCES:
            return told_licences(answer.licences)
        case System.DUTIES:
            return told_duties(answer.duties)
    return told_bill(answer.bill)


def told_company(company: Company | None) -> Told:
    """What the companies' register said."""
    if company is None:
        return Told("attention", _("ไม่มีนิติบุคคลเลขนี้ในทะเบียน"))
    states = {
        CompanyState.OPERATING: ("ok", _("ยังดำเนินกิจการอยู่")),
        CompanyState.DISSOLVED: ("attention", _("เลิกกิจการแล้ว")),
        CompanyState.OTHER: ("unknown", _("สถานะอื่น")),
    }
    condition, word = states[company.state]
    return Told(
        condition, word, ((_("ชื่อ"), _local(company.name_th, company.name_en)), (_("เลขทะเบียน"), str(company.tax_id)))
    )


def told_licences(licences: tuple[Licence, ...] | None) -> Told:
    """What e-License said."""
    if licences is None:
        return Told("attention", _("ระบบไม่รู้จักโรงงานนี้"))
    lines = tuple(
        (each.licence_no, f"{_local(each.title_th, each.title_en)} · {_until(each.expires_on)}") for each in licences
    )
    return Told("ok", _("พบ %(n)s ใบ") % {"n": len(lines)}, lines)


def told_duties(duties: tuple[Duty, ...] | None) -> Told:
    """What e-Surveillance said."""
    if duties is None:
        return Told("attention", _("ระบบไม่รู้จักโรงงานนี้"))
    lines = tuple((_local(each.title_th, each.title_en), _owed(each)) for each in duties)
    return Told("ok", _("พบ %(n)s รายการ") % {"n": len(lines)}, lines)


def told_bill(bill: MinistryBill | None) -> Told:
    """What the ministry's billing said."""
    if bill is None:
        return Told("attention", _("ไม่มีใบแจ้งเลขนี้ในระบบของกระทรวง"))
    states = {
        BillState.OPEN: ("attention", _("ยังไม่ชำระ")),
        BillState.PAID: ("ok", _("ชำระแล้ว")),
        BillState.WITHDRAWN: ("offline", _("ยกเลิกแล้ว")),
    }
    condition, word = states[bill.state]
    lines = [(_("จำนวนเงิน"), f"{bill.amount_satang // 100:,}.{bill.amount_satang % 100:02d}")]
    if bill.receipt_no:
        lines.append((_("เลขใบเสร็จ"), bill.receipt_no))
    return Told(condition, word, tuple(lines))


def _local(thai: str, english: str) -> str:
    return english if get_language() == "en" and english else thai


def _day(day: date) -> str:
    return short_date(day)


def _until(day: date | None) -> str:
    return _("ไม่มีวันหมดอายุ") if day is None else _("หมดอายุ %(day)s") % {"day": _day(day)}


def _owed(duty: Duty) -> str:
    if duty.done_on is not None:
        return _("ส่งแล้ว %(day)s") % {"day": _day(duty.done_on)}
    return _("ครบกำหนด %(day)s") % {"day": _day(duty.due_on)}
