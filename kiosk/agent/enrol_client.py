"""The kiosk's questions to the fleet while it is nobody: begin, reveal, collect, over HTTPS without a certificate.

What it is: three POSTs, bounded in bytes and seconds. What it is not: a decision; every answer but a good one is an
error that says whose turn it is. No redirect, no proxy, no cookie.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
import requests
import urllib3

from fleet.protocol import enrolment as words

TIMEOUT_S = (3.0, 7.0)
"""To connect, and for the answer."""

M = TypeVar("M", words.Begun, words.Collected)


class FleetUnreachableError(Exception):
    """No answer, or none that can be used; ask again later."""


class OverError(Exception):
    """The fleet knows nothing of this enrolment, or no longer; begin anew."""


class KeyUsedError(Exception):
    """The fleet has certified this key before; make another."""


class EnrolClient:
    """``address``: of the fleet's pages. ``ca_file``: whom to trust for it; empty means the system's."""

    def __init__(self, address: str, ca_file: str) -> None:
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = ca_file or True

    def begin(self, said: words.Begin) -> words.Begun:
        """Raises: FleetUnreachableError, KeyUsedError."""
        return self._post("begin", said, words.Begun)

    def reveal(self, said: words.Reveal) -> words.Collected:
        """Raises: FleetUnreachableError, OverError, KeyUsedError."""
        return self._post("reveal", said, words.Collected)

    def collect(self, said: words.Collect) -> words.Collected:
        """Raises: FleetUnreachableError, OverError."""
        return self._post("collect", said, words.Collected)

    def _post(self, step: str, said: msgspec.Struct, kind: type[M]) -> M:
        try:
            with self._session.post(
                f"{self._address}/enrol/v1/{step}",
                data=msgspec.json.encode(said),
                headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
                timeout=TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status, body = answer.status_code, answer.raw.read(words.BODY_BYTES_MAX + 1)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise FleetUnreachableError(_why(err)) from err
        if status == requests.codes.not_found:
            raise OverError
        if status == requests.codes.conflict:
            raise KeyUsedError
        if status != requests.codes.ok:
            raise FleetUnreachableError(f"the fleet answered {status}")
        try:
            return words.read(body, kind)
        except words.WordsError as err:
            raise FleetUnreachableError(f"the fleet's answer cannot be read: {err}") from err

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def _why(err: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(err):
        return "the fleet's certificate is not trusted"
    return type(err).__name__
