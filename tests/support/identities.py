"""A kiosk's part in getting an identity, without the kiosk: its own key, and the request it signs with it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key like a kiosk's."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """It as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def signing_request(key: ec.EllipticCurvePrivateKey, name: str = "kiosk") -> str:
    """The PEM of a request for this key; ``name`` is what it would like to be called."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode("ascii")


def prepare_request(directory: Path) -> Path:
    """Make ``kiosk.key`` and ``kiosk.csr`` in ``directory``; the latter's path, for `fleet enrol --csr`."""
    directory.mkdir(parents=True, exist_ok=True)
    key = new_key()
    with os.fdopen(os.open(directory / "kiosk.key", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key_pem(key))
    request = directory / "kiosk.csr"
    request.write_text(signing_request(key), "ascii")
    return request
