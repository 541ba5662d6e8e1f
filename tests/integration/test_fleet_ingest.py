"""Records through a real broker into the database: each exactly once, whatever dies on the way."""

from __future__ import annotations

import queue
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.messages import Ack, Desired, FleetSession, NumberedRecord, RecordBatch, Session, decode, encode
from fleet.protocol.records import Restarted, encode_record
from fleet.protocol.topics import FLEET_SESSION, Channel, kiosk_topic
from tests.support.broker import PATIENCE_S, Client, Fleet, eventually
from tests.support.databases import over_both
from tests.support.postgresql import Cluster
from tests.support.require import require

pytestmark = over_both
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RECORD = msgspec.Raw(encode_record(Restarted(process="agent", version="0.1.0", reason="", started_at=AT)))
BATCH = 40
KILLS = 20
RESEND_AFTER_S = 1.0
HEARD_FOR = timedelta(seconds=10)
"""How long a word of ingest's holds at most."""


@pytest.fixture
def fleet(tmp_path: Path, database: str) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path, database) as running:
        running.start("mosquitto")
        yield running


class Spool:
    """The kiosk's half of the bargain, as simple as it can be: send on from what is committed, and again if silent."""

    def __init__(self, client: Client, kiosk_id: str, length: int) -> None:
        self._client, self._kiosk_id, self._length = client, kiosk_id, length
        self._sent_at_s = 0.0
        self.committed = 0
        self.acks: list[int] = []
        client.subscribe(kiosk_topic(kiosk_id, Channel.ACK))

    def ship(self, upto: int | None = None) -> None:
        """Until the fleet has committed ``upto`` (all by default)."""
        wanted, until_s = upto or self._length, time.monotonic() + 3 * PATIENCE_S
        while self.committed < wanted:
            assert time.monotonic() < until_s, f"stuck at {self.committed}"
            if time.monotonic() - self._sent_at_s >= RESEND_AFTER_S:
                self.send()
            self._hear()

    def send(self) -> None:
        """The next batch, once."""
        numbers = range(self.committed + 1, min(self.committed + BATCH, self._length) + 1)
        batch = RecordBatch(spool_id="s1", records=tuple(NumberedRecord(no=no, record=RECORD) for no in numbers))
        self._client.publish(kiosk_topic(self._kiosk_id, Channel.RECORDS), encode(batch))
        self._sent_at_s = time.monotonic()

    def _hear(self) -> None:
        try:
            _, payload = self._client.next(0.2)
        except queue.Empty:
            return
        self.acks.append(decode(payload, Ack).committed_through)
        if self.acks[-1] > self.committed:
            self.committed, self._sent_at_s = self.acks[-1], 0.0


def kept(fleet: Fleet, kiosk_id: str) -> list[int]:
    query = "SELECT no FROM devices_record WHERE kiosk_id = ? AND spool_id = 's1' ORDER BY id"
    return [no for (no,) in fleet.rows(query, kiosk_id)]


def test_ingest_killed_again_and_again_loses_and_doubles_nothing(fleet: Fleet) -> None:
    fleet.start("ingest")
    spool = Spool(fleet.kiosk("CBI-01"), "CBI-01", 1000)
    for upto in (100, 300, 500, 700, 900):
        spool.ship(upto)
        fleet.kill("ingest")
        fleet.start("ingest")
    spool.ship()
    assert kept(fleet, "CBI-01") == list(range(1, 1001))
    assert max(spool.acks) == 1000


def test_two_workers_and_the_database_killed_at_random_under_load(
    fleet: Fleet, database: str, request: pytest.FixtureRequest
) -> None:
    """Many kills, each with three kiosks' batches on their way: every record once, no gap, nobody stuck."""
    chance = random.Random(20261122)  # noqa: S311 - which one dies, the same each time
    workers = ["ingest", "ingest-2"]
    for worker in workers:
        fleet.start(worker)
    spools = [Spool(fleet.kiosk(kiosk_id), kiosk_id, KILLS * BATCH) for kiosk_id in ("CBI-01", "CBI-02", "KKN-01")]
    killed = {"ingest": 0, "ingest-2": 0, "postgresql": 0}
    cluster: Cluster | None = request.getfixturevalue("cluster") if database else None
    for round_no in range(1, KILLS + 1):
        for spool in spools:
            spool.send()
        victim = "postgresql" if cluster is not None and round_no % 10 == 0 else chance.choice(workers)
        killed[victim] += 1
        if victim == "postgresql" and cluster is not None:
            cluster.stop("immediate")
            cluster.start()
        else:
            fleet.kill(victim)
            fleet.start(victim)
        if round_no % 5 == 0:
            for spool in spools:
                fleet.revive(*workers)
                spool.ship(round_no * BATCH)
    fleet.revive(*workers)
    for spool in spools:
        spool.ship()
    assert min(killed[worker] for worker in workers) > KILLS // 4, killed
    assert sum(killed.values()) == KILLS
    for kiosk_id in ("CBI-01", "CBI-02", "KKN-01"):
        assert kept(fleet, kiosk_id) == list(range(1, KILLS * BATCH + 1))


def test_nothing_is_acknowledged_before_it_is_in_the_database(fleet: Fleet) -> None:
    """Every acknowledgement is held against the database at the moment it arrives."""
    fleet.start("ingest")
    spool = Spool(fleet.kiosk("CBI-01"), "CBI-01", 400)
    for upto in range(BATCH, 401, BATCH):
        spool.ship(upto)
        assert len(kept(fleet, "CBI-01")) >= spool.committed


