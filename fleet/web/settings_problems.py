"""What a kiosk says of settings it does not take, or not whole, in the words of the page and with the key's name."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_PATTERNS = {
    "given-up": re.compile(r"revision (\d+): the front desk could not run with it"),
    "field": re.compile(r"unknown field: (.+)"),
    "service": re.compile(r"unknown service: (.+)"),
    "value": re.compile(r"revision (\d+): .* - at `\$\.([^`]+)`"),
    "missing": re.compile(r"revision (\d+): Object missing required field `([^`]+)`.*"),
    "payments": re.compile(r"no payments: payees: (.+)"),
    "registrations": re.compile(r"no registrations: (.+)"),
    "refused": re.compile(r"trust: (.+)"),
    "unsigned": re.compile(r"revision (\d+): (?:settings-\S+ has not signed|nothing verified yet).*"),
    "disk": re.compile(r"revision (\d+) cannot be stored: .*"),
}


def problem(said: str) -> str:
    """What a kiosk says of settings, with the name of the key; its own words where there are none of ours."""
    for name, pattern in _PATTERNS.items():
        if (found := pattern.fullmatch(said)) is not None:
            return _sentence(name, found)
    return said


def _sentence(name: str, found: re.Match[str]) -> str:
    first = found[1]
    match name:
        case "given-up":
            return _("หน้าจอล้มซ้ำกับฉบับ %(revision)s ตู้จึงกลับไปใช้ฉบับก่อน") % {"revision": first}
        case "field":
            return _("ไม่รู้จักค่า %(key)s") % {"key": first}
        case "service":
            return _("ไม่รู้จักบริการ %(key)s") % {"key": first}
        case "payments":
            return _("ตู้ไม่รับชำระเงิน บัญชีผู้รับไม่มีลายเซ็นที่ใช้ได้: %(why)s") % {"why": first}
        case "registrations":
            return _("ตู้ไม่รับลงทะเบียน กุญแจปิดผนึกไม่มีลายเซ็นที่ใช้ได้: %(why)s") % {"why": first}
        case "refused":
            return _("ตู้ไม่เชื่อข้อมูลที่ลงนาม: %(why)s") % {"why": first}
        case "unsigned":
            return _("ฉบับ %(revision)s ยังไม่มีลายเซ็นของจังหวัด ตู้จึงใช้ฉบับก่อน") % {"revision": first}
        case "value" | "missing":
            fill = {"revision": first, "key": found[2]}
            if name == "missing":
                return _("ฉบับ %(revision)s ขาดค่า %(key)s") % fill
            return _("ฉบับ %(revision)s ค่า %(key)s ใช้ไม่ได้") % fill
    return _("ฉบับ %(revision)s เก็บลงดิสก์ของตู้ไม่ได้") % {"revision": first}


def is_refusal(said: str) -> bool:
    """Whether the whole revision was refused; otherwise the rest of it is in use."""
    return said.startswith("revision ")
