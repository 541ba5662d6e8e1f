"""The packets of MQTT 5 as bytes, for those who speak to whole fleets: ``fleet ingest`` and ``fleet simulate``, where a
general client would cost more than the work itself (``fleet/ingest/decisions/0002-own-reader.md``).

Not here: sockets, TLS, time, reconnecting. Not spoken: QoS 2, topic aliases, authentication exchanges, retransmission;
nobody here asks for the first three, and what was lost is said again by the records' own numbers.
Numbers in brackets are sections of "MQTT Version 5.0", OASIS Standard, 7 March 2019.
"""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

PACKET_BYTES_MAX = 1 << 20
"""A packet that claims to be longer is not read on; the brokers are told less by ``Connect.packet_bytes_max``."""

CLEAN_START, WILL, WILL_QOS_1, WILL_RETAIN = 0x02, 0x04, 0x08, 0x20
SESSION_EXPIRY, RECEIVE_MAXIMUM, PACKET_MAXIMUM, SERVER_KEEP_ALIVE = 0x11, 0x21, 0x27, 0x13
RECEIVE_MAXIMUM_UNSAID = 65_535
FAILURE = 0x80
"""Reason codes from here on say no [2.4]."""

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
DISCONNECT_WITH_WILL = b"\xe0\x01\x04"


class MqttError(Exception):
    """The other side does not speak the MQTT we know, or says no; drop the connection and try again later."""


class Kind(IntEnum):
    """The packets that a client hears; their number is the first byte's upper half."""

    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBACK = 9
    PINGRESP = 13
    DISCONNECT = 14


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are gone; retained, QoS 1."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """How to begin. ``session_expiry_s``: how long the broker keeps for us what arrives while we are away."""

    client_id: str
    keepalive_s: int
    session_expiry_s: int = 0
    clean_start: bool = True
    packet_bytes_max: int = PACKET_BYTES_MAX
    will: Will | None = None

    def encode(self) -> bytes:
        """The CONNECT packet [3.1]."""
        flags = CLEAN_START if self.clean_start else 0
        properties = struct.pack(">BIBI", SESSION_EXPIRY, self.session_expiry_s, PACKET_MAXIMUM, self.packet_bytes_max)
        content = _text(self.client_id)
        if self.will is not None:
            flags |= WILL | WILL_QOS_1 | WILL_RETAIN
            content += b"\x00" + _text(self.will.topic) + _binary(self.will.payload)
        head = _text("MQTT") + bytes((5, flags)) + self.keepalive_s.to_bytes(2, "big")
        return _packet(0x10, head + _length(len(properties)) + properties + content)


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker's welcome: whether it knew us, and how many of ours may be on their way at once."""

    session_present: bool
    receive_maximum: int
    keepalive_s: int | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A filter at QoS 1. ``only_new``: what is retained comes with a new subscription, not with a renewed one."""

    topic: str
    only_new: bool = True


def subscribe(packet_id: int, subscriptions: Iterable[Subscription]) -> bytes:
    """A SUBSCRIBE packet [3.8]."""
    filters = b"".join(_text(each.topic) + (b"\x11" if each.only_new else b"\x01") for each in subscriptions)
    return _packet(0x82, packet_id.to_bytes(2, "big") + b"\x00" + filters)


def publish(topic: str, payload: bytes, packet_id: int, *, retain: bool = False) -> bytes:
    """A PUBLISH packet at QoS 1 [3.3]; ``packet_id`` is 1 to 65,535."""
    return _packet(0x33 if retain else 0x32, _text(topic) + packet_id.to_bytes(2, "big") + b"\x00" + payload)


def pubacks(packet_ids: Iterable[int]) -> bytes:
    """PUBACK packets for all of them in one piece: writing them together is half of the speed [3.4]."""
    words = array.array("H")
    for packet_id in packet_ids:
        words.append(0x4002)
        words.append(packet_id)
    if sys.byteorder == "little":
        words.byteswap()
    return words.tobytes()


Published = tuple[bytes, int, bytes]
"""Topic as it came, packet id (0 at QoS 0), payload. A bare tuple: it is made for every message there is."""


class Reader:
    """Bytes in, packets out. ``published`` grows; everything else comes back from ``feed``."""

    def __init__(self) -> None:
        self._rest = b""
        self.published: list[Published] = []

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Read on; the packets other than PUBLISH, as kind and body, in order.

        Raises: MqttError when this is no MQTT.
        """
        if self._rest:
            data = self._rest + data
        others: list[tuple[int, bytes]] = []
        published, at, end = self.published, 0, len(data)
        while end - at >= 2:
            first, length, body = data[at], data[at + 1], at + 2
            if length & 0x80:
                length, body = _read_length(data, at + 1)
                if body == 0:
                    break
            after = body + length
            if after > end:
                break
            if first & 0xF0 == 0x30:
                published.append(_read_publish(first, data, body, after))
            else:
                others.append((first >> 4, data[body:after]))
            at = after
        self._rest = data[at:]
        return others


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    """A length and where it ends [1.5.5]; (0, 0) when its end is still to come."""
    length = shift = 0
    for index in range(at, min(at + 4, len(data))):
        length |= (data[index] & 0x7F) << shift
        if not data[index] & 0x80:
            if length > PACKET_BYTES_MAX:
                raise MqttError(f"a packet of {length} bytes")
            return length, index + 1
        shift += 7
    if len(data) - at >= 4:
        raise MqttError("a length without end")
    return 0, 0


