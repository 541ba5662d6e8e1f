"""A kiosk's certificate signing request: the key it has made, and the proof that it holds it.

Of the request only the key counts. Names and wishes in it are ignored: what a certificate says, the fleet decides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PEM_BYTES_MAX = 4096
"""A P-256 request has about 500."""


class SigningRequestError(ValueError):
    """Not a request we sign; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A P-256 key whose holder has signed for it."""

    public_key: ec.EllipticCurvePublicKey

    @property
    def key_sha256(self) -> str:
        """The key's name: SHA-256 of its SubjectPublicKeyInfo, hexadecimal."""
        return key_sha256(self.public_key)

    def has_signed(self, digest: bytes, signature_hex: str) -> bool:
        """Whether the holder of this key signed ``digest``."""
        try:
            self.public_key.verify(bytes.fromhex(signature_hex), digest, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


def key_sha256(key: ec.EllipticCurvePublicKey) -> str:
    """The name of a key."""
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def read_request(pem: str) -> SigningRequest:
    """The request in ``pem``.

    Raises: SigningRequestError when it is none, is not for a P-256 key, or is not signed by that key.
    """
    if len(pem) > PEM_BYTES_MAX:
        raise SigningRequestError("the signing request is too long")
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        key = request.public_key()
        is_signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as err:
        raise SigningRequestError("no certificate signing request in PEM") from err
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningRequestError("the key is not P-256")
    if not is_signed:
        raise SigningRequestError("the request is not signed by its own key")
    return SigningRequest(key)
