"""A technician's round in words: what is wrong, what to do about it in order, and what to carry. No rule.

A step is one thing to do with one's hands, or one look; its test, where there is one, is a command the kiosk knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fleet.devices.truth import KioskTruth
from fleet.protocol.messages import CommandKind
from fleet.rounds.planning import Fault, Item, Trouble
from fleet.web import command_words, words


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``test``: the command that shows whether it helped; ``go``: a page that helps."""

    says: str
    test: str = ""
    test_word: str = ""
    go: str = ""


def item(name: Item, count: int) -> str:
    """What to carry, and how many."""
    known = {
        Item.PAPER: _("กระดาษ 80 มม. %(count)s ม้วน"),
        Item.PRINTER: _("เครื่องพิมพ์สำรอง %(count)s"),
        Item.CARD_READER: _("เครื่องอ่านบัตรสำรอง %(count)s"),
        Item.SCANNER: _("เครื่องสแกนสำรอง %(count)s"),
        Item.PANEL: _("แผงไฟสำรอง %(count)s"),
        Item.DISPLAY: _("จอสัมผัสสำรอง %(count)s"),
        Item.USB_CABLE: _("สาย USB %(count)s"),
        Item.NETWORK_CABLE: _("สายแลน %(count)s"),
        Item.STORAGE: _("หน่วยความจำสำรอง %(count)s"),
        Item.POWER_SUPPLY: _("อะแดปเตอร์ไฟสำรอง %(count)s"),
        Item.CLEANING: _("ชุดทำความสะอาด %(count)s"),
        Item.SEAL: _("ซีลฝาตู้ %(count)s"),
    }
    return known[name] % {"count": count}


def sentence(fault: Fault, truth: KioskTruth) -> str:
    """What is wrong, in one line."""
    if fault.trouble is Trouble.PAPER_ENDS:
        return words.paper_outlook(truth) or _("กระดาษใกล้หมด")
    of_device = {
        Trouble.MISSING: _("ไม่พบ%(device)s"),
        Trouble.BROKEN: _("%(device)sเสีย"),
        Trouble.BLOCKED: _("%(device)sรอคนจัดการ"),
        Trouble.MUTE: _("%(device)sไม่ตอบ"),
        Trouble.PEERS: _("%(device)sขัดข้องบ่อยกว่าตู้อื่น"),
    }.get(fault.trouble)
    return of_device % {"device": words.device(fault.part)} if of_device else _plain()[fault.trouble]


def _plain() -> dict[Trouble, str]:
    return {
        Trouble.PAPER_OUT: _("กระดาษหมด"),
        Trouble.PAPER_JAMMED: _("กระดาษติด"),
        Trouble.TAMPER: _("ฝาตู้ถูกเปิดโดยไม่ได้แจ้งซ่อม"),
        Trouble.TWICE: _("มีเครื่องอื่นใช้ใบรับรองของตู้นี้อยู่ด้วย"),
        Trouble.CERTIFICATE: _("ใบรับรองใกล้หมดอายุ และยังไม่ได้ต่อเอง"),
        Trouble.ROOM: _("ดิสก์เหลือที่น้อย"),
        Trouble.STORAGE: _("หน่วยความจำใกล้หมดอายุ หรือพบข้อผิดพลาด"),
        Trouble.POWER: _("ไฟเลี้ยงต่ำ"),
        Trouble.LINK: _("ติดต่อตู้ไม่ได้"),
        Trouble.SILENT: _("ตู้เงียบไปนานกว่าที่ควร"),
        Trouble.NEVER: _("ตู้ยังไม่เคยรายงาน"),
    }


def effect(fault: Fault) -> str:
    """What it means to visitors meanwhile; empty where it means nothing to them."""
    if fault.trouble in (Trouble.PAPER_OUT, Trouble.PAPER_JAMMED) or (
        fault.part == "printer" and fault.trouble in (Trouble.MISSING, Trouble.BROKEN, Trouble.MUTE, Trouble.BLOCKED)
    ):
        return _("ตู้ยังรับชำระได้ แต่ออกใบไม่ได้ ผู้ใช้ต้องถ่ายจอแทน")
    if fault.trouble in (Trouble.MISSING, Trouble.BROKEN):
        return _("ตู้ปิดเฉพาะบริการที่ต้องใช้อุปกรณ์นี้")
    if fault.trouble in (Trouble.LINK, Trouble.SILENT):
        return _("ตู้อาจยังให้บริการอยู่ รายการจะตามมาเมื่อเน็ตกลับ")
    return _("ระหว่างนี้อย่าเชื่อรายการจากตู้นี้") if fault.trouble is Trouble.TWICE else ""


def steps(fault: Fault) -> tuple[Step, ...]:
    """What to do, in order."""
    if fault.part == "printer" and fault.trouble in (Trouble.MISSING, Trouble.BROKEN, Trouble.MUTE, Trouble.BLOCKED):
        return _of_printer()
    match fault.trouble:
        case Trouble.PAPER_OUT | Trouble.PAPER_ENDS:
            return _of_paper()
        case Trouble.PAPER_JAMMED:
            cut = Step(_("เปิดฝา ดึงกระดาษที่ติดออกตามทางเดินกระดาษ อย่าใช้ของมีคม"))
            return (cut, Step(_("เช็ดหัวพิมพ์และลูกกลิ้ง ใส่ม้วนให้ตรง ปิดฝาจนคลิก")), _printed())
        case Trouble.MISSING | Trouble.BROKEN | Trouble.MUTE | Trouble.BLOCKED | Trouble.PEERS:
            return _of_device(fault)
        case Trouble.LINK | Trouble.SILENT:
            return _of_link()
    return _of_rest(fault.trouble)


