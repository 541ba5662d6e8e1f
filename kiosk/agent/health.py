"""How the machine itself is doing. What cannot be asked is None, never a guess."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from fleet.protocol.messages import Health

_MIB = 1024 * 1024
_THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")
_MEMORY = Path("/proc/meminfo")


def health(data_dir: Path) -> Health:
    """The machine now; ``data_dir`` says which disk matters."""
    return Health(
        uptime_s=int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        disk_free_mb=_disk_free_mb(data_dir),
        temperature_c=_temperature_c(),
        memory_free_mb=_memory_free_mb(),
    )


def _disk_free_mb(data_dir: Path) -> int | None:
    try:
        return shutil.disk_usage(data_dir).free // _MIB
    except OSError:
        return None


def _temperature_c() -> float | None:
    try:
        return int(_THERMAL.read_text("ascii")) / 1000
    except (OSError, ValueError):
        return None


def _memory_free_mb() -> int | None:
    try:
        for line in _MEMORY.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    except (OSError, ValueError, IndexError):
        return None
    return None
