"""The words of tickets, channels and registrations: steps, deadlines, refusals. No rule."""

from __future__ import annotations

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fleet.office.channels.models import Registration, RegistrationState, StepKind, Ticket
from fleet.office.channels.passing_on import UNREADABLE
from fleet.office.channels.tracking import Deadline
from fleet.office.channels.working import Refusal
from fleet.protocol.presence import Verdict
from fleet.web import partner_words

CONDITIONS = {Deadline.KEPT: "ok", Deadline.NEAR: "attention", Deadline.MISSED: "failing"}
"""The shape that says how a deadline stands (look: disc, triangle, octagon)."""


def state(name: str) -> str:
    """A part of the queue."""
    return {"open": _("รอดำเนินการ"), "late": _("เลยกำหนด"), "closed": _("ปิดแล้ว")}[name]


def step(kind: str) -> str:
    """What happened."""
    return {
        StepKind.RECEIVED: _("รับเรื่องแล้ว"),
        StepKind.HANDED_OVER: _("ส่งต่อให้ผู้ดูแลอีกคน"),
        StepKind.ANSWERED: _("สำนักงานตอบ"),
        StepKind.CLOSED: _("ปิดเรื่องแล้ว"),
    }[StepKind(kind)]


def deadline(state: Deadline, days_left: int, *, is_closed: bool) -> str:
    """How it stands with the day it is due."""
    if is_closed:
        return _("ปิดหลังกำหนด") if state is Deadline.MISSED else _("ปิดในกำหนด")
    if state is Deadline.MISSED:
        return ngettext("เลยกำหนด %(n)s วัน", "เลยกำหนด %(n)s วัน", -days_left) % {"n": -days_left}
    return ngettext("เหลือ %(n)s วัน", "เหลือ %(n)s วัน", days_left) % {"n": days_left} if days_left else _("ครบกำหนดวันนี้")


def refusal(name: str) -> str:
    """Why nothing was done, and what to do."""
    return {
        Refusal.CLOSED: _("เรื่องนี้ปิดไปแล้ว"),
        Refusal.NO_TEXT: _("ใส่ข้อความ 5 ถึง 1,000 ตัวอักษร"),
        Refusal.NO_CHANNEL: _("เลือกช่องทางที่จะส่งต่อ"),
    }[Refusal(name)]


def about(ticket: Ticket) -> str:
    """What it is about; the channel's name in the language of the page."""
    if ticket.channel is None:
        return _("ไม่ระบุช่องทาง")
    return ticket.channel.name_en if get_language() == "en" else ticket.channel.name_th


def channel_problem(field: str) -> str:
    """Why a channel cannot be kept so."""
    return {
        "name": _("ใส่ชื่อทั้งสองภาษา ไม่เกิน 60 ตัวอักษร"),
        "owner_name": _("ใส่ชื่อผู้รับผิดชอบ ไม่เกิน 80 ตัวอักษร"),
        "deadline_days": _("กำหนดตอบตั้งแต่ 1 ถึง 365 วัน"),
        "code": _("รหัสใช้ a-z 0-9 และ - ไม่เกิน 24 ตัว และไม่ซ้ำ"),
    }[field]


def registration_state(name: str) -> str:
    """A part of the list."""
    return {
        RegistrationState.WAITING: _("รอส่ง"),
        RegistrationState.REGISTERED: _("ขึ้นทะเบียนแล้ว"),
        RegistrationState.DECLINED: _("ไม่รับขึ้นทะเบียน"),
        RegistrationState.LAPSED: _("ส่งไม่ทันกำหนด"),
    }[RegistrationState(name)]


def registration(row: Registration) -> tuple[str, str, str]:
    """How a registration stands: a shape, a word, and a sentence for whoever asked to be registered."""
    match RegistrationState(row.state):
        case RegistrationState.REGISTERED if row.was_known:
            known = _("กระทรวงมีชื่อนี้อยู่ก่อนแล้ว ใช้เลขลูกค้านี้ได้เลย")
            return "ok", _("ขึ้นทะเบียนอยู่แล้ว"), known
        case RegistrationState.REGISTERED:
            return "ok", registration_state(row.state), _("ใช้เลขลูกค้านี้กับ i-Industry ได้เลย")
        case RegistrationState.DECLINED:
            return "failing", registration_state(row.state), _("ถามสำนักงานพร้อมเลขที่คำขอนี้ หรือยื่นใหม่ที่ตู้")
        case RegistrationState.LAPSED:
            late = _("ส่งถึงกระทรวงไม่ได้ทันกำหนด ข้อมูลถูกลบแล้ว ขอใหม่ได้ที่ตู้")
            return "attention", registration_state(row.state), late
        case _:
            return "info", registration_state(row.state), _("จะส่งให้ i-Industry เอง ไม่ต้องทำอะไร เปิดหน้านี้ดูผลได้")


def held_by(row: Registration) -> str:
    """Why one that waits could not be passed on last, for the office; empty when it was not tried."""
    if not row.held_by:
        return ""
    if row.held_by == UNREADABLE:
        return _("เปิดผนึกไม่ได้ กุญแจของเครื่องแม่ข่ายไม่ตรงกับค่า customer_key")
    return partner_words.why(row.held_by)


def verdict(name: str) -> tuple[str, str]:
    """What a presence slip is worth, and what to do."""
    return {
        Verdict.GENUINE: (_("ใบนี้เป็นของจริง"), _("เทียบชื่อกับผู้ที่ถือใบ")),
        Verdict.EXPIRED: (_("ใบนี้หมดอายุแล้ว"), _("ขอใบใหม่ได้ที่ตู้")),
        Verdict.NOT_YET: (_("เวลาบนใบยังมาไม่ถึง"), _("นาฬิกาของตู้ที่ออกใบไม่ตรง ให้ช่างดูตู้นั้น")),
        Verdict.UNKNOWN_KEY: (_("ไม่รู้จักตู้ที่ออกใบนี้"), _("ตู้นั้นอาจยังไม่เคยออนไลน์ ลองใหม่ภายหลัง หรือขอดูบัตรประชาชน")),
        Verdict.FORGED: (_("ใบนี้ไม่ใช่ของจริง"), _("อย่ารับใบนี้ ขอดูบัตรประชาชนแทน")),
    }[Verdict(name)]


def no_slip() -> tuple[str, str]:
    """What was sent is no slip's text."""
    return _("ข้อความนี้ไม่ใช่ของใบแทนสำเนาบัตร"), _("สแกน QR บนใบอีกครั้งให้ครบ ข้อความขึ้นต้นด้วย SALAP")