def test_what_arrives_while_ingest_is_away_waits_for_it(fleet: Fleet) -> None:
    fleet.start("ingest")
    spool = Spool(fleet.kiosk("CBI-01"), "CBI-01", 2 * BATCH)
    spool.ship(BATCH)
    fleet.kill("ingest")
    spool.send()
    fleet.start("ingest")
    eventually(lambda: kept(fleet, "CBI-01") == list(range(1, 2 * BATCH + 1)))


def test_a_broker_that_restarts_and_one_that_lost_its_disk(fleet: Fleet) -> None:
    fleet.start("ingest")
    kiosk = fleet.kiosk("CBI-01")
    spool = Spool(kiosk, "CBI-01", 300)
    spool.ship(100)
    fleet.stop("mosquitto")
    fleet.start("mosquitto")
    eventually(lambda: kiosk.births == 2)
    spool.ship(200)
    fleet.kill("mosquitto")
    for file in (fleet.folder / "certificates" / "state").iterdir():
        file.unlink()
    fleet.start("mosquitto")
    eventually(lambda: kiosk.births == 3)
    spool.ship()
    assert kept(fleet, "CBI-01") == list(range(1, 301))


def test_many_kiosks_at_once(fleet: Fleet) -> None:
    fleet.start("ingest")
    spools = [Spool(fleet.kiosk(kiosk_id), kiosk_id, 120) for kiosk_id in ("CBI-01", "CBI-02", "KKN-01")]
    for upto in (BATCH, 2 * BATCH, 3 * BATCH):
        for spool in spools:
            spool.ship(upto)
    for kiosk_id in ("CBI-01", "CBI-02", "KKN-01"):
        assert kept(fleet, kiosk_id) == list(range(1, 121))


def test_the_fleet_says_when_it_comes_when_it_goes_and_when_it_dies(fleet: Fleet) -> None:
    kiosk = fleet.kiosk("CBI-01")
    kiosk.subscribe(FLEET_SESSION)

    def said() -> bool:
        topic, payload = kiosk.next()
        assert topic == FLEET_SESSION
        return decode(payload, FleetSession).alive

    fleet.start("ingest")
    assert said()
    fleet.kill("ingest")
    assert not said(), "its will"
    fleet.start("ingest")
    assert said()
    fleet.stop("ingest")
    assert not said(), "its farewell"


def test_nobody_counts_as_online_while_the_broker_or_ingest_is_gone(fleet: Fleet) -> None:
    """What the pages ask (``fleet.devices.hearing``): a row that ends by itself, or is taken back."""

    def word() -> datetime | None:
        """Until when ingest's word holds; None when it has taken it back. A word that has run out still stands."""
        rows = fleet.rows("SELECT until FROM devices_lease WHERE name = 'ingest'")
        until = rows[0][0] if rows else None
        return datetime.fromisoformat(until).replace(tzinfo=UTC) if isinstance(until, str) else until

    fleet.start("ingest")
    eventually(word)
    fleet.kill("mosquitto")
    eventually(lambda: word() is None)
    fleet.start("mosquitto")
    eventually(word)
    fleet.kill("ingest")
    last = word()
    assert last is not None, "nobody was there to take it back"
    assert last <= datetime.now(UTC) + HEARD_FOR, "it runs out by itself"
    fleet.start("ingest")
    eventually(lambda: (now := word()) is not None and now > last)
    fleet.stop("ingest")
    assert word() is None, "who ends in order takes its word back"


def test_a_birth_brings_what_should_run_even_from_a_broker_that_forgot_it(fleet: Fleet) -> None:
    for part in ("ingest", "conduct"):
        fleet.start(part)
    eventually(lambda: not fleet.rows("SELECT 1 FROM devices_outgoing"))
    fleet.kill("mosquitto")
    shutil.rmtree(fleet.folder / "certificates" / "state")
    (fleet.folder / "certificates" / "state").mkdir()
    fleet.start("mosquitto")
    kiosk = fleet.kiosk("CBI-01")
    kiosk.subscribe(kiosk_topic("CBI-01", Channel.DESIRED))
    born = Session(session_no=7, boot_id="b", alive=True, at=AT)
    kiosk.publish(kiosk_topic("CBI-01", Channel.SESSION), encode(born), retain=True)
    desired = decode(kiosk.next()[1], Desired)
    assert desired.settings_revision == 2, "the national and the office's document of the sample data"


def test_garbage_from_one_kiosk_harms_no_other(fleet: Fleet) -> None:
    fleet.start_hearing("ingest")
    mad, well = fleet.kiosk("KKN-01"), Spool(fleet.kiosk("CBI-01"), "CBI-01", BATCH)
    for payload in (b"", b"\xff", b"[" * 100_000, b'{"spool_id":"s","records":[{"no":1,"record":' + b"[" * 100_000):
        for channel in (Channel.SESSION, Channel.STATUS, Channel.RECORDS, Channel.REPORTED, Channel.REPLY):
            mad.publish(kiosk_topic("KKN-01", channel), payload)
    pid = fleet.pid("ingest")
    well.ship()
    eventually(lambda: "refused a message of KKN-01 on records: MessageError" in fleet.log_of("ingest"))
    assert Path(f"/proc/{pid}").exists()
    assert "Traceback" not in fleet.log_of("ingest")
