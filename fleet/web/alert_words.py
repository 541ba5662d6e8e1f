"""The words of alerts that only pages say: states, lines of their time, refusals, and the rules' form. No rule.

What an alert itself says, and what to do about it, letters say too: ``fleet.alerts.words``.
"""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.alerts.deeds import Refusal
from fleet.alerts.reaching import Silence
from fleet.alerts.words import Pair
from fleet.office.models import Office, Province

STATES = ("open", "acked", "closed", "all")


def said(pair: Pair) -> str:
    """What stands in two languages, in the page's."""
    return pair.en if get_language() == "en" else pair.th


def said_of(thing: Province | Office) -> str:
    """The name of a place, in the page's language."""
    return said(Pair(thing.name_th, thing.name_en))


def state(name: str) -> str:
    """A filter of the list."""
    return {
        "open": _("ยังไม่มีใครรับ"),
        "acked": _("มีคนรับแล้ว"),
        "closed": _("จบแล้ว"),
        "all": _("ทั้งหมด"),
    }[name]


def what(name: str) -> str:
    """A line of an alert's time, or what a message was about."""
    return {
        "opened": _("เปิดเรื่องเตือน"),
        "returned": _("กลับมาอีก"),
        "worse": _("หนักขึ้น"),
        "escalated": _("เรียกระดับถัดไป"),
        "closed": _("จบเอง"),
        "grouped": _("รวมเข้ากับเรื่องที่กว้างกว่า"),
        "acked": _("มีคนรับเรื่อง"),
        "digest": _("สรุปประจำวัน"),
        "trial": _("ข้อความทดลอง"),
    }.get(name, name)


def level(number: int) -> str:
    """Who is called at a level."""
    return {1: _("คนที่อยู่ใกล้"), 2: _("ผู้ดูแลจังหวัด"), 3: _("ผู้ดูแลประเทศ")}.get(number, str(number))


def letter(name: str) -> str:
    """How a letter stands."""
    return {
        "waiting-room": _("รอส่ง"),
        "withdrawn": _("จบก่อนส่ง จึงไม่ส่ง"),
        "sending": _("กำลังส่ง"),
        "waiting": _("ส่งไม่ได้ จะลองอีก"),
        "sent": _("ส่งออกแล้ว"),
        "failed": _("ส่งไม่ได้"),
    }.get(name, name)


def channel(name: str) -> str:
    """By what a letter goes."""
    return {"mail": _("อีเมล"), "line": "LINE", "webhook": "webhook"}.get(name, name)


def refusal(why: Refusal) -> str:
    """Why nothing was done, and what would do."""
    return {
        Refusal.OVER: _("เรื่องนี้จบแล้ว หรือมีคนรับไปแล้ว"),
        Refusal.NO_REASON: _("บอกเหตุผลสั้น ๆ ก่อน คนถัดไปจะได้รู้"),
        Refusal.NO_TIME: _("เลือกที่และเวลาสิ้นสุดที่ยังมาไม่ถึง"),
        Refusal.TOO_LONG: _("ตั้งได้ไม่เกิน 14 วัน"),
        Refusal.NO_ADDRESS: _("ที่อยู่นี้ใช้ไม่ได้ ตรวจตัวสะกดอีกครั้ง"),
        Refusal.NOT_ALLOWED: _("ผู้ดูแลเครื่องแม่ข่ายยังไม่อนุญาตให้ส่งไปที่นี่"),
        Refusal.TOO_MANY: _("มีได้ไม่เกิน 5 ที่อยู่ เอาที่ไม่ใช้ออกก่อน"),
        Refusal.THERE: _("มีอยู่แล้ว"),
        Refusal.ONESELF: _("เรื่องนี้เกี่ยวกับบัญชีที่ใช้อยู่ ให้ผู้ดูแลคนอื่นรับเรื่อง"),
    }[why]


def silence(why: Silence) -> str:
    """Why nobody is told at an address, and what would do."""
    return {
        Silence.OVER: _("เงียบ: โทเค็นที่เพิ่มไว้หมดอายุ เพิ่มใหม่ถ้ายังต้องการ"),
        Silence.SOME_PROVINCES: _("เงียบ: โทเค็นที่เพิ่มไว้ใช้ได้บางจังหวัด เพิ่มใหม่ถ้ายังต้องการ"),
    }[why]


