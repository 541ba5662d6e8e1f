"""What a scanned text means. Every code is a value whose check digits were verified; doubt is an answer, not a guess.

Our own codes, all ``[A-Z0-9]`` so that Code 128 and QR stay small, all ending in an ISO/IEC 7064 MOD 37,36 check
character (``payment.check_character``); their builders stand at the end of this module:

* a notice: its bill reference, ``N`` + province (DOPA, 2 digits) + 8 digits + check, 12 characters;
* a folder: ``F`` + province + 6 digits + check, 10 characters;
* a presence slip (it stands for a photocopy of the ID card): its number, ``P`` + province + 8 digits + check; its QR
  says more, and ends in a signature (``presence``);
* a slip: the address of its tracking page, ``https://.../t/<token>``.

What a scanner adds is taken off first: the AIM identifier (``]C1``, ``]Q1``) and the terminator. What a person types
may have spaces, hyphens and small letters.

A keyboard-wedge scanner on a computer set to Thai types Thai letters. Ours reads key codes and does not, but a scan
into any other field does: such a text is translated back, key by key, and the code says so (``typed_in_thai``). Where
the keyboard changed in the middle, ``-`` and ``/`` may be themselves or 3 and 2: if exactly one reading has a meaning
it is taken; if two have, that is the answer.

Not here: whether a notice, folder or factory exists. Rules: an unknown code does not hold the text, since a barcode
may say anything about anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from fleet.protocol import presence
from fleet.protocol.factory import FactoryNumber, OldFactoryNumber, parse_factory_number
from fleet.protocol.payment import (
    BillPayment,
    Defect,
    PayloadError,
    SlipReference,
    bill_reference,
    check_character,
    parse_barcode,
    parse_emv,
    parse_slip,
    reference_agrees,
)
from fleet.protocol.presence import SignedPresence
from fleet.protocol.thai import IdNumber

CODE_CHARACTERS_MAX = 512
"""A Thai QR is about 130 characters; anything much longer is not for us, and not worth parsing."""


class Why(StrEnum):
    """Why a code is unknown."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    BAD_CHECK = "bad-check"
    TRUNCATED = "truncated"
    KEYBOARD = "keyboard"
    """Partly Thai: the keyboard's layout changed while it was typed."""
    ID_NUMBER = "id-number"
    """A person's: the way in is the card, not the number."""
    NO_BILL = "no-bill"
    """A payment QR, whole, but of a transfer, a shop or another country."""
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True)
class NoticeCode:
    """A notice's bill reference."""

    reference: str
    typed_in_thai: bool = False


@dataclass(frozen=True, slots=True)
class FolderCode:
    """A paper folder."""

    folder_id: str
    typed_in_thai: bool = False


@dataclass(frozen=True, slots=True)
class TrackingCode:
    """The QR of one of our slips. The token opens a page: it is not shown."""

    token: str
    typed_in_thai: bool = False

    def __repr__(self) -> str:
        return "TrackingCode(...)"


@dataclass(frozen=True, slots=True)
class BillCode:
    """The payment QR or barcode of a bill."""

    payment: BillPayment
    typed_in_thai: bool = False


@dataclass(frozen=True, slots=True)
class BankSlipCode:
    """The mini QR of a bank's slip."""

    slip: SlipReference
    typed_in_thai: bool = False


@dataclass(frozen=True, slots=True)
class FactoryCode:
    """A factory's number, new or old."""

    number: FactoryNumber | OldFactoryNumber
    typed_in_thai: bool = False

    @property
    def text(self) -> str:
        """The number as it is kept: 14 digits, or the old form."""
        return self.number.digits if isinstance(self.number, FactoryNumber) else self.number.text

    @property
    def is_doubtful(self) -> bool:
        """Whether its last digit disagrees: one nobody has heard of was misread, most likely."""
        return isinstance(self.number, FactoryNumber) and not self.number.check_digit_agrees


