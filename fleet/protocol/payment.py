"""Payment codes: the Thai QR of a bill (EMV tag 30), the cross-bank barcode, the mini QR of a bank's slip.

Amounts are integer satang and never touch a float. Building is stricter than reading: what others have printed is
read if it is whole and its CRC agrees, what we print is right by the guideline's every rule.
Not here: who is to be paid (that is settings), drawing, and whether anything was paid: no code proves that.
No error says what it was that could not be read.

Sources: EMV QRCPS Merchant-Presented Mode 1.1 (lengths count characters, the CRC runs over UTF-8 bytes, including
``6304``); Bank of Thailand, Thai QR Code Payment guideline of 17 April 2019 (tags 29 to 31, biller id of 15 digits);
SCB Open API documentation (references ``[A-Z0-9]``, at most 20; amount at most 13 characters).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

AID_PROMPTPAY = "A000000677010111"
AID_PROMPTPAY_OTA = "A000000677010114"
AID_BILL = "A000000677010112"
AID_BILL_CROSS_BORDER = "A000000677012006"

AMOUNT_CHARACTERS_MAX = 13

_BILLER = re.compile(r"[0-9]{15}")
_REFERENCE = re.compile(r"[A-Z0-9]{1,20}")
_AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")
_BARCODE_AMOUNT = re.compile(r"[0-9]{1,12}")
_BANK = re.compile(r"[0-9]{3}")
_TRANSACTION = re.compile(r"[A-Za-z0-9]{1,40}")


class Defect(StrEnum):
    """What is wrong with a payload."""

    NOT_A_PAYLOAD = "not-a-payload"
    TRUNCATED = "truncated"
    BAD_CRC = "bad-crc"
    BAD_ORDER = "bad-order"
    REPEATED_TAG = "repeated-tag"
    BAD_FIELD = "bad-field"


class PayloadError(ValueError):
    """A payload that is not what it should be; ``defect`` says how. Never holds the payload."""

    def __init__(self, defect: Defect, detail: str = "") -> None:
        super().__init__(f"{defect.value}{': ' if detail else ''}{detail}")
        self.defect = defect


# ---- the bill -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BillPayment:
    """What a bill's QR or barcode asks to be paid: to whom, for what, how much.

    ``biller_id``: 15 digits. References: ``[A-Z0-9]``, 1 to 20; only ``ref1`` must be. ``amount_satang`` None: the
    payer types it in. ``ref3`` is the terminal label of the QR (62.07), by which SCB routes its confirmations; a
    barcode has no place for it. Raises PayloadError for anything a bank would not take.
    """

    biller_id: str
    ref1: str
    ref2: str | None = None
    amount_satang: int | None = None
    ref3: str | None = None

    def __post_init__(self) -> None:
        if not _BILLER.fullmatch(self.biller_id):
            raise PayloadError(Defect.BAD_FIELD, "a biller id has 15 digits")
        for reference in (self.ref1, self.ref2, self.ref3):
            if reference is not None and not _REFERENCE.fullmatch(reference):
                raise PayloadError(Defect.BAD_FIELD, "a reference has 1 to 20 of A-Z and 0-9")
        if self.amount_satang is None:
            return
        if type(self.amount_satang) is not int or self.amount_satang <= 0:  # a float here would round somebody's money
            raise PayloadError(Defect.BAD_FIELD, "an amount is a whole number of satang, more than none")
        if len(amount_text(self.amount_satang)) > AMOUNT_CHARACTERS_MAX:
            raise PayloadError(Defect.BAD_FIELD, "an amount has at most 13 characters")

    def emv_payload(self) -> str:
        """The text of the Thai QR."""
        merchant = _tlv("00", AID_BILL) + _tlv("01", self.biller_id) + _tlv("02", self.ref1)
        merchant += _tlv("03", self.ref2) if self.ref2 is not None else ""
        body = _tlv("00", "01") + _tlv("01", "11" if self.amount_satang is None else "12") + _tlv("30", merchant)
        body += _tlv("53", "764")
        body += _tlv("54", amount_text(self.amount_satang)) if self.amount_satang is not None else ""
        body += _tlv("58", "TH")
        body += _tlv("62", _tlv("07", self.ref3)) if self.ref3 is not None else ""
        body += "6304"
        return body + crc16(body)

    def barcode(self) -> str:
        """The text of the cross-bank barcode: ``|biller CR ref1 CR ref2 CR satang``, 0 for "payer types it in"."""
        return f"|{self.biller_id}\r{self.ref1}\r{self.ref2 or ''}\r{self.amount_satang or 0}"


def amount_text(amount_satang: int) -> str:
    """``3649.22``: baht with two decimals, as in tag 54."""
    return f"{amount_satang // 100}.{amount_satang % 100:02d}"


def parse_amount(text: str) -> int:
    """Satang of an amount in baht with at most two decimals.

    Raises: PayloadError when it is none, nothing, or more than 13 characters.
    """
    if not _AMOUNT.fullmatch(text) or len(text) > AMOUNT_CHARACTERS_MAX:
        raise PayloadError(Defect.BAD_FIELD, "not an amount")
    baht, _, decimals = text.partition(".")
    if not (satang := int(baht) * 100 + int(decimals.ljust(2, "0"))):
        raise PayloadError(Defect.BAD_FIELD, "an amount of nothing")
    return satang


# ---- EMV ------------------------------------------------------------------------------------------------------------


class Proxy(StrEnum):
    """What a PromptPay transfer is addressed by."""

    MOBILE = "mobile"
    ID = "id"
    WALLET = "wallet"
    ACCOUNT = "account"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PromptPay:
    """Tag 29, a transfer to a person or account; not a bill.

    ``address`` may be an ID number or a telephone number, so it is left out of ``repr``: do not show or keep it.
    """

    proxy: Proxy
    address: str = field(repr=False)
    amount_satang: int | None


@dataclass(frozen=True, slots=True)
class ForeignBill:
    """Tag 30 of somebody whose biller id or references break the rules we print by: to be read, never drawn."""

    biller_id: str
    ref1: str
    ref2: str | None
    amount_satang: int | None


@dataclass(frozen=True, slots=True)
class OtherMerchant:
    """A well-formed payload of another scheme (tag 31, a card network, another country)."""

    country: str


EmvCode = BillPayment | ForeignBill | PromptPay | OtherMerchant

_PROXIES = {"01": Proxy.MOBILE, "02": Proxy.ID, "03": Proxy.WALLET, "04": Proxy.ACCOUNT}


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE (0x1021, from 0xFFFF) over the UTF-8 bytes, as four upper-case hex digits."""
    crc = 0xFFFF
    for byte in text.encode("utf-8"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return f"{crc:04X}"


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if len(length) < 2:
            raise PayloadError(Defect.TRUNCATED)
        if not (tag.isascii() and tag.isdigit() and length.isascii() and length.isdigit()):
            raise PayloadError(Defect.NOT_A_PAYLOAD)
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) < int(length):
            raise PayloadError(Defect.TRUNCATED)
        yield tag, value
        at += 4 + int(length)


