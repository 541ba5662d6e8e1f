"""What stays in the spool of records that have gone to the fleet: for the technician, who stands here and not there.

Of each device its last word and its last fault, of each process its last start: the newest record of each, under a
name. Pure; ``kiosk.spool`` keeps them in the transaction that numbers the record, `kiosk doctor` and the agent read.
No history: that is the fleet's.
"""

from __future__ import annotations

from drivers.errors import Fault
from fleet.protocol.messages import DeviceState
from fleet.protocol.records import DeviceChanged, KnownRecord, Restarted, SlipFailed

NOW = "now/"
FAULT = "fault/"
START = "start/"
"""Beginnings of names; a device's name, or a process's, follows."""

PRINTER = "printer"

NEW_ROLL = "new roll"
"""What the printer's record says when somebody has said so."""

_WELL = (DeviceState.ONLINE, DeviceState.BUSY)
_FAULTY_WORDS = frozenset({*Fault, "paper out", "paper jammed"})
"""A printer that says so of its paper calls itself online all the same."""


def names_of(record: KnownRecord) -> tuple[str, ...]:
    """Under which names this record is kept, in the place of the one that stood there."""
    match record:
        case DeviceChanged(detail=detail) if detail in ("call", NEW_ROLL):
            return ()  # a hand on the button, or at the printer, and no state of either
        case DeviceChanged(device=device):
            return (NOW + device, FAULT + device) if is_fault(record) else (NOW + device,)
        case SlipFailed():
            return (FAULT + PRINTER,)
        case Restarted(process=process):
            return (START + process,)
    return ()


def is_fault(record: DeviceChanged) -> bool:
    """Whether a person may have to do something about it."""
    return record.state not in _WELL or record.detail in _FAULTY_WORDS
