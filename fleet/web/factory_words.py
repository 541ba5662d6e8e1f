"""The words of what happened to a factory (``fleet.acting.factory_history``), and where each leads. No rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from fleet.acting.factory_history import Event, Of
from fleet.office.folders.models import Deed
from fleet.office.models import Factory
from fleet.protocol.thai import format_baht
from fleet.web import case_words, fee_words


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``address``: of the page about it."""

    at: datetime
    icon: str
    what: str
    detail: str
    by: str
    address: str


def line(factory: Factory, event: Event) -> Line:
    """An event as the page says it."""
    match event.of:
        case Of.NOTICE:
            icon, what, detail = _notice(event)
        case Of.REMINDER:
            icon, what = "message-square", _("การเตือน")
            detail = f"{fee_words.channel(event.detail)} · {fee_words.reminder_state(event.what)}"
        case Of.CASE:
            icon, what = "clock", case_words.deed(event.what)
            detail = f"{event.about} · {event.detail}" if event.detail else event.about
        case Of.FOLDER:
            words = {Deed.OUT: _("ยืมแฟ้มออก"), Deed.IN: _("คืนแฟ้ม"), Deed.FOUND: _("พบแฟ้มเมื่อตรวจนับ")}
            icon, what, detail = "scan-barcode", words[Deed(event.what)], event.about
        case Of.REGISTER:
            what = _("เข้าทะเบียนจากไฟล์") if event.what == "new" else _("ทะเบียนปรับจากไฟล์")
            icon, detail = "factory", event.detail
    return Line(event.at, icon, what, detail, event.by, _address(factory, event))


def _notice(event: Event) -> tuple[str, str, str]:
    if event.what == "paid":
        return "banknote", _("ชำระแล้ว"), event.about
    if event.what == "withdrawn":
        return "scroll-text", _("ยกเลิกใบแจ้ง"), f"{event.about} · {event.detail}"
    asked = _("%(amount)s บาท") % {"amount": format_baht(event.amount_satang or 0)}
    return "scroll-text", fee_words.revision_why(event.what), f"{event.about} · {asked}"


def _address(factory: Factory, event: Event) -> str:
    match event.of:
        case Of.CASE:
            return reverse("web:case", args=[event.about])
        case Of.FOLDER:
            return reverse("web:folder", args=[event.about])
        case Of.REGISTER:
            return reverse("web:register-run", args=[event.about])
        case _:
            return reverse("web:fee-notice", args=[factory.office_id, event.about])
