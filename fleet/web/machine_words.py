"""What a kiosk tells of its machine beside disk and temperature, in the words staff read: only what is known.

A line that needs a person carries the condition ``attention`` or ``failing``; the doctor on the kiosk says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fleet.devices.truth import Condition
from fleet.protocol.messages import Health

CLOCK_OFF_S = 10.0
LIFE_ENDS_SOON_PERCENT = 90
LIFE_OVER_PERCENT = 110
"""As `kiosk doctor` judges."""


@dataclass(frozen=True, slots=True)
class MachineLine:
    """One fact."""

    name: str
    says: str
    condition: Condition = Condition.OK


def machine_lines(health: Health) -> tuple[MachineLine, ...]:
    """The facts, in the order of the page."""
    return tuple(_lines(health))


def _lines(health: Health) -> Iterator[MachineLine]:
    if health.under_voltage is not None:
        yield _supply(health)
    if health.disk_room in ("low", "last"):
        yield _room(health.disk_room)
    if health.storage_used_percent is not None:
        yield _life(health.storage_used_percent)
    if health.storage_errors:
        says = _("ระบบไฟล์พบข้อผิดพลาด %(count)s ครั้ง") % {"count": health.storage_errors}
        yield MachineLine(_("หน่วยความจำ"), says, Condition.FAILING)
    if health.clock_ahead_s is not None or health.clock_synchronised is not None:
        yield _clock(health)
    if health.restart:
        says, condition = _endings().get(health.restart, (health.restart, Condition.ATTENTION))
        yield MachineLine(_("เริ่มใหม่ครั้งล่าสุดเพราะ"), says, condition)


def _supply(health: Health) -> MachineLine:
    if health.under_voltage:
        return MachineLine(_("ไฟเลี้ยง"), _("ต่ำอยู่ขณะนี้"), Condition.FAILING)
    if health.under_voltage_since_start:
        return MachineLine(_("ไฟเลี้ยง"), _("เคยต่ำตั้งแต่เปิดเครื่อง"), Condition.ATTENTION)
    if health.slowed:
        return MachineLine(_("ไฟเลี้ยง"), _("พอ แต่เครื่องร้อนจนลดความเร็ว"), Condition.ATTENTION)
    return MachineLine(_("ไฟเลี้ยง"), _("พอ"))


def _room(disk_room: str) -> MachineLine:
    name = _("ที่ว่างบนดิสก์")
    if disk_room == "last":
        return MachineLine(name, _("เกือบเต็ม ตู้หยุดรับชำระเงิน"), Condition.FAILING)
    return MachineLine(name, _("เหลือน้อย ตู้งดจดเรื่องทั่วไปของเครื่อง"), Condition.ATTENTION)


def _life(used_percent: int) -> MachineLine:
    name = _("อายุหน่วยความจำ")
    if used_percent >= LIFE_OVER_PERCENT:
        return MachineLine(name, _("หมดแล้ว"), Condition.FAILING)
    ends_soon = used_percent >= LIFE_ENDS_SOON_PERCENT
    says = _("ใช้ไปแล้ว %(percent)s %%") % {"percent": used_percent}
    return MachineLine(name, says, Condition.ATTENTION if ends_soon else Condition.OK)


def _clock(health: Health) -> MachineLine:
    name, ahead_s = _("นาฬิกา"), health.clock_ahead_s
    if ahead_s is not None and abs(ahead_s) > CLOCK_OFF_S:
        fill = {"seconds": f"{abs(ahead_s):,.0f}"}
        says = _("เร็วไป %(seconds)s วินาที") % fill if ahead_s > 0 else _("ช้าไป %(seconds)s วินาที") % fill
        return MachineLine(name, says, Condition.ATTENTION)
    if health.clock_synchronised is False:
        return MachineLine(name, _("เครือข่ายไม่ได้ตั้งให้"), Condition.ATTENTION)
    return MachineLine(name, _("ตรง"))


def restart_reason(word: str) -> str:
    """Why a program of the kiosk was started: the kiosk's word for how its last life ended, or what else it says."""
    return _endings().get(word, (word, Condition.OK))[0]


def _endings() -> dict[str, tuple[str, Condition]]:
    """Asked for each time: words wait for a language."""
    return {
        "stopped": (_("สั่งหยุดแล้วเริ่มใหม่"), Condition.OK),
        "machine-restarted": (_("รีสตาร์ตเครื่องตามปกติ"), Condition.OK),
        "died": (_("โปรแกรมขัดข้อง"), Condition.ATTENTION),
        "killed": (_("โปรแกรมถูกหยุดกะทันหัน"), Condition.ATTENTION),
        "power-or-reset": (_("ไฟดับหรือถูกรีเซ็ต"), Condition.ATTENTION),
        "watchdog": (_("เครื่องค้าง"), Condition.ATTENTION),
        "kernel-crash": (_("ระบบปฏิบัติการล้ม"), Condition.ATTENTION),
    }
