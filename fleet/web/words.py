"""The words staff read for what machines say: conditions, devices, paper, matches. One place, no rule.

Records of a spool become sentences in ``stories``.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.devices.cause import Cause, cause_of, devices_behind
from fleet.devices.truth import Condition, DeviceTruth, KioskTruth
from fleet.payments.matching import Match
from fleet.protocol.messages import DeviceState
from fleet.protocol.paper import outlook_en, outlook_th
from fleet.web.kept_words import kept

DEVICE_ICONS = {
    "card": "id-card",
    "scanner": "scan-barcode",
    "printer": "printer",
    "panel": "lightbulb",
    "display": "monitor",
}


@kept
def condition(name: str) -> str:
    """The word of a condition, the same in the whole product (look: status vocabulary)."""
    return {
        Condition.FAILING: _("ขัดข้อง"),
        Condition.OFFLINE: _("ออฟไลน์"),
        Condition.ATTENTION: _("ควรดูแล"),
        Condition.UNKNOWN: _("ไม่ทราบ"),
        Condition.STALE: _("ข้อมูลเก่า"),
        Condition.OK: _("ปกติ"),
    }[Condition(name)]


@kept
def device(name: str) -> str:
    """What staff call a device."""
    known = {
        "card": _("เครื่องอ่านบัตร"),
        "scanner": _("เครื่องสแกน"),
        "printer": _("เครื่องพิมพ์"),
        "panel": _("แผงไฟและตัวตู้"),
        "display": _("จอสัมผัส"),
    }
    return known.get(name, name)


def device_state(state: str) -> str:
    """What a device's state means to whoever must mend it."""
    known: dict[str, str] = {
        DeviceState.ONLINE: _("พร้อมใช้"),
        DeviceState.BUSY: _("กำลังทำงาน"),
        DeviceState.OFFLINE: _("ไม่ตอบ"),
        DeviceState.USER_ERROR: _("รอคนจัดการ"),
        DeviceState.HARDWARE_ERROR: _("อุปกรณ์เสีย"),
        DeviceState.NO_DEVICE: _("ไม่พบอุปกรณ์"),
        DeviceState.UNKNOWN: _("ถามไม่ได้"),
    }
    return known.get(state, state)


def device_is(name: str, state: str) -> str:
    """A device and its state, as a title."""
    return _("%(device)s %(state)s") % {"device": device(name), "state": device_state(state)}


def says(each: DeviceTruth) -> str:
    """What a device's state means; that the cabinet stands open is no fault of the panel, which tells of it."""
    return detail(each.device, each.detail) if each.is_case_open else device_state(each.state)


def more(each: DeviceTruth) -> str:
    """What a device said beside that; empty when ``says`` has said it all."""
    return "" if each.is_case_open else detail(each.device, each.detail)


def paper(name: str) -> str:
    """The state of the paper."""
    known = {
        "full": _("พอ"),
        "low": _("ใกล้หมด"),
        "out": _("หมด"),
        "jammed": _("ติด"),
        "unknown": _("ไม่ทราบ"),
    }
    return known.get(name, name)


def detail(device: str, said: str) -> str:
    """What a device said about its state; a driver's own words stay as they are, they are for whoever repairs it."""
    if device == "printer" and said.startswith("paper "):
        return _("กระดาษ%(state)s") % {"state": paper(said.removeprefix("paper "))}
    known = {
        "cover open": _("ฝาเปิดอยู่"),
        "overheated": _("หัวพิมพ์ร้อนเกินไป"),
        "error": _("เครื่องแจ้งว่าขัดข้อง"),
    }
    if device == "panel":
        known |= {"tamper": _("ฝาตู้เปิดอยู่"), "closed": _("ฝาตู้ปิดแล้ว")}
    return known.get(said, said)


def paper_outlook(truth: KioskTruth) -> str:
    """How long the paper will last; empty when the kiosk cannot know."""
    if truth.paper_slips_left is None:
        return ""
    say = outlook_th if get_language() == "th" else outlook_en
    said = say(truth.paper_slips_left, truth.paper_out_at, timezone.now())
    return said[:1].upper() + said[1:]


def fault(name: str) -> str:
    """Why a slip did not come out: a driver's fault, or the desk's own word."""
    known = {
        "paper-out": _("กระดาษหมด"),
        "cover-open": _("ฝาเปิดอยู่"),
        "cutter": _("ใบมีดติด"),
        "overheated": _("หัวพิมพ์ร้อนเกินไป"),
        "offline": _("เครื่องพิมพ์ไม่พร้อมรับงาน"),
        "printer-lost": _("เครื่องพิมพ์หายไประหว่างพิมพ์"),
        "printer-silent": _("เครื่องพิมพ์เงียบไป ไม่รู้ว่าพิมพ์แล้วหรือยัง"),
        "interrupted": _("ตู้หยุดกลางคัน ไม่รู้ว่าพิมพ์แล้วหรือยัง"),
        "layout": _("จัดหน้าใบไม่ได้"),
    }
    return known.get(name, name)


def program(name: str) -> str:
    """What staff call a program of the kiosk."""
    return {"frontdesk": _("โปรแกรมหน้าตู้"), "agent": _("โปรแกรมดูแลตู้")}.get(name, name)


def bank(name: str) -> str:
    """The name of a bank; the pretend one says so."""
    return {"PRETEND": _("ธนาคารจำลอง")}.get(name, name)


def trouble(truth: KioskTruth) -> str:
    """Why a person should look at a kiosk, and what still works; empty when nobody must."""
    cause = cause_of(truth)
    if cause is None:
        return ""
    return " · ".join(map(_of_device, devices_behind(truth))) if cause is Cause.DEVICES else _cause(cause)