def _printed() -> Step:
    kind = CommandKind.TEST_PRINT
    return Step(_("กดพิมพ์ทดสอบ แล้วดูว่าใบออกชัดและตัดขาด"), kind, command_words.word(kind))


def _shown() -> Step:
    kind = CommandKind.IDENTIFY
    return Step(_("กดระบุตัว ตู้ต้องแสดงตัวทั้งจอและไฟ"), kind, command_words.word(kind))


def _of_paper() -> tuple[Step, ...]:
    kind = CommandKind.NEW_ROLL
    return (
        Step(_("ใส่ม้วนใหม่เต็มม้วน ปลายกระดาษออกด้านบน ปิดฝาจนคลิก")),
        Step(_("บอกตู้ว่าเปลี่ยนม้วนแล้ว จะได้นับใหม่"), kind, command_words.word(kind)),
        _printed(),
    )


def _of_printer() -> tuple[Step, ...]:
    return (
        Step(_("เปิดฝาเครื่องพิมพ์ ดูว่ากระดาษติดไหม ปิดฝาให้สนิท")),
        Step(_("ถอดสายไฟ 10 วินาที แล้วเสียบใหม่")),
        _printed(),
        Step(_("ยังไม่ออก เปลี่ยนสาย USB แล้วทดสอบอีกครั้ง")),
        Step(_("ยังไม่ได้ เปลี่ยนเครื่องสำรอง แล้วทดสอบอีกครั้ง")),
    )


def _of_device(fault: Fault) -> tuple[Step, ...]:
    device = {"device": words.device(fault.part)}
    first = {
        "card": Step(_("เช็ดช่องเสียบบัตรด้วยบัตรทำความสะอาด เสียบบัตรทดสอบสองครั้ง")),
        "scanner": Step(_("เช็ดกระจกเครื่องสแกน แล้วลองสแกนใบแจ้งตัวอย่าง")),
    }.get(fault.part, Step(_("ดูว่า%(device)sไม่มีอะไรบังหรือค้างอยู่") % device))
    last = _shown() if fault.part in ("panel", "display") else _looked()
    return (
        first,
        Step(_("ถอดสายของ%(device)s 10 วินาที แล้วเสียบใหม่ให้แน่น") % device),
        last,
        Step(_("ยังไม่ได้ เปลี่ยนสาย แล้วเปลี่ยน%(device)sเป็นเครื่องสำรอง") % device),
    )


def _looked() -> Step:
    return Step(_("รอครู่หนึ่งแล้วดูสถานะใหม่ ตู้รายงานเองเมื่ออุปกรณ์กลับมา"), go="again")


def _of_link() -> tuple[Step, ...]:
    return (
        Step(_("ดูว่าตู้เปิดอยู่ จอติด และสายแลนหรือ Wi-Fi ติด")),
        Step(_("ลองเปลี่ยนสายแลนหรือช่องเสียบ ถ้าเน็ตของสำนักงานล่ม แจ้งผู้ให้บริการ")),
        _shown(),
        Step(_("เปลี่ยนเครือข่ายของตู้ด้วย QR เครือข่าย"), go="network"),
    )


def _of_rest(trouble: Trouble) -> tuple[Step, ...]:
    reboot = CommandKind.REBOOT
    known: dict[Trouble, tuple[Step, ...]] = {
        Trouble.TAMPER: (
            Step(_("ดูว่าใครเปิด และมีอะไรถูกต่อเพิ่มหรือหายไป ถ่ายภาพไว้")),
            Step(_("ปิดฝา ติดซีลใหม่ แล้วจดเลขซีลในบันทึกปิดงาน")),
            _shown(),
        ),
        Trouble.TWICE: (
            Step(_("แจ้งผู้ดูแลจังหวัดให้เพิกถอนใบรับรองในหน้าตัวตนของตู้"), go="identity"),
            Step(_("ลงทะเบียนตู้ใหม่ด้วย QR บนจอตู้"), go="enrol"),
        ),
        Trouble.CERTIFICATE: (
            Step(_("ดูว่าเวลาบนจอตู้ตรง และตู้ต่อกับศูนย์ได้"), CommandKind.REFRESH, command_words.word("refresh")),
            Step(_("ยังไม่ต่อเอง ลงทะเบียนตู้ใหม่ก่อนวันหมดอายุ"), go="enrol"),
        ),
        Trouble.ROOM: (
            Step(_("ดูว่ารายการค้างส่งลดลง ถ้าตู้ออฟไลน์ ให้ต่อเน็ตก่อน"), go="again"),
            Step(_("รีสตาร์ตเครื่อง ตู้จะรอจนไม่มีผู้ใช้"), reboot, command_words.word(reboot)),
        ),
        Trouble.STORAGE: (
            Step(_("นัดหยุดใช้ตู้ เปลี่ยนหน่วยความจำ แล้วลงทะเบียนตู้ใหม่"), go="enrol"),
            _printed(),
        ),
        Trouble.POWER: (
            Step(_("ดูว่าใช้อะแดปเตอร์ที่มากับตู้ และไม่ต่อพ่วงปลั๊กยาว")),
            Step(_("เปลี่ยนอะแดปเตอร์ แล้วดูสถานะใหม่"), go="again"),
        ),
        Trouble.NEVER: (
            Step(_("เปิดตู้ รอจนจอขึ้น QR ลงทะเบียน แล้วสแกน"), go="enrol"),
            _shown(),
        ),
    }
    return known[trouble]
