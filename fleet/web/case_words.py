"""The words of the pages about cases, and how a case stands as they show it. One place, no rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from fleet.office.cases.models import Case
from fleet.protocol.deadlines import Standing, standing, tell_delay_on

LISTS = ("open", "late", "closed", "expiring")

CONDITIONS = {
    Standing.NO_DEADLINE: "unknown",
    Standing.IN_TIME: "ok",
    Standing.NEAR: "attention",
    Standing.LATE: "failing",
    Standing.KEPT: "ok",
    Standing.MISSED: "attention",
    Standing.CLOSED: "ok",
}
"""The shape and colour each wears; the word stands beside it."""

_STANDINGS = {
    Standing.NO_DEADLINE: gettext_lazy("ไม่มีกำหนด"),
    Standing.IN_TIME: gettext_lazy("อยู่ในกำหนด"),
    Standing.NEAR: gettext_lazy("ใกล้ครบกำหนด"),
    Standing.LATE: gettext_lazy("เกินกำหนด"),
    Standing.KEPT: gettext_lazy("เสร็จทันกำหนด"),
    Standing.MISSED: gettext_lazy("เสร็จช้ากว่ากำหนด"),
    Standing.CLOSED: gettext_lazy("เสร็จแล้ว"),
}


def list_word(name: str) -> str:
    """What a list of cases is called."""
    return {
        "open": _("ที่เปิดอยู่"),
        "late": _("เกินกำหนด"),
        "closed": _("ปิดแล้ว"),
        "expiring": _("ใบอนุญาตใกล้หมดอายุ"),
    }[name]


def standing_word(how: Standing) -> str:
    """How a case stands to its deadline."""
    return str(_STANDINGS[how])


def deed(what: str) -> str:
    """What a deed is called."""
    known = {
        "opened": pgettext("deed", "เปิดเรื่อง"),
        "step": _("ขั้นเสร็จ"),
        "hands": _("ส่งต่อ"),
        "paper": _("ได้รับเอกสาร"),
        "moved": _("กำหนดเลื่อนตามปฏิทินวันหยุด"),
        "told": _("แจ้งเหตุล่าช้า"),
        "closed": _("ปิดเรื่อง"),
    }
    return known.get(what, what)


def days_left(left: int) -> str:
    """How many days are left until a deadline, or have gone by since."""
    if left == 0:
        return _("วันนี้")
    if left > 0:
        return ngettext("อีก %(n)s วัน", "อีก %(n)s วัน", left) % {"n": left}
    return ngettext("มาแล้ว %(n)s วัน", "มาแล้ว %(n)s วัน", -left) % {"n": -left}


def shown(case: Case, today: date) -> dict[str, Any]:
    """What every page shows of a case."""
    how = standing(case.due_on, case.closed_on, today)
    left = (case.due_on - today).days if case.due_on and case.closed_on is None else None
    return {
        "case": case,
        "condition": CONDITIONS[how],
        "word": standing_word(how),
        "left": "" if left is None else days_left(left),
        "tell_on": tell_delay_on(case.due_on, case.delay_told_on) if how is Standing.LATE else None,
        "steps": list(case.steps.all()),
    }
