"""One question over HTTP, and an answer within bounds: of seconds in all, of bytes, of statuses.

What it is not: a retry. Who asked is told, and asks again when it makes sense to. requests is imported by the first
question, not with the module: it holds six megabytes, which three of a fleet's four processes never need.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from fleet.partners.port import CouldNotAskError, System, Why

if TYPE_CHECKING:
    import requests

ANSWER_BYTES_MAX = 256 * 1024
"""The longest answer we understand is a factory's licences: some kilobytes."""

PIECE_BYTES = 16 * 1024
CONNECT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Line:
    """Where a system is. ``token`` is a bearer token, or empty.

    ``timeout_s`` bounds each silence, and the whole of an answer's body; at the worst a question takes twice as long.
    Headers that drip in are not bounded in all, only each silence between them: requests has no way to.
    """

    system: System
    address: str
    timeout_s: float = 4.0
    token: str = field(default="", repr=False)

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        """The answer to a GET, or to a POST of the JSON ``body``; None for the system's own "there is none" (404).

        Raises: CouldNotAskError.
        """
        import requests
        import urllib3

        until_s = time.monotonic() + self.timeout_s
        try:
            with requests.Session() as session:
                session.trust_env = False  # the way out is the one that was set up
                response = session.request(
                    "GET" if body is None else "POST",
                    f"{self.address.rstrip('/')}{path}",
                    data=body,
                    headers=self._headers(body),
                    timeout=(min(CONNECT_TIMEOUT_S, self.timeout_s), self.timeout_s),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    return self._read(response, until_s)
        except requests.Timeout as err:
            raise self._cannot(Why.SILENT, type(err).__name__) from err
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise self._cannot(Why.UNREACHABLE, type(err).__name__) from err

    def _headers(self, body: bytes | None) -> Mapping[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers

    def _read(self, response: requests.Response, until_s: float) -> bytes | None:
        status = response.status_code
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._cannot(Why.REFUSED, str(status))
        if status != HTTPStatus.OK:
            why = Why.FAILING if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS else Why.NOT_UNDERSTOOD
            raise self._cannot(why, str(status))
        heard = bytearray()
        while piece := response.raw.read1(PIECE_BYTES):
            heard += piece
            if len(heard) > ANSWER_BYTES_MAX:
                raise self._cannot(Why.NOT_UNDERSTOOD, "too long")
            if time.monotonic() >= until_s:  # a byte a second is silence, too
                raise self._cannot(Why.SILENT, "too slow")
        expected = response.headers.get("Content-Length", "")
        if expected.isdigit() and len(heard) < int(expected):
            raise self._cannot(Why.UNREACHABLE, "cut short")
        return bytes(heard)

    def _cannot(self, why: Why, detail: str) -> CouldNotAskError:
        return CouldNotAskError(self.system, why, detail)
