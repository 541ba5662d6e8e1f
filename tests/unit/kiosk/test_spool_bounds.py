"""What a spool gives up and in which order: telemetry, told; money and audit never; and a disk that is really full."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.protocol.messages import Ack
from fleet.protocol.records import (
    CommandEnded,
    DeviceChanged,
    KnownRecord,
    PaymentOpened,
    RecordsDropped,
    Restarted,
    SettingsApplied,
    SlipFailed,
    SlipPrinted,
    VisitEnded,
    decode_record,
)
from kiosk.disk_room import LAST_BYTES, LOW_BYTES, RESERVE_BYTES, Room
from kiosk.spool import Bounds, Spool, SpoolFullError
from kiosk.telemetry import is_telemetry
from tests.support.small_disk import SmallDisk, small_disk

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY_S = 86_400
MIB = 1024 * 1024


def told(number: int, detail: str = "") -> DeviceChanged:
    return DeviceChanged(device="printer", state="online", detail=f"{number} {detail}", changed_at=AT)


def paid(number: int) -> SlipPrinted:
    return SlipPrinted(transaction_no=f"T{number}", confirmed=True, length_mm=182, printed_at=AT)


class FleetSide:
    """What the fleet does with batches, by the rule of ``fleet.ingest.keeping``."""

    def __init__(self) -> None:
        self.committed = 0
        self.money: list[str] = []
        self.telemetry = self.dropped = 0

    def take(self, spool: Spool, after: int) -> None:
        batch = spool.batch(after)
        for each in batch.records if batch else ():
            record = decode_record(each.record)
            count = record.count if isinstance(record, RecordsDropped) else 1
            if not each.no - count <= self.committed < each.no:
                assert each.no <= self.committed, f"a gap before {each.no}, of which nobody said why"
                continue
            if isinstance(record, RecordsDropped):
                self.dropped += each.no - self.committed
            elif isinstance(record, SlipPrinted):
                self.money.append(record.transaction_no)
            else:
                self.telemetry += 1
            self.committed = each.no

    def ack(self, spool: Spool) -> None:
        spool.acknowledge(Ack(spool_id=spool.spool_id, committed_through=self.committed))

    def take_all(self, spool: Spool) -> None:
        before = -1
        while before < self.committed < spool.last_no:
            before = self.committed
            self.take(spool, before)


def grow_old(path: Path, seconds: int, up_to_no: int) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE telemetry SET at_s = at_s - ? WHERE no <= ?", (seconds, up_to_no))
    db.close()


# ---- which records


@pytest.mark.parametrize(
    ("record", "may_go"),
    [
        (told(1), True),
        (Restarted(process="agent", version="0", reason="", started_at=AT), True),
        (SettingsApplied(revision=1, problems=(), applied_at=AT), True),
        (DeviceChanged(device="panel", state="online", detail="call", changed_at=AT), True),
        (DeviceChanged(device="panel", state="hardware-error", detail="tamper", changed_at=AT), False),
        (DeviceChanged(device="panel", state="online", detail="closed", changed_at=AT), False),
        (paid(1), False),
        (SlipFailed(transaction_no="T1", reason="paper-out", failed_at=AT), False),
        (CommandEnded(command_id="c", command="reboot", done=True, detail="", ended_at=AT), False),
        (
            VisitEnded(visit_id="v", service="pay-fee", language="th", started_at=AT, ended_at=AT, outcome="paid"),
            False,
        ),
        (
            PaymentOpened(
                transaction_no="T1", tracking_token="t", notice_no="n", biller_id="b", ref1="1", ref2="2",
                amount_satang=1, opened_at=AT,
            ),
            False,
        ),
        (RecordsDropped(count=1, first_at=AT, last_at=AT), False),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_what_may_be_forgotten(record: KnownRecord, may_go: bool) -> None:
    assert is_telemetry(record) is may_go


# ---- age and size

STEP = st.one_of(
    st.tuples(st.just("telemetry"), st.integers(1, 8)),
    st.tuples(st.just("money"), st.integers(1, 4)),
    st.tuples(st.just("old"), st.floats(0, 1)),
    st.tuples(st.just("fleet hears"), st.booleans()),
    st.tuples(st.just("link breaks"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


@given(steps=st.lists(STEP, max_size=30), is_tight=st.booleans())
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_in_silence_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]], is_tight: bool
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool.sqlite"
    bounds = Bounds(used_bytes=40 * 1024) if is_tight else Bounds()
    spool, fleet = Spool(path, bounds=bounds), FleetSide()
    money, telemetry, sent_after = 0, 0, 0
    for what, value in steps:
        match what, value:
            case "telemetry", int(count):
                spool.append(*[told(telemetry + i, "x" * 400) for i in range(count)])
                telemetry += count
            case "money", int(count):
                spool.append(*[paid(money + i) for i in range(count)])
                money += count
            case "old", float(share):
                grow_old(path, 91 * DAY_S, int(share * spool.last_no))
                spool.look_after()
            case "fleet hears", bool(is_ack_heard):
                fleet.take(spool, sent_after)
                if is_ack_heard:
                    fleet.ack(spool)
                    sent_after = fleet.committed
            case "link breaks", _:
                sent_after = 0
            case "restart", _:
                spool.close()
                spool = Spool(path, bounds=bounds)
    spool.append(paid(money))
    fleet.take_all(spool)
    spool.close()
    assert fleet.money == [f"T{i}" for i in range(money + 1)]
    assert fleet.telemetry + fleet.dropped == telemetry
    assert fleet.committed == telemetry + money + 1


def test_it_does_not_grow_beyond_its_bound_and_keeps_all_money(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path, bounds=Bounds(used_bytes=256 * 1024))
    for number in range(300):
        spool.append(*[told(number, "x" * 500) for _ in range(10)], paid(number))
    fleet = FleetSide()
    fleet.take_all(spool)
    spool.close()
    assert path.stat().st_size < 2 * 256 * 1024, "ten times that was written"
    assert fleet.money == [f"T{i}" for i in range(300)]
    assert fleet.telemetry + fleet.dropped == 3000
    assert 100 < fleet.telemetry < 600, "the newest stay"


def test_the_oldest_go_first_and_are_told_by_when(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append(told(1), told(2), paid(1), told(3), told(4))
    grow_old(path, 91 * DAY_S, 4)
    spool.look_after()
    batch = spool.batch(0)
    assert batch is not None
    said = [(each.no, decode_record(each.record)) for each in batch.records]
    assert [no for no, _ in said] == [2, 3, 4, 5]
    (_, first), (_, money), (_, second), (_, newest) = said
    assert isinstance(first, RecordsDropped)
    assert (first.count, money, newest) == (2, paid(1), told(4))
    assert isinstance(second, RecordsDropped)
    age_days = (datetime.now(UTC) - first.first_at).days
    assert (second.count, age_days) == (1, 91)


def test_a_kiosk_that_woke_up_in_1970_does_not_take_its_records_for_old(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.append(told(1))
    grow_old(path, int(datetime.now(UTC).timestamp()) - DAY_S, 1)
    spool.look_after()
    batch = spool.batch(0)
    assert batch is not None
    assert decode_record(batch.records[0].record) == told(1)


KILLED = """
import sys
from pathlib import Path
from tests.unit.kiosk.test_spool_bounds import paid, told
from kiosk.spool import Bounds, Spool
spool = Spool(Path(sys.argv[1]), bounds=Bounds(used_bytes=64 * 1024))
number = int(sys.argv[2])
while True:
    spool.append(told(number, "x" * 500), told(number, "x" * 500), paid(number))
    print(number, flush=True)
    number += 1
