"""Fetches the office's records from the fleet over HTTPS, proving who we are by the kiosk's own certificate.

What it is: one GET a page, taken a piece at a time, so that the agent's one thread serves the link in between
(``decisions/0001-fetch-in-pieces.md``). What it is not: a general client; no redirect, no proxy, no cookie.
Rules: bytes and seconds are bounded; any answer that is not whole and understood is ``OfficeUnreachableError``, and
what there is stays; but a fleet that proves who it is and says that we are nobody (403) is ``NotAdmittedError``.
"""

from __future__ import annotations

import time
import zlib
from datetime import UTC, datetime

import msgspec
import requests
import urllib3

from fleet.protocol.office import OfficePage, decode_page
from kiosk.config import Link
from kiosk.fleet_clock import ahead_s

TIMEOUT_S = (2.0, 5.0)
"""To connect, and for the next piece. A line that is silent for longer carries no settings either."""

FETCH_TIMEOUT_S = 300.0
"""For one page: 64 kB over the slowest line there is takes a minute (GPRS, about 10 kbit/s)."""

PAGE_BYTES_MAX = 4 * 1024 * 1024
"""Unpacked. The fleet makes pages of 256 KB, larger only for a single item."""

PIECE_BYTES = 64 * 1024

_GZIP = 16 + zlib.MAX_WBITS
"""How zlib is told to expect gzip's head and sum (zlib.h, inflateInit2)."""


class OfficeUnreachableError(Exception):
    """The fleet could not be asked, or its answer not be used; keep what there is and ask again later."""


class NotAdmittedError(OfficeUnreachableError):
    """The fleet does not know us any more: revoked, or expired. What it gave us is not ours to keep."""


class OfficeFetch:
    """One page after another: call ``step`` until it answers, and do other things in between."""

    def __init__(self, link: Link, cursor: str, *, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        """Nothing is sent yet. ``cursor``: the replica's."""
        self._url = f"{link.fleet_api.rstrip('/')}/kiosk/v1/office"
        self._timeout_s = timeout_s
        self.clock_ahead_s: float | None = None
        """Our clock minus the fleet's, once it has answered."""
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = link.ca_file
        self._session.cert = (link.certificate_file, link.key_file)
        self._response: requests.Response | None = None
        self.go_on(cursor)

    def go_on(self, cursor: str) -> None:
        """Begin with the page after ``cursor``, by the same connection where it still stands."""
        self._hang_up()
        self._cursor = cursor
        self._until_s = time.monotonic() + FETCH_TIMEOUT_S
        self._heard = bytearray()
        self._unpack: _Unpacking | None = None

    def step(self) -> OfficePage | None:
        """Ask, or take the next piece; None while there is more to come. Waits for ``timeout_s`` at most.

        Raises: OfficeUnreachableError with the reason; NotAdmittedError when we are not to have anything. Close it
            after the last step.
        """
        if time.monotonic() >= self._until_s:
            raise OfficeUnreachableError("the line is too slow")
        try:
            if self._response is not None:
                return self._take(self._response.raw)
            self._response = self._ask()
            return None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise OfficeUnreachableError(_why(err)) from err

    def _ask(self) -> requests.Response:
        sent_at = datetime.now(UTC)
        response = self._session.get(
            self._url,
            params={"cursor": self._cursor} if self._cursor else None,
            headers={"Accept-Encoding": "gzip"},
            timeout=self._timeout_s,
            allow_redirects=False,
            stream=True,
        )
        self.clock_ahead_s = ahead_s(response.headers.get("Date"), sent_at, datetime.now(UTC))
        if response.status_code != requests.codes.ok:
            response.close()
            if response.status_code == requests.codes.forbidden:
                raise NotAdmittedError("the fleet does not know this kiosk any more")
            raise OfficeUnreachableError(f"the fleet answered {response.status_code}")
        if response.headers.get("Content-Encoding") == "gzip":
            self._unpack = _Unpacking()
        return response

    def _take(self, raw: urllib3.response.HTTPResponse) -> OfficePage | None:
        piece = raw.read1(PIECE_BYTES)
        self._heard += self._unpack.take(piece) if self._unpack is not None else piece
        if len(self._heard) > PAGE_BYTES_MAX:
            raise OfficeUnreachableError("the fleet's answer is too large")
        if piece:
            return None
        if self._unpack is not None and not self._unpack.is_whole:
            raise OfficeUnreachableError("the fleet's answer is not whole")
        try:
            return decode_page(bytes(self._heard))
        except msgspec.DecodeError as err:
            raise OfficeUnreachableError(f"the fleet's answer cannot be read: {err}") from err

    def _hang_up(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None

    def close(self) -> None:
        """Hang up. Calling it again does nothing."""
        self._hang_up()
        self._session.close()


class _Unpacking:
    """Gzip, piece by piece, and never more than a page's worth out of one of them."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP)

    def take(self, piece: bytes) -> bytes:
        """What is in ``piece``; a byte too many when that is more than a page.

        Raises: OfficeUnreachableError when it is no gzip.
        """
        try:
            return self._zlib.decompress(piece, PAGE_BYTES_MAX + 1)
        except zlib.error as err:
            raise OfficeUnreachableError(f"the fleet's answer cannot be unpacked: {err}") from err

    @property
    def is_whole(self) -> bool:
        """Whether the end has come, and its sum agrees."""
        return self._zlib.eof


def _why(err: Exception) -> str:
    """A sentence's worth of a failure."""
    if "CERTIFICATE_VERIFY_FAILED" in str(err):
        return "the fleet's certificate is not trusted"
    return f"{type(err).__name__}: {err}"
