"""What a spool may forget, and how it says so: pure; ``kiosk.spool`` asks.

Telemetry is what only describes the machine, and what a later status says again. Everything else is money or audit and
is never forgotten: visits, payments, slips, commands, and the hand that opened the cabinet. Records that were
forgotten are told as one ``RecordsDropped`` in the place of the last of them, so that numbers stay without gaps.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from fleet.protocol.records import (
    DeviceChanged,
    KnownRecord,
    RecordsDropped,
    Restarted,
    SettingsApplied,
    decode_record,
)

_CABINET = frozenset({"tamper", "closed"})
"""Details of the panel that tell of the cabinet, not of the panel."""


def is_telemetry(record: KnownRecord) -> bool:
    """Whether this record may be forgotten when there is no room for all."""
    match record:
        case DeviceChanged(device="panel", detail=detail):
            return detail not in _CABINET
        case DeviceChanged() | Restarted() | SettingsApplied():
            return True
    return False


def dropped_one(at_s: int) -> RecordsDropped:
    """One record of ``at_s`` (seconds since 1970) is forgotten."""
    at = datetime.fromtimestamp(at_s, UTC)
    return RecordsDropped(count=1, first_at=at, last_at=at)


def joined(one: RecordsDropped, other: RecordsDropped) -> RecordsDropped:
    """Both as one."""
    return RecordsDropped(
        count=one.count + other.count,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
    )


def as_dropped(body: bytes) -> RecordsDropped | None:
    """What ``body`` says was forgotten; None when it is any other record."""
    try:
        record = decode_record(body)
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, RecordsDropped) else None
