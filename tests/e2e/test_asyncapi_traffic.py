"""The AsyncAPI document against real traffic: all that passes the broker while a kiosk lives fits it."""

from __future__ import annotations

import json
import queue
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from fleet.protocol import asyncapi
from fleet.protocol.messages import ZLIB_BEGINS
from fleet.protocol.topics import FLEET_SESSION, ROOT, Channel, parse_kiosk_topic
from fleet.trust.broker import SERVICES
from tests.support.asyncapi_schemas import Schemas
from tests.support.demo import KIOSK_ID, TECHNICIAN, Demo
from tests.support.require import require
from tests.support.technician import Technician
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(600)

LISTENING_S = 60.0
RECORDS = {"visit-ended", "payment-opened", "slip-printed", "settings-applied", "command-ended"}
"""What is written down of all that is done here (``live``)."""


def read(payload: bytes) -> Any:
    """What was sent, packed or not."""
    return json.loads(zlib.decompress(payload) if payload[0] == ZLIB_BEGINS else payload)


@dataclass
class Tap:
    """Whatever passes the broker, as (channel, payload, retained)."""

    arrived: queue.SimpleQueue[tuple[str, bytes, bool]] = field(default_factory=queue.SimpleQueue)
    heard: list[tuple[str, bytes, bool]] = field(default_factory=list)

    def channels(self) -> set[str]:
        """What was heard so far."""
        self._hear()
        return {channel for channel, _, _ in self.heard}

    def kinds(self) -> set[str]:
        """The kinds of records among it."""
        self._hear()
        records = (each for _, payload, _ in self.heard for each in read(payload).get("records", ()))
        return {each["record"]["kind"] for each in records}

    def retained(self) -> set[str]:
        """The channels of which something was kept for who comes late."""
        self._hear()
        return {channel for channel, _, is_retained in self.heard if is_retained}

    def _hear(self) -> None:
        while not self.arrived.empty():
            self.heard.append(self.arrived.get())

    def take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        """For paho."""
        ours = parse_kiosk_topic(message.topic)
        channel = "fleet-session" if message.topic == FLEET_SESSION else ours[1].value if ours else message.topic
        if message.payload:
            self.arrived.put((channel, bytes(message.payload), message.retain))


@contextmanager
def tapped(demo: Demo) -> Iterator[Tap]:
    """A tap by the certificate of an ingest worker that does not run: it may read everything."""
    certificates, name = demo.directory / "fleet" / "certificates", SERVICES[-2]
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
    client.tls_set_context(context)
    tap, listening = Tap(), queue.SimpleQueue[bool]()
    client.on_message = tap.take
    client.on_connect = lambda *_: client.subscribe(f"{ROOT}/#", 1)
    client.on_subscribe = lambda *_: listening.put(True)
    client.connect("127.0.0.1", int(demo.ports["broker"]))
    client.loop_start()
    try:
        assert listening.get(timeout=LISTENING_S)
        yield tap
    finally:
        client.disconnect()
        client.loop_stop()


def live(demo: Demo) -> None:
    """A paid visit, a change of settings, and a command with its picture."""
    visitor = Visitor(demo)
    demo.do("/card/insert", citizen="owner")
    visitor.await_state("ChoosingNotice")
    visitor.touch(visitor.ROWS[0])
    assert visitor.pay(visitor.await_qr(), "TAP1") == "exact"
    visitor.await_state("Confirmed")
    visitor.await_slip(1)
    visitor.touch(visitor.LEFT)
    visitor.await_state("Taking")
    demo.do("/card/remove")
    visitor.await_state("Idle")
    patch = {"greeting": {"th": "ยินดีต้อนรับ", "en": "Good day"}}
    demo.fleet("settings", "office", "CBI", "--patch", json.dumps(patch), "--reason", "tap")
    page = Technician(TECHNICIAN, demo.password).ask(f"{demo.fleet_address}/kiosks/{KIOSK_ID}/", "screenshot")
    assert page.status_code == 200


def test_all_that_passes_the_broker_fits_the_document() -> None:
    require("pcscd")
    require("mosquitto")
    document = json.loads(Path(asyncapi.__file__).with_name("asyncapi.json").read_text("utf-8"))
    schemas, everything = Schemas(document), {*(channel.value for channel in Channel), "fleet-session"}
    retained = {
        each["channel"]["$ref"].rpartition("/")[2]
        for each in document["operations"].values()
        if each["bindings"]["mqtt"]["retain"]
    }
    with Demo() as demo:
        Visitor(demo).await_state("Idle")
        Visitor(demo).await_online()
        with tapped(demo) as tap:
            live(demo)
            demo.wait_until(lambda: tap.channels() == everything, "a message on every channel")
            demo.wait_until(lambda: tap.kinds() >= RECORDS, "a record of every deed")
        with tapped(demo) as late:
            demo.wait_until(lambda: tap.retained() | late.retained() >= retained, "what is retained")
    assert tap.retained() | late.retained() == retained
    for channel, payload, _ in tap.heard + late.heard:
        assert (payload[0] == ZLIB_BEGINS) == (channel == Channel.DESIRED)
        schemas.check(schemas.of_channel(channel), read(payload))
