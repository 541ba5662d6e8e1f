"""Keys of the offline roles: a file encrypted with a passphrase, and its public half to hand around.

What it is: two small JSON files and the bytes in them. What it is not: where they lie; that is a safe, and a machine
without a network (``ceremony.md``).

    somchai.key     {"name", "public", "n", "salt", "box"}: its holder's alone
    somchai.pub     {"name", "public"}: for everybody

Rules: Ed25519; the private half is boxed by ChaCha20-Poly1305 under scrypt (RFC 7914) of the passphrase, with the name
and the public half bound to it. Nothing here prints, asks, or keeps a passphrase.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

SCRYPT_N = 2**17
"""OWASP's first choice (Password Storage Cheat Sheet): 128 MB and about half a second a guess."""

PASSPHRASE_LENGTH_MIN = 12

NAME_FIELD = "x-sala-name"
"""Where a public key in metadata says whose it is, for people who read it."""

_NONCE = b"\0" * 12  # a key of scrypt with a fresh salt boxes one thing only
_Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]


class KeyFileError(ValueError):
    """A key file that cannot be used, or a passphrase that does not open it; the sentence says which."""


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public half: ``name`` is its holder's, for people; ``public`` the 32 bytes of Ed25519 in hex."""

    name: _Name
    public: _Hex

    @property
    def tuf(self) -> SSlibKey:
        """As TUF has it; named by the hash of what it is, so that one key has one name."""
        key = SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public)))
        key.unrecognized_fields[NAME_FIELD] = self.name
        return key


class _KeyFile(PublicKey, frozen=True, kw_only=True):
    n: Annotated[int, msgspec.Meta(ge=2, le=2**20)]
    salt: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    box: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{96}$")]


K = TypeVar("K", bound=PublicKey)


def make_key(name: str, passphrase: str, path: Path, *, scrypt_n: int = SCRYPT_N) -> PublicKey:
    """Make a key, write ``path`` and its public half beside it as ``.pub``; the public half.

    Raises: KeyFileError when the passphrase is too short, the name is none, or there is a file already.
    """
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise KeyFileError(f"a passphrase of at least {PASSPHRASE_LENGTH_MIN} characters, please")
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    salt = secrets.token_bytes(16)
    box = _cipher(passphrase, salt, scrypt_n).encrypt(_NONCE, private.private_bytes_raw(), _bound(name, public))
    made = _KeyFile(name=name, public=public, n=scrypt_n, salt=salt.hex(), box=box.hex())
    try:
        shown = msgspec.convert({"name": name, "public": public}, PublicKey)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
        path.with_suffix(".pub").write_bytes(msgspec.json.encode(shown) + b"\n")
    except msgspec.ValidationError:
        raise KeyFileError(f"{name!r} is no name for a key: small letters, digits, dot and hyphen, please") from None
    except FileExistsError:
        raise KeyFileError(f"{path} is there already; a key is never written over another") from None
    return shown


def read_public(path: Path) -> PublicKey:
    """The public half in ``path``; a key file has one as well.

    Raises: KeyFileError.
    """
    return _read(path, PublicKey)


def open_key(path: Path, passphrase: str) -> CryptoSigner:
    """What signs with the key in ``path``.

    Raises: KeyFileError when it is none, or is not opened by this passphrase.
    """
    held = _read(path, _KeyFile)
    try:
        raw = _cipher(passphrase, bytes.fromhex(held.salt), held.n).decrypt(
            _NONCE, bytes.fromhex(held.box), _bound(held.name, held.public)
        )
    except InvalidTag:
        raise KeyFileError(f"this is not the passphrase of {path}") from None
    public = PublicKey(name=held.name, public=held.public)
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(raw), public.tuf)


def name_of(key: Key) -> str:
    """Whose key it is, as it says."""
    return str(key.unrecognized_fields.get(NAME_FIELD, key.keyid[:12]))


def online_key(path: Path, name: str) -> CryptoSigner:
    """The key of a role that signs by itself, made the first time: in clear, readable to its owner only.

    Raises: KeyFileError when the file holds no key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
    try:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError:
        raise KeyFileError(f"{path} holds no key") from None
    return CryptoSigner(private, PublicKey(name=name, public=private.public_key().public_bytes_raw().hex()).tuf)


def _read(path: Path, kind: type[K]) -> K:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as err:
        raise KeyFileError(f"{path}: {err.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        what = "private" if kind is _KeyFile else "public"
        raise KeyFileError(f"{path} is no {what} key of ours") from None


def _cipher(passphrase: str, salt: bytes, n: int) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(Scrypt(salt, 32, n=n, r=8, p=1).derive(passphrase.encode()))


def _bound(name: str, public: str) -> bytes:
    return f"sala trust key v1 {name} {public}".encode()
