"""How trust metadata is fetched: over HTTPS by the kiosk's own certificate, within bytes and seconds.

What it is: ``FetcherInterface`` of python-tuf over requests. What it is not: a reason to believe anything; the metadata
is, and whoever sits at the other end may be anybody. Rules: the library bounds the bytes of each file, and we the
seconds of all of them together: a server that sends a byte now and then ends with the deadline. Whatever fails leaves
as the library's ``DownloadError``, while bytes are taken, too (its own wrapper only covers the call).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

import requests
import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from kiosk.config import Link
from kiosk.fleet_clock import ahead_s

TIMEOUT_S = (2.0, 5.0)
"""To connect, and for the next piece."""

PIECE_BYTES = 16 * 1024


class TooSlowError(DownloadError):
    """The deadline has passed; what there is stays."""


class Fetcher(FetcherInterface):
    """Fetches until ``deadline_s`` (monotonic)."""

    def __init__(self, link: Link, deadline_s: float, clock: Callable[[], datetime]) -> None:
        self._deadline_s, self._clock = deadline_s, clock
        self.clock_ahead_s: float | None = None
        """Our clock minus the fleet's, once it has answered."""
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = link.ca_file
        self._session.cert = (link.certificate_file, link.key_file)

    def _fetch(self, url: str) -> Iterator[bytes]:
        """The pieces of a file.

        Raises: DownloadHTTPError for any answer but 200; TooSlowError; DownloadError for all else.
        """
        try:
            self._look_at_time()
            sent_at = self._clock()
            with self._session.get(
                url,
                headers={"Accept-Encoding": "identity"},
                timeout=TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as answer:
                self.clock_ahead_s = ahead_s(answer.headers.get("Date"), sent_at, self._clock())
                if answer.status_code != requests.codes.ok:
                    raise DownloadHTTPError(f"the fleet answered {answer.status_code}", answer.status_code)
                while piece := answer.raw.read1(PIECE_BYTES):
                    self._look_at_time()
                    yield piece
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise DownloadError(f"{type(err).__name__}: {err}") from err

    def _look_at_time(self) -> None:
        if time.monotonic() >= self._deadline_s:
            raise TooSlowError("the line is too slow")

    def close(self) -> None:
        """Hang up. Calling it again does nothing."""
        self._session.close()
