"""What an alert is called, what to do about it, and what a letter says: Thai and English side by side. No rule.

Letters go out of the fleet, where nobody chose a language, so they say both; pages take the one that was chosen. A
sentence of an alert is what happened; ``remedy`` is what to do and who helps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from fleet.alerts.findings import Rule
from fleet.protocol.thai import BANGKOK, english_date_short, thai_date_short


class Pair(NamedTuple):
    """The same in both languages."""

    th: str
    en: str


_NOBODY_KNOWS = Pair("ไม่ทราบ", "unknown")

_RULES = {
    Rule.OFFLINE: Pair("ติดต่อตู้ไม่ได้", "No contact"),
    Rule.DEVICE: Pair("อุปกรณ์ใช้ไม่ได้", "Device down"),
    Rule.PAPER: Pair("กระดาษ", "Paper"),
    Rule.PEERS: Pair("เสียบ่อยกว่าตู้อื่น", "Fails more than its peers"),
    Rule.TAMPER: Pair("ฝาตู้ถูกเปิด", "Case opened"),
    Rule.TWICE: Pair("ใบรับรองถูกใช้จากสองที่", "Certificate used in two places"),
    Rule.CERTIFICATE: Pair("ใบรับรองใกล้หมดอายุ", "Certificate near its end"),
    Rule.DISK: Pair("ที่เก็บข้อมูลใกล้เต็มหรือใกล้หมดอายุ", "Storage near its end"),
    Rule.MONEY: Pair("รายการเงินรอคน", "Payments wait for a person"),
    Rule.BANK_FILE: Pair("ไม่มีไฟล์ธนาคาร", "Bank file missing"),
    Rule.REGISTER_FILE: Pair("ทะเบียนไม่ได้นำเข้านาน", "Register not imported for long"),
    Rule.DEAF: Pair("ศูนย์ฟังตู้ไม่ได้", "The fleet hears no kiosk"),
    Rule.TRUST: Pair("ลายเซ็นของศูนย์ใกล้หมดอายุ", "A signature of the fleet ends"),
    Rule.BREAK_GLASS: Pair("มีคนใช้บัญชีฉุกเฉิน", "Break-glass account used"),
    Rule.ROLLOUT: Pair("การปล่อยรุ่นหยุดเอง", "Roll-out stopped by itself"),
}

_DEVICES = {
    "card": Pair("เครื่องอ่านบัตร", "card reader"),
    "scanner": Pair("เครื่องสแกน", "scanner"),
    "printer": Pair("เครื่องพิมพ์", "printer"),
    "panel": Pair("แผงไฟและตัวตู้", "panel and case"),
    "display": Pair("จอสัมผัส", "touch screen"),
}

_STATES = {
    "hardware-error": Pair("เสีย", "is broken"),
    "no-device": Pair("หาไม่พบ", "cannot be found"),
    "offline": Pair("ไม่ตอบ", "does not answer"),
}


def rule(name: str) -> Pair:
    """The name of a rule."""
    return _RULES[Rule(name)] if name in set(Rule) else Pair(name, name)


def part(name: str) -> Pair:
    """What staff call a device, a bank or a role."""
    return _DEVICES.get(name, Pair(name, name))


def sentence(name: str, of: str, facts: Mapping[str, Any]) -> Pair:
    """What happened. ``of``: the alert's part."""
    said = _sentence(name, of, facts)
    if "count" not in facts or "of" not in facts:
        return said
    count, total = facts["count"], facts["of"]
    return Pair(f"{said.th} {count:,} จาก {total:,} เครื่อง", f"{said.en}, {count:,} of {total:,} kiosks")


def _sentence(name: str, of: str, facts: Mapping[str, Any]) -> Pair:
    device, state = part(of), _STATES.get(str(facts.get("state")), _NOBODY_KNOWS)
    match name:
        case Rule.DEVICE:
            return Pair(f"{device.th}{state.th}", f"The {device.en} {state.en}")
        case Rule.PEERS:
            count, days, mean = facts.get("count", 0), facts.get("days", 0), facts.get("mean", 0)
            return Pair(
                f"{device.th}ขัดข้อง {count} ครั้งใน {days} วัน ตู้อื่นเฉลี่ย {mean} ครั้ง",
                f"The {device.en} failed {count} times within {days} days; others {mean} times on average",
            )
        case Rule.PAPER:
            return _paper(facts)
        case Rule.DISK:
            return _disk(facts)
    return _of_fleet(name, of, facts)


def _of_fleet(name: str, of: str, facts: Mapping[str, Any]) -> Pair:
    """Of what is not said by a kiosk itself."""
    if name in _PLAIN:
        return _PLAIN[Rule(name)]
    teller = _TELLERS.get(name)
    return rule(name) if teller is None else teller(of, facts)


