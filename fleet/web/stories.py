"""What a kiosk's records say as lines of a time line, in the words staff read. The rules are ``devices.happened``'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from fleet.devices.happened import Happened, Known, happened
from fleet.devices.models import Record
from fleet.protocol import records
from fleet.protocol.thai import format_baht
from fleet.protocol.tickets import grouped
from fleet.web import command_words, firmware_words, words
from fleet.web.machine_words import restart_reason
from fleet.web.settings_problems import is_refusal, problem

Line = tuple[str, str]
"""A title, and what more there is to say."""


@dataclass(frozen=True, slots=True)
class Story:
    """One record in plain words. ``condition`` shapes and colours its mark; ``at`` is the kiosk's clock."""

    at: datetime
    title: str
    sentence: str
    condition: str


def story(record: Record) -> Story:
    """A record as a line of the time line."""
    what = happened(record)
    return Story(what.at, *line(what), what.condition)


def line(what: Happened) -> Line:
    """What happened in words."""
    if what.known is None:
        return _("อ่านบันทึกนี้ไม่ได้"), what.kind
    tellers = (_of_visit, _of_folders, _of_slip, _of_hands, _of_spool, _of_firmware, _of_machine)
    lines = (each(what.known) for each in tellers)
    return next(filter(None, lines), (what.kind, _("บันทึกจากรุ่นที่ใหม่กว่า")))


def _of_visit(known: Known) -> Line | None:
    match known:
        case records.VisitEnded():
            took = {"service": service(known.service), "took": duration(known.started_at, known.ended_at)}
            return _outcome(known.outcome), _("%(service)s ใช้เวลา %(took)s") % took
        case records.PaymentOpened():
            fill = {"notice": known.notice_no or known.fee, "amount": format_baht(known.amount_satang)}
            named = _("ค่าธรรมเนียมอื่น %(notice)s จำนวน %(amount)s บาท") if known.fee else ""
            return _("แสดง QR ชำระเงิน"), (named or _("ใบแจ้ง %(notice)s จำนวน %(amount)s บาท")) % fill
    return _of_channels(known)


def _of_channels(known: Known) -> Line | None:
    """What somebody told, asked for or was given; by number only."""
    match known:
        case records.TicketOpened():
            return _("ผู้ใช้แจ้งเรื่อง"), grouped(known.number)
        case records.CustomerRegistered():
            return _("ผู้ใช้ขอขึ้นทะเบียนลูกค้า"), grouped(known.number)
        case records.PresenceIssued():
            return _("ออกใบแทนสำเนาบัตร"), known.number
        case records.PresenceKeyMade():
            return _("ตู้สร้างกุญแจเซ็นใบแทนสำเนาบัตร"), known.key_id
    return None


def _of_folders(known: Known) -> Line | None:
    """What an officer did at the folder desk; whose folder and who, the office's own pages say."""
    match known:
        case records.FolderMoved():
            return {"out": _("ยืมแฟ้มออก"), "in": _("คืนแฟ้ม")}.get(known.deed, known.deed), ""
        case records.ShelfTaken():
            count = len(known.folder_ids)
            return _("ตรวจนับชั้นแฟ้ม"), ngettext("%(n)s แฟ้ม", "%(n)s แฟ้ม", count) % {"n": count}
    return None


def _of_slip(known: Known) -> Line | None:
    match known:
        case records.SlipPrinted():
            title = _("พิมพ์ใบหลักฐานแล้ว") if known.confirmed else _("พิมพ์ใบติดตามแล้ว")
            return title, _("รายการ %(no)s ยาว %(mm)s มม.") % {"no": known.transaction_no, "mm": known.length_mm}
        case records.SlipFailed():
            fill = {"no": known.transaction_no, "reason": words.fault(known.reason)}
            return _("พิมพ์ใบไม่สำเร็จ"), _("รายการ %(no)s เพราะ %(reason)s") % fill
    return None


def _of_hands(known: Known) -> Line | None:
    """What a hand did: the desk reports it as a change of a device with one of few words."""
    if not isinstance(known, records.DeviceChanged):
        return None
    title = {
        ("panel", "call"): _("ผู้ใช้กดปุ่มเรียก"),
        ("panel", "tamper"): _("ฝาตู้ถูกเปิด"),
        ("panel", "closed"): _("ปิดฝาตู้แล้ว"),
        ("printer", "new roll"): _("ใส่กระดาษม้วนใหม่แล้ว"),
    }.get((known.device, known.detail))
    return (title, "") if title else None


