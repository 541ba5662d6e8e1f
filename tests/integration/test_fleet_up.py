"""The whole back end as `fleet up` runs it, from a kiosk's record to its screen, and an end without a trace.

How fast is measured by the bench, not here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import requests

from fleet.protocol.messages import Ack, Desired, NumberedRecord, PaymentConfirmed, RecordBatch, decode, encode
from fleet.protocol.office import Notice, OfficePage, decode_page
from fleet.protocol.records import PaymentOpened, encode_record
from fleet.protocol.topics import Channel, kiosk_topic
from tests.support.broker import PATIENCE_S, Fleet, eventually
from tests.support.databases import over_both
from tests.support.require import require

READY_TIMEOUT_S = 120


class Up:
    """`fleet up`, ready."""

    def __init__(self, fleet: Fleet) -> None:
        self._log = (fleet.folder / "up.log").open("wb")
        environment = {**fleet.environment, "SALA_PRETEND_BANK": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fleet", "up"], env=environment, stdout=subprocess.PIPE, stderr=self._log
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (fleet.folder / "up.log").read_text("utf-8")
        self.ready = json.loads(line)
        eventually(lambda: fleet.rows("SELECT 1 FROM devices_lease WHERE name = 'ingest'"))  # it hears

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


@pytest.fixture
def fleet(tmp_path: Path, database: str) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path, database) as made:
        made.environment["SALA_PRETEND_BANK"] = "1"
        yield made


@pytest.fixture
def up(fleet: Fleet) -> Iterator[Up]:
    running = Up(fleet)
    yield running
    running.close()


def of(folder: Path) -> set[int]:
    """The processes that have anything to do with ``folder``."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in words:
                found.add(int(entry.name))
    return found


