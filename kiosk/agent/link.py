"""The MQTT 5 link over mutual TLS: one connection at a time, reconnected with full jitter, no thread of its own.

``turn`` gives it the processor; what arrived stands in ``inbox`` afterwards. paho's callbacks do nothing but note
what happened, because an exception in one would leave a link that looks alive and is not.

The broker keeps our session while we are away, and a message is acknowledged only when ``acknowledge`` says that it is
taken care of: a payment confirmed while the kiosk was offline, or just before it was killed, arrives when it is back.
What arrives may therefore arrive twice.

Online means: connected, the fleet has said that it is there, and it has not said that it left.
"""

from __future__ import annotations

import logging
import random
import select
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.protocol import topics
from fleet.protocol.messages import FleetSession, Message, MessageError, Session, decode, encode
from fleet.protocol.returning import GREETING_TIMEOUT_S, Returning
from fleet.protocol.topics import Channel
from kiosk import config

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
"""A line that is cut without a word is noticed after one and a half of these (MQTT 5, 3.1.2.10)."""

SESSION_EXPIRY_S = 3600
"""How long the broker keeps for us what arrives while we are away. Whatever is older is in the office's records."""

FAREWELL_S = 1.0
"""How long a goodbye may take; a service manager that stops us, or a desk that waits for news, waits no longer."""

PACKETS_A_TURN_MAX = 100
"""Then others have their turn, too."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message on one of our own channels. ``receipt``: for ``Link.acknowledge``.

    ``expires_in_s``: what the broker says is left of its life, None when it lives for ever. By no clock of ours.
    """

    channel: Channel
    payload: bytes
    receipt: tuple[paho.Client, int, int]
    expires_in_s: int | None = None


def check_identity(link: config.Link) -> None:
    """Whether the files that prove who we are, and who the fleet is, can be used.

    Raises: ConfigError with a sentence for the technician.
    """
    for path in (link.ca_file, link.certificate_file, link.key_file):
        try:
            Path(path).read_bytes()
        except OSError as err:
            raise config.ConfigError(
                f"cannot read {path}: {err.strerror}; this kiosk has no identity yet, enrol it at the fleet"
            ) from err
    try:
        _tls(link)
    except (OSError, ValueError) as err:
        raise config.ConfigError(
            f"{link.certificate_file}, {link.key_file} and {link.ca_file} are no identity: {err}; enrol this kiosk anew"
        ) from err


def _tls(link: config.Link) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=link.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(link.certificate_file, link.key_file)
    return context


