"""Everything the doctor can find the matter with, and what a driver's error is to a technician. Pure.

Rule: every kind of ``DriverError`` and every ``Fault`` has a problem; a test demands it, for kinds added later too.
"""

from __future__ import annotations

from enum import StrEnum, auto

from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)


class Problem(StrEnum):
    """Everything the doctor can find; the values are written to JSON."""

    @staticmethod
    def _generate_next_value_(name: str, _start: int, _count: int, _last: list[str]) -> str:
        return name.lower().replace("_", "-")

    # the configuration and the machine's use
    NO_CONFIG = auto()
    NOT_CONFIGURED = auto()
    BAD_ADDRESS = auto()
    PRETEND_DEVICE = auto()
    LIBRARY_MISSING = auto()
    IN_USE = auto()
    # devices
    CARD_ABSENT = auto()
    SCANNER_ABSENT = auto()
    PRINTER_ABSENT = auto()
    PANEL_ABSENT = auto()
    DISPLAY_ABSENT = auto()
    NO_ANSWER = auto()
    NONSENSE = auto()
    DEVICE_ERROR = auto()
    CARD_REFUSES = auto()
    CARD_NOT_THAI_ID = auto()
    CARD_MUTE = auto()
    CARD_PULLED = auto()
    CARD_LEFT = auto()
    NO_CARD_CAME = auto()
    NOTHING_SCANNED = auto()
    SCANS_DAMAGED = auto()
    PAPER_OUT = auto()
    PAPER_LOW = auto()
    PAPER_JAMMED = auto()
    PAPER_UNKNOWN = auto()
    COVER_OPEN = auto()
    CUTTER = auto()
    OVERHEATED = auto()
    OFFLINE = auto()
    PRINTER_SILENT = auto()
    TAMPERED = auto()
    CORNERS_UNTOUCHED = auto()
    DISPLAY_WEDGED = auto()
    # the way to the fleet
    NO_IDENTITY = auto()
    IDENTITY_BROKEN = auto()
    CERTIFICATE_EXPIRED = auto()
    CERTIFICATE_ENDS_SOON = auto()
    NAME_NOT_FOUND = auto()
    UNREACHABLE = auto()
    FLEET_NOT_TRUSTED = auto()
    FLEET_REFUSES_US = auto()
    FLEET_TROUBLED = auto()
    SIGNED_NOTHING = auto()
    SIGNED_OVER = auto()
    SIGNED_REFUSED = auto()
    SIGNED_ENDS_SOON = auto()
    CLOCK_WRONG = auto()
    CLOCK_OFF = auto()
    CLOCK_UNSET = auto()
    CLOCK_UNKNOWN = auto()
    # the machine
    DISK_FULL = auto()
    DISK_LOW = auto()
    DISK_READ_ONLY = auto()
    DISK_NOT_OURS = auto()
    DISK_BROKEN = auto()
    NO_DATA_DIR = auto()
    NO_SPOOL = auto()
    SPOOL_UNREADABLE = auto()
    SPOOL_DEEP = auto()
    UNDER_VOLTAGE = auto()
    UNDER_VOLTAGE_BEFORE = auto()
    POWER_UNKNOWN = auto()
    HOT = auto()
    TOO_HOT = auto()
    TEMPERATURE_UNKNOWN = auto()
    STORAGE_WORN = auto()
    STORAGE_ENDS_SOON = auto()
    STORAGE_ERRORS = auto()
    STORAGE_UNKNOWN = auto()
    RESTARTED_BY_BUG = auto()
    RESTARTED_KILLED = auto()
    RESTARTED_POWER = auto()
    RESTARTED_HUNG = auto()
    RESTARTED_BROKEN_FILE = auto()


MUTE_HARDWARE = frozenset({Problem.POWER_UNKNOWN, Problem.TEMPERATURE_UNKNOWN, Problem.STORAGE_UNKNOWN})
"""Nobody can ask these of this machine, and nobody has to come because of them."""


FAULTS: dict[Fault, Problem] = {
    Fault.PAPER_OUT: Problem.PAPER_OUT,
    Fault.COVER_OPEN: Problem.COVER_OPEN,
    Fault.CUTTER: Problem.CUTTER,
    Fault.OVERHEATED: Problem.OVERHEATED,
    Fault.OFFLINE: Problem.OFFLINE,
    Fault.CARD_MUTE: Problem.CARD_MUTE,
    Fault.TAMPERED: Problem.TAMPERED,
}

ABSENT: dict[str, Problem] = {
    "card": Problem.CARD_ABSENT,
    "scanner": Problem.SCANNER_ABSENT,
    "printer": Problem.PRINTER_ABSENT,
    "panel": Problem.PANEL_ABSENT,
    "display": Problem.DISPLAY_ABSENT,
}

ERRORS: dict[str, Problem] = {
    DeviceTimeoutError.__name__: Problem.NO_ANSWER,
    DeviceProtocolError.__name__: Problem.NONSENSE,
    "CardAnswerError": Problem.CARD_REFUSES,
    "NotThaiIdError": Problem.CARD_NOT_THAI_ID,
    DriverError.__name__: Problem.DEVICE_ERROR,
}
"""By name, so that no driver is imported here; whoever derives from one of these is what its parent is."""


def problem_of(err: DriverError, device: str) -> Problem:
    """What a driver's error is to a technician. ``device`` as in ``ABSENT``."""
    if isinstance(err, DeviceFaultError):
        return FAULTS[err.fault]
    if isinstance(err, DeviceAbsentError):
        return ABSENT[device]
    return next(ERRORS[kind.__name__] for kind in type(err).__mro__ if kind.__name__ in ERRORS)