def office_of(fleet: Fleet, kiosk_id: str, cursor: str = "") -> OfficePage:
    identity = fleet.enrol(kiosk_id)
    answer = requests.get(
        f"https://127.0.0.1:{fleet.ports['kiosk']}/kiosk/v1/office",
        params={"cursor": cursor},
        cert=(str(identity / "kiosk.pem"), str(identity / "kiosk.key")),
        verify=str(identity / "ca.pem"),
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 200
    return decode_page(answer.content)


def notices_of(page: OfficePage) -> list[Notice]:
    changes = (change for change in page.changes if change.kind == Notice.KIND)
    return [msgspec.json.decode(change.item, type=Notice) for change in changes]


@over_both
def test_a_payment_goes_from_the_kiosks_record_to_its_screen(fleet: Fleet, up: Up) -> None:
    kiosk = fleet.kiosk("CBI-02")
    kiosk.subscribe(*(kiosk_topic("CBI-02", channel) for channel in (Channel.ACK, Channel.PAYMENT, Channel.DESIRED)))
    before = office_of(fleet, "CBI-02")
    notice = next(each for each in notices_of(before) if each.paid_at is None)
    opened = PaymentOpened(
        transaction_no="CBI02-000001", tracking_token="t" * 22, notice_no=notice.notice_no,
        biller_id="112345678901234", ref1=notice.reference, ref2="CBI02000001",
        amount_satang=notice.amount_satang, opened_at=datetime.now(UTC),
    )  # fmt: skip
    batch = RecordBatch(spool_id="s", records=(NumberedRecord(no=1, record=msgspec.Raw(encode_record(opened))),))
    kiosk.publish(kiosk_topic("CBI-02", Channel.RECORDS), encode(batch))
    heard = {}
    while Channel.ACK not in heard:
        topic, payload = kiosk.next()
        heard[Channel(topic.rsplit("/", 1)[1])] = payload
    assert decode(heard[Channel.ACK], Ack) == Ack(spool_id="s", committed_through=1)

    word = {
        "transaction_id": "T-1", "biller_id": opened.biller_id, "ref1": opened.ref1, "ref2": opened.ref2,
        "amount": f"{notice.amount_satang // 100}.{notice.amount_satang % 100:02d}",
    }  # fmt: skip
    answer = requests.post(f"{up.ready['address']}/bank/v1/confirm", json=word, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["match"]) == (200, "exact")
    while Channel.PAYMENT not in heard:
        topic, payload = kiosk.next()
        heard[Channel(topic.rsplit("/", 1)[1])] = payload
    assert decode(heard[Channel.PAYMENT], PaymentConfirmed).ref2 == opened.ref2

    while Channel.DESIRED not in heard or decode(heard[Channel.DESIRED], Desired).office_revision == before.revision:
        topic, payload = kiosk.next()
        heard[Channel(topic.rsplit("/", 1)[1])] = payload
    after = office_of(fleet, "CBI-02", before.cursor)
    assert not after.anew
    (settled,) = notices_of(after)
    assert (settled.notice_no, settled.paid_at is not None) == (notice.notice_no, True)
    assert office_of(fleet, "CBI-02", after.cursor).changes == ()


@over_both
def test_the_kiosks_port_gives_each_its_own_and_strangers_nothing(fleet: Fleet, up: Up, tmp_path: Path) -> None:
    offices = {kiosk_id: office_of(fleet, kiosk_id).office_id for kiosk_id in ("CBI-01", "KKN-02")}
    assert offices == {"CBI-01": "CBI", "KKN-02": "KKN"}
    ours = fleet.enrol("CBI-01")
    address = f"https://127.0.0.1:{fleet.ports['kiosk']}"
    with pytest.raises(requests.exceptions.ConnectionError):  # TLS 1.3: refused once the first answer is read
        requests.get(f"{address}/kiosk/v1/ping", verify=str(ours / "ca.pem"), timeout=PATIENCE_S)
    service = fleet.folder / "certificates"
    refused = requests.get(
        f"{address}/kiosk/v1/office",
        cert=(str(service / "fleet-ingest.pem"), str(service / "fleet-ingest.key")),
        verify=str(ours / "ca.pem"),
        timeout=PATIENCE_S,
    )
    assert refused.status_code == 403, "a certificate of ours that is no kiosk's"
    assert requests.get(f"{up.ready['address']}/kiosk/v1/office", timeout=PATIENCE_S).status_code in (403, 404)


@over_both
def test_a_change_of_settings_arrives(fleet: Fleet, up: Up) -> None:
    kiosk = fleet.kiosk("CBI-01")
    kiosk.subscribe(kiosk_topic("CBI-01", Channel.DESIRED))
    revision = fleet.rows("SELECT settings_revision FROM devices_kiosk WHERE kiosk_id = 'CBI-01'")[0][0]
    patch = {"help_point": {"th": "โต๊ะ 9", "en": "Desk 9"}}
    fleet.run("settings", "province", "20", "--patch", json.dumps(patch), "--reason", "ทดลอง")
    while (desired := decode(kiosk.next()[1], Desired)).settings_revision <= revision:
        pass  # what the sample data had it told
    assert desired.settings_revision == revision + 1
    assert desired.layers[1].document == patch


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_without_a_trace(fleet: Fleet, up: Up, number: signal.Signals) -> None:
    assert len(of(fleet.folder)) == 5, "itself, mosquitto, serve, ingest, conduct"
    up.process.send_signal(number)
    assert up.process.wait(PATIENCE_S) == 0
    assert of(fleet.folder) == set()


def test_killed_it_takes_its_parts_along(fleet: Fleet, up: Up) -> None:
    up.process.kill()
    up.process.wait(PATIENCE_S)
    eventually(lambda: not of(fleet.folder))


def test_a_part_that_dies_is_started_again(fleet: Fleet, up: Up) -> None:
    before = of(fleet.folder)
    (ingest,) = [pid for pid in before if Path(f"/proc/{pid}/comm").read_text("utf-8") == "fleet ingest\n"]
    os.kill(ingest, signal.SIGKILL)
    eventually(lambda: len(of(fleet.folder)) == len(before) and ingest not in of(fleet.folder))


def test_a_port_that_is_taken_is_named_at_once(fleet: Fleet, up: Up) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "fleet", "up"],
        env=fleet.environment, capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False,
    )  # fmt: skip
    assert second.returncode != 0
    assert f"127.0.0.1:{up.ready['http']}" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_pages_port_speaks_no_kiosk_and_the_kiosks_port_no_page(fleet: Fleet, up: Up) -> None:
    identity = fleet.enrol("CBI-01")
    page = requests.get(
        f"https://127.0.0.1:{fleet.ports['kiosk']}/bank/v1/confirm",
        cert=(str(identity / "kiosk.pem"), str(identity / "kiosk.key")),
        verify=str(identity / "ca.pem"),
        timeout=PATIENCE_S,
    )
    assert page.status_code == 404
