"""A kiosk's firmware as it should be against as it is: why the one is not the other yet."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fleet.devices.models import Kiosk
from fleet.devices.truth import KioskTruth
from fleet.protocol.updates import FirmwareDesired


class FirmwareGap(StrEnum):
    """``NONE``: it runs what is wanted, and has proved itself. ``CANCELLED``: it is not wanted any more.

    ``OFFLINE``: it is told when it comes back. ``UNDER_WAY``: it was told, and has not said that it heard.
    ``AT_IT``: it is at it, or could not; its own ``state`` and ``reason`` say.
    """

    NONE = "none"
    CANCELLED = "cancelled"
    OFFLINE = "offline"
    UNDER_WAY = "under-way"
    AT_IT = "at-it"


def wanted_of(kiosk: Kiosk) -> FirmwareDesired | None:
    """What it should run; None while no roll-out has asked anything of it."""
    return msgspec.convert(kiosk.firmware, FirmwareDesired) if kiosk.firmware else None


def firmware_gap(truth: KioskTruth) -> FirmwareGap | None:
    """Why; None where nothing is wanted, and of a kiosk that cannot be updated."""
    said, wanted = truth.firmware, wanted_of(truth.kiosk)
    if said is None or wanted is None:
        return None
    if said.is_good(wanted.manifest_hash):
        return FirmwareGap.NONE
    if wanted.cancelled:
        return FirmwareGap.CANCELLED
    if not truth.online:
        return FirmwareGap.OFFLINE
    return FirmwareGap.UNDER_WAY if said.rollout_id != wanted.rollout_id else FirmwareGap.AT_IT
