"""What staff can ask of a kiosk, and how that went, in the words they read. No rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fleet.devices.commanding import CONDITION, Progress, progress
from fleet.devices.models import KioskCommand
from fleet.devices.truth import Condition
from fleet.protocol.messages import CommandKind


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to ask. ``warning``: what to know before; the browser asks back."""

    kind: str
    icon: str
    word: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command that was asked, and how it stands."""

    command: KioskCommand
    word: str
    says: str
    condition: Condition
    is_waiting: bool


def word(kind: str) -> str:
    """What a command is called."""
    known: dict[str, str] = {
        CommandKind.IDENTIFY: _("ระบุตัว"),
        CommandKind.TEST_PRINT: _("พิมพ์ทดสอบ"),
        CommandKind.REPRINT: _("พิมพ์ใบล่าสุดซ้ำ"),
        CommandKind.NEW_ROLL: _("นับกระดาษม้วนใหม่"),
        CommandKind.SCREENSHOT: _("ขอภาพหน้าจอ"),
        CommandKind.SEND_LOGS: _("ขอบันทึกการทำงาน"),
        CommandKind.REFRESH: _("รับข้อมูลใหม่"),
        CommandKind.RESTART_FRONTDESK: _("เริ่มหน้าจอใหม่"),
        CommandKind.REBOOT: _("รีสตาร์ตเครื่อง"),
    }
    return known.get(kind, kind)


def orders() -> tuple[Order, ...]:
    """What stands above the page of a kiosk, in this order."""
    return (
        Order(CommandKind.IDENTIFY, "lightbulb", word(CommandKind.IDENTIFY)),
        Order(CommandKind.TEST_PRINT, "printer", word(CommandKind.TEST_PRINT)),
    )


def more_orders() -> tuple[Order, ...]:
    """What is asked more rarely."""
    waits = _("ตู้จะรอจนไม่มีผู้ใช้อยู่หน้าเครื่อง")
    full = _("กดเมื่อใส่กระดาษม้วนใหม่เต็มม้วนแล้วเท่านั้น")
    return (
        Order(CommandKind.REPRINT, "printer", word(CommandKind.REPRINT)),
        Order(CommandKind.NEW_ROLL, "printer", word(CommandKind.NEW_ROLL), full),
        Order(CommandKind.REFRESH, "refresh-cw", word(CommandKind.REFRESH)),
        Order(CommandKind.SEND_LOGS, "scroll-text", word(CommandKind.SEND_LOGS)),
        Order(CommandKind.RESTART_FRONTDESK, "rotate-ccw", word(CommandKind.RESTART_FRONTDESK), waits),
        Order(CommandKind.REBOOT, "power", word(CommandKind.REBOOT), waits),
    )


def lines(commands: list[KioskCommand], now: datetime) -> list[CommandLine]:
    """Commands as the page lists them."""
    return [_line(each, progress(each, now)) for each in commands]


def _line(command: KioskCommand, stands: Progress) -> CommandLine:
    said = {
        Progress.WAITING: _("รอตู้ตอบ"),
        Progress.DONE: _done(command),
        Progress.FAILED: failed(command.detail),
        Progress.EXPIRED: _("ตู้ไม่ตอบ ลองอีกครั้งเมื่อตู้ออนไลน์"),
    }[stands]
    return CommandLine(command, word(command.kind), said, CONDITION[stands], stands is Progress.WAITING)


def _done(command: KioskCommand) -> str:
    if command.ended_at is None:
        return _("สำเร็จ")
    took = max(0.0, (command.ended_at - command.asked_at).total_seconds())
    return _("สำเร็จใน %(seconds)s วินาที") % {"seconds": f"{took:.1f}"}


def failed(detail: str) -> str:
    """The kiosk's reason; its words are few, and named here one by one."""
    known = {
        "expired": _("สั่งช้าไป ตู้ไม่ได้เริ่มทำ"),
        "front desk not running": _("หน้าจอของตู้ไม่ทำงาน"),
        "interrupted by a restart": _("ตู้เริ่มใหม่ระหว่างทำ"),
        "somebody was at the screen all the time": _("มีผู้ใช้อยู่หน้าเครื่องตลอด"),
        "this machine is not set up to be rebooted from afar": _("ตู้นี้ไม่เปิดให้รีสตาร์ตจากทางไกล"),
        "no slip to print again": _("ไม่มีใบให้พิมพ์ซ้ำ"),
        "no settings yet": _("ตู้ยังไม่ได้รับการตั้งค่า"),
        "no logs": _("ตู้ไม่มีบันทึก"),
        "paper-out": _("กระดาษหมด"),
        "cover-open": _("ฝาเครื่องพิมพ์เปิดอยู่"),
        "printer-lost": _("ไม่พบเครื่องพิมพ์"),
        "printer-silent": _("เครื่องพิมพ์ไม่ตอบ"),
    }
    return _("ไม่สำเร็จ: %(why)s") % {"why": known.get(detail, detail)}
