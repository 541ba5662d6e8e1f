"""Records of a kiosk's spool as lines of a time line: when, what, and in which words. No rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fleet.devices.models import Record
from fleet.devices.truth import Condition
from fleet.protocol import records
from fleet.protocol.messages import DeviceState
from fleet.protocol.thai import format_baht
from fleet.protocol.tickets import grouped
from fleet.web import command_words, firmware_words, words
from fleet.web.machine_words import restart_reason
from fleet.web.settings_problems import is_refusal, problem

Known = records.KnownRecord | records.UnknownRecord


@dataclass(frozen=True, slots=True)
class Story:
    """One record in plain words. ``condition`` shapes and colours its mark; ``at`` is the kiosk's clock."""

    at: datetime
    title: str
    sentence: str
    condition: str


def story(record: Record) -> Story:
    """A record as a line of the time line."""
    return told(record)[1]


def told(record: Record) -> tuple[Known | None, Story]:
    """A record as the kiosk meant it (None: it cannot be read), and as a line of the time line."""
    try:
        known = records.decode_record(msgspec.json.encode(record.body))
    except msgspec.DecodeError:
        return None, Story(record.received_at, _("อ่านบันทึกนี้ไม่ได้"), record.kind, Condition.UNKNOWN)
    return known, _of(known, record)


def _of(known: Known, record: Record) -> Story:
    unknown = Story(record.received_at, record.kind, _("บันทึกจากรุ่นที่ใหม่กว่า"), Condition.UNKNOWN)
    tellers = (_of_visit, _of_slip, _of_panel, _of_roll, _of_spool, _of_firmware, _of_machine)
    lines = (each(known) for each in tellers)
    return next(filter(None, lines), unknown)


def _of_visit(known: Known) -> Story | None:
    match known:
        case records.VisitEnded():
            took = {"service": service(known.service), "took": duration(known.started_at, known.ended_at)}
            return Story(known.ended_at, _outcome(known.outcome), _("%(service)s ใช้เวลา %(took)s") % took, Condition.OK)
        case records.PaymentOpened():
            fill = {"notice": known.notice_no or known.fee, "amount": format_baht(known.amount_satang)}
            named = _("ค่าธรรมเนียมอื่น %(notice)s จำนวน %(amount)s บาท") if known.fee else ""
            sentence = (named or _("ใบแจ้ง %(notice)s จำนวน %(amount)s บาท")) % fill
            return Story(known.opened_at, _("แสดง QR ชำระเงิน"), sentence, Condition.OK)
    return _of_channels(known)


def _of_channels(known: Known) -> Story | None:
    """What somebody told, asked for or was given; by number only."""
    match known:
        case records.TicketOpened():
            return Story(known.opened_at, _("ผู้ใช้แจ้งเรื่อง"), grouped(known.number), Condition.OK)
        case records.CustomerRegistered():
            return Story(known.opened_at, _("ผู้ใช้ขอขึ้นทะเบียนลูกค้า"), grouped(known.number), Condition.OK)
        case records.PresenceIssued():
            return Story(known.issued_at, _("ออกใบแทนสำเนาบัตร"), known.number, Condition.OK)
        case records.PresenceKeyMade():
            return Story(known.made_at, _("ตู้สร้างกุญแจเซ็นใบแทนสำเนาบัตร"), known.key_id, Condition.OK)
    return None


def _of_slip(known: Known) -> Story | None:
    match known:
        case records.SlipPrinted():
            title = _("พิมพ์ใบหลักฐานแล้ว") if known.confirmed else _("พิมพ์ใบติดตามแล้ว")
            sentence = _("รายการ %(no)s ยาว %(mm)s มม.") % {"no": known.transaction_no, "mm": known.length_mm}
            return Story(known.printed_at, title, sentence, Condition.OK)
        case records.SlipFailed():
            fill = {"no": known.transaction_no, "reason": words.fault(known.reason)}
            sentence = _("รายการ %(no)s เพราะ %(reason)s") % fill
            return Story(known.failed_at, _("พิมพ์ใบไม่สำเร็จ"), sentence, Condition.ATTENTION)
    return None


def _of_panel(known: Known) -> Story | None:
    """What a hand did: the desk reports it as a change of the panel with one of three words."""
    if not isinstance(known, records.DeviceChanged) or known.device != "panel":
        return None
    hands = {
        "call": (_("ผู้ใช้กดปุ่มเรียก"), Condition.ATTENTION),
        "tamper": (_("ฝาตู้ถูกเปิด"), Condition.FAILING),
        "closed": (_("ปิดฝาตู้แล้ว"), Condition.OK),
    }
    if known.detail not in hands:
        return None
    title, condition = hands[known.detail]
    return Story(known.changed_at, title, "", condition)


def _of_roll(known: Known) -> Story | None:
    """What a hand did at the printer."""
    if not isinstance(known, records.DeviceChanged) or (known.device, known.detail) != ("printer", "new roll"):
        return None
    return Story(known.changed_at, _("ใส่กระดาษม้วนใหม่แล้ว"), "", Condition.OK)


def _of_spool(known: Known) -> Story | None:
    """What the kiosk had to forget."""
    if not isinstance(known, records.RecordsDropped):
        return None
    sentence = _("%(count)s รายการ เพราะที่เก็บของตู้ไม่พอ เรื่องเงินอยู่ครบ") % {"count": known.count}
    return Story(known.last_at, _("ตู้ทิ้งบันทึกทั่วไปของเครื่อง"), sentence, Condition.ATTENTION)


def _of_firmware(known: Known) -> Story | None:
    if not isinstance(known, records.FirmwareStep):
        return None
    condition = firmware_words.step_condition(known)
    return Story(known.stepped_at, firmware_words.step_title(known), firmware_words.step_sentence(known), condition)


def _of_machine(known: Known) -> Story | None:
    match known:
        case records.DeviceChanged():
            is_well = known.state in (DeviceState.ONLINE, DeviceState.BUSY)
            title = f"{words.device(known.device)} {words.device_state(known.state)}"
            detail = words.detail(known.device, known.detail)
            return Story(known.changed_at, title, detail, Condition.OK if is_well else Condition.ATTENTION)
        case records.SettingsApplied(problems=()):
            sentence = _("ฉบับ %(revision)s") % {"revision": known.revision}
            return Story(known.applied_at, _("ใช้การตั้งค่าใหม่แล้ว"), sentence, Condition.OK)
        case records.SettingsApplied():
            is_refused = any(map(is_refusal, known.problems))
            title = _("ตู้ไม่รับการตั้งค่า") if is_refused else _("ใช้การตั้งค่าใหม่แล้ว แต่ไม่ทั้งหมด")
            fill = {"revision": known.revision, "problems": "; ".join(map(problem, known.problems))}
            sentence = _("ฉบับ %(revision)s เพราะ %(problems)s") % fill
            return Story(known.applied_at, title, sentence, Condition.ATTENTION)
        case records.Restarted():
            sentence = " ".join(
                part for part in (words.program(known.process), known.version, restart_reason(known.reason)) if part
            )
            return Story(known.started_at, _("เริ่มทำงาน"), sentence, Condition.OK)
        case records.CommandEnded():
            said = "" if known.done else command_words.failed(known.detail)
            condition = Condition.OK if known.done else Condition.ATTENTION
            return Story(
                known.ended_at, _("คำสั่ง %(what)s") % {"what": command_words.word(known.command)}, said, condition
            )
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
