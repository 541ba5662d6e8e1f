"""The certificates of kiosks: issued, renewed, proven, revoked; and who is let in by one.

What it is: the one place that writes ``Certificate``. What it is not: the broker's side of a revocation, which
``fleet.conduct.revoking`` enforces from these rows.

Rules: a key is certified once and never again, so a stolen one stays dead. A kiosk has one certificate, and for the
time of a renewal two. Every change leaves a ``Deed``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from fleet.trust.authority import Authority
from fleet.trust.models import Certificate, Deed, Origin
from fleet.trust.signing_request import SigningRequest


class IdentityError(Exception):
    """What was asked for may not be; the sentence says why, and nothing has changed."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it: an account, or a machine at an address."""

    user: User | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of a TLS line, as its certificate says: common name and serial number."""

    name: str
    serial: str


def authority() -> Authority:
    """This fleet's CA."""
    return Authority(settings.DATA_DIR / "authority")


def note(doer: Doer, what: str, *, kiosk_id: str = "", about: str = "", detail: str = "") -> None:
    """Write the audit line. ``what`` is a word, ``about`` the name of a key, certificate or enrolment."""
    Deed.objects.create(
        actor=doer.user, address=doer.address[:45], what=what, kiosk_id=kiosk_id, about=about[:64], detail=detail[:200]
    )


def all_in_force() -> QuerySet[Certificate]:
    """The certificates that admit a kiosk now."""
    return Certificate.objects.filter(revoked_at=None, not_after__gt=timezone.now())


def in_force(kiosk_id: str) -> QuerySet[Certificate]:
    """The certificates that admit this kiosk now."""
    return all_in_force().filter(kiosk_id=kiosk_id)


def kiosks_with_identity(kiosk_ids: Iterable[str]) -> set[str]:
    """Those of ``kiosk_ids`` that have a certificate in force."""
    return set(all_in_force().filter(kiosk_id__in=kiosk_ids).values_list("kiosk_id", flat=True))


def issue(kiosk_id: str, request: SigningRequest, origin: Origin, doer: Doer) -> Certificate:
    """Certify a key as this kiosk's first, or first again after a revocation.

    Raises: IdentityError when the kiosk has an identity, or the key had one.
    """
    with transaction.atomic():
        if in_force(kiosk_id).exists():
            raise IdentityError(f"{kiosk_id} has an identity; revoke it first")
        return _certify(kiosk_id, request, origin, doer)


def _certify(kiosk_id: str, request: SigningRequest, origin: Origin, doer: Doer) -> Certificate:
    signed = authority().sign_client(kiosk_id, request.public_key, settings.CERTIFICATE_LIFE)
    try:
        with transaction.atomic():
            certificate = Certificate.objects.create(
                serial=f"{signed.serial_number:x}",
                kiosk_id=kiosk_id,
                key_sha256=request.key_sha256,
                pem=signed.public_bytes(serialization.Encoding.PEM).decode("ascii"),
                not_before=signed.not_valid_before_utc,
                not_after=signed.not_valid_after_utc,
                origin=origin,
                issued_at=timezone.now(),
            )
    except IntegrityError as err:
        raise IdentityError("this key has been certified before; let the kiosk make another") from err
    note(doer, "issued", kiosk_id=kiosk_id, about=certificate.serial, detail=f"{origin}, key {request.key_sha256[:16]}")
    return certificate


def renew(current: Certificate, request: SigningRequest, doer: Doer) -> Certificate:
    """Certify the new key of a kiosk that has shown ``current``; asked again for the same key, the answer is the same.

    A renewal that was begun for another key and never used is given up: at most two certificates are in force.

    Raises: IdentityError when ``current`` is no longer in force, or the key is another's or dead.
    """
    with transaction.atomic():
        held = list(in_force(current.kiosk_id).select_for_update())
        if current.serial not in {each.serial for each in held}:
            raise IdentityError("this certificate is not in force")
        known = next((each for each in held if each.key_sha256 == request.key_sha256), None)
        if known is not None:
            return known
        for other in held:
            if other.serial != current.serial:
                _revoke(other, "given up for another renewal", doer, superseded=True)
        return _certify(current.kiosk_id, request, Origin.RENEWAL, doer)


def settle(current: Certificate, doer: Doer) -> None:
    """The kiosk has ``current`` durably in place: whatever it had before is over."""
    with transaction.atomic():
        older = in_force(current.kiosk_id).exclude(pk=current.pk).filter(issued_at__lte=current.issued_at)
        for each in older.select_for_update():
            _revoke(each, "renewed", doer, superseded=True)


def revoke(kiosk_id: str, reason: str, doer: Doer) -> int:
    """End every certificate of this kiosk, at once for HTTPS, and for the broker as soon as it has been told.

    Returns: how many there were.
    """
    with transaction.atomic():
        held = list(in_force(kiosk_id).select_for_update())
        for each in held:
            _revoke(each, reason, doer, superseded=False)
    return len(held)


def _revoke(certificate: Certificate, reason: str, doer: Doer, *, superseded: bool) -> None:
    certificate.revoked_at, certificate.superseded = timezone.now(), superseded
    certificate.save(update_fields=["revoked_at", "superseded"])
    note(doer, "revoked", kiosk_id=certificate.kiosk_id, about=certificate.serial, detail=reason)


def admitted(peer: Peer) -> Certificate | None:
    """The certificate by which ``peer`` is let in, or None. Its first use proves it."""
    if not peer.name or not peer.serial:
        return None
    certificate = in_force(peer.name).filter(serial=peer.serial).first()
    if certificate is not None and certificate.proven_at is None:
        certificate.proven_at = timezone.now()
        certificate.save(update_fields=["proven_at"])
        note(Doer(), "proven", kiosk_id=peer.name, about=peer.serial)
    return certificate


def key_is_known(request: SigningRequest) -> bool:
    """Whether this key was ever certified."""
    return Certificate.objects.filter(key_sha256=request.key_sha256).exists()


def revoked_serials(now: datetime) -> list[int]:
    """What the revocation list holds: certificates that would still be valid by their dates."""
    listed = Certificate.objects.filter(revoked_at__isnull=False, not_after__gt=now)
    return [int(serial, 16) for serial in listed.values_list("serial", flat=True)]