def _of_spool(known: Known) -> Line | None:
    """What the kiosk had to forget."""
    if not isinstance(known, records.RecordsDropped):
        return None
    sentence = _("%(count)s รายการ เพราะที่เก็บของตู้ไม่พอ เรื่องเงินอยู่ครบ") % {"count": known.count}
    return _("ตู้ทิ้งบันทึกทั่วไปของเครื่อง"), sentence


def _of_firmware(known: Known) -> Line | None:
    if not isinstance(known, records.FirmwareStep):
        return None
    return firmware_words.step_title(known), firmware_words.step_sentence(known)


def _of_machine(known: Known) -> Line | None:
    match known:
        case records.DeviceChanged():
            return words.device_is(known.device, known.state), words.detail(known.device, known.detail)
        case records.SettingsApplied(problems=()):
            return _("ใช้การตั้งค่าใหม่แล้ว"), _("ฉบับ %(revision)s") % {"revision": known.revision}
        case records.SettingsApplied():
            is_refused = any(map(is_refusal, known.problems))
            title = _("ตู้ไม่รับการตั้งค่า") if is_refused else _("ใช้การตั้งค่าใหม่แล้ว แต่ไม่ทั้งหมด")
            fill = {"revision": known.revision, "problems": "; ".join(map(problem, known.problems))}
            return title, _("ฉบับ %(revision)s เพราะ %(problems)s") % fill
        case records.Restarted():
            parts = (words.program(known.process), known.version, restart_reason(known.reason))
            return _("เริ่มทำงาน"), " ".join(filter(None, parts))
        case records.CommandEnded():
            title = _("คำสั่ง %(what)s") % {"what": command_words.word(known.command)}
            return title, "" if known.done else command_words.failed(known.detail)
    return None


def _outcome(name: str) -> str:
    known = {
        "paid": _("ผู้ใช้ชำระแล้ว"),
        "unconfirmed": _("ผู้ใช้รับใบที่ยังไม่ยืนยัน"),
        "cancelled": _("ผู้ใช้ยกเลิกกลางทาง"),
        "timed-out": _("ผู้ใช้ไปก่อนเสร็จ"),
        "nothing-owed": _("ผู้ใช้ไม่มียอดค้าง"),
        "done": _("ผู้ใช้ทำเสร็จแล้ว"),
    }
    return known.get(name, name)


def service(name: str) -> str:
    """The name of a service."""
    return {
        "pay-fee": _("ชำระค่าธรรมเนียม"),
        "other-fee": _("ค่าธรรมเนียมหน่วยงานอื่น"),
        "my-factory": pgettext("service", "โรงงานของฉัน"),
        "follow-case": pgettext("service", "ติดตามเรื่อง"),
        "manuals": pgettext("service", "คู่มือประชาชน"),
        "presence-slip": _("ใบแทนสำเนาบัตร"),
        "register": _("ลงทะเบียนลูกค้า"),
        "tell-us": _("แจ้งเรื่อง"),
        "folder-desk": _("แฟ้ม"),
    }.get(name, name)


def duration(start: datetime, end: datetime) -> str:
    """``1 นาที 12 วินาที``."""
    minutes, seconds = divmod(max(0, round((end - start).total_seconds())), 60)
    if minutes and not seconds:
        return _("%(minutes)s นาที") % {"minutes": minutes}
    if minutes:
        return _("%(minutes)s นาที %(seconds)s วินาที") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)s วินาที") % {"seconds": seconds}


def uptime(seconds: int | None) -> str:
    """``3 วัน 4 ชม.`` or ``12 นาที``; steps of ten minutes, so that a page does not change for it all the time."""
    if seconds is None:
        return ""
    days, rest = divmod(seconds, 86400)
    hours, minutes = rest // 3600, rest % 3600 // 600 * 10
    if days:
        return _("%(days)s วัน %(hours)s ชม.") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s ชม. %(minutes)s นาที") % {"hours": hours, "minutes": minutes}
    return _("ไม่ถึงชั่วโมง")