def _read_publish(first: int, data: bytes, at: int, after: int) -> Published:
    topic_end = at + 2 + (data[at] << 8 | data[at + 1]) if after - at >= 2 else after + 1
    content = topic_end + 2 if first & 0x06 else topic_end
    if content >= after:
        raise MqttError("a PUBLISH without room for its head")
    packet_id = data[topic_end] << 8 | data[topic_end + 1] if first & 0x06 else 0
    properties, begin = data[content], content + 1
    if properties:
        if properties & 0x80:
            properties, begin = _read_length(data[:after], content)
        begin += properties
        if begin > after or begin <= content:
            raise MqttError("a PUBLISH whose properties do not end")
    return data[at + 2 : topic_end], packet_id, data[begin:after]


def read_connack(body: bytes) -> Connected:
    """The broker's answer to CONNECT [3.2].

    Raises: MqttError when it says no.
    """
    if len(body) < 2:
        raise MqttError("a CONNACK that is too short")
    if body[1] >= FAILURE:
        raise MqttError(f"the broker refuses us: 0x{body[1]:02x}")
    said = _numbers(body, 2)
    return Connected(bool(body[0] & 1), said.get(RECEIVE_MAXIMUM, RECEIVE_MAXIMUM_UNSAID), said.get(SERVER_KEEP_ALIVE))


def read_suback(body: bytes) -> None:
    """The broker's answer to SUBSCRIBE [3.9].

    Raises: MqttError when it refuses any of it.
    """
    _, end = _properties(body, 2)
    if any(code >= FAILURE for code in body[end:]):
        raise MqttError("the broker refuses a subscription")


_SIZES = {0x11: 4, 0x13: 2, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}
"""Bytes of those properties of a CONNACK that are numbers [2.2.2.2]."""


def _properties(body: bytes, at: int) -> tuple[int, int]:
    """Where the properties begin and end."""
    length, begin = _read_length(body, at)
    if begin == 0 or begin + length > len(body):
        raise MqttError("properties that do not end")
    return begin, begin + length


def _numbers(body: bytes, at: int) -> dict[int, int]:
    """The numbers among a CONNACK's properties; texts are stepped over."""
    if len(body) <= at:
        return {}
    at, end = _properties(body, at)
    found: dict[int, int] = {}
    while at < end:
        identifier, at = body[at], at + 1
        if size := _SIZES.get(identifier, 0):
            found[identifier] = int.from_bytes(body[at : at + size], "big")
            at += size
            continue
        for _ in range(2 if identifier == 0x26 else 1):  # a user property is two texts
            at += 2 + int.from_bytes(body[at : at + 2], "big")
    return found


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _length(len(body)) + body


def _length(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _text(text: str) -> bytes:
    return _binary(text.encode())


def _binary(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content
