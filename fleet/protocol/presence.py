"""What the QR of a presence slip (ใบแทนสำเนาบัตร) says: who stood at a kiosk, for what, signed with Ed25519.

What it is: the values, the bytes that are signed, the text in the QR, and what a signature that was checked means.
What it is not: keys and the arithmetic of signatures, which come as a callable (this package stands on nothing).

The text is ``SALAP`` and base32 without padding: capitals and figures, which a QR code packs tightly and every scanner
types alike. It is no address on purpose: whoever opened it would leave a name in a log. The bytes in it:

| bytes | what |
| --- | --- |
| 1 | version of this layout: 1 |
| 1 | flags: 1 = the Department of Provincial Administration, asked, said "normal"; 2 = sample; 4 = it did not answer |
| 1, 4 | province (DOPA) and sequence of the slip's number |
| 2 | the last three digits of the ID number: what its mask leaves to be seen |
| 4, 4 | issued and expires, Unix seconds |
| 8 | the key: the first bytes of the SHA-256 of the public key |
| 1 + n, three times | name, purpose, office: length, and TIS-620 |
| 64 | signature over a word of our own and everything before it |

Rules: one text for one content, so whatever does not come out again as it was is refused; no ID number in any text;
a layout that changes gets another version. A name shows itself nowhere but where it is asked for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec

from fleet.protocol.payment import check_character, reference_agrees

PREFIX = "SALAP"
NAME_BYTES_MAX = 80
PURPOSE_BYTES_MAX = 60
OFFICE_BYTES_MAX = 60
"""With all three at their longest the text has 473 characters: a symbol of 69 modules, 5 dots each on 58 mm paper."""
VALID_FOR_MAX = timedelta(days=31)
"""A photocopy would do for ever; that is what this one is not to do."""
CLOCKS_APART = timedelta(minutes=10)
"""How far ahead the clock of the kiosk that signed may be: offline, it is only as good as its battery."""

_VERSION = 1
_CONTEXT = b"sala presence slip\x00"
_FIXED = struct.Struct(">BBBIHII8s")
_SIGNATURE_BYTES = 64
_VERIFIED, _SAMPLE, _UNANSWERED = 1, 2, 4
_ENCODING = "tis_620"
_NUMBER = re.compile(r"P(?:[1-8][0-9]|9[0-6])[0-9]{8}[0-9A-Z]")  # provinces: see ``codes``
_ID_ENDING = re.compile(r"[0-9]{3}")
_BARE_ID = re.compile(r"\d{13}|\d-\d{4}-\d{5}-\d{2}-\d")
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_BASE32 = re.compile(r"[A-Z2-7]+")

Sign = Callable[[bytes], bytes]
"""Ed25519 signature of a message, 64 bytes."""


class Verify(Protocol):
    """Whether ``signature`` over ``message`` was made by the owner of the Ed25519 ``public_key`` (32 bytes)."""

    def __call__(self, public_key: bytes, signature: bytes, message: bytes) -> bool: ...


class Flaw(StrEnum):
    """Why a text is no presence slip."""

    NOT_OURS = "not-ours"
    TRUNCATED = "truncated"
    UNKNOWN_VERSION = "unknown-version"
    """Of a later release: a program that is up to date can read it."""
    BAD_FIELD = "bad-field"


class PresenceError(ValueError):
    """A text that is no presence slip; ``flaw`` says why, and nothing tells what stood in it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(f"no presence slip: {flaw}")
        self.flaw = flaw


