"""One MQTT 5 connection of a worker: TLS, the beginning, what comes in, what goes out. No thread, no callback.

``turn`` waits for traffic and returns; messages that came stand in ``arrived`` until they are acknowledged, which is
the worker's to do after its commit, many in one write. What is published here is not sent again when the line breaks:
whoever needs it asks again by its numbers.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleet.protocol import mqtt
from fleet.protocol.mqtt import Kind, MqttError, Published, Subscription

KEEPALIVE_S = 20
"""A broker that says nothing for one and a half of these has gone."""

CONNECT_TIMEOUT_S = 5.0
READ_BYTES = 1 << 18
"""A whole batch at once, if it is there."""


class LineLostError(Exception):
    """The connection is no more, or could not be made; pause with jitter and try again."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are: ``name`` is client id, and of the certificate in ``certificates``."""

    host: str
    port: int
    certificates: Path
    name: str


class Line:
    """One connection, from its welcome to its end."""

    def __init__(self, broker: Broker, connect: mqtt.Connect) -> None:
        """Connect.

        Raises: LineLostError when there is no broker, or it refuses us.
        """
        self._reader = mqtt.Reader()
        self._packet_id = 0
        self._waiting: deque[tuple[str, bytes, bool]] = deque()
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = _tls(broker.certificates, broker.name)
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=broker.host)
        try:
            self._socket = socket.create_connection((broker.host, broker.port), timeout=CONNECT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._shake_hands()
            self._tls.write(connect.encode())
            self._flush()
            self._connected = self._await_welcome()
        except (OSError, MqttError) as err:
            raise LineLostError(f"{type(err).__name__}: {err}") from err
        self._keepalive_s = self._connected.keepalive_s or connect.keepalive_s
        self._room = self._connected.receive_maximum
        self._heard_s = self._spoke_s = time.monotonic()

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            else:
                self._flush()
                return

    def _await_welcome(self) -> mqtt.Connected:
        while True:
            self._receive()
            for kind, body in self._reader.feed(self._decrypted()):
                if kind == Kind.CONNACK:
                    return mqtt.read_connack(body)

    def _receive(self) -> None:
        """Take what the line has, as it is on the wire. One call for many of the broker's small records: each costs
        two when OpenSSL reads them itself.
        """
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise MqttError("the broker hung up")
        self._came.write(data)

    def _decrypted(self) -> bytes:
        pieces = []
        try:
            while piece := self._tls.read(READ_BYTES):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(pieces)
        raise MqttError("the broker hung up")

    def _flush(self) -> None:
        self._socket.sendall(self._goes.read())

    @property
    def arrived(self) -> list[Published]:
        """What came and is not acknowledged yet; the caller empties it."""
        return self._reader.published

    def subscribe(self, subscriptions: Iterable[Subscription]) -> None:
        """Ask for these filters; a refusal ends the line in a later ``turn``.

        Raises: LineLostError.
        """
        self._send(mqtt.subscribe(self._next_packet_id(), subscriptions))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send at QoS 1, as soon as the broker has room for one more.

        Raises: LineLostError.
        """
        self._waiting.append((topic, payload, retain))
        self._send_waiting()

    def acknowledge(self, packet_ids: Iterable[int]) -> None:
        """The broker may forget these.

        Raises: LineLostError.
        """
        self._send(mqtt.pubacks(packet_ids))

    def turn(self, timeout_s: float, wake: socket.socket) -> None:
        """Wait for something to arrive, or for ``wake``, at most so long, and take it in.

        Raises: LineLostError.
        """
        try:
            if select.select([self._socket, wake], [], [], timeout_s)[0] == [self._socket]:
                self._receive()
                self._heard_s = time.monotonic()
                for kind, body in self._reader.feed(self._decrypted()):
                    self._heed(kind, body)
                self._send_waiting()
        except (OSError, MqttError) as err:
            raise LineLostError(f"{type(err).__name__}: {err}") from err
        self._keep_alive()

    def _heed(self, kind: int, body: bytes) -> None:
        match kind:
            case Kind.PUBACK:
                self._room += 1
            case Kind.SUBACK:
                mqtt.read_suback(body)
            case Kind.DISCONNECT:
                raise MqttError(f"the broker ends it: 0x{body[0] if body else 0:02x}")
            case _:
                pass

    def _keep_alive(self) -> None:
        now_s = time.monotonic()
        if now_s - self._heard_s > 1.5 * self._keepalive_s:
            raise LineLostError("the broker is silent")
        if now_s - self._spoke_s > self._keepalive_s / 2 or now_s - self._heard_s > self._keepalive_s:
            self._send(mqtt.PINGREQ)

    def _send_waiting(self) -> None:
        packets = []
        while self._waiting and self._room > 0:
            topic, payload, retain = self._waiting.popleft()
            packets.append(mqtt.publish(topic, payload, self._next_packet_id(), retain=retain))
            self._room -= 1
        if packets:
            self._send(b"".join(packets))

    def _next_packet_id(self) -> int:
        self._packet_id = self._packet_id % 65_535 + 1
        return self._packet_id

    def _send(self, data: bytes) -> None:
        try:
            self._tls.write(data)
            self._flush()
        except OSError as err:
            raise LineLostError(f"{type(err).__name__}: {err}") from err
        self._spoke_s = time.monotonic()

    def close(self, *, farewell: bytes = b"") -> None:
        """End it in peace; a line that is lost already is fine."""
        try:
            self._tls.write(farewell)
            self._flush()
            self._socket.close()
        except OSError:
            pass


def _tls(certificates: Path, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    return context
