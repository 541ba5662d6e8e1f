"""Enrolments under way: begun by a kiosk, opened by its nonce, confirmed by a person or a voucher, then collected.

What it is: every rule of the exchange but one, which kiosk of which office it becomes (``fleet.devices.admitting``).

Rules: default deny. Whatever is unknown, late, used or not signed is refused, and how it was refused tells nothing.
The code is compared in constant time, ``WRONG_CODES_MAX`` times at most. Bounds are kept in the database, so that they
hold for any number of servers; what has expired makes room for what comes.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.utils import timezone

from fleet.protocol import enrolment as words
from fleet.trust.certificates import Doer, authority, key_is_known, note
from fleet.trust.models import Certificate, Enrolment, ExpectedMachine, Stage
from fleet.trust.signing_request import SigningRequest, SigningRequestError, read_request

CONFIRM_WITHIN = timedelta(minutes=15)
"""How long a person has to walk to the kiosk and type six characters. The kiosk begins anew by itself."""

COLLECT_WITHIN = timedelta(days=1)
"""How long a confirmed kiosk may take to fetch its certificate: its plug may be pulled in between."""

OPEN_MAX = 500
"""Enrolments waiting in the whole fleet."""

OPEN_AN_ADDRESS_MAX = 20
"""The same from one address: a hall full of kiosks is set up behind one."""

BEGUN_AN_ADDRESS_MAX = 60
"""How many an address may begin within ``CONFIRM_WITHIN``."""

WRONG_CODES_MAX = 3


class RefusedError(Exception):
    """The fleet does not go along; ``word`` is one for the log, the kiosk is told no more than the status."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class TooManyError(RefusedError):
    """Too many are waiting; try again later."""


class KeyUsedError(RefusedError):
    """This key has been certified before; make another."""


def begin(asked: words.Begin, doer: Doer) -> tuple[Enrolment, str]:
    """Write down a kiosk that wants in; returns it and our CA's PEM.

    Raises: RefusedError.
    """
    try:
        request = read_request(asked.csr)
    except SigningRequestError as err:
        raise RefusedError(str(err)) from err
    if key_is_known(request):
        raise KeyUsedError("this key was certified before")
    now = timezone.now()
    with transaction.atomic():
        _make_room(doer, now - CONFIRM_WITHIN)
        ours = authority()
        enrolment = Enrolment.objects.create(
            enrolment_id=base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("="),
            csr=asked.csr,
            key_sha256=request.key_sha256,
            ca_sha256=ours.root_sha256,
            commitment=asked.commitment,
            fleet_nonce=secrets.token_hex(words.NONCE_BYTES),
            serial_number=asked.serial,
            version=asked.version,
            address=doer.address,
            created_at=now,
            expires_at=now + CONFIRM_WITHIN,
        )
        note(doer, "enrolment-begun", about=enrolment.enrolment_id, detail=f"key {request.key_sha256[:16]}")
    return enrolment, ours.root_pem.decode("ascii")


def _make_room(doer: Doer, since: datetime) -> None:
    """Forget what nobody finished, and see whether there is room."""
    waiting = Enrolment.objects.exclude(stage=Stage.CONFIRMED)
    waiting.filter(expires_at__lte=timezone.now()).delete()
    open_now = waiting.filter(stage__in=(Stage.BEGUN, Stage.OPEN))
    mine = Enrolment.objects.filter(address=doer.address, created_at__gt=since)
    if (
        open_now.count() >= OPEN_MAX
        or open_now.filter(address=doer.address).count() >= OPEN_AN_ADDRESS_MAX
        or mine.count() >= BEGUN_AN_ADDRESS_MAX
    ):
        raise TooManyError("too many enrolments are waiting")


def _locked(enrolment_id: str) -> Enrolment:
    """The enrolment, if it is still good for anything. Call it inside a transaction.

    Raises: RefusedError.
    """
    enrolment = Enrolment.objects.select_for_update().filter(pk=enrolment_id, expires_at__gt=timezone.now()).first()
    if enrolment is None:
        raise RefusedError("no such enrolment, or too late")
    return enrolment


def request_of(enrolment: Enrolment) -> SigningRequest:
    """Its signing request, read before and therefore readable."""
    return read_request(enrolment.csr)


def transcript_of(enrolment: Enrolment) -> words.Transcript:
    """What the fleet has seen."""
    return words.Transcript(
        enrolment_id=enrolment.enrolment_id,
        key_sha256=enrolment.key_sha256,
        ca_sha256=enrolment.ca_sha256,
        kiosk_nonce=enrolment.kiosk_nonce,
        fleet_nonce=enrolment.fleet_nonce,
        serial=enrolment.serial_number,
    )


