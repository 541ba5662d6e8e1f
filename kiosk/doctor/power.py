"""Supply, temperature and wear of the machine, as the kernel tells them: ``kiosk.kernel_facts``, judged.

Rules: what nobody tells is UNKNOWN, never fine. ``root`` is "/" but in tests.
"""

from __future__ import annotations

from pathlib import Path

from kiosk import kernel_facts
from kiosk.doctor.findings import Detail, Finding, attention, failing, fine, unknown
from kiosk.doctor.problems import Problem

HOT_C = 70.0
TOO_HOT_C = 80.0
"""From here a Raspberry Pi slows itself down."""

_LIFE_OVER_PERCENT = 110
_LIFE_ENDS_SOON_PERCENT = 90
_RESERVE_LOW, _RESERVE_GONE = 2, 3
"""Spare blocks: 80 % used, 90 % used."""


def look_at_power(root: Path) -> Finding:
    """Whether the supply holds."""
    supply = kernel_facts.supply(root)
    details: dict[str, Detail] = {
        "under_voltage_now": supply.low_now,
        "under_voltage_since_start": supply.low_since_start,
        "slowed_now": supply.slowed_now,
        "slowed_since_start": supply.slowed_since_start,
    }
    if supply.low_now:
        return failing("power", Problem.UNDER_VOLTAGE, **details)
    if supply.slowed_now:
        return failing("power", Problem.TOO_HOT, **details)
    if supply.low_since_start or supply.slowed_since_start:
        return attention("power", Problem.UNDER_VOLTAGE_BEFORE, **details)
    if supply.low_now is None:
        return unknown("power", Problem.POWER_UNKNOWN)
    return fine("power", **details)


def look_at_temperature(root: Path) -> Finding:
    """How hot the processor is."""
    degrees_c = kernel_facts.temperature_c(root)
    if degrees_c is None:
        return unknown("temperature", Problem.TEMPERATURE_UNKNOWN)
    degrees_c = round(degrees_c, 1)
    if degrees_c >= TOO_HOT_C:
        return failing("temperature", Problem.TOO_HOT, degrees_c=degrees_c)
    if degrees_c >= HOT_C:
        return attention("temperature", Problem.HOT, degrees_c=degrees_c)
    return fine("temperature", degrees_c=degrees_c)


def look_at_storage(root: Path) -> Finding:
    """Wear, where the storage tells it (eMMC does, most SD cards do not), and errors the file systems met."""
    storage = kernel_facts.storage(root)
    used, reserve = storage.used_percent, storage.reserve
    details: dict[str, Detail] = {
        "storage": " ".join(part for part in (storage.kind, storage.model) if part) or None,
        "made": storage.made,
        "life_used_percent": used,
        "file_system_errors": storage.errors,
    }
    if (used or 0) >= _LIFE_OVER_PERCENT or reserve == _RESERVE_GONE:
        return failing("storage", Problem.STORAGE_WORN, **details)
    if storage.errors:
        return failing("storage", Problem.STORAGE_ERRORS, **details)
    if (used or 0) >= _LIFE_ENDS_SOON_PERCENT or reserve == _RESERVE_LOW:
        return attention("storage", Problem.STORAGE_ENDS_SOON, **details)
    if used is None:
        return unknown("storage", Problem.STORAGE_UNKNOWN, **details)
    return fine("storage", **details)
