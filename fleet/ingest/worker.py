"""The ingest process: MQTT in, batches into the database, acknowledgement only after the commit.

paho's callbacks only put into a queue (an exception in one would leave a link that looks alive and hears nothing);
acknowledgements to the broker are manual and follow the commit, so that a kill at any moment loses nothing. What
the broker then sends again is known by its numbers.
"""

from __future__ import annotations

import logging
import queue
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.ingest.keeping import Keeper, Said
from fleet.protocol.messages import FleetSession, encode
from fleet.protocol.topics import FLEET_SESSION, FROM_KIOSK, Channel, every_kiosk, kiosk_topic, parse_kiosk_topic

log = logging.getLogger(__name__)

BATCH_MAX = 500
"""Flat above this in our measurements; below a hundred, commits dominate."""

FLUSH_S = 0.005
"""How long a batch waits for company after its first message."""

SESSION_EXPIRY_S = 24 * 3600
"""How long the broker keeps for us what arrives while we are away."""


class Ingest:
    """One worker."""

    def __init__(self, host: str, port: int, certificates: Path) -> None:
        self._waiting: queue.SimpleQueue[paho.MQTTMessage] = queue.SimpleQueue()
        self._keeper = Keeper()
        self._stopping = False
        self._client = self._prepare(certificates)
        self._client.connect_async(host, port, keepalive=20, clean_start=False, properties=_session_expiry())

    def _prepare(self, certificates: Path) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, "fleet-ingest", protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        client.tls_set(
            ca_certs=str(certificates / "ca.pem"),
            certfile=str(certificates / "fleet-ingest.pem"),
            keyfile=str(certificates / "fleet-ingest.key"),
        )
        self._born = FleetSession(alive=True, at=datetime.now(UTC))
        client.will_set(FLEET_SESSION, encode(FleetSession(alive=False, at=self._born.at)), 1, True)
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_message = lambda _client, _data, message: self._waiting.put(message)
        return client

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        if reason.is_failure:
            log.error("the broker refuses us: %s", reason)
            return
        client.subscribe([(every_kiosk(channel), 1) for channel in sorted(FROM_KIOSK)])
        client.publish(FLEET_SESSION, encode(self._born), 1, True)

    def stop(self) -> None:
        """End ``run`` soon; safe in a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Until ``stop``."""
        self._client.loop_start()
        try:
            while not self._stopping:
                if batch := self._batch():
                    self._keep(batch)
        finally:
            goodbye = self._client.publish(
                FLEET_SESSION, encode(FleetSession(alive=False, at=datetime.now(UTC))), 1, True
            )
            if self._client.is_connected():
                goodbye.wait_for_publish(1.0)
            self._client.disconnect()
            self._client.loop_stop()

    def _batch(self) -> list[paho.MQTTMessage]:
        try:
            batch = [self._waiting.get(timeout=0.5)]
        except queue.Empty:
            return []
        until_s = time.monotonic() + FLUSH_S
        while len(batch) < BATCH_MAX and (left_s := until_s - time.monotonic()) > 0:
            try:
                batch.append(self._waiting.get(timeout=left_s))
            except queue.Empty:
                break
        return batch

    def _keep(self, batch: list[paho.MQTTMessage]) -> None:
        said = []
        for message in batch:
            whose = parse_kiosk_topic(message.topic)
            if whose is not None:
                said.append(Said(whose[0], whose[1], bytes(message.payload)))
        acks = self._keeper.keep(said)
        for message in batch:
            self._client.ack(message.mid, message.qos)
        for kiosk_id, ack in acks.items():
            self._client.publish(kiosk_topic(kiosk_id, Channel.ACK), encode(ack), 1)


def _session_expiry() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    return properties
