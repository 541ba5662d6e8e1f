"""What happened, by the records of a kiosk's spool: when, how grave it is, and what who sees the kiosk may know of it.

Pure. A page makes sentences of it, a program gets it as it is: so both say the same, and neither says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from fleet.devices.models import Record
from fleet.devices.truth import Condition, condition_of_state
from fleet.protocol import records
from fleet.protocol.updates import UpdateReason, UpdateState

Known = records.KnownRecord | records.UnknownRecord


@dataclass(frozen=True, slots=True)
class Happened:
    """One record. ``known``: as the kiosk meant it, None if it cannot be read. ``at``: the kiosk's clock; of what
    cannot be read, and of a newer release's, when it came."""

    kind: str
    at: datetime
    condition: Condition
    known: Known | None

    @property
    def facts(self) -> dict[str, Any]:
        """What it says, by the names of ``fleet.protocol.records``; nothing of what is not for who sees a kiosk."""
        said = _MAY_BE_TOLD.get(type(self.known), ())
        return {name: msgspec.to_builtins(getattr(self.known, name)) for name in said}


def happened(record: Record) -> Happened:
    """What a record says."""
    try:
        known = records.decode_record(msgspec.json.encode(record.body))
    except msgspec.DecodeError:
        return Happened(record.kind, record.received_at, Condition.UNKNOWN, None)
    at = getattr(known, _MOMENT.get(type(known), ""), record.received_at)
    return Happened(record.kind, at, condition_of(known), known)


_MOMENT: Mapping[type, str] = MappingProxyType(
    {
        records.VisitEnded: "ended_at",
        records.PaymentOpened: "opened_at",
        records.SlipPrinted: "printed_at",
        records.SlipFailed: "failed_at",
        records.DeviceChanged: "changed_at",
        records.SettingsApplied: "applied_at",
        records.Restarted: "started_at",
        records.CommandEnded: "ended_at",
        records.RecordsDropped: "last_at",
        records.TicketOpened: "opened_at",
        records.CustomerRegistered: "opened_at",
        records.PresenceKeyMade: "made_at",
        records.PresenceIssued: "issued_at",
        records.FolderMoved: "moved_at",
        records.ShelfTaken: "taken_at",
        records.FirmwareStep: "stepped_at",
    }
)
"""When it happened."""

_MAY_BE_TOLD: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        records.VisitEnded: ("service", "outcome"),
        records.PaymentOpened: ("notice_no", "fee", "amount_satang"),
        records.SlipPrinted: ("transaction_no", "confirmed", "length_mm", "reprint"),
        records.SlipFailed: ("transaction_no", "reason"),
        records.DeviceChanged: ("device", "state", "detail"),
        records.SettingsApplied: ("revision", "problems"),
        records.Restarted: ("process", "version", "reason"),
        records.CommandEnded: ("command_id", "command", "done", "detail"),
        records.RecordsDropped: ("count",),
        records.TicketOpened: ("number",),
        records.CustomerRegistered: ("number",),
        records.PresenceKeyMade: ("key_id",),
        records.PresenceIssued: ("number",),
        records.FolderMoved: ("deed",),
        records.ShelfTaken: (),
        records.FirmwareStep: ("was", "state", "reason", "version", "next_try_at"),
    }
)
"""Default deny: no tracking token, no reference, no text of theirs, no officer. Which folder is the office's affair."""


def condition_of(known: Known) -> Condition:
    """How grave it is."""
    match known:
        case records.UnknownRecord():
            return Condition.UNKNOWN
        case records.DeviceChanged():
            return HANDS.get((known.device, known.detail)) or condition_of_state(known.state)
        case records.FirmwareStep():
            return _of_step(known)
    return Condition.ATTENTION if _went_wrong(known) else Condition.OK


def _went_wrong(known: Known) -> bool:
    match known:
        case records.SettingsApplied():
            return bool(known.problems)
        case records.CommandEnded():
            return not known.done
    return isinstance(known, records.SlipFailed | records.RecordsDropped)


HANDS: Mapping[tuple[str, str], Condition] = MappingProxyType(
    {
        ("panel", "call"): Condition.ATTENTION,
        ("panel", "tamper"): Condition.FAILING,
        ("panel", "closed"): Condition.OK,
        ("printer", "new roll"): Condition.OK,
    }
)
"""What the desk reports as a change of a device and is what a hand did there."""

OF_UPDATE: Mapping[UpdateState, Condition] = MappingProxyType(
    {
        UpdateState.GOOD: Condition.OK,
        UpdateState.ROLLED_BACK: Condition.ATTENTION,
        UpdateState.QUARANTINED: Condition.ATTENTION,
    }
)
"""Of the states of an update that are an end; in all others a kiosk is at it, or waits."""


def _of_step(step: records.FirmwareStep) -> Condition:
    """A reboot for a reason is the way back."""
    is_way_back = step.state is UpdateState.REBOOTING and step.reason is not UpdateReason.NONE
    return Condition.ATTENTION if is_way_back else OF_UPDATE.get(step.state, Condition.OK)
