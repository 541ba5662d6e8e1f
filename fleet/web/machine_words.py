"""What a kiosk tells of its machine beside disk and temperature, in the words staff read: only what is known.

A line that needs a person carries the condition ``attention`` or ``failing`` (``fleet.devices.machine``); the doctor on
the kiosk says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleet.devices.machine import LIFE_OVER_PERCENT, MachineFact, is_clock_off, judged
from fleet.devices.truth import Condition
from fleet.protocol.messages import Health


@dataclass(frozen=True, slots=True)
class MachineLine:
    """One fact."""

    name: str
    says: str
    condition: Condition = Condition.OK


def machine_lines(health: Health) -> tuple[MachineLine, ...]:
    """The facts, in the order of the page."""
    return tuple(MachineLine(_name(fact), _says(fact, health), how) for fact, how in judged(health).items())


def _name(fact: MachineFact) -> str:
    return {
        MachineFact.POWER: _("ไฟเลี้ยง"),
        MachineFact.DISK_ROOM: _("ที่ว่างบนดิสก์"),
        MachineFact.STORAGE_LIFE: _("อายุหน่วยความจำ"),
        MachineFact.STORAGE_ERRORS: _("หน่วยความจำ"),
        MachineFact.CLOCK: _("นาฬิกา"),
        MachineFact.RESTART: _("เริ่มใหม่ครั้งล่าสุดเพราะ"),
    }[fact]


def _says(fact: MachineFact, health: Health) -> str:
    match fact:
        case MachineFact.POWER:
            return _power(health)
        case MachineFact.DISK_ROOM:
            low = _("เหลือน้อย ตู้งดจดเรื่องทั่วไปของเครื่อง")
            return _("เกือบเต็ม ตู้หยุดรับชำระเงิน") if health.disk_room == "last" else low
        case MachineFact.STORAGE_LIFE:
            return _life(health.storage_used_percent or 0)
        case MachineFact.STORAGE_ERRORS:
            return ngettext(
                "ระบบไฟล์พบข้อผิดพลาด %(count)s ครั้ง", "ระบบไฟล์พบข้อผิดพลาด %(count)s ครั้ง", health.storage_errors or 0
            ) % {"count": health.storage_errors}
        case MachineFact.CLOCK:
            return _clock(health)
    return restart_reason(health.restart)


def _power(health: Health) -> str:
    if health.under_voltage:
        return _("ต่ำอยู่ขณะนี้")
    if health.under_voltage_since_start:
        return _("เคยต่ำตั้งแต่เปิดเครื่อง")
    return _("พอ แต่เครื่องร้อนจนลดความเร็ว") if health.slowed else _("พอ")


def _life(used_percent: int) -> str:
    if used_percent >= LIFE_OVER_PERCENT:
        return _("หมดแล้ว")
    return _("ใช้ไปแล้ว %(percent)s %%") % {"percent": used_percent}


def _clock(health: Health) -> str:
    if is_clock_off(health):
        ahead_s = health.clock_ahead_s or 0.0
        fill = {"seconds": f"{abs(ahead_s):,.0f}"}
        return _("เร็วไป %(seconds)s วินาที") % fill if ahead_s > 0 else _("ช้าไป %(seconds)s วินาที") % fill
    return _("เครือข่ายไม่ได้ตั้งให้") if health.clock_synchronised is False else _("ตรง")


def restart_reason(word: str) -> str:
    """Why a program of the kiosk was started: the kiosk's word for how its last life ended, or what else it says."""
    known = {
        "stopped": _("สั่งหยุดแล้วเริ่มใหม่"),
        "machine-restarted": _("รีสตาร์ตเครื่องตามปกติ"),
        "died": _("โปรแกรมขัดข้อง"),
        "killed": _("โปรแกรมถูกหยุดกะทันหัน"),
        "power-or-reset": _("ไฟดับหรือถูกรีเซ็ต"),
        "watchdog": _("เครื่องค้าง"),
        "kernel-crash": _("ระบบปฏิบัติการล้ม"),
    }
    return known.get(word, word)
