"""Messages doubled, out of order, cut short, too large, garbage, or another kiosk's: counted, never in the way.

One kiosk says them with its own certificate, as anybody with a stolen or broken one could; two others go on with their
records beside it, and ingest stays the process it was.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fleet.protocol.messages import MESSAGE_BYTES_MAX, NumberedRecord, RecordBatch, encode
from fleet.protocol.records import Restarted, encode_record
from fleet.protocol.topics import FLEET_SESSION, FROM_KIOSK, TO_KIOSK, Channel, kiosk_topic
from tests.support.bare_kiosk import MakeBare
from tests.support.broker import Client, Fleet, eventually
from tests.support.fault_table import Row, Tell

BAD, VICTIM = "KKN-01", "CBI-01"
WIRE = Path(__file__).parents[1] / "contract" / "wire" / "0.1.0"
SAID = {
    Channel.SESSION: "Session",
    Channel.STATUS: "Status",
    Channel.RECORDS: "RecordBatch",
    Channel.REPORTED: "Reported",
    Channel.REPLY: "Reply",
}
SPOOL = "shuffled"
RECORDS = 60


def batch(*numbers: int) -> bytes:
    at = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    raw = msgspec.Raw(encode_record(Restarted(process="agent", version="0.1.0", reason="", started_at=at)))
    return encode(RecordBatch(spool_id=SPOOL, records=tuple(NumberedRecord(no=no, record=raw) for no in numbers)))


def say_shuffled(bad: Client, row: Row, chance: random.Random) -> None:
    """Batches doubled and in any order, until all of them have found their place."""
    for _ in range(2):
        starts = [*range(1, RECORDS + 1, 5)] * 2
        chance.shuffle(starts)
        for start in starts:
            bad.publish(kiosk_topic(BAD, Channel.RECORDS), batch(*range(start, start + 5)))
            row.tried["doubled or out of order"] += 1
    for start in range(1, RECORDS + 1, 5):
        bad.publish(kiosk_topic(BAD, Channel.RECORDS), batch(*range(start, start + 5)))


def say_broken(bad: Client, row: Row, chance: random.Random, times: int) -> None:
    """The golden messages, cut anywhere, and with bytes changed anywhere; and what is no message at all."""
    for channel, name in SAID.items():
        whole = (WIRE / f"{name}.json").read_bytes()
        topic = kiosk_topic(BAD, channel)
        for _ in range(times):
            bad.publish(topic, whole[: chance.randrange(len(whole))])
            row.tried["truncated"] += 1
            spoilt = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            bad.publish(topic, bytes(spoilt))
            row.tried["garbled"] += 1
        for garbage in (b"", b"\0", b"\xff" * 100, b"[" * 50_000, b"{}", b"null", b'{"session_no":1e999}'):
            bad.publish(topic, garbage)
            row.tried["garbage"] += 1
        bad.publish(topic, whole + b" " * (MESSAGE_BYTES_MAX - len(whole) - 100))
        bad.publish(topic, b'{"pad":"' + b"x" * (MESSAGE_BYTES_MAX - 300) + b'"}')
        row.tried["as large as may be"] += 2


def say_as_others(bad: Client, row: Row) -> None:
    """On topics that are not its own the broker lets nothing through."""
    forged = (WIRE / "Session.json").read_bytes()
    topics = [kiosk_topic(VICTIM, channel) for channel in Channel]
    topics += [kiosk_topic(BAD, channel) for channel in sorted(TO_KIOSK)]
    topics += [FLEET_SESSION, "sala/v1/kiosk/x/y/status", "sala/v1", "$SYS/broker/uptime"]
    for topic in topics:
        bad.publish(topic, forged)
        row.tried["on topics of others"] += 1


def test_no_message_stops_another(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare, *, is_long: bool) -> None:
    chance = random.Random(20261122)  # noqa: S311 - the same each time
    with table("messages") as row:
        well = [bare(fleet, kiosk_id, folder / kiosk_id) for kiosk_id in (VICTIM, "CBI-02")]
        for kiosk in well:
            kiosk.start()
            kiosk.write(20)
        eventually(lambda: all(kiosk.is_settled for kiosk in well))
        session = fleet.rows("SELECT session_no, boot_id FROM devices_kioskstate WHERE kiosk_id = ?", VICTIM)
        pid, bad = fleet.pid("ingest"), fleet.kiosk(BAD)
        listener = fleet.service("fleet-ingest-2")
        listener.subscribe(*(kiosk_topic(VICTIM, channel) for channel in sorted(TO_KIOSK)))

        for kiosk in well:
            kiosk.write(20)
        say_as_others(bad, row)
        assert set(SAID) == set(FROM_KIOSK)
        say_broken(bad, row, chance, 200 if is_long else 4)
        for kiosk in well:
            kiosk.write(20)
        say_shuffled(bad, row, chance)
        bad.publish(kiosk_topic(BAD, Channel.STATUS), b"x" * (MESSAGE_BYTES_MAX + 5000), is_answered=False)
        row.tried["oversized"] += 1
        eventually(lambda: bad.losses)  # the broker hangs up on it

        query = "SELECT no FROM devices_record WHERE kiosk_id = ? AND spool_id = ? ORDER BY id"
        eventually(lambda: [no for (no,) in fleet.rows(query, BAD, SPOOL)] == list(range(1, RECORDS + 1)))
        eventually(lambda: all(kiosk.is_settled for kiosk in well))
        for kiosk in well:
            kiosk.close()
            kiosk.account()
        assert fleet.pid("ingest") == pid
        assert Path(f"/proc/{pid}").exists()
        log = fleet.log_of("ingest")
        assert "Traceback" not in log
        refused = sum(f"refused a message of {BAD}" in line for line in log.splitlines())
        assert refused > row.tried["truncated"], "truncated ones can never be read"
        assert fleet.rows("SELECT session_no, boot_id FROM devices_kioskstate WHERE kiosk_id = ?", VICTIM) == session
        told = [listener.next(0.1) for _ in range(listener.arrived.qsize())]
        assert all(b'"alive":true' not in payload for _, payload in told), "a forged message came through"
        row.seen = f"{refused} refused and counted; records beside them complete; ingest is the same process"