def section(name: str) -> str:
    """A part of the rules."""
    return {
        "hours": _("เวลาราชการ"),
        "offline": _("ติดต่อตู้ไม่ได้"),
        "device": _("อุปกรณ์ใช้ไม่ได้"),
        "paper": _("กระดาษ"),
        "peers": _("เสียบ่อยกว่าตู้อื่น"),
        "tamper": _("ฝาตู้และใบรับรองที่ใช้จากสองที่"),
        "certificate": _("ใบรับรองใกล้หมดอายุ"),
        "disk": _("ที่เก็บข้อมูล"),
        "money": _("คิวการเงิน"),
        "files": _("ไฟล์ธนาคารและทะเบียน"),
        "deaf": _("ศูนย์ฟังตู้ไม่ได้"),
        "trust": _("ลายเซ็นของศูนย์"),
        "rollout": _("การปล่อยรุ่นที่หยุดเอง"),
        "grouping": _("การรวมเรื่อง"),
        "calm": _("การจบและการกลับมา"),
        "escalation": _("เมื่อไม่มีใครรับ"),
        "sending": _("การส่ง"),
    }.get(name, name)


def label(name: str) -> str:
    """What a value of the rules is called; empty for what is none."""
    if name.endswith(".on") and name.count(".") == 1 and name != "reminders.on":
        return _("เตือนเรื่องนี้")
    return {
        "hours.opens_at": _("เวลาเปิด"),
        "hours.closes_at": _("เวลาปิด"),
        "offline.minutes": _("เงียบกี่นาทีในเวลาราชการ"),
        "device.minutes": _("ใช้ไม่ได้กี่นาที"),
        "paper.more_days": _("ต้องพอไปอีกกี่วันทำการ"),
        "peers.days": _("นับย้อนหลังกี่วัน"),
        "peers.least": _("อย่างน้อยกี่ครั้ง"),
        "certificate.days": _("เหลือน้อยกว่ากี่วัน"),
        "disk.free_mb": _("เหลือน้อยกว่ากี่ MB"),
        "disk.life_percent": _("ใช้อายุไปแล้วกี่เปอร์เซ็นต์"),
        "money.least": _("คิวโตและมีอย่างน้อยกี่รายการ"),
        "money.days": _("หรือรายการเก่าสุดรอเกินกี่วัน"),
        "files.bank_by": _("ไฟล์ธนาคารต้องมาก่อนเวลา"),
        "files.register_days": _("ทะเบียนไม่ได้นำเข้านานกี่วัน"),
        "deaf.minutes": _("ไม่ได้ยินตู้ใดเลยกี่นาที"),
        "grouping.percent": _("รวมเมื่อถึงร้อยละเท่าใดของที่นั้น"),
        "grouping.least": _("และอย่างน้อยกี่เครื่อง"),
        "calm.settle_min": _("ต้องหายกี่นาทีจึงจบ"),
        "calm.return_min": _("กลับมาภายในกี่นาทีคือเรื่องเดิม"),
        "escalation.second_min": _("กี่นาทีแล้วเรียกผู้ดูแลจังหวัด"),
        "escalation.third_min": _("อีกกี่นาทีแล้วเรียกผู้ดูแลประเทศ"),
        "sending.most_an_hour": _("คนหนึ่งได้ไม่เกินกี่ข้อความต่อชั่วโมง"),
        "sending.tell_end": _("บอกเมื่อจบด้วย"),
        "sending.digest_at": _("สรุปประจำวันเวลา"),
    }.get(name, "")


def hint(name: str) -> str:
    """What helps to answer; empty where nothing must be said."""
    return {
        "offline.minutes": _("วันหยุดและนอกเวลาไม่นับ"),
        "paper.more_days": _("0 คือต้องพอถึงเปิดวันทำการถัดไป"),
        "peers.least": _("เทียบอุปกรณ์เดียวกันของทุกตู้ทั้งประเทศ"),
        "calm.settle_min": _("กลับมาทุกครั้ง เวลานี้เพิ่มเป็นสองเท่า"),
        "escalation.second_min": _("0 คือไม่เรียก"),
        "escalation.third_min": _("0 คือไม่เรียก"),
        "files.register_days": _("0 คือไม่เตือน"),
        "sending.most_an_hour": _("ที่เกินรวมเป็นข้อความเดียว ไม่มีอะไรหาย"),
    }.get(name, "")