class Link:
    """The link of one kiosk."""

    def __init__(self, kiosk_id: str, link: config.Link, boot_id: str, version: str) -> None:
        self._kiosk_id, self._link, self._boot_id, self._version = kiosk_id, link, boot_id, version
        self._client: paho.Client | None = None
        self._session_no = 0
        self._retry_at_s = 0.0
        self._returning = Returning(random.uniform)  # jitter, no secret
        self._connected = False
        self._fleet_alive = False
        self._fleet_born_at: datetime | None = None
        self._said = ""
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
        """Open the link when it is down and the pause is over; blocks for ``GREETING_TIMEOUT_S`` at most."""
        if self._client is not None or time.monotonic() < self._retry_at_s:
            return
        self._session_no = next_session_no()
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
        expiry.SessionExpiryInterval = SESSION_EXPIRY_S
        try:
            client = self._prepare()
            client.connect(
                self._link.broker_host, self._link.broker_port, KEEPALIVE_S, clean_start=False, properties=expiry
            )
        except (OSError, ValueError) as err:  # ssl.SSLError is an OSError
            self._say(f"no link: {_why(err)}")
            self._back_off()
            return
        self._client = client

    def _say(self, what: str, level: int = logging.WARNING) -> None:
        """Log how the link is; the same again and again only once."""
        if what != self._said:
            self._said = what
            log.log(level, "%s", what)

    def _prepare(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"kiosk-{self._kiosk_id}",
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        client.tls_set_context(_tls(self._link))
        client.connect_timeout = GREETING_TIMEOUT_S
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho has no types here
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
            self._say(f"the broker refuses us: {reason}")
            return
        self._say("link is up", logging.INFO)
        self._connected = True
        self._returning.welcomed()
        own = [(self._topic(channel), 1) for channel in sorted(topics.TO_KIOSK)]
        client.subscribe([*own, (topics.FLEET_SESSION, 1)])
        client.publish(self._topic(Channel.SESSION), encode(self._session(alive=True)), 1, True)
        self.births += 1

    def _on_message(self, client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if (ours := topics.parse_kiosk_topic(message.topic)) is not None:
            expires_in_s = getattr(message.properties, "MessageExpiryInterval", None)
            receipt = (client, message.mid, message.qos)
            self.inbox.append(Arrived(ours[1], bytes(message.payload), receipt, expires_in_s))
            return
        if message.topic == topics.FLEET_SESSION:
            self._fleet_said(bytes(message.payload))
        client.ack(message.mid, message.qos)

    def _fleet_said(self, payload: bytes) -> None:
        try:
            said = decode(payload, FleetSession)
        except MessageError as err:
            log.warning("fleet session not understood: %s", err)
            return
        if said.alive:
            self._fleet_born_at = said.at
        elif self._fleet_born_at is not None and said.at < self._fleet_born_at:
            return  # the will of a session that has long been followed by another
        self._fleet_alive = said.alive

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        self._say(f"link lost: {reason}")
        self._connected = False

    # ---- the outside

    def publish(self, channel: Channel, message: Message) -> None:
        """Send on one of our channels; on a link that is down nothing is kept: state is sent again at birth."""
        if self._client is not None and self._connected:
            self._client.publish(self._topic(channel), encode(message), 1, channel in topics.RETAINED)

    def acknowledge(self, arrived: Arrived) -> None:
        """What ``arrived`` asks for is done, or never will be: the broker may forget it.

        On a link that is down meanwhile this does nothing: it will arrive again.
        """
        client, mid, qos = arrived.receipt
        if client is self._client and qos:
            client.ack(mid, qos)

    def turn(self, timeout_s: float, others: Sequence[Any] = ()) -> list[Any]:
        """Wait for traffic, at most ``timeout_s``, and handle ours; gives those of ``others`` that can be read."""
        client = self._client
        link_socket = client.socket() if client is not None else None
        if client is None or link_socket is None:
            if client is not None:
                self._drop()
            return list(select.select(others, [], [], timeout_s)[0])
        ours = [link_socket] if client.want_write() else []
        if _has_decrypted(client):
            timeout_s = 0.0
        readable, writable, _ = select.select([link_socket, *others], ours, [], timeout_s)
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        if link_socket in readable or _has_decrypted(client):
            result = client.loop_read()
        for _ in range(PACKETS_A_TURN_MAX):
            if result != MQTTErrorCode.MQTT_ERR_SUCCESS or not _has_decrypted(client):
                break
            result = client.loop_read()
        if result == MQTTErrorCode.MQTT_ERR_SUCCESS and (link_socket in writable or client.want_write()):
            result = client.loop_write()
        if result == MQTTErrorCode.MQTT_ERR_SUCCESS:
            result = client.loop_misc()
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
            self._drop()
        return [each for each in (*readable, *writable) if each is not link_socket]

    def _drop(self) -> None:
        """The connection is no more; the next is tried after a pause."""
        self._client = None
        self._connected = self._fleet_alive = False
        self._back_off()

    def _back_off(self) -> None:
        self._retry_at_s = time.monotonic() + self._returning.pause_s()

    def close(self) -> None:
        """Say goodbye: the fleet hears of a planned end at once. Blocks for ``FAREWELL_S`` at most.

        Waits until the broker has taken the goodbye, and with it, as MQTT keeps the order, every acknowledgement
        before it. A broker that finds us gone while it still answers us drops what it has not read, and all that was
        acknowledged there would come again. What arrives meanwhile is not acknowledged: it comes again.
        """
        client = self._client
        if client is None or not self._connected:
            return
        goodbye = client.publish(self._topic(Channel.SESSION), encode(self._session(alive=False)), 1, True)
        end_s = time.monotonic() + FAREWELL_S
        while self._connected and not goodbye.is_published() and (left_s := end_s - time.monotonic()) > 0:
            self.turn(left_s)
        client.disconnect()
        self._client = None
        self._connected = False
        self.inbox.clear()


def _has_decrypted(client: paho.Client) -> bool:
    """Whether TLS holds bytes that ``select`` cannot see: one record may bring several packets."""
    line = client.socket()
    return isinstance(line, ssl.SSLSocket) and line.pending() > 0


def _why(err: Exception) -> str:
    """A sentence's worth of a failure."""
    if isinstance(err, ssl.SSLCertVerificationError):
        return f"the broker's certificate is not trusted: {err.verify_message}"
    if isinstance(err, FileNotFoundError | PermissionError):
        return f"cannot read {err.filename or 'the identity'}: {err.strerror}"
    return f"{type(err).__name__}: {err}"
