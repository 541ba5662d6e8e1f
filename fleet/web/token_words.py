"""The words of the page of tokens: parts of the work, refusals, lives."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fleet.people.tokens.keeping import Refusal
from fleet.people.tokens.rights import Part


def part(name: str) -> str:
    """What staff call a part."""
    return {
        Part.KIOSKS: pgettext("menu", "เครื่อง"),
        Part.SETTINGS: _("การตั้งค่า"),
        Part.ROLLOUTS: _("ปล่อยรุ่น"),
        Part.PAYMENTS: _("การเงิน"),
        Part.FACTORIES: pgettext("menu", "โรงงาน"),
        Part.FOLDERS: _("แฟ้ม"),
        Part.CASES: _("เรื่องที่ดำเนินการ"),
        Part.FEES: _("ค่าธรรมเนียม"),
        Part.TICKETS: _("เรื่องที่แจ้ง"),
        Part.CHANNELS: _("ช่องทางรับเรื่อง"),
        Part.HOLIDAYS: _("ปฏิทินวันหยุด"),
        Part.REGISTER: _("นำเข้าทะเบียนโรงงาน"),
        Part.FIGURES: _("ตัวเลขประจำปี"),
        Part.WEBHOOKS: _("การแจ้งไปยังโปรแกรมอื่น"),
        Part.METRICS: _("ค่าวัดของระบบ"),
        Part.ALERTS: _("เรื่องเตือน"),
        Part.PARTNERS: _("ระบบของหน่วยงานอื่น"),
        Part.PEOPLE: _("บัญชีและหน้าที่"),
        Part.AUDIT: _("บันทึกการใช้งาน"),
    }[Part(name)]


def refusal(why: Refusal) -> str:
    """Why no token was made, and what to do."""
    return {
        Refusal.NO_NAME: _("ตั้งชื่อโทเค็นตามโปรแกรมที่จะใช้ ไม่เกิน 60 ตัวอักษร"),
        Refusal.NO_RIGHT: _("เลือกสิทธิ์อย่างน้อยหนึ่งอย่าง"),
        Refusal.NO_SUCH_PROVINCE: _("เลือกจังหวัดที่ดูแลอยู่"),
        Refusal.NO_SUCH_LIFE: _("เลือกอายุไม่เกินหนึ่งปี"),
        Refusal.TOO_MANY: _("มีโทเค็นครบ 50 อันแล้ว ยกเลิกอันที่ไม่ใช้ก่อน"),
        Refusal.NO_ROLE: _("บัญชีนี้ยังไม่มีหน้าที่ โทเค็นจึงทำอะไรไม่ได้"),
    }[why]
