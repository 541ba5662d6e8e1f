"""The fleet's own certificate authority: one root, short certificates for its servers, services and kiosks.

Keys are P-256. A kiosk's certificate names it in its common name; that is its user name at the broker and its name
at the kiosk interface, and the only identity it has.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 3650
LEAF_DAYS = 90
"""Renewed at two thirds of it; short enough that a lost card in a lost Pi ages quickly."""

CLOCK_SKEW = timedelta(minutes=10)
"""A kiosk whose clock is a little behind must not find its certificate "not yet valid"."""


@dataclass(frozen=True, slots=True)
class Identity:
    """PEM of a private key and its certificate."""

    key: bytes
    certificate: bytes

    def write(self, directory: Path, name: str) -> None:
        """Write ``name.key`` (ours to read only) and ``name.pem`` into ``directory``."""
        directory.mkdir(parents=True, exist_ok=True)
        key = directory / f"{name}.key"
        with os.fdopen(os.open(key, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its old rights otherwise
            file.write(self.key)
        (directory / f"{name}.pem").write_bytes(self.certificate)


class Authority:
    """The certificate authority in a folder; made there the first time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        if not (directory / "ca.pem").exists():
            _new_root().write(directory, "ca")
        key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
        self._key = key
        self._root = x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes())

    @property
    def root_pem(self) -> bytes:
        """The certificate that everybody trusts."""
        return self._root.public_bytes(serialization.Encoding.PEM)

    def issue_server(self, names: tuple[str, ...]) -> Identity:
        """A certificate for a server reachable under ``names`` (host names or IP addresses)."""
        alternatives = x509.SubjectAlternativeName([_name(each) for each in names])
        return self._issue(names[0], ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def issue_client(self, common_name: str) -> Identity:
        """A certificate for a client: a kiosk's id, or the name of a service of the fleet."""
        return self._issue(common_name, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _issue(
        self, common_name: str, usage: x509.ObjectIdentifier, alternatives: x509.SubjectAlternativeName | None
    ) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(common_name))
            .issuer_name(self._root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SKEW)
            .not_valid_after(now + timedelta(days=LEAF_DAYS))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return _pem(key, builder.sign(self._key, hashes.SHA256()))


def _new_root() -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = _subject("Sala fleet CA")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem(key, certificate)


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Identity:
    return Identity(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(serialization.Encoding.PEM),
    )
