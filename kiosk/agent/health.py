"""How the machine itself is doing. What cannot be asked is None, never a guess."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from fleet.protocol.messages import Health
from fleet.protocol.records import Restarted, decode_record
from kiosk import kernel_facts
from kiosk.notes import START
from kiosk.spool import Spool

_MIB = 1024 * 1024
_MEMORY = "proc/meminfo"

_DESK = "frontdesk"
"""The process whose restarts a visitor notices."""


def health(data_dir: Path, spool: Spool, clock_ahead_s: float | None, root: Path = Path("/")) -> Health:
    """The machine now; ``data_dir`` says which disk matters. ``root`` is another in tests."""
    supply, storage = kernel_facts.supply(root), kernel_facts.storage(root)
    restarted = _restarted(spool)
    return Health(
        uptime_s=int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        disk_free_mb=_disk_free_mb(data_dir),
        temperature_c=kernel_facts.temperature_c(root),
        memory_free_mb=_memory_free_mb(root / _MEMORY),
        under_voltage=supply.low_now,
        under_voltage_since_start=supply.low_since_start,
        slowed=supply.slowed_now,
        storage_used_percent=storage.used_percent,
        storage_errors=storage.errors,
        clock_ahead_s=clock_ahead_s,
        clock_synchronised=kernel_facts.is_clock_synchronised(root),
        restart="" if restarted is None else restarted.reason,
        restarted_at=None if restarted is None else restarted.started_at,
        disk_room=spool.room.value,
    )


def _restarted(spool: Spool) -> Restarted | None:
    """The last start of the front desk."""
    if (body := spool.noted(START + _DESK)) is None:
        return None
    try:
        record = decode_record(body)
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, Restarted) else None


def _disk_free_mb(data_dir: Path) -> int | None:
    try:
        return shutil.disk_usage(data_dir).free // _MIB
    except OSError:
        return None


def _memory_free_mb(path: Path) -> int | None:
    try:
        for line in path.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    except (OSError, ValueError, IndexError):
        return None
    return None
