"""A technician's round in words, Thai and English side by side: what is wrong, what to do about it, what to carry.

No rule; a page takes one of the languages (``fleet.web.round_words``), a program is given both.

A step is one thing to do with one's hands, or one look; its test, where there is one, is a command the kiosk knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.alerts.words import Pair, part
from fleet.devices.truth import KioskTruth
from fleet.protocol.messages import CommandKind
from fleet.protocol.paper import outlook_en, outlook_th
from fleet.rounds.planning import Fault, Item, Trouble


class Go(StrEnum):
    """What else helps: looking again, letting the kiosk in anew, its identity, a code for another network."""

    AGAIN = "again"
    ENROL = "enrol"
    IDENTITY = "identity"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``test``: the command that shows whether it helped; ``go``: what helps."""

    says: Pair
    test: CommandKind | None = None
    go: Go | None = None


def _step(th: str, en: str, test: CommandKind | None = None, go: Go | None = None) -> Step:
    return Step(Pair(th, en), test, go)


# ---- what to carry

_ITEMS = {
    Item.PAPER: Pair("กระดาษ 80 มม. {} ม้วน", "80 mm paper rolls: {}"),
    Item.PRINTER: Pair("เครื่องพิมพ์สำรอง {}", "Spare printers: {}"),
    Item.CARD_READER: Pair("เครื่องอ่านบัตรสำรอง {}", "Spare card readers: {}"),
    Item.SCANNER: Pair("เครื่องสแกนสำรอง {}", "Spare scanners: {}"),
    Item.PANEL: Pair("แผงไฟสำรอง {}", "Spare panels: {}"),
    Item.DISPLAY: Pair("จอสัมผัสสำรอง {}", "Spare touch screens: {}"),
    Item.USB_CABLE: Pair("สาย USB {}", "USB cables: {}"),
    Item.NETWORK_CABLE: Pair("สายแลน {}", "Network cables: {}"),
    Item.STORAGE: Pair("หน่วยความจำสำรอง {}", "Spare storage: {}"),
    Item.POWER_SUPPLY: Pair("อะแดปเตอร์ไฟสำรอง {}", "Spare power supplies: {}"),
    Item.CLEANING: Pair("ชุดทำความสะอาด {}", "Cleaning kits: {}"),
    Item.SEAL: Pair("ซีลฝาตู้ {}", "Case seals: {}"),
}


def item(name: Item, count: int) -> Pair:
    """What to carry, and how many."""
    said = _ITEMS[name]
    return Pair(said.th.format(count), said.en.format(count))


# ---- what is wrong

_OF_DEVICE = {
    Trouble.MISSING: Pair("ไม่พบ{}", "{} not found"),
    Trouble.BROKEN: Pair("{}เสีย", "{} is broken"),
    Trouble.BLOCKED: Pair("{}รอคนจัดการ", "{} waits for a person"),
    Trouble.MUTE: Pair("{}ไม่ตอบ", "{} does not answer"),
    Trouble.PEERS: Pair("{}ขัดข้องบ่อยกว่าตู้อื่น", "{} fails more often than at other kiosks"),
}

_PLAIN = {
    Trouble.PAPER_OUT: Pair("กระดาษหมด", "Out of paper"),
    Trouble.PAPER_JAMMED: Pair("กระดาษติด", "Paper jammed"),
    Trouble.PAPER_ENDS: Pair("กระดาษใกล้หมด", "Paper is running out"),
    Trouble.TAMPER: Pair("ฝาตู้ถูกเปิดโดยไม่ได้แจ้งซ่อม", "The case was opened and no maintenance was announced"),
    Trouble.TWICE: Pair("มีเครื่องอื่นใช้ใบรับรองของตู้นี้อยู่ด้วย", "Another machine uses this kiosk's certificate, too"),
    Trouble.CERTIFICATE: Pair("ใบรับรองใกล้หมดอายุ และยังไม่ได้ต่อเอง", "The certificate is near its end and was not renewed"),
    Trouble.ROOM: Pair("ดิสก์เหลือที่น้อย", "Little room is left on the disk"),
    Trouble.STORAGE: Pair("หน่วยความจำใกล้หมดอายุ หรือพบข้อผิดพลาด", "The storage is near its end, or met errors"),
    Trouble.POWER: Pair("ไฟเลี้ยงต่ำ", "The power supply is weak"),
    Trouble.LINK: Pair("ติดต่อตู้ไม่ได้", "No contact"),
    Trouble.SILENT: Pair("ตู้เงียบไปนานกว่าที่ควร", "The kiosk has been silent for longer than it should"),
    Trouble.NEVER: Pair("ตู้ยังไม่เคยรายงาน", "The kiosk has never reported"),
}

_NOTHING = Pair("", "")
_PRINTER_DOWN = frozenset({Trouble.MISSING, Trouble.BROKEN, Trouble.MUTE, Trouble.BLOCKED})