@kept
def _cause(cause: Cause) -> str:
    out = _("กระดาษ%(state)s พิมพ์ใบไม่ได้")
    return {
        Cause.USED_TWICE: _("มีเครื่องอื่นใช้ใบรับรองของตู้นี้อยู่ด้วย"),
        Cause.OFFLINE: _("ติดต่อตู้ไม่ได้ ตู้อาจยังให้บริการอยู่ รายการจะตามมาเมื่อเน็ตกลับ"),
        Cause.NEVER_HEARD: _("ลงทะเบียนแล้ว แต่ยังไม่เคยรายงาน"),
        Cause.SILENT: _("ตู้ต่ออยู่ แต่เงียบไปนานกว่าที่ควร"),
        Cause.FLEET_DEAF: _("ศูนย์ฟังตู้ทุกเครื่องไม่ได้ชั่วคราว ที่เห็นคือครั้งล่าสุดที่ได้ยิน"),
        Cause.PAPER_OUT: out % {"state": paper("out")},
        Cause.PAPER_JAMMED: out % {"state": paper("jammed")},
        Cause.DISK_LAST: _("ดิสก์เกือบเต็ม ตู้หยุดรับชำระเงิน"),
        Cause.PAPER_LOW: _("กระดาษใกล้หมด เปลี่ยนม้วนเร็ว ๆ นี้"),
        Cause.DISK_LOW: _("ดิสก์เหลือที่น้อย"),
    }[cause]


def _of_device(each: DeviceTruth) -> str:
    return says(each) if each.is_case_open else device_is(each.device, each.state)


def deed(truth: KioskTruth) -> str:
    """What somebody at the kiosk can do about its worst device; empty when ``trouble`` has said it all."""
    if truth.used_twice_at is not None:
        return _("เพิกถอนใบรับรองในหน้าตัวตน แล้วลงทะเบียนตู้ใหม่ ระหว่างนี้อย่าเชื่อรายการจากตู้นี้")
    if truth.condition is Condition.FAILING and truth.paper in ("out", "jammed"):
        return {
            "out": _("ใส่ม้วนใหม่ ระหว่างนี้ผู้ใช้ถ่ายภาพจอแทนใบได้"),
            "jammed": _("เปิดฝาดึงกระดาษที่ติดออก ระหว่างนี้ผู้ใช้ถ่ายภาพจอแทนใบได้"),
        }[truth.paper]
    if truth.condition not in (Condition.FAILING, Condition.ATTENTION):
        return ""
    behind = devices_behind(truth)
    if behind and all(each.is_case_open for each in behind):
        return _("ไปดูที่ตู้ว่าใครเปิดและมีอะไรถูกต่อเพิ่ม แล้วปิดฝา ตู้ยังให้บริการอยู่")
    worst = next((each.state for each in behind if not each.is_case_open), None)
    known: dict[DeviceState | None, str] = {
        DeviceState.NO_DEVICE: _("ตรวจสายและไฟของอุปกรณ์ ถ้ายังไม่พบ เรียกช่าง ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้"),
        DeviceState.HARDWARE_ERROR: _("ปิดแล้วเปิดอุปกรณ์ใหม่ ถ้ายังเสีย เรียกช่าง ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้"),
        DeviceState.USER_ERROR: _("ไปดูที่ตู้ว่าฝาเปิดหรือมีอะไรติด แล้วปิดให้สนิท"),
        DeviceState.OFFLINE: _("ดูว่าอุปกรณ์เปิดอยู่และพร้อมรับงาน"),
    }
    return known.get(worst, "")


def deed_word(what: str) -> str:
    """What somebody did to a kiosk's identity."""
    known = {
        "enrolment-confirmed": _("รับตู้เข้าระบบ"),
        "issued": _("ออกใบรับรอง"),
        "proven": _("ตู้ใช้ใบรับรองครั้งแรก"),
        "revoked": _("เพิกถอนใบรับรอง"),
        "enforced": _("ตัดลิงก์ที่เปิดอยู่แล้ว"),
        "used-twice": _("พบใบรับรองใบเดียวกันใช้จากสองที่"),
    }
    return known.get(what, what)


def match_word(name: str) -> str:
    """What a confirmation turned out to be."""
    return {
        Match.EXACT: _("ตรงกัน"),
        Match.UNDER: _("ชำระขาด"),
        Match.OVER: _("ชำระเกิน"),
        Match.DUPLICATE: _("ชำระซ้ำ"),
        Match.UNKNOWN: _("ไม่รู้เลขอ้างอิง"),
        Match.LATE: _("ชำระหลังยกเลิก"),
        Match.REVERSED: _("ธนาคารดึงเงินคืน"),
    }[Match(name)]


def match_deed(name: str) -> str:
    """What a person is to do about it."""
    return {
        Match.EXACT: "",
        Match.UNDER: _("ใบแจ้งยังค้าง ติดต่อผู้ชำระเรื่องส่วนที่ขาด"),
        Match.OVER: _("ใบแจ้งยังค้าง ตกลงกับผู้ชำระว่าคืนหรือหักส่วนเกิน"),
        Match.DUPLICATE: _("ใบแจ้งนี้ชำระแล้ว ต้องคืนเงินรายการนี้"),
        Match.UNKNOWN: _("ไม่มีใบแจ้งหรือผู้รับเงินตามนี้ สอบถามธนาคาร"),
        Match.LATE: _("ใบแจ้งยกเลิกไปก่อนแล้ว ตกลงกับผู้ชำระว่าคืนหรือรับไว้"),
        Match.REVERSED: _("ธนาคารเอาเงินกลับไปแล้ว ใบแจ้งต้องกลับไปค้างชำระ"),
    }[Match(name)]
