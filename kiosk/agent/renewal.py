"""Renews the kiosk's certificate at two thirds of its life, over HTTPS by the one it has, one durable step at a time.

    ask      a new key, and a certificate for it          the old pair is in use; asked again, the answer is the same
    prove    ask the fleet something by the new pair       the old pair is in use
    change   the new pair is the one in use                from here on the new pair, after a pulled plug, too
    settle   tell the fleet, which ends the old pair       repeated until the fleet has heard it
    drop     delete the old pair

Rules: where to go on is read from the disk (``IdentityStore``), never remembered; every step may be done twice. The
old pair is good until the new one is in place and the fleet has been told so *by it*. Our clock decides only when to
begin: one that is wrong must not keep an old certificate from being renewed, nor end it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import requests
import urllib3

from fleet.protocol import enrolment as words
from kiosk.agent.identity import Identity, IdentityStore, NotOursError
from kiosk.config import MachineConfig

log = logging.getLogger(__name__)

TIMEOUT_S = (2.0, 5.0)
"""To connect, and for the answer: as long as the agent's one thread may wait (decisions/0003)."""

LOOK_EVERY_S = 60.0
"""How often to look at the dates."""

LEAST_S = 5.0
"""Between one renewal and the next, however short a life a fleet gives its certificates."""

RETRY_S = (30.0, 3600.0)
"""First and longest pause after a failure. A third of 90 days is left for this."""


class RenewalError(Exception):
    """This step did not work; the pair in use is as good as before. Try again later."""


class RefusedError(RenewalError):
    """The fleet does not take this pair."""


class Renewal:
    """``turn`` does the next step when one is due, and says when the pair in use has changed."""

    def __init__(self, config: MachineConfig, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = IdentityStore(config.identity_path)
        self._address = config.link.fleet_api.rstrip("/")
        self._now = now
        self._due_s = 0.0
        self._delay_s = RETRY_S[0]

    def turn(self) -> bool:
        """The next step, if one is due; True when the pair in use is another now: connect anew.

        Waits for the sum of ``TIMEOUT_S`` at most, and that a few times in sixty days.
        """
        if time.monotonic() < self._due_s:
            return False
        try:
            changed, is_done = self.step()
        except (RenewalError, NotOursError, OSError) as err:
            log.warning("certificate not renewed yet: %s", err)
            self._due_s = time.monotonic() + random.uniform(0.5, 1.0) * self._delay_s  # noqa: S311 - jitter, no secret
            self._delay_s = min(2 * self._delay_s, RETRY_S[1])
            return False
        self._delay_s = RETRY_S[0]
        self._due_s = time.monotonic() + self._pause_s() if is_done else 0.0
        return changed

    def _pause_s(self) -> float:
        """Until it is time, and never longer than ``LOOK_EVERY_S``: clocks are set."""
        current = self._store.current()
        left_s = (current.renew_at - self._now()).total_seconds() if current else LOOK_EVERY_S
        return min(max(left_s, LEAST_S), LOOK_EVERY_S)

    def step(self) -> tuple[bool, bool]:
        """One step; whether the pair in use has changed, and whether there is nothing left to do for now.

        Raises: RenewalError, NotOursError, OSError; nothing is lost.
        """
        current = self._store.current()
        if current is None:
            raise RenewalError("no identity in use")
        if (staged := self._store.staged()) is not None:
            self._prove(staged)
            self._store.use(staged)
            log.info("the certificate is renewed, until %s", staged.not_after.date())
            return True, False
        if self._store.has_others():
            self._call(current, "POST", "settled")
            self._store.drop_others()
            return False, True
        if self._now() < current.renew_at:
            return False, True
        self._ask(current)
        return False, False

    def _ask(self, current: Identity) -> None:
        body = msgspec.json.encode(words.Renew(csr=self._store.new_key().signing_request()))
        try:
            answer = words.read(self._call(current, "POST", "renew", body), words.Renewed)
        except words.WordsError as err:
            raise RenewalError(f"the fleet's answer cannot be read: {err}") from err
        except RefusedError:
            self._store.give_up_new()  # perhaps it is this key that it does not like
            raise
        grant = msgspec.structs.replace(current.grant, certificate=answer.certificate, ca=answer.ca)
        self._store.stage(grant)

    def _prove(self, staged: Identity) -> None:
        try:
            self._call(staged, "GET", "ping")
        except RefusedError:
            self._store.discard(staged)  # given up by the fleet for a later one, or revoked
            raise

    def _call(self, identity: Identity, method: str, route: str, body: bytes | None = None) -> bytes:
        """One call by ``identity``.

        Raises: RefusedError, RenewalError.
        """
        with requests.Session() as session:
            session.trust_env = False  # no proxy of somebody's shell between us and the fleet
            session.verify = identity.ca_file
            session.cert = (identity.certificate_file, identity.key_file)
            try:
                with session.request(
                    method,
                    f"{self._address}/kiosk/v1/{route}",
                    data=body,
                    headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
                    timeout=TIMEOUT_S,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    status, said = answer.status_code, answer.raw.read(words.BODY_BYTES_MAX + 1)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
                raise RenewalError(f"{route}: {type(err).__name__}") from err
        if status in (requests.codes.forbidden, requests.codes.conflict, requests.codes.bad_request):
            raise RefusedError(f"{route}: the fleet answered {status}")
        if status != requests.codes.ok:
            raise RenewalError(f"{route}: the fleet answered {status}")
        return bytes(said)
