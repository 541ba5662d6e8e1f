"""One question to the fleet while somebody waits: HTTPS, proving who we are by the kiosk's own certificate.

What it is: a POST, and an answer within bounds of seconds and bytes. What it is not: a retry (whoever asks is told,
and says so), nor a thread (``kiosk.frontdesk.asking`` is). Rules: no redirect, no proxy, no cookie; what was asked
stands in no address, no log and no exception.
"""

from __future__ import annotations

import time

import requests
import urllib3

from fleet.protocol.asking import ANSWER_BYTES_MAX
from kiosk.config import Link

PIECE_BYTES = 16 * 1024


class CouldNotAskError(Exception):
    """The fleet gave no answer that can be used, which is never a "no"; say so."""


def ask(link: Link, path: str, body: bytes, timeout_s: float) -> bytes | None:
    """The answer to ``body``; None for the fleet's own "there is none" (404). It takes ``timeout_s`` or little more, of
    which connecting may take half.

    Raises: CouldNotAskError.
    """
    until_s = time.monotonic() + timeout_s
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy of somebody's shell between us and the fleet
            session.verify = link.ca_file
            session.cert = (link.certificate_file, link.key_file)
            response = session.post(
                f"{link.fleet_api.rstrip('/')}{path}",
                data=body,
                headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
                timeout=(timeout_s / 2, timeout_s),
                allow_redirects=False,
                stream=True,
            )
            with response:
                return _read(response, until_s)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
        raise CouldNotAskError(type(err).__name__) from None  # the library's words quote the address


def _read(response: requests.Response, until_s: float) -> bytes | None:
    if response.status_code == requests.codes.not_found:
        return None
    if response.status_code != requests.codes.ok:
        raise CouldNotAskError(f"the fleet answered {response.status_code}")
    heard = bytearray()
    while piece := response.raw.read1(PIECE_BYTES):
        heard += piece
        if len(heard) > ANSWER_BYTES_MAX:
            raise CouldNotAskError("the answer is too long")
        if time.monotonic() >= until_s:  # a byte a second is silence, too
            raise CouldNotAskError("the answer is too slow")
    return bytes(heard)
