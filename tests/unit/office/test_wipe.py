"""Records that are not this kiosk's any more are gone: for whoever asks, and from the disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from drivers.card.samples import SOMCHAI
from fleet.protocol.office import Factory
from fleet.protocol.thai import IdNumber
from kiosk.office.replica import Replica
from kiosk.store import StoreError
from tests.support.desk_rig import office_records

TRACES = (b"Sample Foods", b"REFERENCE1", b"20200012325553")


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.fixture
def held(tmp_path: Path) -> Replica:
    replica = Replica(tmp_path / "office.sqlite")
    replica.take(office_records(revision=1, notices=300))
    replica.take(office_records(revision=2, notices=200))  # leaves pages that were written before
    replica.mark_paid("REFERENCE1", datetime(2026, 11, 22, tzinfo=UTC))
    return replica


def test_nothing_is_left_of_what_is_wiped(tmp_path: Path, held: Replica) -> None:
    assert all(trace in on_disk(tmp_path) for trace in TRACES)
    held.wipe()
    assert not [trace for trace in TRACES if trace in on_disk(tmp_path)]
    assert (held.office_id, held.revision, held.cursor) == ("", 0, "")
    assert held.card_hash(IdNumber(SOMCHAI.id_number)) == ""
    assert held.all_of(Factory) == ()


def test_it_is_wiped_for_whoever_has_it_open_too(tmp_path: Path, held: Replica) -> None:
    reading = Replica(tmp_path / "office.sqlite")
    assert reading.notice_with("REFERENCE1") is not None
    held.wipe()
    assert reading.notice_with("REFERENCE1") is None


def test_a_wiped_one_takes_another_office(held: Replica) -> None:
    held.wipe()
    held.take(office_records(revision=7, office_id="RYG"))
    assert (held.office_id, held.revision) == ("RYG", 7)
    owed = held.notice_with("REFERENCE1")
    assert owed is not None
    assert owed.notice.paid_at is None, "what was confirmed here was of the other office"


def test_an_answer_that_was_on_its_way_is_not_taken(held: Replica) -> None:
    late = msgspec.structs.replace(office_records(revision=3), anew=False, since=held.cursor)
    held.wipe()
    with pytest.raises(StoreError, match="does not follow"):
        held.take(late)
    assert held.office_id == ""
