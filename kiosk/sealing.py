"""Sealed to somebody who is not here: whoever reads this kiosk's disk, its records or the fleet's database cannot.

X25519 with a key made for this one message, HKDF-SHA256, ChaCha20-Poly1305 (RFC 7748, 5869, 8439). What is sealed, and
how its bytes stand, is ``fleet.protocol.sealing``; it is opened by ``fleet.partners.opening``.
"""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fleet.protocol.sealing import CONTEXT, NONCE, Customer, written


def seal(customer: Customer, number: str, public_key: str) -> str:
    """``customer`` for the owner of ``public_key`` (hex), bound to the registration's ``number``.

    Raises: ValueError when that is no key; do not register anybody.
    """
    recipient = X25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    mine = X25519PrivateKey.generate()
    ours = mine.public_key().public_bytes_raw()
    salt = ours + recipient.public_bytes_raw()
    key = HKDF(hashes.SHA256(), 32, salt, CONTEXT).derive(mine.exchange(recipient))
    # A key is used once, so its nonce may be fixed.
    box = ChaCha20Poly1305(key).encrypt(NONCE, msgspec.json.encode(customer), number.encode("ascii"))
    return written(ours, box)
