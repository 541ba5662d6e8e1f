"""The words of the register's pages: stages of a run, why a file is refused, how grave a finding is. No rule."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.office.register.deciding import Action
from fleet.office.register.findings import MEANINGS, Kind, Severity, sentence
from fleet.office.register.models import Stage
from fleet.office.register.tables import Refusal


def stage(name: str) -> str:
    """Where a run stands."""
    return {
        Stage.WAITING: _("รอตรวจ"),
        Stage.CHECKING: _("กำลังตรวจ"),
        Stage.CHECKED: _("ตรวจแล้ว ยังไม่นำเข้า"),
        Stage.APPLYING: _("กำลังนำเข้า"),
        Stage.DONE: _("นำเข้าแล้ว"),
        Stage.UNDOING: _("กำลังย้อนกลับ"),
        Stage.UNDONE: _("ย้อนกลับแล้ว"),
        Stage.FAILED: _("อ่านไฟล์ไม่ได้"),
        Stage.IMPORT_STOPPED: _("นำเข้าไม่จบ"),
        Stage.UNDO_STOPPED: _("ย้อนกลับไม่จบ"),
    }[Stage(name)]


def action(name: str) -> str:
    """What becomes of a line."""
    return {
        Action.CREATE: _("โรงงานใหม่"),
        Action.UPDATE: _("ปรับข้อมูล"),
        Action.SAME: _("เหมือนเดิม"),
        Action.REPEAT: _("แถวซ้ำ"),
        Action.LEFT: _("ให้คนดู"),
    }[Action(name)]


def severity(name: str) -> str:
    """How grave a finding is."""
    return {
        Severity.ERROR: _("แถวไม่ถูกนำเข้า"),
        Severity.WARNING: _("ควรดู"),
        Severity.NOTE: _("แจ้งให้ทราบ"),
    }[Severity(name)]


def kind(name: str) -> str:
    """The name of a finding."""
    meaning = MEANINGS[Kind(name)]
    return meaning.name_en if get_language() == "en" else meaning.name_th


def finding(name: str, value: str, other: str) -> str:
    """The sentence of a finding."""
    return sentence(Kind(name), value, other, english=get_language() == "en")


def refusal(name: str) -> str:
    """Why a file was not read, and what to do about it."""
    return {
        Refusal.EMPTY: _("ไฟล์นี้ว่าง เลือกไฟล์ที่มีรายชื่อโรงงาน"),
        Refusal.TOO_LARGE: _("ไฟล์ใหญ่กว่า 64 MB แบ่งเป็นหลายไฟล์แล้วส่งทีละไฟล์"),
        Refusal.OLD_WORKBOOK: _("เป็นไฟล์ Excel รุ่นเก่าหรือมีรหัสผ่าน บันทึกใหม่เป็น .xlsx หรือ .csv"),
        Refusal.NOT_A_TABLE: _("ไม่ใช่ตาราง ส่งไฟล์ .csv หรือ .xlsx"),
        Refusal.BOMB: _("ไฟล์นี้ขยายแล้วใหญ่ผิดปกติหรือมีส่วนที่ไม่ควรมี จึงไม่เปิด บันทึกใหม่จาก Excel แล้วส่งอีกครั้ง"),
        Refusal.LOCKED: _("ไฟล์มีรหัสผ่าน เอารหัสออกแล้วส่งอีกครั้ง"),
        Refusal.DAMAGED: _("ไฟล์เสียหาย เปิดใน Excel บันทึกใหม่ แล้วส่งอีกครั้ง"),
        Refusal.NO_HEADINGS: _("ไม่พบหัวตาราง ต้องมีคอลัมน์เลขทะเบียนโรงงาน (FID หรือ DISPFACREG) และอีกอย่างน้อยหนึ่งคอลัมน์"),
        Refusal.TOO_LONG: _("ไฟล์มีมากกว่า 300,000 แถว แบ่งเป็นหลายไฟล์"),
        Refusal.LOST: _("ไฟล์หายไปก่อนตรวจ ส่งไฟล์อีกครั้ง"),
        Refusal.KILLS: _(
            "เครื่องแม่ข่ายหยุดกลางคันทุกครั้งที่ตรวจไฟล์นี้ จึงไม่ลองต่อ แบ่งเป็นไฟล์เล็กลง หรือแจ้งผู้ดูแลระบบว่าหน่วยความจำอาจไม่พอ"
        ),
    }[Refusal(name)]
