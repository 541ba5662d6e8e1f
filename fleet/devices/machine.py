"""How grave it is what a kiosk tells of its machine, fact by fact; `kiosk doctor` judges the same.

Only what is known is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from fleet.devices.truth import Condition
from fleet.protocol.messages import Health

CLOCK_OFF_S = 10.0
LIFE_ENDS_SOON_PERCENT = 90
LIFE_OVER_PERCENT = 110

_ENDED_WELL = ("stopped", "machine-restarted")


class MachineFact(StrEnum):
    """What is judged. ``RESTART``: how the life of its front desk before this one ended."""

    POWER = "power"
    DISK_ROOM = "disk-room"
    STORAGE_LIFE = "storage-life"
    STORAGE_ERRORS = "storage-errors"
    CLOCK = "clock"
    RESTART = "restart"


def judged(health: Health) -> dict[MachineFact, Condition]:
    """Each fact that is known; room on the disk and errors only where they are a concern."""
    return dict(_judged(health))


def _judged(health: Health) -> Iterator[tuple[MachineFact, Condition]]:
    if health.under_voltage is not None:
        yield MachineFact.POWER, _power(health)
    if health.disk_room in ("low", "last"):
        yield MachineFact.DISK_ROOM, Condition.FAILING if health.disk_room == "last" else Condition.ATTENTION
    if health.storage_used_percent is not None:
        yield MachineFact.STORAGE_LIFE, _life(health.storage_used_percent)
    if health.storage_errors:
        yield MachineFact.STORAGE_ERRORS, Condition.FAILING
    if health.clock_ahead_s is not None or health.clock_synchronised is not None:
        is_off = is_clock_off(health) or health.clock_synchronised is False
        yield MachineFact.CLOCK, Condition.ATTENTION if is_off else Condition.OK
    if health.restart:
        yield MachineFact.RESTART, Condition.OK if health.restart in _ENDED_WELL else Condition.ATTENTION


def is_clock_off(health: Health) -> bool:
    """Whether its clock is known to be another than the fleet's."""
    return health.clock_ahead_s is not None and abs(health.clock_ahead_s) > CLOCK_OFF_S


def _power(health: Health) -> Condition:
    if health.under_voltage:
        return Condition.FAILING
    return Condition.ATTENTION if health.under_voltage_since_start or health.slowed else Condition.OK


def _life(used_percent: int) -> Condition:
    if used_percent >= LIFE_OVER_PERCENT:
        return Condition.FAILING
    return Condition.ATTENTION if used_percent >= LIFE_ENDS_SOON_PERCENT else Condition.OK