_PLAIN = {
    Rule.OFFLINE: Pair(
        "ติดต่อตู้ไม่ได้ในเวลาราชการ ตู้อาจยังให้บริการอยู่", "No contact within office hours; it may still be serving"
    ),
    Rule.DEAF: Pair(
        "ศูนย์ไม่ได้ยินตู้ใดเลย ตู้ยังให้บริการได้เอง", "The fleet hears no kiosk at all; they go on serving by themselves"
    ),
    Rule.TAMPER: Pair("ฝาตู้ถูกเปิดโดยไม่ได้แจ้งซ่อม", "The case was opened and no maintenance was announced"),
    Rule.TWICE: Pair("มีเครื่องอื่นใช้ใบรับรองของตู้นี้อยู่ด้วย", "Another machine uses this kiosk's certificate, too"),
}


def _certificate(_of: str, facts: Mapping[str, Any]) -> Pair:
    ends = _day(facts.get("ends_at"))
    return Pair(f"ใบรับรองของตู้หมดอายุ {ends.th} และยังไม่ได้ต่อเอง", f"Its certificate ends {ends.en} and was not renewed")


def _money(_of: str, facts: Mapping[str, Any]) -> Pair:
    oldest, count = _day(facts.get("oldest_on")), facts.get("open", 0)
    return Pair(
        f"รายการเงินที่ไม่ตรงรอคน {count:,} รายการ เก่าสุด {oldest.th}",
        f"{count:,} odd payments wait, the oldest since {oldest.en}",
    )


def _bank_file(of: str, facts: Mapping[str, Any]) -> Pair:
    on = _day(facts.get("day"))
    return Pair(f"ยังไม่มีไฟล์ของธนาคาร {of} วันที่ {on.th}", f"The file of bank {of} for {on.en} is not there")


def _register_file(_of: str, facts: Mapping[str, Any]) -> Pair:
    last = _day(facts.get("last_on"))
    return Pair(f"นำเข้าทะเบียนโรงงานครั้งล่าสุด {last.th}", f"The factory register was last imported {last.en}")


def _trust(of: str, facts: Mapping[str, Any]) -> Pair:
    ends, who = _day(facts.get("ends_at")), facts.get("role", of)
    if facts.get("problem"):
        return Pair(f"ตู้ไม่เชื่อลายเซ็นของ {who}", f"Kiosks do not believe the signatures of {who}")
    return Pair(f"ลายเซ็นของ {who} หมดอายุ {ends.th}", f"The signatures of {who} end {ends.en}")


_WHY_HALTED = {
    "share": Pair("ล้มเหลวเกินสัดส่วนที่ยอมรับ", "more kiosks failed than is allowed"),
    "harm": Pair("ล้มเหลวครบจำนวนที่ยอมเสียได้", "as many kiosks failed as may be lost"),
    "gate": Pair("ระลอกล่าสุดไม่ผ่านเกณฑ์", "a wave is over and did not pass its gate"),
}
_NOT_ADOPTED = Pair("ค่าชุดใหม่มีผลกับทั้งที่นั้นไม่ได้", "the new settings cannot come into force there")
_WHAT_HALTED = {"firmware": Pair("เฟิร์มแวร์", "of firmware"), "settings": Pair("การตั้งค่า", "of settings")}


def _rollout(of: str, facts: Mapping[str, Any]) -> Pair:
    why = _WHY_HALTED.get(str(facts.get("because")), _NOT_ADOPTED)
    what = _WHAT_HALTED.get(str(facts.get("kind")), Pair("", ""))
    number = facts.get("number", of)
    return Pair(
        f"การปล่อย{what.th} เลขที่ {number} หยุดเอง: {why.th}",
        f"{' '.join(filter(None, (f'Roll-out {number}', what.en)))} has stopped by itself: {why.en}",
    )


def _break_glass(_of: str, facts: Mapping[str, Any]) -> Pair:
    at, address = _moment(facts.get("at")), facts.get("address") or "-"
    return Pair(
        f"มีคนเข้าระบบด้วยบัญชีฉุกเฉิน {at.th} จาก {address}",
        f"Somebody signed in with the break-glass account on {at.en}, from {address}",
    )


_TELLERS: dict[str, Callable[[str, Mapping[str, Any]], Pair]] = {
    Rule.CERTIFICATE: _certificate,
    Rule.MONEY: _money,
    Rule.BANK_FILE: _bank_file,
    Rule.REGISTER_FILE: _register_file,
    Rule.TRUST: _trust,
    Rule.BREAK_GLASS: _break_glass,
    Rule.ROLLOUT: _rollout,
}