"""


def test_killed_while_it_forgets_it_has_no_gap_and_all_that_was_kept(tmp_path: Path) -> None:
    path, number = tmp_path / "spool.sqlite", 0
    for after in (50, 7, 90, 31):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(path), str(number)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(after):
            number = int(process.stdout.readline()) + 1
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.stdout.close()
        process.wait()
        number = int(rest[-1]) + 1 if rest else number
        spool, fleet = Spool(path), FleetSide()
        fleet.take_all(spool)
        spool.close()
        written = set(fleet.money)
        assert {f"T{i}" for i in range(number)} <= written, "what append had returned from is gone"
        assert fleet.committed == 3 * len(fleet.money) == fleet.telemetry + fleet.dropped + len(fleet.money)
        number = len(written)


# ---- a disk that is really full


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 96) as made:
        yield made


def test_a_disk_that_fills_up_stops_telemetry_first_and_money_last(disk: SmallDisk) -> None:
    spool, fleet = Spool(disk.path / "spool.sqlite"), FleetSide()
    assert spool.room is Room.PLENTY
    spool.append(told(1), paid(1))
    disk.leave(LOW_BYTES - MIB)
    assert spool.room is Room.LOW
    spool.append(told(2), paid(2), told(3), told(4))
    disk.leave(LAST_BYTES - MIB)
    assert spool.room is Room.LAST
    spool.append(paid(3))
    disk.leave(0)
    written = _write_until_full(spool)
    assert written > 1000, "the reserve carried hardly anything"
    assert spool.room is Room.LAST, "the reserve is gone"
    disk.leave(80 * MIB)
    spool.look_after()
    assert spool.room is Room.PLENTY
    spool.append(told(5))
    fleet.take_all(spool)
    spool.close()
    assert fleet.money == ["T1", "T2", "T3", *(f"T{1000 + i}" for i in range(written))]
    assert (fleet.telemetry, fleet.dropped) == (2, 3)


def _write_until_full(spool: Spool) -> int:
    """How many records of money a disk took that was full; the reserve is in it."""
    for number in range(1_000_000):
        try:
            spool.append(paid(1000 + number))
        except SpoolFullError:
            return number
    raise AssertionError("a full disk took a million records")


def test_the_reserve_is_not_spent_on_telemetry(disk: SmallDisk) -> None:
    spool = Spool(disk.path / "spool.sqlite")
    disk.leave(0)
    with pytest.raises(SpoolFullError):  # noqa: PT012 - which of them it is, nobody can say
        for number in range(100_000):
            spool.append(told(number))
    assert (disk.path / "spool.sqlite.reserve").stat().st_size == RESERVE_BYTES
    spool.append(paid(1))
    spool.close()


def test_a_disk_that_cannot_be_asked_has_no_room_to_promise(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    spool = Spool(folder / "spool.sqlite")
    moved = folder.rename(tmp_path / "gone")
    assert spool.room is Room.LAST
    os.rename(moved, folder)  # noqa: PTH104 - as the kernel does it
    assert spool.room is not Room.LAST
    spool.close()
