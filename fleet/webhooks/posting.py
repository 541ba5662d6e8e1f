"""One POST to somebody else's address, and never to what stands beside us.

Rules: HTTPS to addresses of the public internet only, whatever the name says at the moment of the call, and the call
goes to the very address that was looked at; where the operator has named the origin (``SALA_WEBHOOK_ORIGINS``) that
counts instead. No redirect is followed, no proxy asked, nothing of the answer is kept but its number. One deadline
holds for the whole call, from the first byte out to the last one heard: who answers by drops holds nobody up. Only the
look-up of the name is outside it: that one is the resolver's, and has its own.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TIMEOUT_S = 10.0
"""Of the whole call; well under ``CLAIMED_FOR`` and ``SENDING_FOR`` of those who call."""

ANSWER_BYTES_MAX = 65536
"""Of what is read to learn the number: as long as ``http.client`` allows one line of it to be."""

ADDRESS_CHARACTERS_MAX = 300


class NotThereError(ValueError):
    """No message may go to such an address; ``args[0]`` is a word for why. Ask for another address."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart. ``is_named``: the operator has named its origin."""

    is_tls: bool
    host: str
    port: int
    path: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``status`` 0: no answer; then ``why``."""

    status: int
    why: str
    took_ms: int

    @property
    def is_taken(self) -> bool:
        """Whether it was heard."""
        return 200 <= self.status < 300


def place_of(address: str, named: Collection[str]) -> Place:
    """Where an address leads. Whether a name leads inside is only known when it is called.

    Raises: NotThereError.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")  # as whoever looks the name up will, and then it would be too late to say no
    except ValueError:
        raise NotThereError("no-address") from None
    is_text = address.isascii() and address.isprintable() and " " not in address
    if not host or len(address) > ADDRESS_CHARACTERS_MAX or not is_text:
        raise NotThereError("no-address")
    if parts.username or parts.password or parts.fragment:
        raise NotThereError("no-address")
    is_named = f"{parts.scheme}://{parts.netloc}" in named
    if parts.scheme != "https" and not (parts.scheme == "http" and is_named):
        raise NotThereError("not-https")
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = Place(is_tls, host, port or (443 if is_tls else 80), path, is_named)
    if not is_named and (_as_ip(host) is not None or host == "localhost") and not _is_public(host):
        raise NotThereError("inside")
    return place


class AnswerTooLongError(http.client.HTTPException):
    """It said more than anybody needs to say a number. Its name is in the outcome."""


def post(place: Place, headers: Mapping[str, str], body: bytes, within_s: float = TIMEOUT_S) -> Outcome:
    """Call it, and have its answer or none ``within_s``."""
    began_s = time.monotonic()
    try:
        status, why = _call(place, headers, body, within_s), ""
    except NotThereError as err:
        status, why = 0, str(err)
    except (OSError, http.client.HTTPException) as err:
        status, why = 0, type(err).__name__
    return Outcome(status, why[:40], round((time.monotonic() - began_s) * 1000))


def _call(place: Place, headers: Mapping[str, str], body: bytes, within_s: float) -> int:
    address = _address_of(place)
    ends_s = time.monotonic() + within_s
    connection = http.client.HTTPConnection(place.host, place.port)
    line = socket.create_connection((address, place.port), timeout=_left_s(ends_s))
    try:
        if place.is_tls:
            line.settimeout(_left_s(ends_s))
            line = ssl.create_default_context().wrap_socket(line, server_hostname=place.host)
        connection.sock = _Line(line, ends_s)
        connection.request("POST", place.path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
        line.close()


def _left_s(ends_s: float) -> float:
    """Raises: TimeoutError when nothing is."""
    left_s = ends_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


class _Line:
    """What ``http.client`` needs of a socket, under one deadline. A socket's own timeout begins anew at every byte."""

    def __init__(self, line: socket.socket, ends_s: float) -> None:
        self._line = line
        self._ends_s = ends_s

    def sendall(self, data: bytes) -> None:
        self._line.settimeout(_left_s(self._ends_s))
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self._line, self._ends_s))

    def close(self) -> None:
        self._line.close()


class _Answer(io.RawIOBase):
    """What comes, as long as there is time and no more than anybody needs."""

    def __init__(self, line: socket.socket, ends_s: float) -> None:
        self._line = line
        self._ends_s = ends_s
        self._left_bytes = ANSWER_BYTES_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._left_bytes <= 0:
            raise AnswerTooLongError
        self._line.settimeout(_left_s(self._ends_s))
        came = self._line.recv_into(buffer)
        self._left_bytes -= came
        return came


def _address_of(place: Place) -> str:
    """The address behind the name; all of them must be public.

    Raises: NotThereError; OSError when the name is nobody's.
    """
    found = [str(each[4][0]) for each in socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)]
    if not place.is_named and not all(map(_is_public, found)):
        raise NotThereError("inside")
    return found[0]


def _as_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_public(text: str) -> bool:
    """Whether an address is one of the internet's; an IPv4 in the clothes of an IPv6 counts as what it is."""
    address = _as_ip(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        address = inner or nat64 or address
    return address is not None and address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: IPv4 addresses behind a translator."""
