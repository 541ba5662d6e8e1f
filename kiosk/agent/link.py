"""The MQTT 5 link over mutual TLS: one connection at a time, reconnected with full jitter, no thread of its own.

``turn`` gives it the processor; what arrived stands in ``inbox`` afterwards. paho's callbacks do nothing but note
what happened, because an exception in one would leave a link that looks alive and is not.

Online means: connected, the fleet has said that it is there, and it has not said that it left.
"""

from __future__ import annotations

import logging
import random
import select
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.protocol import topics
from fleet.protocol.messages import FleetSession, Message, MessageError, Session, decode, encode
from fleet.protocol.topics import Channel
from kiosk import config

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
"""A line that is cut without a word is noticed after one and a half of these (MQTT 5, 3.1.2.10)."""

CONNECT_TIMEOUT_S = 5.0
BACKOFF_S = (0.5, 30.0)
"""First and longest pause; each is drawn from nothing to that (full jitter): no herd."""

RETAINED = frozenset({Channel.SESSION, Channel.STATUS, Channel.REPORTED})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message on one of our own channels."""

    channel: Channel
    payload: bytes


class Link:
    """The link of one kiosk."""

    def __init__(self, kiosk_id: str, link: config.Link, boot_id: str, version: str) -> None:
        self._kiosk_id, self._link, self._boot_id, self._version = kiosk_id, link, boot_id, version
        self._client: paho.Client | None = None
        self._session_no = 0
        self._retry_at_s = 0.0
        self._delay_s = BACKOFF_S[0]
        self._connected = False
        self._fleet_alive = False
        self.inbox: deque[Arrived] = deque()
        self.births = 0
        """How often the link was born; who sees it grow sends everything again."""

    @property
    def online(self) -> bool:
        """Whether the fleet hears us, as far as anybody can know."""
        return self._connected and self._fleet_alive

    @property
    def session_no(self) -> int:
        """Number of the present, or last, session."""
        return self._session_no

    def connect_if_due(self, next_session_no: Callable[[], int]) -> None:
        """Open the link when it is down and the pause is over; blocks for ``CONNECT_TIMEOUT_S`` at most."""
        if self._client is not None or time.monotonic() < self._retry_at_s:
            return
        self._session_no = next_session_no()
        client = self._prepare()
        try:
            client.connect(self._link.broker_host, self._link.broker_port, KEEPALIVE_S, clean_start=True)
        except (OSError, ValueError) as err:
            log.info("no link: %s", type(err).__name__)
            self._back_off()
            return
        self._client = client

    def _prepare(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"kiosk-{self._kiosk_id}", protocol=MQTTProtocolVersion.MQTTv5
        )
        context = ssl.create_default_context(cafile=self._link.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._link.certificate_file, self._link.key_file)
        client.tls_set_context(context)
        client.connect_timeout = CONNECT_TIMEOUT_S
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        client.will_set(self._topic(Channel.SESSION), encode(self._session(alive=False)), 1, True, will)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def _session(self, *, alive: bool) -> Session:
        return Session(
            session_no=self._session_no,
            boot_id=self._boot_id,
            alive=alive,
            at=datetime.now(UTC),
            version=self._version,
        )

    def _topic(self, channel: Channel) -> str:
        return topics.kiosk_topic(self._kiosk_id, channel)

    # ---- callbacks: note, and nothing else

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refuses us: %s", reason)
            return
        self._connected, self._delay_s = True, BACKOFF_S[0]
        own = [(self._topic(channel), 1) for channel in sorted(topics.TO_KIOSK)]
        client.subscribe([*own, (topics.FLEET_SESSION, 1)])
        client.publish(self._topic(Channel.SESSION), encode(self._session(alive=True)), 1, True)
        self.births += 1

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if message.topic == topics.FLEET_SESSION:
            self._fleet_said(bytes(message.payload))
        elif (ours := topics.parse_kiosk_topic(message.topic)) is not None:
            self.inbox.append(Arrived(ours[1], bytes(message.payload)))

    def _fleet_said(self, payload: bytes) -> None:
        try:
            self._fleet_alive = decode(payload, FleetSession).alive
        except MessageError as err:
            log.warning("fleet session not understood: %s", err)

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        log.info("link lost: %s", reason)
        self._connected = False

    # ---- the outside

    def publish(self, channel: Channel, message: Message) -> None:
        """Send on one of our channels; on a link that is down nothing is kept: state is sent again at birth."""
        if self._client is not None and self._connected:
            self._client.publish(self._topic(channel), encode(message), 1, channel in RETAINED)

    def turn(self, timeout_s: float, *others: Any) -> list[Any]:
        """Wait for traffic, at most ``timeout_s``, and handle ours; gives those of ``others`` that can be read."""
        client = self._client
        link_socket = client.socket() if client is not None else None
        if client is None or link_socket is None:
            if client is not None:
                self._drop()
            return list(select.select(others, [], [], timeout_s)[0])
        reads = [link_socket, *others]
        writes = [link_socket] if client.want_write() else []
        readable, writable, _ = select.select(reads, writes, [], timeout_s)
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        if link_socket in readable:
            result = client.loop_read()
        if result == MQTTErrorCode.MQTT_ERR_SUCCESS and (writable or client.want_write()):
            result = client.loop_write()
        if result == MQTTErrorCode.MQTT_ERR_SUCCESS:
            result = client.loop_misc()
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
            self._drop()
        return [each for each in readable if each is not link_socket]

    def _drop(self) -> None:
        """The connection is no more; the next is tried after a pause."""
        self._client = None
        self._connected = self._fleet_alive = False
        self._back_off()

    def _back_off(self) -> None:
        self._retry_at_s = time.monotonic() + random.uniform(0, self._delay_s)  # noqa: S311 - jitter, no secret
        self._delay_s = min(2 * self._delay_s, BACKOFF_S[1])

    def close(self) -> None:
        """Say goodbye: the fleet hears of a planned end at once."""
        client = self._client
        if client is None or not self._connected:
            return
        client.publish(self._topic(Channel.SESSION), encode(self._session(alive=False)), 1, True)
        end_s = time.monotonic() + 1.0
        while client.want_write() and time.monotonic() < end_s:
            client.loop_write()
        client.disconnect()
        self._client = None
        self._connected = False