def _template(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for tag, value in _fields(text):
        if tag in fields:
            raise PayloadError(Defect.REPEATED_TAG, tag)
        fields[tag] = value
    return fields


def _checked(text: str, crc_tag: str) -> dict[str, str]:
    """The root fields, after the CRC over everything before its own four digits was found right."""
    fields = _template(text)
    tags = list(fields)
    if tags[:1] != ["00"] or tags[-1:] != [crc_tag] or len(fields[crc_tag]) != 4:
        raise PayloadError(Defect.BAD_ORDER)
    if crc16(text[:-4]) != text[-4:]:
        raise PayloadError(Defect.BAD_CRC)
    return fields


def parse_emv(text: str) -> EmvCode:
    """What a merchant-presented QR asks for.

    Raises: PayloadError when it is truncated, tampered with, or no such payload.
    """
    fields = _checked(text, "63")
    if fields["00"] != "01" or fields.get("01", "11") not in ("11", "12"):
        raise PayloadError(Defect.NOT_A_PAYLOAD)
    if (inner := _application(fields, "30", AID_BILL, AID_BILL_CROSS_BORDER)) is not None:
        return _bill(inner, _thai_amount(fields), _terminal_label(fields))
    if (inner := _application(fields, "29", AID_PROMPTPAY, AID_PROMPTPAY_OTA)) is not None:
        tag = next((tag for tag in _PROXIES if tag in inner), "")
        return PromptPay(_PROXIES.get(tag, Proxy.OTHER), inner.get(tag, ""), _thai_amount(fields))
    return OtherMerchant(fields.get("58", ""))


def _application(fields: dict[str, str], tag: str, *aids: str) -> dict[str, str] | None:
    """The account under ``tag``, when its application id is one of ``aids``: the tag alone means nothing abroad."""
    value = fields.get(tag, "")
    return _template(value) if value.startswith(tuple(_tlv("00", aid) for aid in aids)) else None


def _thai_amount(fields: dict[str, str]) -> int | None:
    if fields.get("53") != "764" or fields.get("58") != "TH":
        raise PayloadError(Defect.BAD_FIELD, "a Thai payment is in baht and Thai")
    return parse_amount(fields["54"]) if "54" in fields else None


def _terminal_label(fields: dict[str, str]) -> str | None:
    label = _template(fields.get("62", "")).get("07", "")
    return label if _REFERENCE.fullmatch(label) else None  # ``***`` and the like name a till, they are no reference


def _bill(inner: dict[str, str], amount_satang: int | None, ref3: str | None) -> BillPayment | ForeignBill:
    biller_id, ref1, ref2 = inner.get("01", ""), inner.get("02", ""), inner.get("03")
    if not (biller_id and ref1):
        raise PayloadError(Defect.BAD_FIELD, "a bill has a biller and a reference")
    try:
        return BillPayment(biller_id, ref1, ref2, amount_satang, ref3)
    except PayloadError:
        return ForeignBill(biller_id, ref1, ref2, amount_satang)


# ---- the cross-bank barcode and the bank's slip ---------------------------------------------------------------------


def parse_barcode(text: str) -> BillPayment:
    """A bill's barcode. CR, LF and CR LF all separate: scanners and one library disagree about it.

    Raises: PayloadError when it is truncated or a field is wrong.
    """
    if not text.startswith("|"):
        raise PayloadError(Defect.NOT_A_PAYLOAD)
    parts = re.split(r"\r\n|\r|\n", text[1:])
    if len(parts) == 5 and parts[4] == "":
        parts.pop()  # a terminator after the amount is the scanner's, not the code's
    if len(parts) < 4:
        raise PayloadError(Defect.TRUNCATED)
    biller_id, ref1, ref2, satang = parts[:4]
    if len(parts) > 4 or not _BARCODE_AMOUNT.fullmatch(satang):
        raise PayloadError(Defect.BAD_FIELD, "not a barcode's amount")
    return BillPayment(biller_id, ref1, ref2 or None, int(satang) or None)


@dataclass(frozen=True, slots=True)
class SlipReference:
    """The mini QR of a bank's slip: names a bank (three digits) and its transaction, and proves nothing."""

    sending_bank: str
    trans_ref: str


def parse_slip(text: str) -> SlipReference:
    """The mini QR of a bank's slip.

    Raises: PayloadError when it is none.
    """
    fields = _checked(text, "91")
    inner = _template(fields["00"])
    if inner.get("00") != "000001" or fields.get("51") != "TH":
        raise PayloadError(Defect.NOT_A_PAYLOAD)
    sending_bank, trans_ref = inner.get("01", ""), inner.get("02", "")
    if not _BANK.fullmatch(sending_bank) or not _TRANSACTION.fullmatch(trans_ref):
        raise PayloadError(Defect.BAD_FIELD, "a slip names a bank and a transaction")
    return SlipReference(sending_bank, trans_ref)


# ---- our own references ---------------------------------------------------------------------------------------------

_ID_LENGTH = re.compile(r"[0-9]{13}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REFERENCE_MAX = 15
"""The shortest limit any bank's library was seen to have."""


def check_character(text: str) -> str:
    """ISO/IEC 7064 MOD 37,36: catches every single wrong character and nearly every swap of neighbours.

    Not MOD 37-2, which catches every swap, because its check character may be ``*``, which no bank takes.
    Raises: ValueError for anything outside A-Z and 0-9.
    """
    product = 36
    for character in text:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def bill_reference(prefix: str, sequence: int) -> str:
    """A bill reference: ``prefix``, eight digits, check character; ``N20`` and 123 give ``N2000000123`` + check.

    A notice's comes from ``codes.notice_reference``, so that a scan of it is known for what it is.
    Raises: ValueError when it would be longer than 15, the prefix has other characters, the number more digits, or
    there would be 13 digits in a row: those might be somebody's ID number.
    """
    body = f"{prefix}{sequence:08d}"
    if not 0 <= sequence <= 99_999_999 or len(body) >= REFERENCE_MAX or not _REFERENCE.fullmatch(body):
        raise ValueError("a reference has at most 15 of A-Z and 0-9")
    if _ID_LENGTH.search(body + "0"):  # the check character may be a digit too
        raise ValueError("a reference has no 13 digits in a row")
    return body + check_character(body)


def reference_agrees(text: str) -> bool:
    """Whether ``text`` could be one of our references: right characters, right length, right check character."""
    if not 3 <= len(text) <= REFERENCE_MAX or not _REFERENCE.fullmatch(text):
        return False
    return check_character(text[:-1]) == text[-1]
