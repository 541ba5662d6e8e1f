"""A time that does not say its offset comes in nowhere."""

from __future__ import annotations

import msgspec
import pytest

from fleet.protocol.messages import MessageError, Status, decode
from fleet.protocol.records import VisitEnded, decode_record

NAIVE, WHOLE = "2026-11-23T03:00:00", "2026-11-23T10:00:00+07:00"


def status(**times: str) -> bytes:
    device = {"state": "no-device", "since": times.get("since", WHOLE)}
    said = {"session_no": 1, "at": times.get("at", WHOLE), "devices": {"card": device}, "paper": "full"}
    return msgspec.json.encode({**said, "paper_out_at": times.get("paper_out_at", WHOLE)})


def visit(ended_at: str) -> bytes:
    said = {"kind": "visit-ended", "visit_id": "v", "service": "pay-fee", "language": "th", "outcome": "paid"}
    return msgspec.json.encode({**said, "started_at": WHOLE, "ended_at": ended_at})


@pytest.mark.parametrize("name", ["at", "since", "paper_out_at"])
def test_a_status_is_refused_for_a_time_without_its_offset(name: str) -> None:
    assert decode(status(), Status).at.utcoffset() is not None
    with pytest.raises(MessageError):
        decode(status(**{name: NAIVE}), Status)


def test_and_so_is_a_record() -> None:
    assert isinstance(decode_record(visit(WHOLE)), VisitEnded)
    with pytest.raises(msgspec.DecodeError):
        decode_record(visit(NAIVE))
