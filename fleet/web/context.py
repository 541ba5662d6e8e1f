"""What every page of the dashboard shows around its own matter: who, as what, where one may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fleet.alerts.telling import seen, unclaimed
from fleet.office.models import Notice, Province
from fleet.people.models import Membership, Role
from fleet.people.scope import Scope, scope_of

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


_BELONGS = {
    "kiosks": ("/network-code/",),
    "settings": ("/partners/",),
    "folders": ("/shelves/", "/officers/"),
    "tickets": ("/registrations/", "/channels/"),
    "factories": ("/register/",),
    "cases": ("/holidays/",),
    "round": ("/enrol/",),
    "fees": ("/fee-rules/", "/fee-policy/"),
}
"""Pages that are reached from an entry and stand elsewhere."""


_MONEY = frozenset({"payments", "bank"})
_OFFICES = frozenset({"fees", "folders", "cases", "tickets", "factories"})
_TRAIL = frozenset({"people", "audit", "webhooks"})
_TECHNICIANS = frozenset({"round"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the side bar."""

    name: str
    icon: str
    word: str
    address: str
    on: bool
    count: int = 0
    """What waits there for somebody."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    known = {"theme": theme if theme in THEMES else "", "english": get_language() == "en"}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return known
    name, scope = user.get_full_name() or user.get_username(), scope_of(user)
    return {
        **known,
        "entries": _entries(request.path, scope),
        "reads_only": scope.reads_only,
        "person": name,
        "initial": next((letter for letter in name if letter not in "เแโใไ"), "?"),
        "role": _role(user.pk),
        "whose": pseudonym(user.pk),
        "is_sample": Notice.objects.filter(sample=True).exists(),
    }


def pseudonym(user_id: int) -> str:
    """A name for an account that tells nobody whose it is: a phone forgets what it keeps when it changes."""
    return salted_hmac("fleet.web.context.pseudonym", str(user_id)).hexdigest()[:24]


def _entries(path: str, scope: Scope) -> tuple[Entry, ...]:
    """Those of the pages that are there for the account."""
    hidden = (set() if scope.settles else _MONEY) | (set() if scope.serves else _OFFICES)
    hidden |= set() if scope.audits else _TRAIL
    hidden |= set() if scope.installs or scope.reads_only else _TECHNICIANS
    entries = [
        ("overview", "layout-dashboard", _("ภาพรวม")),
        ("kiosks", "monitor-smartphone", pgettext("menu", "เครื่อง")),
        ("round", "wrench", _("งานช่าง")),
        ("alerts", "bell", _("เรื่องเตือน")),
        ("settings", "sliders-horizontal", _("การตั้งค่า")),
        ("rollouts", "rocket", _("ปล่อยรุ่น")),
        ("payments", "banknote", _("การเงิน")),
        ("fees", "scroll-text", _("ค่าธรรมเนียม")),
        ("folders", "scan-barcode", _("แฟ้ม")),
        ("cases", "clock", _("เรื่องที่ดำเนินการ")),
        ("tickets", "message-square", _("เรื่องที่แจ้ง")),
        ("factories", "factory", pgettext("menu", "โรงงาน")),
    ]
    entries.append(("figures", "chart-column", _("สถิติ")))
    entries.append(("people", "id-card", _("บัญชีและหน้าที่")))
    entries.append(("audit", "history", _("บันทึกการใช้งาน")))
    entries.append(("tokens", "lock", _("โทเค็นของโปรแกรม")))
    entries.append(("webhooks", "upload", _("แจ้งไปยังโปรแกรมอื่น")))
    if settings.PRETEND_BANK:
        entries.append(("bank", "landmark", _("ธนาคารจำลอง")))
    waiting = {"alerts": unclaimed(seen(scope)).count()}
    return tuple(_entry(path, *each, waiting.get(each[0], 0)) for each in entries if each[0] not in hidden)


def _entry(path: str, name: str, icon: str, word: str, count: int) -> Entry:
    address = reverse(f"web:{name}")
    under = (address, *_BELONGS.get(name, ()))
    on = path == address if address == "/" else path.startswith(under)
    return Entry(name, icon, word, address, on, count)


def _role(user_id: int) -> str:
    """The widest role, and where it holds."""
    order = [
        Role.AUDITOR, Role.NATIONAL_ADMIN, Role.PROVINCIAL_ADMIN, Role.TREASURY, Role.OFFICER, Role.TECHNICIAN,
    ]  # fmt: skip
    memberships = sorted(Membership.objects.filter(user_id=user_id), key=lambda each: order.index(Role(each.role)))
    if not memberships:
        return _("ยังไม่มีหน้าที่")
    widest = memberships[0]
    if widest.dopa_code is None:
        return {
            Role.TREASURY: _("เจ้าหน้าที่การเงินส่วนกลาง"),
            Role.AUDITOR: _("ผู้ตรวจสอบ ทั้งประเทศ"),
        }.get(Role(widest.role)) or _("ผู้ดูแลระดับประเทศ")
    province = Province.objects.filter(pk=widest.dopa_code).first()
    where = (province.name_en if get_language() == "en" else province.name_th) if province else ""
    words = {
        Role.PROVINCIAL_ADMIN: _("ผู้ดูแลจังหวัด%(where)s"),
        Role.OFFICER: _("เจ้าหน้าที่ จังหวัด%(where)s"),
        Role.TECHNICIAN: _("ช่างภาคสนาม %(where)s"),
        Role.TREASURY: _("เจ้าหน้าที่การเงิน %(where)s"),
        Role.AUDITOR: _("ผู้ตรวจสอบ %(where)s"),
    }
    return (words.get(Role(widest.role)) or "%(where)s") % {"where": where}
