"""The spool: no gap, no double, nothing lost, and a full disk said aloud."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.protocol.messages import Ack
from fleet.protocol.records import Restarted, decode_record
from kiosk.spool import BATCH_RECORDS_MAX, Spool, SpoolFullError, _first_counts
from kiosk.store import StoreReplacedError


def record(reason: str = "") -> Restarted:
    return Restarted(process="test", version="0", reason=reason, started_at=datetime(2026, 11, 22, tzinfo=UTC))


def numbers(spool: Spool, after: int = 0) -> list[int]:
    batch = spool.batch(after)
    return [each.no for each in batch.records] if batch else []


def test_records_are_numbered_from_one_without_gaps(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append(record("a"), record("b"))
    spool.append(record("c"))
    assert numbers(spool) == [1, 2, 3]
    batch = spool.batch(1)
    assert batch is not None
    assert [decode_record(each.record) for each in batch.records] == [record("b"), record("c")]


def test_numbers_go_on_after_everything_was_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append(record(), record())
    assert spool.acknowledge(Ack(spool_id=spool.spool_id, committed_through=2))
    assert spool.depth == 0
    spool.close()
    reopened = Spool(tmp_path / "spool.sqlite")
    reopened.append(record())
    assert numbers(reopened) == [3]


def test_an_acknowledgement_for_another_spool_deletes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append(record())
    assert not spool.acknowledge(Ack(spool_id="another", committed_through=1))
    assert spool.depth == 1


def test_a_batch_is_bounded(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append(*[record() for _ in range(BATCH_RECORDS_MAX + 1)])
    assert numbers(spool) == list(range(1, BATCH_RECORDS_MAX + 1))
    assert numbers(spool, BATCH_RECORDS_MAX) == [BATCH_RECORDS_MAX + 1]


def _write(path: Path, how_many: int) -> None:
    spool = Spool(path)
    for _ in range(how_many):
        spool.append(record())
    spool.close()


def test_two_processes_write_without_gap_or_double(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(path).close()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(path, 30)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert numbers(Spool(path)) == list(range(1, 61))


def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", max_bytes=64 * 1024)
    with pytest.raises(SpoolFullError):  # noqa: PT012 - which of them it is, nobody can say
        for _ in range(10_000):
            spool.append(record("x" * 500), record("y" * 500))
    written = spool.last_no
    assert written % 2 == 0, "half of an append stayed"
    assert spool.depth == written
    spool.acknowledge(Ack(spool_id=spool.spool_id, committed_through=written))
    spool.append(record())
    assert numbers(spool) == [written + 1]


def test_a_folder_that_cannot_be_made_is_said_aloud(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SpoolFullError, match="cannot open"):
        Spool(tmp_path / "file" / "spool.sqlite")


def test_counters_only_grow(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    sessions = [spool.next_session_no(), spool.next_session_no()]
    transactions = [spool.next_transaction_seq()]
    spool.close()
    reopened = Spool(tmp_path / "spool.sqlite")
    assert reopened.session_no == sessions[-1]
    sessions.append(reopened.next_session_no())
    transactions.append(reopened.next_transaction_seq())
    assert sessions == list(range(sessions[0], sessions[0] + 3))
    assert transactions == [transactions[0], transactions[0] + 1]


def test_a_bug_in_a_statement_is_no_full_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    sqlite3.connect(tmp_path / "spool.sqlite").execute("DROP TABLE record")
    with pytest.raises(sqlite3.OperationalError):
        spool.append(record())


@given(steps=st.lists(st.one_of(st.integers(1, 5), st.floats(0, 1)), max_size=20))
@settings(max_examples=30, deadline=None)
def test_whatever_is_acknowledged_the_rest_stays_in_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int | float]
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool") / "spool.sqlite")
    acknowledged = 0
    for each in steps:
        if isinstance(each, int):
            spool.append(*[record() for _ in range(each)])
        else:
            acknowledged = max(acknowledged, int(each * spool.last_no))
            spool.acknowledge(Ack(spool_id=spool.spool_id, committed_through=acknowledged))
    assert numbers(spool, acknowledged) == list(range(acknowledged + 1, spool.last_no + 1))[:BATCH_RECORDS_MAX]
    spool.close()


@pytest.mark.parametrize("damage", ["header", "middle", "whole"])
def test_a_broken_file_is_put_aside_and_a_new_spool_begun(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append(*[record("x" * 500) for _ in range(100)])
    name, session = spool.spool_id, spool.next_session_no()
    spool.close()
    content = path.read_bytes()
    path.write_bytes(
        {
            "header": b"\xff" * 100 + content[100:],
            "middle": content[:8192] + b"\xff" * 8192 + content[16384:],
            "whole": b"not a database at all, but as long as one would be" * 100,
        }[damage]
    )
    fresh = Spool(path)
    assert fresh.replaced
    assert (tmp_path / "spool.sqlite.broken").exists()
    assert fresh.spool_id != name
    assert fresh.next_session_no() >= session
    fresh.append(record())
    assert numbers(fresh) == [1]
    fresh.close()
    assert not Spool(path).replaced


def test_whoever_holds_a_spool_that_was_put_aside_cannot_write_into_it(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    held = Spool(path)
    assert not held.is_replaced
    path.rename(tmp_path / "elsewhere")
    assert held.is_replaced
    Spool(path).close()
    assert held.is_replaced
    with pytest.raises(StoreReplacedError):
        held.append(record())


def _open_and_append(path: Path) -> None:
    spool = Spool(path)
    spool.append(record())
    spool.close()


def test_two_processes_that_find_it_broken_end_on_the_same_new_one(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"\xff" * 8192)
    context = multiprocessing.get_context("spawn")
    openers = [context.Process(target=_open_and_append, args=(path,)) for _ in range(2)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(60)
        assert opener.exitcode == 0
    assert numbers(Spool(path)) == [1, 2]


def test_numbers_of_a_new_spool_begin_above_those_of_any_before(tmp_path: Path) -> None:
    sessions, transactions = _first_counts(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert transactions < 10_000_000 - 1_000_000, "seven digits a year, and room to count on"
    earlier = _first_counts(datetime(2026, 11, 22, tzinfo=UTC))
    assert earlier < (sessions, transactions)
    assert earlier[1] < transactions
