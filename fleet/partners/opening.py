"""Opens what kiosks seal for the ministry: the only place that can, and only with the key file beside it.

The private key lies in ``partners/customer.key`` of the data folder (32 bytes in hex, its owner's alone to read), where
the adapter that passes registrations on runs, and nowhere else. Nothing here writes what it has opened.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fleet.protocol.sealing import CONTEXT, NONCE, Customer, SealError, taken_apart

KEY_FILE = "customer.key"


def own_key(folder: Path) -> X25519PrivateKey:
    """The key in ``folder``, made when there is none."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(X25519PrivateKey.generate().private_bytes_raw().hex(), encoding="ascii")
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))


def kept_key(folder: Path) -> X25519PrivateKey | None:
    """The key in ``folder``; None where there is none: nothing is opened here then.

    Raises: ValueError when the file holds no key.
    """
    path = folder / KEY_FILE
    return (
        X25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip())) if path.exists() else None
    )


def public_key(folder: Path) -> str:
    """What kiosks seal to, as the settings have it (``customer_key``)."""
    return own_key(folder).public_key().public_bytes_raw().hex()


def opened(sealed: str, number: str, key: X25519PrivateKey) -> Customer:
    """Who wants to be registered under ``number``.

    Raises: SealError when it was not sealed for this key and this number.
    """
    theirs, box = taken_apart(sealed)
    salt = theirs + key.public_key().public_bytes_raw()
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(theirs))
        plain = ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, salt, CONTEXT).derive(shared)).decrypt(
            NONCE, box, number.encode("ascii")
        )
        return msgspec.json.decode(plain, type=Customer)
    except (InvalidTag, ValueError, msgspec.DecodeError):
        raise SealError("not sealed for this key") from None
