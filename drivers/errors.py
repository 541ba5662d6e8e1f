"""What can go wrong with a device, sorted by what the caller must do about it.

* DriverError
  - DeviceAbsentError    nothing is plugged in; retry with back-off, show "out of service"
  - DeviceTimeoutError   it is there but did not answer in time; retry once, then absent
  - DeviceFaultError     it reports a fault a human must clear (``fault``); do not retry
  - DeviceProtocolError  it answered nonsense; reopen

Nothing else may leave a driver. No message here may hold what was read from a card or a barcode.
"""

from __future__ import annotations

from enum import StrEnum


class DriverError(Exception):
    """Base class. ``device`` names the device as the configuration does."""

    def __init__(self, device: str, detail: str) -> None:
        super().__init__(f"{device}: {detail}")
        self.device = device
        self.detail = detail


class DeviceAbsentError(DriverError):
    """The device, or the card in it, is not there."""


class DeviceTimeoutError(DriverError):
    """The device did not answer in time."""


class DeviceProtocolError(DriverError):
    """The device answered something its protocol does not allow."""


class Fault(StrEnum):
    """Faults that only a human clears; the values are written to logs and to the wire."""

    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    OFFLINE = "offline"
    CARD_MUTE = "card-mute"
    TAMPERED = "tampered"


class DeviceFaultError(DriverError):
    """The device reports a fault that a human must clear."""

    def __init__(self, device: str, fault: Fault) -> None:
        super().__init__(device, fault.value)
        self.fault = fault
