"""Fetches the office's records from the fleet over HTTPS, proving who we are by the kiosk's own certificate.

What it is: one GET, taken a piece at a time, so that the agent's one thread serves the link in between
(``decisions/0001-fetch-in-pieces.md``). What it is not: a general client; no redirect, no proxy, no cookie.
Rules: bytes and seconds are bounded; any answer that is not whole and understood is ``OfficeUnreachableError``, and
what there is stays.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import requests
import urllib3

from fleet.protocol.office import OfficeRecords, decode_office
from kiosk.config import Link
from kiosk.fleet_clock import ahead_s

TIMEOUT_S = (2.0, 5.0)
"""To connect, and for the next piece. A line that is silent for longer carries no settings either."""

FETCH_TIMEOUT_S = 300.0
"""5 MB over the slowest line that still counts as one (about 140 kbit/s)."""

ANSWER_BYTES_MAX = 32 * 1024 * 1024
"""An office of 5,000 folders is about 5 MB."""

PIECE_BYTES = 64 * 1024


class OfficeUnreachableError(Exception):
    """The fleet could not be asked, or its answer not be used; keep what there is and ask again later."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetch that ended well. ``records`` is None when the fleet has nothing newer."""

    records: OfficeRecords | None


class OfficeFetch:
    """One fetch under way: call ``step`` until it answers, and do other things in between."""

    def __init__(
        self, link: Link, office_id: str, revision: int, *, timeout_s: tuple[float, float] = TIMEOUT_S
    ) -> None:
        """Nothing is sent yet. ``office_id`` and ``revision``: what is here already."""
        self._url = f"{link.fleet_api.rstrip('/')}/kiosk/v1/office"
        self._headers = {"If-None-Match": f'"{office_id}.{revision}"', "Accept-Encoding": "identity"}
        self._timeout_s = timeout_s
        self._until_s = time.monotonic() + FETCH_TIMEOUT_S
        self._heard = bytearray()
        self._response: requests.Response | None = None
        self.clock_ahead_s: float | None = None
        """Our clock minus the fleet's, once it has answered."""
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = link.ca_file
        self._session.cert = (link.certificate_file, link.key_file)

    def step(self) -> Fetched | None:
        """Ask, or take the next piece; None while there is more to come. Waits for ``timeout_s`` at most.

        Raises: OfficeUnreachableError with the reason. Close it after the last step.
        """
        if time.monotonic() >= self._until_s:
            raise OfficeUnreachableError("the line is too slow")
        try:
            return self._ask() if self._response is None else self._take(self._response.raw)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise OfficeUnreachableError(_why(err)) from err

    def _ask(self) -> Fetched | None:
        sent_at = datetime.now(UTC)
        self._response = self._session.get(
            self._url, headers=self._headers, timeout=self._timeout_s, allow_redirects=False, stream=True
        )
        self.clock_ahead_s = ahead_s(self._response.headers.get("Date"), sent_at, datetime.now(UTC))
        if self._response.status_code == requests.codes.not_modified:
            return Fetched(None)
        if self._response.status_code != requests.codes.ok:
            raise OfficeUnreachableError(f"the fleet answered {self._response.status_code}")
        return None

    def _take(self, raw: urllib3.response.HTTPResponse) -> Fetched | None:
        piece = raw.read1(PIECE_BYTES)
        self._heard += piece
        if len(self._heard) > ANSWER_BYTES_MAX:
            raise OfficeUnreachableError("the fleet's answer is too large")
        if piece:
            return None
        try:
            return Fetched(decode_office(bytes(self._heard)))
        except msgspec.DecodeError as err:
            raise OfficeUnreachableError(f"the fleet's answer cannot be read: {err}") from err

    def close(self) -> None:
        """Hang up. Calling it again does nothing."""
        if self._response is not None:
            self._response.close()
        self._session.close()


def _why(err: Exception) -> str:
    """A sentence's worth of a failure."""
    if "CERTIFICATE_VERIFY_FAILED" in str(err):
        return "the fleet's certificate is not trusted"
    return f"{type(err).__name__}: {err}"