@dataclass(frozen=True, slots=True)
class PresenceCode:
    """A presence slip: its number, and what its QR says where that was scanned. Nothing is proven before
    ``presence.judge``; the number alone, typed or from a barcode, says nothing of whose it is."""

    number: str
    typed_in_thai: bool = False
    signed: SignedPresence | None = None


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """Not ours, or not whole. ``damaged``: it looks like ours and was misread, so scanning again may help."""

    why: Why

    @property
    def damaged(self) -> bool:
        """Whether another try makes sense."""
        return self.why in (Why.BAD_CHECK, Why.TRUNCATED, Why.KEYBOARD)


KnownCode = NoticeCode | FolderCode | TrackingCode | BillCode | BankSlipCode | FactoryCode | PresenceCode


@dataclass(frozen=True, slots=True)
class AmbiguousCode:
    """Whole, and of more than one meaning: nobody may choose among ``candidates`` but the one who scanned."""

    candidates: tuple[KnownCode, ...]


Code = KnownCode | AmbiguousCode | UnknownCode

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_AROUND = "\r\n\t \x1d"
"""Terminators, and the FNC1 that GS1 symbols begin with."""
_SLIP = re.compile(r"00[0-9]{2}0006000001")
_TRACKING = re.compile(r"https?://[^\s/]+/t/([A-Za-z0-9_-]*)")
_TOKEN_CHARACTERS = range(16, 65)
"""At least 96 bits in base64url."""
_NOTICE = re.compile(r"N[0-9]{10}[0-9A-Z]")
_FOLDER = re.compile(r"F[0-9]{8}[0-9A-Z]")
_PRESENCE = re.compile(r"P[0-9]{10}[0-9A-Z]")
_OURS_CUT = re.compile(r"[NP][0-9]{2,10}|F[0-9]{2,8}")
_THAI = re.compile(r"[\u0e00-\u0e7f]")

# Kedmanee (TIS 820-2538, as Windows and X.Org have it) on a US keyboard: what each Thai letter's key says in Latin,
# row by row, unshifted and shifted. The second table leaves alone what a US keyboard could have typed as well.
_KEDMANEE = str.maketrans(
    '_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ',
    "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?",
)
_KEDMANEE_THAI = {key: latin for key, latin in _KEDMANEE.items() if key > 0x7F}


def classify(text: str) -> Code:
    """What ``text``, as a scanner gave it or a person typed it, means. Never raises."""
    if len(text) > CODE_CHARACTERS_MAX:
        return UnknownCode(Why.TOO_LONG)
    meaning = _read(text)
    if isinstance(meaning, UnknownCode) and _THAI.search(text):
        return _read_thai(text)
    return meaning


def bare(text: str) -> str:
    """What stands in the symbol itself, without what a scanner adds."""
    return _AIM.sub("", text.strip(_AROUND), count=1).strip(_AROUND)


def _read_thai(text: str) -> Code:
    """What a text holding Thai letters means as a row of keys."""
    wholly = _read(text.translate(_KEDMANEE))
    readings = dict.fromkeys((wholly, _read(text.translate(_KEDMANEE_THAI))))
    known = [replace(reading, typed_in_thai=True) for reading in readings if not isinstance(reading, UnknownCode)]
    if known:
        return known[0] if len(known) == 1 else AmbiguousCode(tuple(known))
    if re.search(r"[A-Za-z0-9]", text):  # Kedmanee has no such key
        return UnknownCode(Why.KEYBOARD)
    return wholly if isinstance(wholly, UnknownCode) and wholly.damaged else UnknownCode(Why.NOT_OURS)


def _read(text: str) -> KnownCode | UnknownCode:
    """What a text means, taken at its letters."""
    text = bare(text)
    if not text:
        return UnknownCode(Why.EMPTY)
    if text.startswith(("|", "000201")) or _SLIP.match(text):
        return _payload(text)
    if (tracking := _TRACKING.fullmatch(text)) is not None:
        whole = len(tracking[1]) in _TOKEN_CHARACTERS
        return TrackingCode(tracking[1]) if whole else UnknownCode(Why.TRUNCATED)
    if text.upper().startswith(presence.PREFIX):
        return _signed(text)
    return _own(re.sub(r"[\s-]", "", text).upper()) or _number(text)


