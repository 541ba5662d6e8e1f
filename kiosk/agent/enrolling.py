"""The agent of a kiosk that is nobody yet: makes its key, shows what a technician needs, and waits to be let in.

What it is: the kiosk's side of ``fleet.protocol.enrolment``. What it is not: a front desk; it tells that one what to
show, and writes the same into the log for a kiosk without a screen.

Rules: whatever has been said to the fleet is on the disk first, so that a pulled plug costs nothing but time; a kiosk
that was confirmed meanwhile finds its certificate. Nobody is trusted but who was there when the code was made: the
certificate must be signed by the authority that stands in the transcript.
"""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fleet.protocol import enrolment as words
from kiosk import news
from kiosk.agent.enrol_client import EnrolClient, FleetUnreachableError, KeyUsedError, OverError
from kiosk.agent.identity import IdentityStore, Key, NotOursError, authority_name
from kiosk.config import ConfigError, MachineConfig, with_identity
from kiosk.service_manager import ServiceManager

log = logging.getLogger(__name__)

TURN_S = 0.5
ASK_EVERY_S = (1.0, 5.0)
"""How often to ask whether somebody has confirmed: at first, and after a while."""

BACKOFF_S = (1.0, 30.0)
REFUSED_PAUSE_S = 30.0
"""A technician said no, or typed wrongly three times; a new code comes after this."""

