"""The words officers read about yearly fees. One place, no rule."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fleet.office.fees.figures import Stand
from fleet.office.fees.models import Contact, Reminder
from fleet.office.fees.reckoning import Refusal
from fleet.office.fees.rules import Problem


def stand(name: str) -> str:
    """Where a notice stands."""
    return {
        Stand.OVERDUE: _("เกินกำหนด"),
        Stand.DUE: _("ยังไม่ถึงกำหนด"),
        Stand.PAID: _("ชำระแล้ว"),
        Stand.WITHDRAWN: _("ยกเลิกแล้ว"),
    }[Stand(name)]


STAND_SHAPES = {Stand.OVERDUE: "attention", Stand.DUE: "info", Stand.PAID: "ok", Stand.WITHDRAWN: "stale"}
"""The shape and colour each wears; the word stands beside it."""


def refusal(name: str) -> str:
    """Why a factory gets no notice."""
    return {
        Refusal.NO_KIND: _("ไม่มีจำพวกโรงงานในทะเบียน"),
        Refusal.KIND_PAYS_NONE: _("จำพวกนี้ไม่ต้องชำระ"),
        Refusal.NOT_OPERATING: _("ไม่ได้ประกอบกิจการ"),
        Refusal.NO_ANNIVERSARY: _("ไม่มีวันเริ่มประกอบกิจการ"),
        Refusal.BEFORE_IT_BEGAN: _("ยังไม่ครบปีแรก"),
        Refusal.NO_RULE: _("ไม่มีกติกาที่ลงนามแล้วสำหรับวันครบกำหนด"),
        Refusal.WAIVED: _("ได้รับยกเว้น"),
        Refusal.NO_HORSEPOWER: _("ไม่มีแรงม้าในทะเบียน"),
        Refusal.NO_BAND: _("ไม่มีอัตราสำหรับแรงม้านี้"),
    }[Refusal(name)]


def problem(name: str) -> str:
    """Why a document is no rule."""
    return {
        Problem.ENDS_BEFORE_IT_BEGINS: _("วันสิ้นสุดอยู่ก่อนวันเริ่มใช้"),
        Problem.BANDS_NOT_ASCENDING: _("ช่วงแรงม้าต้องเรียงจากน้อยไปมาก และไม่ซ้ำกัน"),
        Problem.NEGATIVE_HORSEPOWER: _("แรงม้าต้องเป็นจำนวนไม่ติดลบ"),
        Problem.NOBODY_PAYS: _("ไม่มีจำพวกใดต้องชำระเลย"),
        Problem.WAIVER_ENDS_BEFORE_IT_BEGINS: _("ช่วงยกเว้นสิ้นสุดก่อนเริ่ม"),
        Problem.NO_WORKING_DAY: _("ทุกวันเป็นวันหยุด"),
    }[Problem(name)]


def channel(name: str) -> str:
    """How a reminder goes."""
    return {"mail": _("อีเมล"), "line": "LINE", "letter": _("จดหมาย")}.get(name, name)


def ground(name: str) -> str:
    """On what ground an address stands here."""
    return {
        Contact.Ground.NOTICE: _("แจ้งวัตถุประสงค์แล้ว ตามหน้าที่ของหน่วยงาน"),
        Contact.Ground.CONSENT: _("ยินยอมเป็นหนังสือ"),
    }[Contact.Ground(name)]


def reminder_state(name: str) -> str:
    """What is known of a reminder."""
    return {
        Reminder.State.SENDING: _("กำลังส่ง"),
        Reminder.State.SENT: _("ส่งออกแล้ว"),
        Reminder.State.MAYBE: _("อาจส่งแล้ว จะไม่ส่งซ้ำ"),
        Reminder.State.WAITING: _("ส่งไม่ออก รอส่งใหม่"),
        Reminder.State.FAILED: _("ส่งไม่ได้"),
        Reminder.State.TO_PRINT: _("รอพิมพ์จดหมาย"),
    }[Reminder.State(name)]


REMINDER_SHAPES = {
    Reminder.State.SENDING: "info",
    Reminder.State.SENT: "ok",
    Reminder.State.MAYBE: "stale",
    Reminder.State.WAITING: "attention",
    Reminder.State.FAILED: "failing",
    Reminder.State.TO_PRINT: "info",
}


def revision_why(name: str) -> str:
    """Why a notice's amount is what it is."""
    return {"made": pgettext("deed", "ออกใบแจ้ง"), "surcharge": _("เงินเพิ่มถึงรอบใหม่")}.get(name, name)


def wrong(name: str) -> str:
    """Why what an officer asked for was not done; empty for nothing of the kind."""
    known = {
        "address": _("ที่อยู่นี้ใช้ไม่ได้ อีเมลต้องมี @ ส่วน LINE ต้องเป็นรหัสผู้ใช้ 33 ตัว"),
        "reason": _("บอกเหตุผลอย่างน้อย 5 ตัวอักษร"),
        "settled": _("ใบแจ้งนี้ชำระหรือยกเลิกไปแล้ว"),
    }
    return known.get(name, "")
