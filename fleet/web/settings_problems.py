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


_RULES = {
    "payee": re.compile(r".*fees\.([a-z0-9-]+): no payee .*"),
    "wild": re.compile(r".*a shape needs at least one of .*"),
    "luhn": re.compile(r".*with check luhn a shape ends in #.*"),
    "mod-37-36": re.compile(r".*with check mod-37-36 a shape ends in \*.*"),
    "id-number": re.compile(r".*13 digits may be an ID number.*"),
    "fixed": re.compile(r".*a fixed amount is more than nothing.*"),
}
"""Rules that no single value breaks; a kiosk says so in the words of ``fleet.protocol``."""


def rule(said: str) -> str:
    """The sentence for a rule that several values break together; empty for anything else."""
    found = next(((name, match) for name, each in _RULES.items() if (match := each.fullmatch(said)) is not None), None)
    if found is None:
        return ""
    name, match = found
    return {
        "payee": _("ค่าธรรมเนียม %(key)s ไม่มีผู้รับเงินที่ลงชื่อไว้") % {"key": match[1] if match.groups() else ""},
        "wild": _("แบบของเลขอ้างอิงต้องมี # @ หรือ * อย่างน้อยหนึ่งตัว"),
        "luhn": _("ใช้ luhn แบบของเลขอ้างอิงต้องลงท้ายด้วย #"),
        "mod-37-36": _("ใช้ mod-37-36 แบบของเลขอ้างอิงต้องลงท้ายด้วย *"),
        "id-number": _("เลขล้วน 13 หลักอาจเป็นเลขประจำตัว ใช้เป็นเลขอ้างอิงไม่ได้"),
        "fixed": _("ยอดที่กำหนดไว้ต้องมากกว่า 0 และไม่เกินยอดสูงสุด"),
    }[name]


def problem(said: str) -> str:
    """What a kiosk says of settings, with the name of the key; its own words where there are none of ours."""
    if sentence := rule(said):
        return sentence
    for name, pattern in _PATTERNS.items():
        if (found := pattern.fullmatch(said)) is not None:
            return _sentence(name, found)
    return said


def _sentence(name: str, found: re.Match[str]) -> str:
    """``revision`` and ``why`` are what a pattern found first, ``key`` is what it found last."""
    sentence = {
        "given-up": _("หน้าจอล้มซ้ำกับฉบับ %(revision)s ตู้จึงกลับไปใช้ฉบับก่อน"),
        "field": _("ไม่รู้จักค่า %(key)s"),
        "service": _("ไม่รู้จักบริการ %(key)s"),
        "payments": _("ตู้ไม่รับชำระเงิน บัญชีผู้รับไม่มีลายเซ็นที่ใช้ได้: %(why)s"),
        "registrations": _("ตู้ไม่รับลงทะเบียน กุญแจปิดผนึกไม่มีลายเซ็นที่ใช้ได้: %(why)s"),
        "refused": _("ตู้ไม่เชื่อข้อมูลที่ลงนาม: %(why)s"),
        "unsigned": _("ฉบับ %(revision)s ยังไม่มีลายเซ็นของจังหวัด ตู้จึงใช้ฉบับก่อน"),
        "value": _("ฉบับ %(revision)s ค่า %(key)s ใช้ไม่ได้"),
        "missing": _("ฉบับ %(revision)s ขาดค่า %(key)s"),
        "disk": _("ฉบับ %(revision)s เก็บลงดิสก์ของตู้ไม่ได้"),
    }[name]
    return sentence % {"revision": found[1], "why": found[1], "key": found[found.lastindex or 0]}


def is_refusal(said: str) -> bool:
    """Whether the whole revision was refused; otherwise the rest of it is in use."""
    return said.startswith("revision ")