def _paper(facts: Mapping[str, Any]) -> Pair:
    match facts.get("paper"):
        case "out":
            return Pair("กระดาษหมด พิมพ์ใบไม่ได้", "Out of paper; no slips can be printed")
        case "jammed":
            return Pair("กระดาษติด พิมพ์ใบไม่ได้", "The paper is jammed; no slips can be printed")
    at = _moment(facts.get("out_at"))
    return Pair(f"กระดาษน่าจะหมด {at.th} ก่อนวันทำการถัดไป", f"Paper will end about {at.en}, before the next working day")


def _disk(facts: Mapping[str, Any]) -> Pair:
    match facts.get("why"):
        case "errors":
            return Pair("ระบบไฟล์ของตู้พบข้อผิดพลาด", "The kiosk's file system met errors")
        case "room-last":
            return Pair("ดิสก์เกือบเต็ม ตู้หยุดรับชำระเงิน", "The disk is almost full; the kiosk takes no payments")
        case "room-low":
            return Pair("ดิสก์เหลือที่น้อย", "The disk has little room")
        case "life":
            used = facts.get("percent", 0)
            return Pair(f"หน่วยความจำใช้อายุไปแล้ว {used} %", f"{used} % of the storage's life is behind it")
    free_mb = facts.get("mb", 0)
    return Pair(f"ดิสก์เหลือน้อยกว่า {free_mb:,} MB", f"Less than {free_mb:,} MB are free")


_REMEDIES = {
    Rule.OFFLINE: Pair(
        "ดูว่าตู้เปิดอยู่และสายเน็ตหรือ Wi-Fi ติด ถ้าเน็ตของสำนักงานล่ม แจ้งผู้ให้บริการ รายการจะตามมาเองเมื่อเน็ตกลับ",
        "See that it is switched on and its cable or Wi-Fi is up. If the office's line is down, call the provider; "
        "records follow by themselves.",
    ),
    Rule.PEERS: Pair(
        "ตรวจสายและขั้วต่อของอุปกรณ์นี้ก่อน ถ้ายังเป็นอยู่ เตรียมอุปกรณ์สำรองไปเปลี่ยน",
        "Check its cable and plugs first; if it goes on, bring a spare and replace it.",
    ),
    Rule.TAMPER: Pair(
        "ไปดูที่ตู้ว่าใครเปิดและมีอะไรถูกต่อเพิ่ม ปิดฝา แล้วกดรับเรื่องพร้อมเหตุผล",
        "Go and see who opened it and what was plugged in, close it, then take the alert over and say why.",
    ),
    Rule.TWICE: Pair(
        "เพิกถอนใบรับรองในหน้าตัวตน แล้วลงทะเบียนตู้ใหม่ ระหว่างนี้อย่าเชื่อรายการจากตู้นี้",
        "Revoke the certificate on the identity page and enrol the kiosk anew; do not trust its records meanwhile.",
    ),
    Rule.CERTIFICATE: Pair(
        "ดูว่าตู้ต่อกับศูนย์ได้และเวลาในตู้ตรง ใบรับรองจะต่อเอง ถ้ายังไม่ต่อ ลงทะเบียนตู้ใหม่ก่อนวันหมดอายุ",
        "See that it reaches the fleet and its clock is right; it renews by itself. If not, enrol it anew in time.",
    ),
    Rule.MONEY: Pair("เปิดคิวการเงิน ตัดสินรายการเก่าสุดก่อน", "Open the payments queue and decide the oldest first."),
    Rule.BANK_FILE: Pair(
        "ถามธนาคารว่าส่งไฟล์แล้วหรือยัง แล้วนำเข้าที่หน้าการเงิน",
        "Ask the bank whether it was sent, then bring it in on the payments page.",
    ),
    Rule.REGISTER_FILE: Pair(
        "ขอไฟล์ทะเบียนโรงงานรอบใหม่ แล้วนำเข้าที่หน้าทะเบียน",
        "Ask for the register's new file and import it on the register page.",
    ),
    Rule.DEAF: Pair(
        "ดูว่าโบรกเกอร์ (mosquitto) และ ingest ทำงานอยู่ ตู้จะต่อกลับเองและรายการจะตามมาครบ",
        "See that the broker (mosquitto) and ingest are running; kiosks come back by themselves, and nothing is lost.",
    ),
    Rule.TRUST: Pair(
        "ผู้ถือกุญแจลงนามต่ออายุด้วย fleet trust renew ก่อนวันหมดอายุ มิฉะนั้นตู้จะไม่รับของใหม่",
        "The keyholders renew it with `fleet trust renew` before the end, or kiosks take nothing new.",
    ),
    Rule.BREAK_GLASS: Pair(
        "ถ้าไม่มีใครในศูนย์ใช้เอง ให้ปิดบัญชี break-glass ทันที ดูบันทึกการใช้งานว่าทำอะไรไปแล้ว "
        "เสร็จแล้วทำรหัสผ่านใหม่ด้วย fleet break-glass ใส่ซองปิดผนึก แล้วรับเรื่องพร้อมเหตุผล",
        "If it was none of you, close the account break-glass at once and read in the audit what was done. "
        "Afterwards make its password anew with `fleet break-glass`, seal it, and take the alert over with the reason.",
    ),
    Rule.ROLLOUT: Pair(
        "ดูเหตุผลของตู้ที่ล้มเหลวทีละเครื่องในหน้าการปล่อย แล้วถอยกลับหรือปล่อยต่อ ระหว่างนี้ไม่มีตู้ใดถูกสั่งเพิ่ม",
        "See on its page why each kiosk failed, then roll it back or go on; no further kiosk is asked meanwhile.",
    ),
}

