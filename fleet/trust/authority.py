"""The fleet's own certificate authority: one root, short certificates for its servers, services and kiosks.

Keys are P-256. A kiosk's certificate names it in its common name; that is its user name at the broker and its name
at the kiosk interface, and the only identity it has. A kiosk's key is made by the kiosk: of it the authority sees a
signing request (``signing_request.py``) and no more.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 3650
LEAF_DAYS = 90
"""Renewed at two thirds of it; short enough that a lost card in a lost Pi ages quickly."""

LEAF_LIFE = timedelta(days=LEAF_DAYS)

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

    @property
    def root_for_servers_pem(self) -> bytes:
        """The root as our servers hold it, to know clients by: same name, key and life, but another key identifier.

        Clients' certificates name that as their issuer's. A kiosk does not have this root, so its TLS library cannot
        send it along with every handshake, where nobody needs it (``decisions/0005-a-root-kiosks-do-not-have.md``).
        """
        root = self._root
        builder = (
            x509.CertificateBuilder()
            .subject_name(root.subject)
            .issuer_name(root.issuer)
            .public_key(self._key.public_key())
            .serial_number(self._serial_for_servers)
            .not_valid_before(root.not_valid_before_utc)
            .not_valid_after(root.not_valid_after_utc)
        )
        for extension in root.extensions:
            value = extension.value
            if isinstance(value, x509.SubjectKeyIdentifier):
                value = x509.SubjectKeyIdentifier(self._identifier_for_servers)
            builder = builder.add_extension(value, critical=extension.critical)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    @property
    def _serial_for_servers(self) -> int:
        """Another certificate, another number. It follows from the root's; 0 and negative ones are not allowed."""
        return self._root.serial_number - 1 or 2

    @property
    def _identifier_for_servers(self) -> bytes:
        """The root's key by RFC 7093's first way (160 bits of its SHA-256) where ``ca.pem`` has it by RFC 5280's."""
        key = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(key)
        return digest.finalize()[:20]

    @property
    def root_sha256(self) -> str:
        """Its fingerprint."""
        return self._root.fingerprint(hashes.SHA256()).hex()

    def issue_server(self, names: tuple[str, ...]) -> Identity:
        """A certificate for a server reachable under ``names`` (host names or IP addresses)."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([_name(each) for each in names])
        builder = self._leaf(names[0], key.public_key(), ExtendedKeyUsageOID.SERVER_AUTH, LEAF_LIFE)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        builder = builder.add_extension(self._key_identifier(), critical=False)
        return _pem(key, builder.add_extension(alternatives, critical=False).sign(self._key, hashes.SHA256()))

    def issue_client(self, common_name: str, life: timedelta = LEAF_LIFE) -> Identity:
        """Key and certificate for a client of our own: a service of the fleet."""
        key = ec.generate_private_key(ec.SECP256R1())
        return _pem(key, self.sign_client(common_name, key.public_key(), life))

    def sign_client(
        self, common_name: str, public_key: ec.EllipticCurvePublicKey, life: timedelta = LEAF_LIFE
    ) -> x509.Certificate:
        """A certificate for a key that somebody else holds: a kiosk, under its id.

        No identifier of its own key, which only issuers need (RFC 5280, 4.2.1.2): a broker keeps the certificate of
        everybody who is connected, each extension read and unread.
        """
        builder = self._leaf(common_name, public_key, ExtendedKeyUsageOID.CLIENT_AUTH, life)
        issuer = x509.AuthorityKeyIdentifier(self._identifier_for_servers, None, None)
        return builder.add_extension(issuer, critical=False).sign(self._key, hashes.SHA256())

    def sign_ssh(self, public_key: bytes, kiosk_id: str, whose: str, until: datetime) -> bytes:
        """A technician's key (``id_ed25519.pub``), signed for one kiosk until then: an OpenSSH certificate.

        Nothing but a terminal comes with it: no forwarding, no tunnel, no files of the account's own.

        Raises: ValueError when that is no public key of OpenSSH.
        """
        try:
            key = serialization.load_ssh_public_key(public_key)
        except UnsupportedAlgorithm as err:
            raise ValueError("no public key of a kind we know") from err
        if isinstance(key, dsa.DSAPublicKey):
            raise ValueError("DSA keys are not used any more")
        made = datetime.now(UTC)
        builder = (
            serialization.SSHCertificateBuilder()
            .public_key(key)
            .type(serialization.SSHCertificateType.USER)
            .serial(int.from_bytes(os.urandom(8)) >> 1)
            .key_id(f"{whose} at {kiosk_id}".encode())
            .valid_principals([kiosk_id.encode()])
            .valid_after(int((made - CLOCK_SKEW).timestamp()))
            .valid_before(int(until.timestamp()))
            .add_extension(b"permit-pty", b"")
        )
        return builder.sign(self._key).public_bytes()

    def _leaf(
        self, common_name: str, public_key: ec.EllipticCurvePublicKey, usage: x509.ObjectIdentifier, life: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_subject(common_name))
            .issuer_name(self._root.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SKEW)
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )

    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())

    def revocation_list(self, serials: Iterable[int], issued_at: datetime) -> bytes:
        """The PEM of our revocation list. It never ends on its own: an expired list shuts everybody out."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._root.subject)
            .last_update(issued_at)
            .next_update(self._root.not_valid_after_utc)
            .add_extension(x509.AuthorityKeyIdentifier(self._identifier_for_servers, None, None), critical=False)
            .add_extension(x509.CRLNumber(int(issued_at.timestamp())), critical=False)
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(issued_at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


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