PENDING = "pending.json"
SERIAL_BYTES_MAX = 128


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What must be remembered of an enrolment under way."""

    begun: words.Begun
    kiosk_nonce: str
    serial: str = ""


class Enrolling:
    """One attempt after the other, until one succeeds."""

    def __init__(self, config: MachineConfig, version: str, post: news.NewsSocket) -> None:
        """Nothing is sent yet.

        Raises: ConfigError when this kiosk is not one that enrols.
        """
        if config.enrolment is None:
            raise ConfigError("this kiosk has no identity, and no [enrolment] to get one")
        self._enrolment, self._version, self._post = config.enrolment, version, post
        self._store = IdentityStore(config.identity_path)
        self._client = EnrolClient(config.enrolment.fleet, config.enrolment.ca_file)
        self._due_s = 0.0
        self._delay_s, self._ask_s = BACKOFF_S[0], ASK_EVERY_S[0]
        self._shown = news.EnrolmentShown(address="", code="")
        self._said = ""
        self._revealed = False
        self._stopping = False

    def stop(self) -> None:
        """End ``run`` after the present turn; safe in a signal handler."""
        self._stopping = True

    def run(self, manager: ServiceManager) -> bool:
        """Until this kiosk has an identity (True) or ``stop`` (False); ``manager`` hears of every turn."""
        try:
            while not self._stopping:
                manager.works()
                if self._post.receive(TURN_S) is not None:
                    self._post.send(self._shown)  # the front desk has just begun
                if time.monotonic() >= self._due_s and self._step():
                    self._post.send(news.Enrolled())
                    return True
            return False
        finally:
            self._client.close()

    def _step(self) -> bool:
        """The next thing to do; True when this kiosk has its identity."""
        try:
            if self._store.current() is not None:  # installed by hand meanwhile
                return True
            if (staged := self._store.staged()) is not None:  # the plug was pulled between two renames
                self._store.use(staged)
                return True
            return self._go_on()
        except FleetUnreachableError as err:
            self._say(f"the fleet at {self._enrolment.fleet} cannot be asked: {err}")
            self._back_off()
        except OverError:
            self._begin_anew(0.0)
        except KeyUsedError:
            self._say("the fleet knows this key; making another")
            self._store.give_up_new()
            self._begin_anew(BACKOFF_S[0])
        except NotOursError as err:
            log.error("not accepted, somebody may stand between us and the fleet: %s", err)
            self._begin_anew(REFUSED_PAUSE_S)
        except OSError as err:
            self._say(f"the identity cannot be stored: {err.strerror}")
            self._back_off()
        return False

    def _go_on(self) -> bool:
        key = self._store.new_key()
        pending = self._pending()
        if pending is None:
            pending = self._begin(key)
        transcript = _transcript(pending, key)
        if not self._revealed:
            answer = self._reveal(pending, transcript, key)
            self._revealed = True
            self._show(transcript)
        else:
            answer = self._client.collect(
                words.Collect(
                    enrolment_id=transcript.enrolment_id, signature=key.sign(transcript.digest(words.COLLECT))
                )
            )
        self._delay_s = BACKOFF_S[0]
        return self._take(answer, transcript)

    def _pending(self) -> Pending | None:
        kept = self._store.note_of(PENDING)
        try:
            return msgspec.json.decode(kept, type=Pending) if kept else None
        except msgspec.DecodeError:
            return None

    def _begin(self, key: Key) -> Pending:
        nonce, serial = secrets.token_hex(words.NONCE_BYTES), self._serial()
        begun = self._client.begin(
            words.Begin(
                csr=key.signing_request(),
                commitment=words.commitment(nonce, key.sha256),
                version=self._version,
                serial=serial,
            )
        )
        pending = Pending(begun=begun, kiosk_nonce=nonce, serial=serial)
        self._store.keep_note(PENDING, msgspec.json.encode(pending))
        return pending

    def _reveal(self, pending: Pending, transcript: words.Transcript, key: Key) -> words.Collected:
        proof = ""
        if (voucher := self._voucher(transcript.serial)) is not None:
            if voucher.ca_sha256 != transcript.ca_sha256:
                raise NotOursError("the fleet is not the one our voucher names")
            signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(voucher.secret))
            proof = signer.sign(transcript.digest(words.VOUCHER)).hex()
        return self._client.reveal(
            words.Reveal(
                enrolment_id=pending.begun.enrolment_id,
                nonce=pending.kiosk_nonce,
                signature=key.sign(transcript.digest(words.REVEAL)),
                voucher=proof,
            )
        )

    def _take(self, answer: words.Collected, transcript: words.Transcript) -> bool:
        if answer.stand is words.Stand.GRANTED and answer.grant is not None:
            if authority_name(answer.grant.ca) != transcript.ca_sha256:
                raise NotOursError("another authority than the one the code was made with")
            self._store.use(self._store.stage(answer.grant))
            self._spend_voucher()
            log.info("enrolled as %s", answer.grant.kiosk_id)
            return True
        if answer.stand is words.Stand.REFUSED:
            self._say("a person has refused this kiosk, or the code was typed wrongly too often")
            self._begin_anew(REFUSED_PAUSE_S)
            return False
        self._due_s = time.monotonic() + self._ask_s * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret
        self._ask_s = min(1.05 * self._ask_s, ASK_EVERY_S[1])
        return False

    # ---- what the technician sees

    def _show(self, transcript: words.Transcript) -> None:
        """The QR's address and the code, on the screen and in the log: neither is a secret."""
        path = words.page_path(transcript.enrolment_id, transcript.key_sha256)
        self._shown = news.EnrolmentShown(
            address=f"{self._enrolment.fleet.rstrip('/')}{path}", code=transcript.short_code
        )
        self._said = ""
        log.info("to enrol this kiosk, open %s and type %s", self._shown.address, self._shown.code)
        self._post.send(self._shown)

    def _begin_anew(self, pause_s: float) -> None:
        """What was shown holds no longer."""
        if self._store.note_of(PENDING) is not None:
            self._store.keep_note(PENDING, b"")
        self._revealed, self._ask_s = False, ASK_EVERY_S[0]
        self._due_s = time.monotonic() + pause_s
        self._shown = news.EnrolmentShown(address="", code="")
        self._post.send(self._shown)

    def _back_off(self) -> None:
        self._due_s = time.monotonic() + random.uniform(0.5, 1.0) * self._delay_s  # noqa: S311 - jitter, no secret
        self._delay_s = min(2 * self._delay_s, BACKOFF_S[1])

    def _say(self, what: str) -> None:
        """Log a trouble once, however often it is met."""
        if what != self._said:
            log.warning("%s", what)
            self._said = what

    # ---- what the machine brings along

    def _serial(self) -> str:
        """The machine's serial number; empty when it cannot be read, or is none."""
        if not self._enrolment.serial_file:
            return ""
        try:
            raw = Path(self._enrolment.serial_file).read_bytes()[:SERIAL_BYTES_MAX]
        except OSError as err:
            self._say(f"no serial number: {err.strerror}")
            return ""
        text = raw.decode("ascii", "replace").strip("\0 \n")
        return text if words.is_serial(text) else ""

    def _voucher(self, serial: str) -> words.Voucher | None:
        """This machine's voucher. Another machine's is not used: it would be spent for nothing."""
        if not self._enrolment.voucher_file:
            return None
        try:
            voucher = words.read(Path(self._enrolment.voucher_file).read_bytes(), words.Voucher)
        except FileNotFoundError:
            return None
        except (OSError, words.WordsError) as err:
            self._say(f"the voucher cannot be used: {err}")
            return None
        if not serial or voucher.serial != serial:
            self._say("the voucher is for another machine")
            return None
        return voucher

    def _spend_voucher(self) -> None:
        """Delete it; a read-only boot partition keeps one that is good for nothing any more."""
        if self._enrolment.voucher_file:
            with contextlib.suppress(OSError):
                Path(self._enrolment.voucher_file).unlink(missing_ok=True)


def _transcript(pending: Pending, key: Key) -> words.Transcript:
    return words.Transcript(
        enrolment_id=pending.begun.enrolment_id,
        key_sha256=key.sha256,
        ca_sha256=authority_name(pending.begun.ca),
        kiosk_nonce=pending.kiosk_nonce,
        fleet_nonce=pending.begun.nonce,
        serial=pending.serial,
    )


def get_identity(
    config: MachineConfig, version: str, heed: Callable[[Callable[[], None]], None], manager: ServiceManager
) -> MachineConfig | None:
    """``config`` of the kiosk that this machine is, or becomes; None when it was stopped before it is one.

    ``heed`` is given what ends the waiting.

    Raises: ConfigError as ``Enrolling``.
    """
    while not config.is_enrolled:
        post = news.NewsSocket(config.run_path, news.AGENT, news.FRONTDESK)
        try:
            enrolling = Enrolling(config, version, post)
            heed(enrolling.stop)
            if not enrolling.run(manager):
                return None
        finally:
            post.close()
        config = with_identity(config)
    return config
