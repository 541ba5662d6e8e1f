"""What is sealed for the ministry's own system, and how its bytes stand; not the arithmetic, which both sides bring.

Base64 of 32 bytes (the X25519 public key made for this message) and the ChaCha20-Poly1305 box. Its key: HKDF-SHA256 of
the shared secret, salt both public keys, info ``CONTEXT``. Its associated data is the registration's number: what was
sealed for one is not opened as another's. Rules: a kiosk can seal and not open; the fleet keeps what it cannot read.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

CONTEXT = b"sala customer registration 1"
NONCE = bytes(12)
"""Every key is used once."""

_KEY_BYTES = 32
_BOX_BYTES_MIN = 16
"""The tag of an empty box."""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to be registered. Exists in memory only, and shows nothing of itself."""

    id_number: str
    name: str
    phone: str

    def __repr__(self) -> str:
        return "Customer()"


class SealError(ValueError):
    """Not something sealed, or not for whoever tries; nothing of it is told."""


def written(public_key: bytes, box: bytes) -> str:
    """Both as one text."""
    return base64.b64encode(public_key + box).decode("ascii")


def taken_apart(sealed: str) -> tuple[bytes, bytes]:
    """The message's public key and its box.

    Raises: SealError when it is neither.
    """
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise SealError("no sealed message") from None
    if len(data) < _KEY_BYTES + _BOX_BYTES_MIN:
        raise SealError("no sealed message")
    return data[:_KEY_BYTES], data[_KEY_BYTES:]
