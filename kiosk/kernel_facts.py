"""What the kernel tells of the machine: supply, temperature, wear of the storage, whether the network sets the clock.

Facts, no judgement: `kiosk doctor` judges them, the agent sends them. What nobody tells is None, never a guess.
``root`` is "/" but in tests.

Sources: Raspberry Pi documentation, ``vcgencmd get_throttled`` (the same bits stand in the firmware driver's file);
kernel documentation, ``hwmon/raspberrypi-hwmon`` (where that file is missing); JEDEC eMMC 5.1, EXT_CSD 267 to 269
(``pre_eol_info``, ``life_time``: tenths of the life used); ext4's and the MMC core's sysfs; systemd-timesyncd(8).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
THERMAL = "sys/class/thermal/thermal_zone0/temp"
BLOCK = "sys/block"
FILE_SYSTEMS = "sys/fs/ext4"
HWMON = "sys/class/hwmon"
TIMESYNC = "run/systemd/timesync"

_THROTTLED_ANYWHERE = "sys/devices/platform/soc*/*firmware/get_throttled"
"""Later boards have an address in the folder's name."""

_LOW_VOLTAGE_NOW = 1 << 0
_SLOWED_NOW = 1 << 1 | 1 << 2 | 1 << 3
_LOW_VOLTAGE_BEFORE = 1 << 16
_SLOWED_BEFORE = 1 << 17 | 1 << 18 | 1 << 19

_LIFE_OVER = 0x0B
"""More than all of it."""


@dataclass(frozen=True, slots=True)
class Supply:
    """The supply now, and since the machine was started. ``slowed``: by heat or by low voltage."""

    low_now: bool | None = None
    low_since_start: bool | None = None
    slowed_now: bool | None = None
    slowed_since_start: bool | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """The card or chip everything is on. ``used_percent``: of its life, 110 when that is over; ``reserve`` as JEDEC
    counts it: 1 normal, 2 most of it used, 3 nearly all. ``made``: month and year, in the card's own words."""

    kind: str | None = None
    model: str | None = None
    made: str | None = None
    used_percent: int | None = None
    reserve: int | None = None
    errors: int | None = None


def supply(root: Path) -> Supply:
    """What the board tells of its supply."""
    for path in sorted(root.glob(_THROTTLED_ANYWHERE)):
        if (flags := _number(path, 16)) is not None:
            return Supply(
                low_now=bool(flags & _LOW_VOLTAGE_NOW),
                low_since_start=bool(flags & _LOW_VOLTAGE_BEFORE),
                slowed_now=bool(flags & _SLOWED_NOW),
                slowed_since_start=bool(flags & _SLOWED_BEFORE),
            )
    for chip in sorted((root / HWMON).glob("hwmon*")):
        if _text(chip / "name") == "rpi_volt" and (alarm := _number(chip / "in0_lcrit_alarm", 10)) is not None:
            return Supply(low_now=bool(alarm))
    return Supply()


def temperature_c(root: Path) -> float | None:
    """Of the processor."""
    millidegrees = _number(root / THERMAL, 10)
    return None if millidegrees is None else millidegrees / 1000


def storage(root: Path) -> Storage:
    """The first card or chip, and the errors of all file systems."""
    errors = _errors(root / FILE_SYSTEMS)
    for block in sorted((root / BLOCK).glob("mmcblk[0-9]")):
        device = block / "device"
        return Storage(
            kind={"SD": "SD", "MMC": "eMMC"}.get(_text(device / "type") or ""),
            model=_text(device / "name"),
            made=_text(device / "date"),
            used_percent=_used_percent(device / "life_time"),
            reserve=_number(device / "pre_eol_info", 16) or None,  # 0 is "not defined"
            errors=errors,
        )
    return Storage(errors=errors)


def is_clock_synchronised(root: Path) -> bool | None:
    """Whether the network has set the clock since the machine was started; None when another program sees to that."""
    folder = root / TIMESYNC
    return (folder / "synchronized").exists() if folder.is_dir() else None


def _used_percent(path: Path) -> int | None:
    """Of the worse of the two kinds of memory: 0x01 is "0 to 10 % used" and reads 10."""
    try:
        tenths = max(int(word, 16) for word in path.read_text("ascii").split())
    except (OSError, ValueError):
        return None
    return 10 * min(tenths, _LIFE_OVER) or None  # 0 is "not defined"


def _errors(file_systems: Path) -> int | None:
    counts = [_number(path, 10) for path in sorted(file_systems.glob("*/errors_count"))]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _number(path: Path, base: int) -> int | None:
    try:
        return int(_text(path) or "", base)
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip() or None
    except (OSError, ValueError):
        return None