@dataclass(frozen=True, slots=True, repr=False)
class Presence:
    """Who was there, and for what. ``number``: the slip's (``codes.presence_number``). ``id_ending``: the last three
    digits of the ID number. Times are whole seconds with a time zone. ``verified``: the Department of Provincial
    Administration was asked as the slip was made, and the card is in order. ``unanswered``: it was asked and did not
    answer. Neither: it was not asked.

    Raises: ValueError for what a slip cannot say, without saying what it was.
    """

    number: str
    name: str
    id_ending: str
    purpose: str
    office_name: str
    issued_at: datetime
    expires_at: datetime
    verified: bool = False
    sample: bool = True
    unanswered: bool = False

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number) or not reference_agrees(self.number):
            raise ValueError("not the number of a presence slip")
        if not _ID_ENDING.fullmatch(self.id_ending):
            raise ValueError("the last three digits of an ID number are three digits")
        if self.verified and self.unanswered:
            raise ValueError("who did not answer has not verified")
        for text, longest in self._texts:
            _require_text(text, longest)
        if self.issued_at.tzinfo is None or self.expires_at.tzinfo is None:
            raise ValueError("times of a presence slip need a time zone")
        if self.issued_at.microsecond or self.expires_at.microsecond:
            raise ValueError("times of a presence slip are whole seconds")
        if not timedelta(0) < self.expires_at - self.issued_at <= VALID_FOR_MAX:
            raise ValueError(f"a presence slip is valid for at most {VALID_FOR_MAX.days} days")
        if not 0 <= self.issued_at.timestamp() < self.expires_at.timestamp() < 1 << 32:
            raise ValueError("no time a presence slip can tell")

    def __repr__(self) -> str:
        return f"Presence({self.number})"

    @property
    def masked_id(self) -> str:
        """``x-xxxx-xxxxx-12-1``."""
        return f"x-xxxx-xxxxx-{self.id_ending[:2]}-{self.id_ending[2]}"

    @property
    def dopa_code(self) -> int:
        """The province in whose name it was issued."""
        return int(self.number[1:3])

    @property
    def _texts(self) -> tuple[tuple[str, int], ...]:
        return (self.name, NAME_BYTES_MAX), (self.purpose, PURPOSE_BYTES_MAX), (self.office_name, OFFICE_BYTES_MAX)


@dataclass(frozen=True, slots=True)
class SignedPresence:
    """What a scanned slip says, and by whose key. Nothing is proven until ``judge`` has said so."""

    presence: Presence
    key_id: str
    signature: bytes

    def __repr__(self) -> str:
        return f"SignedPresence({self.presence.number})"

    @property
    def message(self) -> bytes:
        """What was signed."""
        return message(self.presence, self.key_id)


class PresenceKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key whose signature makes a presence slip. ``issuer``: the kiosk or office that holds it; ``dopa_code``: the
    one province it may sign for. Slips of before ``valid_from`` or after ``valid_until`` are not its own."""

    public_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    issuer: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    dopa_code: Annotated[int, msgspec.Meta(ge=10, le=96)]
    valid_from: datetime
    valid_until: datetime | None = None

    @property
    def key_id(self) -> str:
        """As it stands in what it signs."""
        return key_id_of(bytes.fromhex(self.public_key))

    def may_sign(self, presence: Presence) -> bool:
        """Whether a slip of that province and that time is its own; a slip's time is in whole seconds."""
        begun = presence.issued_at >= self.valid_from.replace(microsecond=0)
        ended = self.valid_until is not None and presence.issued_at > self.valid_until
        return presence.dopa_code == self.dopa_code and begun and not ended


class Verdict(StrEnum):
    """What a scanned slip is worth. ``UNKNOWN_KEY`` is no "no": whoever asked does not know the key (yet)."""

    GENUINE = "genuine"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    """Issued later than now: one of the two clocks is wrong."""
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"

    @property
    def is_proven(self) -> bool:
        """Whether a kiosk of ours has said what stands there; else nobody is to be shown it on our word."""
        return self not in (Verdict.UNKNOWN_KEY, Verdict.FORGED)


def key_id_of(public_key: bytes) -> str:
    """How a public key is named in what it signs, 16 hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def message(presence: Presence, key_id: str) -> bytes:
    """What is signed. Raises: ValueError when ``key_id`` is none."""
    return _CONTEXT + _body(presence, key_id)


def sign(presence: Presence, key_id: str, signer: Sign) -> str:
    """The text of the slip's QR, signed by ``signer`` with the key named ``key_id``."""
    signature = signer(message(presence, key_id))
    if len(signature) != _SIGNATURE_BYTES:
        raise ValueError("no Ed25519 signature")
    return _written(_body(presence, key_id) + signature)


