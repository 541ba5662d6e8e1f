"""Why somebody should look at a kiosk, in one word: the worst that is known of it. The sentences are whoever tells's.

The order is ``truth``'s: what the link says, then paper, then devices, then the disk.
"""

from __future__ import annotations

from enum import StrEnum

from fleet.devices.truth import Condition, DeviceTruth, KioskTruth


class Cause(StrEnum):
    """``FLEET_DEAF``: the fleet hears no kiosk at all. ``DEVICES``: those of ``devices_behind``."""

    USED_TWICE = "used-twice"
    OFFLINE = "offline"
    NEVER_HEARD = "never-heard"
    SILENT = "silent"
    FLEET_DEAF = "fleet-deaf"
    PAPER_OUT = "paper-out"
    PAPER_JAMMED = "paper-jammed"
    DEVICES = "devices"
    DISK_LAST = "disk-last"
    PAPER_LOW = "paper-low"
    DISK_LOW = "disk-low"


_PAPER = {"out": Cause.PAPER_OUT, "jammed": Cause.PAPER_JAMMED}


def cause_of(truth: KioskTruth) -> Cause | None:
    """Why; None when nobody must."""
    if truth.used_twice_at is not None:
        return Cause.USED_TWICE
    match truth.condition:
        case Condition.OK:
            return None
        case Condition.OFFLINE:
            return Cause.OFFLINE
        case Condition.UNKNOWN if truth.heard_at is None:
            return Cause.NEVER_HEARD
        case Condition.STALE:
            return Cause.SILENT if truth.is_heard else Cause.FLEET_DEAF
    return _said(truth)


def devices_behind(truth: KioskTruth) -> list[DeviceTruth]:
    """The devices that are as bad as the kiosk is."""
    return [each for each in truth.devices if each.condition == truth.condition]


def _said(truth: KioskTruth) -> Cause | None:
    """By the kiosk's own word."""
    if truth.paper in _PAPER:
        return _PAPER[truth.paper]
    if devices_behind(truth):
        return Cause.DEVICES
    if truth.health.disk_room == "last":
        return Cause.DISK_LAST
    if truth.paper == "low":
        return Cause.PAPER_LOW
    return Cause.DISK_LOW if truth.health.disk_room == "low" else None
