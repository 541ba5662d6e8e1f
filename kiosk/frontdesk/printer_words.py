"""A printer's status in the words of the wire: which state of the trade it is in, and what is the matter."""

from __future__ import annotations

from drivers.errors import Fault
from drivers.printer.port import Paper, PrinterStatus
from fleet.protocol.messages import DeviceState

_EMPTY = (Paper.OUT, Paper.JAMMED)


def state_of(status: PrinterStatus) -> DeviceState:
    """Who has to act: nobody, a person at the printer, or whoever switched it off line.

    A printer without paper calls itself off line, too; that is the paper's doing.
    """
    if status.cover_open or status.error:
        return DeviceState.USER_ERROR
    if status.online is False:
        return DeviceState.USER_ERROR if status.paper in _EMPTY else DeviceState.OFFLINE
    return DeviceState.UNKNOWN if status.online is None else DeviceState.ONLINE


def says(status: PrinterStatus) -> str:
    """What is the matter with it, or else how its paper stands."""
    if status.cover_open:
        return "cover open"
    if status.overheated:  # of its errors the one that mends itself
        return Fault.OVERHEATED.value
    return "error" if status.error else f"paper {status.paper.value}"