def reveal(asked: words.Reveal, doer: Doer) -> tuple[Enrolment, ExpectedMachine | None]:
    """The kiosk shows its nonce; from here on there is a code. Said twice, it is the same.

    Returns: the enrolment, and the expected machine it has proved to be, if it brought a voucher that holds.

    Raises: RefusedError when the nonce is not the one committed to, or its key has not signed.
    """
    with transaction.atomic():
        enrolment = _locked(asked.enrolment_id)
        bound = words.commitment(asked.nonce, enrolment.key_sha256)
        if not hmac.compare_digest(bound, enrolment.commitment):
            raise RefusedError("not the nonce it committed to")
        enrolment.kiosk_nonce = asked.nonce
        digest = transcript_of(enrolment).digest(words.REVEAL)
        if not request_of(enrolment).has_signed(digest, asked.signature):
            raise RefusedError("not signed by its key")
        if enrolment.stage == Stage.BEGUN:
            enrolment.stage = Stage.OPEN
            enrolment.save(update_fields=["stage", "kiosk_nonce"])
        expected = _expected(enrolment, asked.voucher, doer) if asked.voucher else None
    return enrolment, expected


def _expected(enrolment: Enrolment, signature_hex: str, doer: Doer) -> ExpectedMachine | None:
    """The machine whose voucher signed this transcript; a voucher that does not hold leaves the way by QR."""
    machine = ExpectedMachine.objects.select_for_update().filter(pk=enrolment.serial_number).first()
    if machine is None or machine.used_at is not None or machine.expires_at <= timezone.now():
        note(doer, "voucher-refused", about=enrolment.enrolment_id, detail="unknown, used or too late")
        return None
    try:
        digest = transcript_of(enrolment).digest(words.VOUCHER)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(machine.voucher_key)).verify(
            bytes.fromhex(signature_hex), digest
        )
    except InvalidSignature:
        note(doer, "voucher-refused", about=enrolment.enrolment_id, detail="not signed by the voucher")
        return None
    return machine


def shown(enrolment_id: str, key_start: str) -> Enrolment | None:
    """The enrolment behind a scanned QR, or None when it is over or its key is not the one the QR names."""
    enrolment = Enrolment.objects.filter(pk=enrolment_id, expires_at__gt=timezone.now()).first()
    if enrolment is None or not hmac.compare_digest(enrolment.key_sha256[:32].encode(), key_start.encode()):
        return None
    return enrolment


def code_holds(enrolment_id: str, typed: str, doer: Doer) -> bool:
    """Whether a person typed the code that the fleet has computed itself.

    Raises: RefusedError when the enrolment is over, also by this: the third wrong code ends it.
    """
    with transaction.atomic():
        enrolment = lock_open(enrolment_id)
        ours = transcript_of(enrolment).short_code
        if hmac.compare_digest(ours.encode(), words.typed_code(typed).encode()):
            return True
        enrolment.wrong_codes += 1
        if enrolment.wrong_codes >= WRONG_CODES_MAX:
            enrolment.stage = Stage.REFUSED
        enrolment.save(update_fields=["wrong_codes", "stage"])
        note(doer, "wrong-code", about=enrolment_id, detail=f"{enrolment.wrong_codes} of {WRONG_CODES_MAX}")
    if enrolment.stage == Stage.REFUSED:
        raise RefusedError("the code was wrong too often")
    return False


def refuse(enrolment_id: str, doer: Doer) -> None:
    """A person says no. Without effect on one that is confirmed.

    Raises: RefusedError when there is none.
    """
    with transaction.atomic():
        enrolment = _locked(enrolment_id)
        if enrolment.stage in (Stage.BEGUN, Stage.OPEN):
            enrolment.stage = Stage.REFUSED
            enrolment.save(update_fields=["stage"])
            note(doer, "enrolment-refused", about=enrolment_id)


def lock_open(enrolment_id: str) -> Enrolment:
    """The enrolment, waiting to be confirmed, and nobody else's until the transaction ends.

    Raises: RefusedError when it is not, or no longer: it is confirmed once.
    """
    enrolment = _locked(enrolment_id)
    if enrolment.stage != Stage.OPEN:
        raise RefusedError("not waiting to be confirmed")
    return enrolment


def confirmed(enrolment: Enrolment, certificate: Certificate) -> None:
    """``certificate`` is what ``enrolment`` came to. Call it in the transaction of ``lock_open``."""
    enrolment.stage, enrolment.certificate = Stage.CONFIRMED, certificate
    enrolment.expires_at = timezone.now() + COLLECT_WITHIN
    enrolment.save(update_fields=["stage", "certificate", "expires_at"])


def collect(asked: words.Collect) -> Enrolment:
    """How it stands, for the holder of the key.

    Raises: RefusedError when its key has not signed, or the certificate is in use already.
    """
    enrolment = Enrolment.objects.select_related("certificate").filter(pk=asked.enrolment_id).first()
    if enrolment is None or enrolment.expires_at <= timezone.now():
        raise RefusedError("no such enrolment, or too late")
    digest = transcript_of(enrolment).digest(words.COLLECT)
    if not request_of(enrolment).has_signed(digest, asked.signature):
        raise RefusedError("not signed by its key")
    if enrolment.certificate is not None and enrolment.certificate.proven_at is not None:
        raise RefusedError("collected and in use")
    return enrolment