_DEVICE_REMEDIES = {
    "no-device": Pair(
        "ตรวจสายและไฟของอุปกรณ์ ถ้ายังไม่พบ เปลี่ยนอุปกรณ์ ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้",
        "Check its cable and power; if it is still not found, replace it. Only the services that need it are closed.",
    ),
    "hardware-error": Pair(
        "ปิดแล้วเปิดอุปกรณ์ใหม่ ถ้ายังเสีย เปลี่ยนอุปกรณ์ ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้",
        "Switch the device off and on; if it is still broken, replace it. Only the services that need it are closed.",
    ),
}

_PAPER_REMEDIES = {
    "out": Pair("ใส่ม้วนใหม่ ระหว่างนี้ผู้ใช้ถ่ายภาพจอแทนใบได้", "Put in a new roll; visitors may photograph the screen."),
    "jammed": Pair(
        "เปิดฝาดึงกระดาษที่ติดออก ระหว่างนี้ผู้ใช้ถ่ายภาพจอแทนใบได้",
        "Open the cover and pull the jammed paper out; visitors may photograph the screen.",
    ),
    "ends": Pair("เปลี่ยนม้วนวันนี้ก่อนปิดสำนักงาน", "Change the roll today, before the office closes."),
}

_DISK_REMEDIES = {
    "life": Pair("สั่งหน่วยความจำใหม่และนัดเปลี่ยน", "Order new storage and arrange for its replacement."),
    "errors": Pair("เปลี่ยนหน่วยความจำโดยเร็ว", "Replace the storage soon."),
}
_ROOM_REMEDY = Pair(
    "ดูว่าตู้ส่งรายการถึงศูนย์ได้ แล้วรีบูตจากหน้าตู้ ถ้ายังไม่ลด เรียกช่าง",
    "See that its records reach the fleet, then reboot it from its page; if that does not help, call a technician.",
)


def remedy(name: str, facts: Mapping[str, Any]) -> Pair:
    """What to do, and who helps."""
    match name:
        case Rule.DEVICE:
            return _DEVICE_REMEDIES.get(str(facts.get("state")), _DEVICE_REMEDIES["no-device"])
        case Rule.PAPER:
            return _PAPER_REMEDIES.get(str(facts.get("paper")), _PAPER_REMEDIES["ends"])
        case Rule.DISK:
            return _DISK_REMEDIES.get(str(facts.get("why")), _ROOM_REMEDY)
    return _REMEDIES.get(Rule(name), Pair("", "")) if name in set(Rule) else Pair("", "")


_DONE = {
    "opened": Pair("ใหม่", "new"),
    "returned": Pair("กลับมาอีก", "is back"),
    "worse": Pair("หนักขึ้น", "is worse"),
    "escalated": Pair("ยังไม่มีใครรับ", "nobody has it yet"),
    "closed": Pair("จบแล้ว", "is over"),
}


def done(what: str) -> Pair:
    """What happened to an alert, as a letter begins with it."""
    return _DONE.get(what, Pair(what, what))


def _day(text: object) -> Pair:
    try:
        at = datetime.fromisoformat(str(text))
        on: date = at.astimezone(BANGKOK).date() if at.tzinfo else at.date()
    except (ValueError, OverflowError):  # or at no time there is in Thailand
        return _NOBODY_KNOWS
    return Pair(thai_date_short(on), english_date_short(on))


def _moment(text: object) -> Pair:
    try:
        at = datetime.fromisoformat(str(text)).astimezone(BANGKOK)
    except (ValueError, OverflowError):  # or at no time there is in Thailand
        return _NOBODY_KNOWS
    day = _day(text)
    return Pair(f"{day.th} {at:%H:%M} น.", f"{day.en} {at:%H:%M}")
