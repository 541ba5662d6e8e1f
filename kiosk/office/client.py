"""Fetches the office's records from the fleet over HTTPS, proving who we are by the kiosk's own certificate.

What it is: one GET, taken a step at a time, so that the agent's one thread serves the link in between
(``decisions/0001-fetch-in-steps.md``). What it is not: a general HTTP client; no redirect, no proxy, no cookie.
Rules: no step waits, except for the name's look-up; bytes and seconds are bounded; any answer that is not whole and
understood is ``OfficeUnreachableError``, and what there is stays.
"""

from __future__ import annotations

import contextlib
import http
import http.client
import io
import os
import select
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from fleet.protocol.office import OfficeRecords
from kiosk.config import Link

STALL_S = 30.0
"""A line that carries no byte for so long is a line that is down."""

FETCH_TIMEOUT_S = 300.0
"""5 MB over the slowest line that still counts as one (about 140 kbit/s)."""

ANSWER_BYTES_MAX = 32 * 1024 * 1024
"""An office of 5,000 folders is about 5 MB."""

RECV_BYTES = 64 * 1024

STEP_BYTES_MAX = 256 * 1024
"""Taken from the line in one step: a few milliseconds' work."""


T = TypeVar("T")


class OfficeUnreachableError(Exception):
    """The fleet could not be asked, or its answer not be used; keep what there is and ask again later."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetch that ended well. ``records`` is None when the fleet has nothing newer."""

    records: OfficeRecords | None


class OfficeFetch:
    """One fetch under way: call ``step`` when ``fileno`` is ready (writable if ``wants_write``, else readable), or oftener."""

    def __init__(self, link: Link, office_id: str, revision: int) -> None:
        """Begin; ``office_id`` and ``revision``: what is here already.

        Raises: OfficeUnreachableError when it cannot even begin.
        """
        address = urlsplit(link.fleet_api)
        self._host = address.hostname or ""
        self._request = (
            f"GET {address.path.rstrip('/')}/kiosk/v1/office HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f'If-None-Match: "{office_id}.{revision}"\r\nAccept: application/json\r\nConnection: close\r\n\r\n'
        ).encode("ascii")
        now_s = time.monotonic()
        self._until_s, self._stalled_s = now_s + FETCH_TIMEOUT_S, now_s + STALL_S
        self._heard = bytearray()
        self.wants_write = True
        self._where: Any
        try:
            self._context = ssl.create_default_context(cafile=link.ca_file)
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2
            self._context.load_cert_chain(link.certificate_file, link.key_file)
            family, kind, protocol, _, self._where = socket.getaddrinfo(
                self._host, address.port or 443, type=socket.SOCK_STREAM
            )[0]
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, ValueError) as err:  # ssl.SSLError is an OSError; an unfit host name is a ValueError
            raise OfficeUnreachableError(_why(err)) from err
        self._socket.setblocking(False)
        self._work = self._exchange()

    def fileno(self) -> int:
        """For ``select``; -1 once closed."""
        return self._socket.fileno()

    def step(self) -> Fetched | None:
        """Do what can be done without waiting; None while there is more to come. Close it after the last step.

        Raises: OfficeUnreachableError with the reason.
        """
        if time.monotonic() >= min(self._until_s, self._stalled_s):
            raise OfficeUnreachableError("the line is too slow")
        if not self._is_ready():
            return None
        try:
            self.wants_write = next(self._work)
        except StopIteration:
            return _understand(bytes(self._heard))
        except (OSError, ValueError) as err:
            raise OfficeUnreachableError(_why(err)) from err
        return None

    def _is_ready(self) -> bool:
        readable, writable, _ = select.select(
            [] if self.wants_write else [self], [self] if self.wants_write else [], [], 0
        )
        return bool(readable or writable)

    def _exchange(self) -> Iterator[bool]:
        """Connect, shake hands, ask, listen. Yields whenever it would wait: whether for room to write, or to read."""
        with contextlib.suppress(BlockingIOError):
            self._socket.connect(self._where)
        yield True
        if error := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error))
        line = self._context.wrap_socket(self._socket, server_hostname=self._host, do_handshake_on_connect=False)
        self._socket = line
        yield from self._patiently(line.do_handshake)
        yield from self._patiently(lambda: line.sendall(self._request))
        taken = 0
        while True:
            data = yield from self._patiently(lambda: line.recv(RECV_BYTES))
            if not data:
                return
            self._heard += data
            self._stalled_s = time.monotonic() + STALL_S
            if len(self._heard) > ANSWER_BYTES_MAX:
                raise OfficeUnreachableError("the fleet's answer is too large")
            taken += len(data)
            if taken >= STEP_BYTES_MAX:
                taken = 0
                yield True  # others wait, too; a socket can be written to at once, so this is taken up at once

    def _patiently(self, do: Callable[[], T]) -> Generator[bool, None, T]:
        """``do``, as often as it takes."""
        while True:
            try:
                return do()
            except ssl.SSLWantReadError:
                yield False
            except ssl.SSLWantWriteError:
                yield True

    def close(self) -> None:
        """Hang up. Calling it again does nothing."""
        self._socket.close()


class _Heard:
    """What was heard, in the form ``http.client`` reads from."""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._heard)


def _understand(heard: bytes) -> Fetched:
    """The whole answer.

    Raises: OfficeUnreachableError when it is not whole, or none.
    """
    answer = http.client.HTTPResponse(_Heard(heard))  # type: ignore[arg-type]  # it calls makefile and nothing else
    try:
        answer.begin()
        body = answer.read()
    except (http.client.HTTPException, ValueError, OSError) as err:
        raise OfficeUnreachableError(f"the fleet's answer is broken: {type(err).__name__}") from err
    if answer.status == http.HTTPStatus.NOT_MODIFIED:
        return Fetched(None)
    if answer.status != http.HTTPStatus.OK:
        raise OfficeUnreachableError(f"the fleet answered {answer.status}")
    try:
        return Fetched(msgspec.json.decode(body, type=OfficeRecords))
    except (msgspec.DecodeError, RecursionError) as err:
        raise OfficeUnreachableError(f"the fleet's answer cannot be read: {err}") from err


def _why(err: Exception) -> str:
    """A sentence's worth of a failure."""
    if isinstance(err, ssl.SSLCertVerificationError):
        return f"the fleet's certificate is not trusted: {err.verify_message}"
    return f"{type(err).__name__}: {err}"
