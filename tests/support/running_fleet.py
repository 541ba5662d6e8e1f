"""A fleet that really runs, with sample data, accounts and its own broker; and a kiosk that is only its wire.

``WireKiosk`` says and hears exactly what a kiosk's agent does, over MQTT with a certificate, and nothing else of it
exists: a test decides what it reports, and when.
"""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from fleet.protocol import topics
from fleet.protocol.messages import (
    Ack,
    Desired,
    DeviceState,
    DeviceStatus,
    Message,
    NumberedRecord,
    RecordBatch,
    Reported,
    Session,
    Status,
    decode,
    encode,
)
from fleet.protocol.records import KnownRecord, encode_record
from fleet.protocol.topics import Channel
from tests.support.broker import eventually
from tests.support.identities import prepare_request
from tests.support.require import require
from tests.support.sample_folder import copy_of, sample_data

PASSWORD = "sample-password-1"
READY_TIMEOUT_S = 300.0
"""Sample data are ten seconds of processor time, which a machine full of other work makes minutes of."""
ANSWER_TIMEOUT_S = 60.0

ACCOUNTS: dict[str, tuple[str, ...]] = {
    "nation": ("--role", "national-admin", "--full-name", "สมชาย ตัวอย่าง"),
    "chonburi": ("--role", "provincial-admin", "--province", "20", "--full-name", "สุดา ตัวอย่าง"),
    "technician": ("--role", "technician", "--province", "20", "--full-name", "วิชัย ตัวอย่าง"),
}

DEVICES = ("card", "scanner", "printer", "panel", "display")


@dataclass
class RunningFleet:
    """`fleet up`, as it said it is."""

    directory: Path
    address: str
    broker_port: int
    sessions: dict[str, list[Any]] = field(default_factory=dict)
    """Cookies of the accounts that have signed in, by name; a test that signs out must bring its own."""

    def command(self, *arguments: str) -> str:
        """Run a `fleet` command against it; what it printed."""
        return fleet(self.directory, *arguments)


def environment() -> dict[str, str]:
    """Of every `fleet` command of a test: the accounts' password, and a bank that only pretends."""
    return {**os.environ, "SALA_PASSWORD": PASSWORD, "SALA_PRETEND_BANK": "1", "PYTHONUNBUFFERED": "1"}


