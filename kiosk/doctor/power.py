"""Supply, temperature and wear of the machine, as the kernel tells them under /sys.

Rules: a file that is not there is a question nobody answered: UNKNOWN, never fine. ``root`` is "/" but in tests.

Sources: Raspberry Pi documentation, ``vcgencmd get_throttled`` (the same bits stand in the firmware driver's file);
JEDEC eMMC 5.1, EXT_CSD 267 to 269 (``pre_eol_info``, ``life_time``: tenths of the life used); ext4's sysfs.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.doctor.findings import Detail, Finding, attention, failing, fine, unknown
from kiosk.doctor.remedies import Problem

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
THERMAL = "sys/class/thermal/thermal_zone0/temp"
CARD = "sys/block/mmcblk0/device"
FILE_SYSTEMS = "sys/fs/ext4"

_LOW_VOLTAGE_NOW = 1 << 0
_SLOWED_NOW = 1 << 1 | 1 << 2
_HOT_NOW = 1 << 3
_LOW_VOLTAGE_BEFORE = 1 << 16
_SLOWED_BEFORE = 1 << 17 | 1 << 18

HOT_C = 70.0
TOO_HOT_C = 80.0
"""From here a Raspberry Pi slows itself down."""

_LIFE_ENDS_SOON = 0x09
_LIFE_OVER = 0x0B
"""Tenths of the life used: 09 is 80 to 90 %, 0B more than all of it."""
_RESERVE_LOW, _RESERVE_GONE = 0x02, 0x03
"""Spare blocks: 80 % used, 90 % used."""


def look_at_power(root: Path) -> Finding:
    """Whether the supply holds."""
    flags = _number(root / THROTTLED, 16)
    if flags is None:
        return unknown("power", Problem.POWER_UNKNOWN)
    details: dict[str, Detail] = {
        "under_voltage_now": bool(flags & _LOW_VOLTAGE_NOW),
        "under_voltage_since_start": bool(flags & _LOW_VOLTAGE_BEFORE),
        "slowed_now": bool(flags & _SLOWED_NOW),
        "slowed_since_start": bool(flags & _SLOWED_BEFORE),
    }
    if flags & _LOW_VOLTAGE_NOW:
        return failing("power", Problem.UNDER_VOLTAGE, **details)
    if flags & (_SLOWED_NOW | _HOT_NOW):
        return failing("power", Problem.TOO_HOT, **details)
    if flags & (_LOW_VOLTAGE_BEFORE | _SLOWED_BEFORE):
        return attention("power", Problem.UNDER_VOLTAGE_BEFORE, **details)
    return fine("power", **details)


def look_at_temperature(root: Path) -> Finding:
    """How hot the processor is."""
    millidegrees = _number(root / THERMAL, 10)
    if millidegrees is None:
        return unknown("temperature", Problem.TEMPERATURE_UNKNOWN)
    degrees_c = millidegrees / 1000
    if degrees_c >= TOO_HOT_C:
        return failing("temperature", Problem.TOO_HOT, degrees_c=degrees_c)
    if degrees_c >= HOT_C:
        return attention("temperature", Problem.HOT, degrees_c=degrees_c)
    return fine("temperature", degrees_c=degrees_c)


def look_at_storage(root: Path) -> Finding:
    """Wear, where the storage tells it (eMMC does, most SD cards do not), and errors the file systems met."""
    life = _life_used(root / CARD / "life_time")
    reserve = _number(root / CARD / "pre_eol_info", 16)
    errors = _errors(root / FILE_SYSTEMS)
    used_percent = None if not life else 10 * min(life, _LIFE_OVER - 1)
    details: dict[str, Detail] = {"life_used_percent": used_percent, "file_system_errors": errors}
    if (life or 0) >= _LIFE_OVER or reserve == _RESERVE_GONE:
        return failing("storage", Problem.STORAGE_WORN, **details)
    if errors:
        return failing("storage", Problem.STORAGE_ERRORS, **details)
    if (life or 0) >= _LIFE_ENDS_SOON or reserve == _RESERVE_LOW:
        return attention("storage", Problem.STORAGE_ENDS_SOON, **details)
    if not life:  # 0 is "not defined"
        return unknown("storage", Problem.STORAGE_UNKNOWN, **details)
    return fine("storage", **details)


def _life_used(path: Path) -> int | None:
    """Tenths used, of the worse of the two kinds of memory."""
    try:
        return max(int(word, 16) for word in path.read_text("ascii").split())
    except (OSError, ValueError):
        return None


def _errors(file_systems: Path) -> int | None:
    counts = [_number(path, 10) for path in sorted(file_systems.glob("*/errors_count"))]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _number(path: Path, base: int) -> int | None:
    try:
        return int(path.read_text("ascii").strip(), base)
    except (OSError, ValueError):
        return None