def _signed(text: str) -> PresenceCode | UnknownCode:
    """The QR of a presence slip."""
    try:
        found = presence.parse(text)
    except presence.PresenceError as err:
        return UnknownCode(_UNSIGNED[err.flaw])
    return PresenceCode(found.presence.number, signed=found)


_UNSIGNED = {
    presence.Flaw.TRUNCATED: Why.TRUNCATED,
    presence.Flaw.BAD_FIELD: Why.BAD_CHECK,  # it began like one
    presence.Flaw.UNKNOWN_VERSION: Why.NOT_OURS,
    presence.Flaw.NOT_OURS: Why.BAD_CHECK,
}


def _own(text: str) -> KnownCode | UnknownCode | None:
    """A notice, a folder or a presence slip."""
    if _PRESENCE.fullmatch(text):
        return PresenceCode(text) if reference_agrees(text) else UnknownCode(Why.BAD_CHECK)
    if _NOTICE.fullmatch(text):
        return NoticeCode(text) if reference_agrees(text) else UnknownCode(Why.BAD_CHECK)
    if _FOLDER.fullmatch(text):
        return FolderCode(text) if reference_agrees(text) else UnknownCode(Why.BAD_CHECK)
    return UnknownCode(Why.TRUNCATED) if _OURS_CUT.fullmatch(text) else None


def _number(text: str) -> FactoryCode | UnknownCode:
    """A factory's number; a person's is recognised and dropped."""
    try:
        return FactoryCode(parse_factory_number(text))
    except ValueError:
        return UnknownCode(Why.ID_NUMBER if _is_id_number(text) else Why.NOT_OURS)


def _is_id_number(text: str) -> bool:
    try:
        IdNumber(re.sub(r"[\s-]", "", text))
    except ValueError:
        return False
    return True


_MISREAD = {
    Defect.TRUNCATED: Why.TRUNCATED,
    Defect.BAD_ORDER: Why.TRUNCATED,  # its end, with the CRC, is missing
    Defect.BAD_CRC: Why.BAD_CHECK,
    Defect.REPEATED_TAG: Why.BAD_CHECK,
    Defect.NOT_A_PAYLOAD: Why.BAD_CHECK,  # it began like one
    Defect.BAD_FIELD: Why.NOT_OURS,
}


def _payload(text: str) -> BillCode | BankSlipCode | UnknownCode:
    try:
        if _SLIP.match(text):
            return BankSlipCode(parse_slip(text))
        found = parse_barcode(text) if text.startswith("|") else parse_emv(text)
    except PayloadError as err:
        return UnknownCode(_MISREAD[err.defect])
    return BillCode(found) if isinstance(found, BillPayment) else UnknownCode(Why.NO_BILL)


# ---- builders -------------------------------------------------------------------------------------------------------


def notice_reference(dopa_code: int, sequence: int) -> str:
    """The bill reference of a notice, which is also what its barcode says. Province, and 0 to 99,999,999 in it.

    Raises: ValueError when a number does not fit.
    """
    return bill_reference(f"N{_province(dopa_code)}", sequence)


def folder_id(dopa_code: int, sequence: int) -> str:
    """The code on a folder's label. Province, and 0 to 999,999 in it.

    Raises: ValueError when a number does not fit.
    """
    if not 0 <= sequence <= 999_999:
        raise ValueError("no folder number")
    body = f"F{_province(dopa_code)}{sequence:06d}"
    return body + check_character(body)


def presence_number(dopa_code: int, sequence: int) -> str:
    """The number of a presence slip. Province, and 0 to 99,999,999 in it.

    Raises: ValueError when a number does not fit.
    """
    return bill_reference(f"P{_province(dopa_code)}", sequence)


def tracking_url(address: str, token: str) -> str:
    """The address on a slip: ``address`` is scheme and host, ``token`` 16 to 64 of base64url.

    Raises: ValueError when no scan of it would be known for a slip.
    """
    url = f"{address}/t/{token}"
    if _read(url) != TrackingCode(token):
        raise ValueError("not a tracking address")
    return url


def _province(dopa_code: int) -> str:
    if not 10 <= dopa_code <= 96:  # DOPA's province codes lie between
        raise ValueError("no province")
    return f"{dopa_code:02d}"