def fleet(directory: Path, *arguments: str) -> str:
    """Run a `fleet` command over that folder; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "fleet", "--data-dir", str(directory), *arguments],
        env=environment(), capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _is_at_work(directory: Path) -> bool:
    """Whether ingest has the broker (what a kiosk says before reaches nobody), and what is old has been told."""
    with closing(sqlite3.connect(f"file:{directory / 'fleet.sqlite'}?mode=ro", uri=True, timeout=10)) as database:
        hears = database.execute("SELECT 1 FROM devices_lease WHERE name = 'ingest'").fetchone()
        return bool(hears and not database.execute("SELECT 1 FROM devices_outgoing").fetchone())


def _with_accounts(directory: Path) -> None:
    copy_of(sample_data, directory)
    for name, role in ACCOUNTS.items():
        fleet(directory, "user", name, *role)


@contextmanager
def running_fleet(directory: Path) -> Iterator[RunningFleet]:
    """One, ready to use; afterwards it has ended, and cleanly."""
    require("mosquitto")
    copy_of(_with_accounts, directory)
    log = directory / "up.log"
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet", "--data-dir", str(directory), "up"],
            env=environment(), stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    watchdog = threading.Timer(READY_TIMEOUT_S, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        watchdog.cancel()
        assert line, log.read_text("utf-8")
        ready = json.loads(line)
        eventually(lambda: _is_at_work(directory))
        yield RunningFleet(directory, ready["address"], ready["broker"])
    finally:
        watchdog.cancel()
        process.terminate()
        code = process.wait(READY_TIMEOUT_S)
        process.stdout.close()
    said = log.read_text("utf-8")
    assert code == 0, said
    assert "Traceback" not in said, said


@dataclass
class WireKiosk:
    """The link of one kiosk. ``desired`` and ``acks`` are what it heard, in order; ``running`` is what it said."""

    kiosk_id: str
    client: paho.Client
    session_no: int = 1
    records_sent: int = 0
    running: int = 0
    desired: queue.Queue[Desired] = field(default_factory=queue.Queue)
    acks: queue.Queue[Ack] = field(default_factory=queue.Queue)

    def say(self, channel: Channel, message: Message) -> None:
        """Publish, and wait until the broker has it."""
        topic = topics.kiosk_topic(self.kiosk_id, channel)
        self.client.publish(topic, encode(message), qos=1).wait_for_publish(ANSWER_TIMEOUT_S)

    def say_session(self, *, alive: bool = True) -> None:
        """Born, or dead."""
        now = datetime.now(UTC)
        self.say(
            Channel.SESSION, Session(session_no=self.session_no, boot_id="boot", alive=alive, at=now, version="0.1.0")
        )

    def say_status(self, *, spool_depth: int = 0, paper: str = "adequate", **states: DeviceState) -> None:
        """All devices online, but for ``states``."""
        now = datetime.now(UTC)
        devices = {
            name: DeviceStatus(state=states.get(name, DeviceState.ONLINE), detail="", since=now) for name in DEVICES
        }
        status = Status(session_no=self.session_no, at=now, devices=devices, paper=paper, spool_depth=spool_depth)
        self.say(Channel.STATUS, status)

    def hear_desired(self) -> Desired:
        """Waits until it should run other settings than it reported last."""
        while (heard := self.desired.get(timeout=ANSWER_TIMEOUT_S)).settings_revision == self.running:
            pass
        return heard

    def say_reported(self, desired: Desired, *problems: str) -> None:
        """Runs what it should, or says why not."""
        self.running = desired.settings_revision
        self.say(
            Channel.REPORTED,
            Reported(
                settings_revision=desired.settings_revision,
                office_revision=desired.office_revision,
                problems=problems,
                version="0.1.0",
            ),
        )

    def ship(self, *records: KnownRecord) -> None:
        """Send records and wait until the fleet has committed them."""
        numbered = []
        for record in records:
            self.records_sent += 1
            numbered.append(NumberedRecord(no=self.records_sent, record=msgspec.Raw(encode_record(record))))
        self.say(Channel.RECORDS, RecordBatch(spool_id="test-spool", records=tuple(numbered)))
        while self.acks.get(timeout=ANSWER_TIMEOUT_S).committed_through < self.records_sent:
            pass

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        parsed = topics.parse_kiosk_topic(message.topic)
        if parsed and parsed[1] is Channel.DESIRED:
            self.desired.put(decode(message.payload, Desired))
        elif parsed and parsed[1] is Channel.ACK:
            self.acks.put(decode(message.payload, Ack))


@contextmanager
def wire_kiosk(fleet: RunningFleet, kiosk_id: str) -> Iterator[WireKiosk]:
    """A kiosk that has just been born and listens."""
    identity = fleet.directory / f"identity-{kiosk_id}"
    if not identity.exists():
        fleet.command("enrol", kiosk_id, "--csr", str(prepare_request(identity)), "--out", str(identity))
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=kiosk_id, protocol=MQTTProtocolVersion.MQTTv5)
    context = ssl.create_default_context(cafile=str(identity / "ca.pem"))
    context.load_cert_chain(identity / "kiosk.pem", identity / "kiosk.key")
    client.tls_set_context(context)
    kiosk = WireKiosk(kiosk_id, client)
    listening = threading.Event()
    client.on_message = kiosk._on_message
    client.on_connect = lambda *_: client.subscribe(
        [(topics.kiosk_topic(kiosk_id, channel), 1) for channel in (Channel.DESIRED, Channel.ACK)]
    )
    client.on_subscribe = lambda *_: listening.set()
    client.connect("127.0.0.1", fleet.broker_port)
    client.loop_start()
    try:
        assert listening.wait(ANSWER_TIMEOUT_S)
        kiosk.say_session()
        yield kiosk
    finally:
        client.disconnect()
        client.loop_stop()
