"""How a kiosk becomes one of ours, and stays it: the messages over HTTPS, and the code of six characters.

What it is: the words of the exchange and what both sides compute from them. What it is not: keys, signatures, storage.

Rules of the exchange (``fleet/trust/decisions/0002-enrolment.md`` says why):

1. ``Begin``: the kiosk sends its signing request and a commitment to a nonce it keeps to itself.
2. ``Begun``: the fleet answers with its own nonce and its CA.
3. ``Reveal``: the kiosk shows its nonce. Nobody could choose theirs after seeing the other's.
4. Both compute ``short_code`` from everything either has seen; a person carries it from the screen to the fleet.
5. ``Collect``: signed with the kiosk's key, asked again and again, answered with a ``Grant`` in the end.

A key is named by the SHA-256 of its SubjectPublicKeyInfo, a certificate by that of its DER, both in hexadecimal.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

BODY_BYTES_MAX = 16 * 1024
"""Largest body of the exchange; a grant is about 2 kB."""

NONCE_BYTES = 16

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U, so that what is read from a screen is what is typed."""

CODE_LENGTH = 6
"""30 bits: one guess in a thousand million, and one guess is all the commitment leaves to somebody in between."""

_MISREAD = str.maketrans("OIL", "011")

_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
_Nonce = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
_EnrolmentId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z2-7]{26}$")]
_Signature = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16,160}$")]
_Pem = Annotated[str, msgspec.Meta(max_length=4096)]

SERIAL_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
"""Serial numbers of machines, as boards print them."""


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages here."""


class Begin(_Words, frozen=True):
    """POST /enrol/v1/begin. ``serial``: of the machine, for people to compare; proof only together with a voucher."""

    csr: _Pem
    commitment: _Hex32
    version: Annotated[str, msgspec.Meta(max_length=40)] = ""
    serial: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""


class Begun(_Words, frozen=True):
    """The answer. ``expires_in_s``: how long a person has."""

    enrolment_id: _EnrolmentId
    nonce: _Nonce
    ca: _Pem
    expires_in_s: Annotated[int, msgspec.Meta(ge=1)]


class Reveal(_Words, frozen=True):
    """POST /enrol/v1/reveal. ``voucher``: signature of a pre-authorised machine's voucher over the transcript."""

    enrolment_id: _EnrolmentId
    nonce: _Nonce
    signature: _Signature
    voucher: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{128})?$")] = ""


class Collect(_Words, frozen=True):
    """POST /enrol/v1/collect."""

    enrolment_id: _EnrolmentId
    signature: _Signature


class Grant(_Words, frozen=True):
    """Everything a kiosk needs to be one of ours.

    ``trust_root``: the root of the offline roles, metadata of TUF; empty from a fleet that has none. ``dopa_code``: of
    the kiosk's province, 0 where that is not said; what is signed for another province is not for this kiosk.
    """

    kiosk_id: str
    certificate: _Pem
    ca: _Pem
    broker_host: str
    broker_port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    fleet_api: Annotated[str, msgspec.Meta(pattern=r"^https://")]
    trust_root: Annotated[str, msgspec.Meta(max_length=12 * 1024)] = ""
    dopa_code: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0


class Stand(StrEnum):
    """How an enrolment stands; a word of a later release means to go on waiting."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> Stand | None:
        return cls.UNKNOWN if isinstance(value, str) else None


class Collected(_Words, frozen=True):
    """The answer to ``Reveal`` and ``Collect``; ``grant`` once it stands at ``GRANTED``."""

    stand: Stand
    grant: Grant | None = None


class Renew(_Words, frozen=True):
    """POST /kiosk/v1/renew, by the old certificate, for a new key."""

    csr: _Pem


class Renewed(_Words, frozen=True):
    """The answer: the certificate, and the CA in case there is another by now."""

    certificate: _Pem
    ca: _Pem


class Voucher(_Words, frozen=True):
    """What is put on a pre-authorised machine's boot partition: a secret good for one enrolment, and whom to trust."""

    serial: Annotated[str, msgspec.Meta(pattern=SERIAL_PATTERN)]
    secret: _Hex32
    ca_sha256: _Hex32


class WordsError(ValueError):
    """A body that is no such message; the sender must mend it."""


W = TypeVar("W", bound=_Words)


def read(body: bytes, kind: type[W]) -> W:
    """The message in ``body``.

    Raises: WordsError when it is too large, or is none.
    """
    if len(body) > BODY_BYTES_MAX:
        raise WordsError(f"more than {BODY_BYTES_MAX} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise WordsError(str(err)) from err


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """Everything both sides have seen. Whoever stands in between makes them see different things."""

    enrolment_id: str
    key_sha256: str
    ca_sha256: str
    kiosk_nonce: str
    fleet_nonce: str
    serial: str = ""

    def digest(self, purpose: str) -> bytes:
        """32 bytes that stand for all of it, for one purpose."""
        parts = ("sala enrolment v1", purpose, *msgspec.structs.astuple(self))
        return hashlib.sha256(b"".join(_counted(part) for part in parts)).digest()

    @property
    def short_code(self) -> str:
        """The six characters."""
        bits = int.from_bytes(self.digest("short code")[:4], "big") >> 2
        return "".join(CODE_LETTERS[bits >> shift & 31] for shift in range(25, -5, -5))


REVEAL, COLLECT, VOUCHER = "reveal", "collect", "voucher"
"""Purposes of a signature over the transcript."""


def _counted(part: str) -> bytes:
    """Length before content: no two transcripts run together into the same bytes."""
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def commitment(kiosk_nonce: str, key_sha256: str) -> str:
    """What binds the kiosk to its nonce before it has seen the fleet's."""
    return hashlib.sha256(b"sala commitment v1" + _counted(kiosk_nonce) + _counted(key_sha256)).hexdigest()


def typed_code(text: str) -> str:
    """A code as a person types it: any case, spaces or hyphens between, O for 0 and I or L for 1."""
    return "".join(text.split()).replace("-", "").upper().translate(_MISREAD)


def is_serial(text: str) -> bool:
    """Whether ``text`` can be a machine's serial number."""
    return re.fullmatch(SERIAL_PATTERN, text) is not None


def page_path(enrolment_id: str, key_sha256: str) -> str:
    """Path and query of the page the QR leads to; the fingerprint binds the page to the key behind the QR."""
    return f"/enrol/{enrolment_id}?key={key_sha256[:32]}"
