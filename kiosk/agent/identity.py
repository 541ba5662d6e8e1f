"""The kiosk's keys and certificates on disk, changed so that a pulled plug leaves one that works.

    identity/new/           being made: kiosk.key, later also kiosk.pem, ca.pem, grant.json
    identity/3/             whole ones, numbered; the highest is the youngest
    identity/current        link to the one in use

What it is: files, and the checks that make a grant ours. What it is not: network, or time.

Rules: a private key is made here with rights 0600, is written once and never leaves. Everything of an identity is
on the disk, synced, before its folder gets its name; the link is replaced in one rename. What is older than the one in
use stays until ``drop_others``, so that there is always one to go back to.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fleet.protocol.enrolment import Grant
from fleet.protocol.topics import is_kiosk_id
from kiosk.config import CA_FILE, CERTIFICATE_FILE, CURRENT, GRANT_FILE, KEY_FILE

NEW = "new"


class NotOursError(Exception):
    """A grant that cannot be this kiosk's: another key, another name, or another authority. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity on disk. ``serial`` is its certificate's, hexadecimal."""

    folder: Path
    serial: str
    grant: Grant
    not_before: datetime
    not_after: datetime

    @property
    def certificate_file(self) -> str:
        """Path of the certificate."""
        return str(self.folder / CERTIFICATE_FILE)

    @property
    def key_file(self) -> str:
        """Path of the key."""
        return str(self.folder / KEY_FILE)

    @property
    def ca_file(self) -> str:
        """Path of the authority."""
        return str(self.folder / CA_FILE)

    @property
    def renew_at(self) -> datetime:
        """Two thirds of its life."""
        return self.not_before + (self.not_after - self.not_before) * 2 / 3


class Key:
    """A private key of ours; signs, and shows its public half."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private

    @property
    def sha256(self) -> str:
        """Its name: SHA-256 of the public half's SubjectPublicKeyInfo, hexadecimal."""
        return _name_of(self._private.public_key())

    def signing_request(self) -> str:
        """A certificate signing request, PEM. Whose it is, the fleet decides."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk")])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self._private, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def sign(self, digest: bytes) -> str:
        """Signature over ``digest``, hexadecimal."""
        return self._private.sign(digest, ec.ECDSA(hashes.SHA256())).hex()


def _name_of(key: ec.EllipticCurvePublicKey) -> str:
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def authority_name(ca_pem: str) -> str:
    """The fingerprint of a CA: SHA-256 of its DER, hexadecimal.

    Raises: NotOursError when it is no certificate.
    """
    return _certificate(ca_pem).fingerprint(hashes.SHA256()).hex()


class IdentityStore:
    """The folder. All that fails on the disk is OSError; try again later, nothing is lost."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory

    # ---- making one

    def new_key(self) -> Key:
        """The key that is being certified; made the first time, found again after a restart."""
        path = self._directory / NEW / KEY_FILE
        try:
            return _read_key(path)
        except (FileNotFoundError, ValueError):  # ValueError: a key cut short by a pulled plug was never used
            pass
        (self._directory / NEW).mkdir(exist_ok=True, mode=0o700)
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(path, pem, 0o600)
        _sync(self._directory / NEW)
        _sync(self._directory)
        return Key(private)

    def note_of(self, name: str) -> bytes | None:
        """What was kept beside the new key, or None."""
        try:
            return (self._directory / NEW / name).read_bytes()
        except OSError:
            return None

    def keep_note(self, name: str, content: bytes) -> None:
        """Keep something beside the new key, until it is certified or given up."""
        _write(self._directory / NEW / name, content, 0o600)
        _sync(self._directory / NEW)

    def give_up_new(self) -> None:
        """Forget the new key, if there is one."""
        shutil.rmtree(self._directory / NEW, ignore_errors=True)

    def stage(self, grant: Grant) -> Identity:
        """Make a whole identity of the new key and ``grant``; it is not in use yet. Said twice, it is the same.

        Raises: NotOursError.
        """
        certificate = _check(grant, self.new_key().sha256)
        new = self._directory / NEW
        _write(new / CERTIFICATE_FILE, grant.certificate.encode(), 0o644)
        _write(new / CA_FILE, grant.ca.encode(), 0o644)
        _write(new / GRANT_FILE, msgspec.json.encode(grant), 0o600)
        _sync(new)
        target = self._directory / str(max((int(each.name) for each in self._folders()), default=0) + 1)
        new.rename(target)
        _sync(self._directory)
        return _identity(target, grant, certificate)

    # ---- what there is

    def current(self) -> Identity | None:
        """The one in use."""
        return self._read(self._directory / CURRENT)

    def staged(self) -> Identity | None:
        """A whole one that is to follow the one in use: after a pulled plug, go on with it."""
        current = self.current()
        number = int(current.folder.name) if current else 0
        later = [each for each in self._whole() if int(each.folder.name) > number]
        return max(later, key=lambda each: int(each.folder.name), default=None)

    def has_others(self) -> bool:
        """Whether there are more than the one in use."""
        current = self.current()
        return any(current is None or each.name != current.folder.name for each in self._folders())

    def _whole(self) -> list[Identity]:
        return [each for folder in self._folders() if (each := self._read(folder)) is not None]

    def _folders(self) -> list[Path]:
        return [each for each in self._directory.iterdir() if each.name.isdecimal() and each.is_dir()]

    def _read(self, folder: Path) -> Identity | None:
        try:
            grant = msgspec.json.decode((folder / GRANT_FILE).read_bytes(), type=Grant)
            return _identity(folder.resolve(), grant, _check(grant, _read_key(folder / KEY_FILE).sha256))
        except (OSError, ValueError, NotOursError):
            return None

    # ---- changing over

    def use(self, identity: Identity) -> None:
        """From now on this one; in one step, and durable when it returns."""
        fresh = self._directory / f"{CURRENT}.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(identity.folder.name)
        fresh.replace(self._directory / CURRENT)
        _sync(self._directory)

    def drop_others(self) -> None:
        """Delete everything but the one in use: the fleet has ended what came before."""
        current = self.current()
        if current is None:
            return
        for folder in self._folders():
            if folder.name != current.folder.name:
                shutil.rmtree(folder, ignore_errors=True)
        _sync(self._directory)

    def discard(self, identity: Identity) -> None:
        """Delete one that is not in use: the fleet does not take it."""
        shutil.rmtree(identity.folder, ignore_errors=True)
        _sync(self._directory)

    def forget(self) -> None:
        """Delete all of it. The kiosk is nobody, and enrols anew with another key."""
        (self._directory / CURRENT).unlink(missing_ok=True)
        _sync(self._directory)  # first of all: half an identity must not be in use
        for folder in (*self._folders(), self._directory / NEW):
            shutil.rmtree(folder, ignore_errors=True)
        _sync(self._directory)


def _identity(folder: Path, grant: Grant, certificate: x509.Certificate) -> Identity:
    return Identity(
        folder=folder,
        serial=f"{certificate.serial_number:x}",
        grant=grant,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _check(grant: Grant, key_sha256: str) -> x509.Certificate:
    """The certificate, if it is for this key, names this kiosk, and is signed by the authority that came with it."""
    certificate, ca = _certificate(grant.certificate), _certificate(grant.ca)
    names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [grant.kiosk_id] or not is_kiosk_id(grant.kiosk_id):
        raise NotOursError(f"the certificate names {names}, the grant {grant.kiosk_id!r}")
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or _name_of(public) != key_sha256:
        raise NotOursError("the certificate is for another key")
    try:
        certificate.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError) as err:
        raise NotOursError("the certificate is not signed by the authority that came with it") from err
    return certificate


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as err:
        raise NotOursError("no certificate") from err


def _read_key(path: Path) -> Key:
    """Raises: FileNotFoundError, or ValueError when it is none of ours."""
    private = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} is no elliptic curve key")
    return Key(private)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _sync(directory: Path) -> None:
    held = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