def parse(text: str) -> SignedPresence:
    """What a QR's text says; capitals or small letters. Nothing is proven by that: see ``judge``.

    Raises: PresenceError for anything that ``sign`` would not have written.
    """
    text = text.upper()
    if not text.startswith(PREFIX) or not _BASE32.fullmatch(text, len(PREFIX)):
        raise PresenceError(Flaw.NOT_OURS)
    coded = text[len(PREFIX) :]
    try:
        data = base64.b32decode(coded + "=" * (-len(coded) % 8))
    except binascii.Error as err:  # a length that no bytes have
        raise PresenceError(Flaw.TRUNCATED) from err
    if data and data[0] != _VERSION:
        raise PresenceError(Flaw.UNKNOWN_VERSION)
    found = _taken_apart(data)
    if _written(_body(found.presence, found.key_id) + found.signature) != text:
        raise PresenceError(Flaw.BAD_FIELD)
    return found


def judge(signed: SignedPresence, keys: Mapping[str, PresenceKey], now: datetime, verify: Verify) -> Verdict:
    """What ``signed`` is worth at ``now``. ``keys``: every key that may sign, by ``key_id``."""
    key = keys.get(signed.key_id)
    if key is None:
        return Verdict.UNKNOWN_KEY
    presence = signed.presence
    if not verify(bytes.fromhex(key.public_key), signed.signature, signed.message) or not key.may_sign(presence):
        return Verdict.FORGED
    if now >= presence.expires_at:
        return Verdict.EXPIRED
    return Verdict.NOT_YET if now < presence.issued_at - CLOCKS_APART else Verdict.GENUINE


def _require_text(text: str, longest: int) -> None:
    try:
        length = len(text.encode(_ENCODING))
    except UnicodeEncodeError:
        raise ValueError("a presence slip is written in Thai and English letters") from None
    if not 1 <= length <= longest or text != text.strip() or not text.isprintable():
        raise ValueError(f"a text on a presence slip has 1 to {longest} letters")
    if _BARE_ID.search(text):
        raise ValueError("no text on a presence slip holds an ID number")


def _body(presence: Presence, key_id: str) -> bytes:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key is named by 16 hexadecimal digits")
    fixed = _FIXED.pack(
        _VERSION,
        (_VERIFIED if presence.verified else 0)
        | (_SAMPLE if presence.sample else 0)
        | (_UNANSWERED if presence.unanswered else 0),
        presence.dopa_code,
        int(presence.number[3:11]),
        int(presence.id_ending),
        int(presence.issued_at.timestamp()),
        int(presence.expires_at.timestamp()),
        bytes.fromhex(key_id),
    )
    texts = [text.encode(_ENCODING) for text in (presence.name, presence.purpose, presence.office_name)]
    return fixed + b"".join(bytes((len(text),)) + text for text in texts)


def _written(data: bytes) -> str:
    return PREFIX + base64.b32encode(data).decode("ascii").rstrip("=")


def _taken_apart(data: bytes) -> SignedPresence:
    if len(data) < _FIXED.size + _SIGNATURE_BYTES:
        raise PresenceError(Flaw.TRUNCATED)
    _, flags, dopa_code, sequence, ending, issued, expires, key = _FIXED.unpack_from(data)
    texts, at = [], _FIXED.size
    for _ in range(3):
        end = at + 1 + data[at] if at < len(data) else len(data)
        texts.append(data[at + 1 : end])
        at = end
    if len(data) - at != _SIGNATURE_BYTES:
        raise PresenceError(Flaw.TRUNCATED if len(data) - at < _SIGNATURE_BYTES else Flaw.BAD_FIELD)
    body = f"P{dopa_code:02d}{sequence:08d}"
    try:
        name, purpose, office_name = (text.decode(_ENCODING) for text in texts)
        presence = Presence(
            number=body + check_character(body),
            name=name,
            id_ending=f"{ending:03d}",
            purpose=purpose,
            office_name=office_name,
            issued_at=datetime.fromtimestamp(issued, UTC),
            expires_at=datetime.fromtimestamp(expires, UTC),
            verified=bool(flags & _VERIFIED),
            sample=bool(flags & _SAMPLE),
            unanswered=bool(flags & _UNANSWERED),
        )
    except ValueError:  # no chain: the message of a decoder shows what it stumbled at
        raise PresenceError(Flaw.BAD_FIELD) from None
    return SignedPresence(presence, key.hex(), data[at:])