def sentence(fault: Fault, truth: KioskTruth, now: datetime) -> Pair:
    """What is wrong, in one line."""
    if fault.trouble is Trouble.PAPER_ENDS and truth.paper_slips_left is not None:
        left, ends = truth.paper_slips_left, truth.paper_out_at
        return Pair(outlook_th(left, ends, now), _capital(outlook_en(left, ends, now)))
    said = _OF_DEVICE.get(fault.trouble)
    return _of(said, fault.part) if said else _PLAIN[fault.trouble]


def _of(said: Pair, device: str) -> Pair:
    """A sentence about a device."""
    name = part(device)
    return Pair(said.th.format(name.th), said.en.format(_capital(name.en)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def effect(fault: Fault) -> Pair:
    """What it means to visitors meanwhile; empty where it means nothing to them."""
    if fault.trouble in (Trouble.PAPER_OUT, Trouble.PAPER_JAMMED) or _is_printer_down(fault):
        return Pair(
            "ตู้ยังรับชำระได้ แต่ออกใบไม่ได้ ผู้ใช้ต้องถ่ายจอแทน",
            "It still takes payments but prints no slips; visitors photograph the screen",
        )
    if fault.trouble in (Trouble.MISSING, Trouble.BROKEN):
        return Pair("ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้", "Only the services that need it are closed")
    if fault.trouble in (Trouble.LINK, Trouble.SILENT):
        return Pair(
            "ตู้อาจยังให้บริการอยู่ รายการจะตามมาเมื่อเน็ตกลับ", "It may still be serving; records follow when the line is back"
        )
    if fault.trouble is Trouble.TWICE:
        return Pair("ระหว่างนี้อย่าเชื่อรายการจากตู้นี้", "Do not trust its records meanwhile")
    return _NOTHING


def _is_printer_down(fault: Fault) -> bool:
    return fault.part == "printer" and fault.trouble in _PRINTER_DOWN


# ---- what to do


def steps(fault: Fault) -> tuple[Step, ...]:
    """What to do, in order."""
    if _is_printer_down(fault):
        return _PRINTER
    return _of_device(fault) if fault.trouble in _OF_DEVICE else _STEPS[fault.trouble]


_PRINTED = _step(
    "กดพิมพ์ทดสอบ แล้วดูว่าใบออกชัดและตัดขาด", "Press Test print; the slip must be clear and cut", CommandKind.TEST_PRINT
)
_SHOWN = _step(
    "กดระบุตัว ตู้ต้องแสดงตัวทั้งจอและไฟ",
    "Press Identify; the kiosk must show itself on its screen and lights",
    CommandKind.IDENTIFY,
)
_LOOKED = _step(
    "รอครู่หนึ่งแล้วดูสถานะใหม่ ตู้รายงานเองเมื่ออุปกรณ์กลับมา",
    "Wait a moment and look again; the kiosk reports by itself when the device is back",
    go=Go.AGAIN,
)

_PRINTER = (
    _step("เปิดฝาเครื่องพิมพ์ ดูว่ากระดาษติดไหม ปิดฝาให้สนิท", "Open the printer's cover, look for jammed paper, close it well"),
    _step("ถอดสายไฟ 10 วินาที แล้วเสียบใหม่", "Unplug its power for 10 seconds, then plug it in again"),
    _PRINTED,
    _step("ยังไม่ออก เปลี่ยนสาย USB แล้วทดสอบอีกครั้ง", "Still nothing: change the USB cable and test again"),
    _step("ยังไม่ได้ เปลี่ยนเครื่องสำรอง แล้วทดสอบอีกครั้ง", "Still nothing: put in the spare and test again"),
)

_FIRST = {
    "card": _step(
        "เช็ดช่องเสียบบัตรด้วยบัตรทำความสะอาด เสียบบัตรทดสอบสองครั้ง",
        "Clean the slot with a cleaning card, then insert a test card twice",
    ),
    "scanner": _step("เช็ดกระจกเครื่องสแกน แล้วลองสแกนใบแจ้งตัวอย่าง", "Wipe the scanner's glass, then scan a sample notice"),
}


def _of_device(fault: Fault) -> tuple[Step, ...]:
    seen = Pair("ดูว่า{}ไม่มีอะไรบังหรือค้างอยู่", "{}: see that nothing covers it or is stuck")
    replugged = Pair("ถอดสายของ{} 10 วินาที แล้วเสียบใหม่ให้แน่น", "{}: unplug for 10 seconds, then plug in firmly")
    changed = Pair("ยังไม่ได้ เปลี่ยนสาย แล้วเปลี่ยน{}เป็นเครื่องสำรอง", "{} still down: change the cable, then put in the spare")
    return (
        _FIRST.get(fault.part) or Step(_of(seen, fault.part)),
        Step(_of(replugged, fault.part)),
        _SHOWN if fault.part in ("panel", "display") else _LOOKED,
        Step(_of(changed, fault.part)),
    )


_PAPER = (
    _step(
        "ใส่ม้วนใหม่เต็มม้วน ปลายกระดาษออกด้านบน ปิดฝาจนคลิก",
        "Put in a full roll with its end on top, close the cover until it clicks",
    ),
    _step(
        "บอกตู้ว่าเปลี่ยนม้วนแล้ว จะได้นับใหม่",
        "Tell the kiosk that the roll is new, so that it counts afresh",
        CommandKind.NEW_ROLL,
    ),
    _PRINTED,
)

_LINK = (
    _step(
        "ดูว่าตู้เปิดอยู่ จอติด และสายแลนหรือ Wi-Fi ติด",
        "See that it is switched on, its screen is lit and its cable or Wi-Fi is up",
    ),
    _step(
        "ลองเปลี่ยนสายแลนหรือช่องเสียบ ถ้าเน็ตของสำนักงานล่ม แจ้งผู้ให้บริการ",
        "Try another cable or socket; if the office's line is down, call the provider",
    ),
    _SHOWN,
    _step("เปลี่ยนเครือข่ายของตู้ด้วย QR เครือข่าย", "Give the kiosk another network by a network QR", go=Go.NETWORK),
)

_STEPS: dict[Trouble, tuple[Step, ...]] = {
    Trouble.PAPER_OUT: _PAPER,
    Trouble.PAPER_ENDS: _PAPER,
    Trouble.PAPER_JAMMED: (
        _step(
            "เปิดฝา ดึงกระดาษที่ติดออกตามทางเดินกระดาษ อย่าใช้ของมีคม",
            "Open the cover and pull the jammed paper out the way it runs; use nothing sharp",
        ),
        _step(
            "เช็ดหัวพิมพ์และลูกกลิ้ง ใส่ม้วนให้ตรง ปิดฝาจนคลิก",
            "Wipe the print head and roller, lay the roll straight, close the cover until it clicks",
        ),
        _PRINTED,
    ),
    Trouble.LINK: _LINK,
    Trouble.SILENT: _LINK,
    Trouble.TAMPER: (
        _step(
            "ดูว่าใครเปิด และมีอะไรถูกต่อเพิ่มหรือหายไป ถ่ายภาพไว้",
            "See who opened it and what was plugged in or is gone; take a photo",
        ),
        _step(
            "ปิดฝา ติดซีลใหม่ แล้วจดเลขซีลในบันทึกปิดงาน",
            "Close the case, put on a new seal and note its number when you close the job",
        ),
        _SHOWN,
    ),
    Trouble.TWICE: (
        _step(
            "แจ้งผู้ดูแลจังหวัดให้เพิกถอนใบรับรองในหน้าตัวตนของตู้",
            "Ask the province's admin to revoke its certificate on the identity page",
            go=Go.IDENTITY,
        ),
        _step("ลงทะเบียนตู้ใหม่ด้วย QR บนจอตู้", "Enrol the kiosk anew by the QR on its screen", go=Go.ENROL),
    ),
    Trouble.CERTIFICATE: (
        _step(
            "ดูว่าเวลาบนจอตู้ตรง และตู้ต่อกับศูนย์ได้",
            "See that the clock on its screen is right and it reaches the fleet",
            CommandKind.REFRESH,
        ),
        _step(
            "ยังไม่ต่อเอง ลงทะเบียนตู้ใหม่ก่อนวันหมดอายุ",
            "If it is not renewed, enrol the kiosk anew before it ends",
            go=Go.ENROL,
        ),
    ),
    Trouble.ROOM: (
        _step(
            "ดูว่ารายการค้างส่งลดลง ถ้าตู้ออฟไลน์ ให้ต่อเน็ตก่อน",
            "See that fewer records wait to be sent; if it is offline, connect it first",
            go=Go.AGAIN,
        ),
        _step("รีสตาร์ตเครื่อง ตู้จะรอจนไม่มีผู้ใช้", "Reboot it; it waits until nobody is using it", CommandKind.REBOOT),
    ),
    Trouble.STORAGE: (
        _step(
            "นัดหยุดใช้ตู้ เปลี่ยนหน่วยความจำ แล้วลงทะเบียนตู้ใหม่",
            "Agree on a pause, replace the storage, then enrol the kiosk anew",
            go=Go.ENROL,
        ),
        _PRINTED,
    ),
    Trouble.POWER: (
        _step(
            "ดูว่าใช้อะแดปเตอร์ที่มากับตู้ และไม่ต่อพ่วงปลั๊กยาว", "See that it has its own power supply and no long extension lead"
        ),
        _step("เปลี่ยนอะแดปเตอร์ แล้วดูสถานะใหม่", "Change the power supply and look again", go=Go.AGAIN),
    ),
    Trouble.NEVER: (
        _step(
            "เปิดตู้ รอจนจอขึ้น QR ลงทะเบียน แล้วสแกน", "Switch it on, wait for its enrolment QR, and scan that", go=Go.ENROL
        ),
        _SHOWN,
    ),
}
