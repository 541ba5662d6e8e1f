"""What a scanned text means. Every code is a value with its check digits verified; ambiguity is an answer, not a guess.

Our own codes, all ``[A-Z0-9]`` so that Code 128 and QR stay small, all ending in an ISO/IEC 7064 MOD 37,36 check
character (``payment.check_character``):

* a notice: its bill reference, ``N`` + province (DOPA, 2 digits) + 8 digits + check, 12 characters;
* a folder: ``F`` + province + 6 digits + check, 10 characters;
* a slip: the address of its tracking page, ``https://.../t/<token>``.

A keyboard-wedge scanner on a computer set to Thai types Thai letters. Ours does not depend on that, but somebody
else's scan pasted into a field does: such a text is translated back, key by key, and read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fleet.protocol.factory import FactoryNumber, OldFactoryNumber, parse_factory_number
from fleet.protocol.payment import (
    BillPayment,
    Defect,
    ForeignBill,
    OtherMerchant,
    PayloadError,
    PromptPay,
    SlipReference,
    check_character,
    parse_barcode,
    parse_emv,
    parse_slip,
    reference_agrees,
)

CODE_CHARACTERS_MAX = 512
"""A Thai QR is about 130 characters; anything much longer is not for us, and not worth parsing."""


class Why(StrEnum):
    """Why a code is unknown."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    BAD_CHECK = "bad-check"
    TRUNCATED = "truncated"
    AMBIGUOUS = "ambiguous"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True)
class NoticeCode:
    """A notice's bill reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class FolderCode:
    """A paper folder."""

    folder_id: str


@dataclass(frozen=True, slots=True)
class TrackingCode:
    """The QR of one of our slips. The token opens a page: it is not shown."""

    token: str

    def __repr__(self) -> str:
        return "TrackingCode(...)"


@dataclass(frozen=True, slots=True)
class BillCode:
    """The payment QR or barcode of a bill."""

    payment: BillPayment


@dataclass(frozen=True, slots=True)
class BankSlipCode:
    """The mini QR of a bank's slip."""

    slip: SlipReference


@dataclass(frozen=True, slots=True)
class FactoryCode:
    """A factory's number, new or old."""

    number: FactoryNumber | OldFactoryNumber

    @property
    def text(self) -> str:
        """The number as it is kept: 14 digits, or the old form."""
        return self.number.digits if isinstance(self.number, FactoryNumber) else self.number.text


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """Not ours, or not whole. ``damaged``: it looks like ours and was misread, so scanning again may help."""

    why: Why

    @property
    def damaged(self) -> bool:
        """Whether another try makes sense."""
        return self.why in (Why.BAD_CHECK, Why.TRUNCATED)


Code = NoticeCode | FolderCode | TrackingCode | BillCode | BankSlipCode | FactoryCode | UnknownCode

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_NOTICE = re.compile(r"N[0-9]{10}[0-9A-Z]")
_FOLDER = re.compile(r"F[0-9]{8}[0-9A-Z]")
_OURS_CUT = re.compile(r"[NF][0-9]{1,10}")
_TRACKING = re.compile(r"https?://[^\s/]+/t/([A-Za-z0-9_-]{16,64})")

# Kedmanee (TIS 820-2538) on a US keyboard: what each Thai letter's key says in Latin, unshifted and shifted.
_KEDMANEE = str.maketrans(
    'ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ',
    "1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?",
)
_THAI = re.compile(r"[\u0e00-\u0e7f]")


def folder_id(dopa_code: int, sequence: int) -> str:
    """The code on a folder's label.

    Raises: ValueError when a number does not fit.
    """
    body = f"F{dopa_code:02d}{sequence:06d}"
    if len(body) != 9 or dopa_code < 10 or sequence < 0:
        raise ValueError("no folder number")
    return body + check_character(body)


def classify(text: str) -> Code:
    """What ``text``, as a scanner gave it, means."""
    text = _AIM.sub("", text).strip("\r\n\t \x1d")
    if not text:
        return UnknownCode(Why.EMPTY)
    if len(text) > CODE_CHARACTERS_MAX:
        return UnknownCode(Why.TOO_LONG)
    meaning = _meaning(text)
    if isinstance(meaning, UnknownCode) and _THAI.search(text):
        translated = _meaning(text.translate(_KEDMANEE))
        return meaning if isinstance(translated, UnknownCode) and not translated.damaged else translated
    return meaning


def _meaning(text: str) -> Code:  # noqa: PLR0911 - one line a kind of code
    if (tracking := _TRACKING.fullmatch(text)) is not None:
        return TrackingCode(tracking[1])
    if text.startswith("|"):
        return _payload(text, is_barcode=True)
    if text.startswith(("0002", "0041", "0040", "0039", "0038")) and len(text) > 20:
        return _payload(text, is_barcode=False)
    upper = text.upper()
    if _NOTICE.fullmatch(upper):
        return NoticeCode(upper) if reference_agrees(upper) else UnknownCode(Why.BAD_CHECK)
    if _FOLDER.fullmatch(upper):
        return FolderCode(upper) if check_character(upper[:-1]) == upper[-1] else UnknownCode(Why.BAD_CHECK)
    if _OURS_CUT.fullmatch(upper):
        return UnknownCode(Why.TRUNCATED)
    return _factory(text)


def _factory(text: str) -> Code:
    try:
        return FactoryCode(parse_factory_number(text))
    except ValueError:
        return UnknownCode(Why.NOT_OURS)


def _payload(text: str, *, is_barcode: bool) -> Code:
    try:
        found = parse_barcode(text) if is_barcode else _emv_or_slip(text)
    except PayloadError as err:
        misread = {Defect.BAD_CRC: Why.BAD_CHECK, Defect.TRUNCATED: Why.TRUNCATED, Defect.BAD_ORDER: Why.TRUNCATED}
        return UnknownCode(misread.get(err.defect, Why.NOT_OURS))
    match found:
        case BillPayment():
            return BillCode(found)
        case SlipReference():
            return BankSlipCode(found)
        case ForeignBill() | PromptPay() | OtherMerchant():
            return UnknownCode(Why.NOT_OURS)


def _emv_or_slip(text: str) -> BillPayment | ForeignBill | PromptPay | OtherMerchant | SlipReference:
    return parse_emv(text) if text.startswith("000201") else parse_slip(text)
