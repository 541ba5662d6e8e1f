"""Thai identifiers, amounts in words and dates of the Buddhist era. Pure, and strict both ways.

Sources: the check digit of the ID number and the order of its parts, Department of Provincial Administration (as
implemented by python-stdnum ``th.pin``); number words with เอ็ด, Royal Society of Thailand; B.E. = C.E. + 543.
Not here: days on which an office is closed, and any other calendar. Before B.E. 2484 the Thai year began
in April, so January to March of those years are a year off; only a birth date could be so old, and none is read.
No error says which digits it was given.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NoReturn
from zoneinfo import ZoneInfo

BE_OFFSET = 543

BANGKOK = ZoneInfo("Asia/Bangkok")
"""The time at every counter; the wire's times are UTC."""

MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
MONTHS_SHORT = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# ---- identifiers ----------------------------------------------------------------------------------------------------


def check_digit(first_twelve: str) -> int:
    """Thirteenth digit of an ID number or tax id: (11 - sum of d[i] * (13 - i) mod 11) mod 10.

    It lets any third digit through, whose weight is 11, and some others: a number that passes may yet be misread.
    """
    total = sum(int(digit) * (13 - i) for i, digit in enumerate(first_twelve))
    return (11 - total % 11) % 10


def _is_thirteen(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit() and int(text[12]) == check_digit(text[:12])


class IdNumber:
    """The number of a natural person's ID card. Shows itself masked wherever it is written; ``reveal`` gives it away.

    It cannot be changed, pickled, or copied into JSON by accident.
    """

    __slots__ = ("_digits",)
    _digits: str

    def __init__(self, digits: str) -> None:
        """Raises: ValueError, without the digits, when they are none of a natural person (1 to 8 first)."""
        if not _is_thirteen(digits) or digits[0] not in "12345678":
            raise ValueError("not an ID number")
        object.__setattr__(self, "_digits", digits)

    @classmethod
    def from_card(cls, digits: str) -> IdNumber:
        """The number on a chip: also one that begins with 0, as cards of persons without Thai nationality may.

        Raises: ValueError, without the digits, when they are none, or begin with 9.
        """
        if not _is_thirteen(digits) or digits[0] == "9":
            raise ValueError("not an ID number")
        number = cls.__new__(cls)
        object.__setattr__(number, "_digits", digits)
        return number

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an ID number does not change")

    def reveal(self) -> str:
        """The 13 digits. Every call needs a reason that stands beside it."""
        return self._digits

    @property
    def masked(self) -> str:
        """``x-xxxx-xxxxx-12-1``: the last three digits only."""
        return mask_id_number(self._digits)

    def __repr__(self) -> str:
        return f"IdNumber({self.masked})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdNumber) and hmac.compare_digest(self._digits, other._digits)

    def __hash__(self) -> int:
        return hash(self._digits)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ID number is not to be pickled or copied")


def mask_id_number(digits: str) -> str:
    """``1234567890121`` as ``x-xxxx-xxxxx-12-1``.

    Raises: ValueError, without the text, when it is not 13 digits.
    """
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("not 13 digits")
    return f"x-xxxx-xxxxx-{digits[10:12]}-{digits[12]}"


_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_MAYBE_ID = re.compile(r"(?<![0-9๐-๙])[0-9๐-๙](?:[ \t.\u00a0\u2010-\u2014-]*[0-9๐-๙]){12}(?![0-9๐-๙])")


def replace_id_numbers(text: str, read: Callable[[str], IdNumber], put: Callable[[IdNumber], str]) -> str:
    """``text`` with ``put(number)`` for every ID number in it, however it is spaced, in Thai digits too.

    ``read`` says which thirteen digits are one (``IdNumber``, or ``IdNumber.from_card``), by a ValueError for others.
    """
    pieces: list[str] = []
    written = look = 0
    while found := _MAYBE_ID.search(text, look):
        try:
            number = read(re.sub(r"[^0-9]", "", found[0].translate(_THAI_DIGITS)))
        except ValueError:
            # The number may begin further on: digits of another ("ข้อ 1 1-9999-...") stand in front of it.
            look = found.start() + 1
            continue
        pieces += text[written : found.start()], put(number)
        written = look = found.end()
    return "".join((*pieces, text[written:]))


def keyed_hash(id_number: IdNumber, key: bytes) -> str:
    """What a card is matched by: HMAC-SHA256 of the digits, in hex. ``key`` is the office's, at least 16 bytes.

    Raises: ValueError for a shorter key.
    """
    if len(key) < 16:
        raise ValueError("key of a keyed hash is too short")
    return hmac.new(key, id_number.reveal().encode("ascii"), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class TaxId:
    """A juristic person's tax id: 13 digits, the first 0. Public, unlike an ID number."""

    digits: str

    def __post_init__(self) -> None:
        """Raises: ValueError when they are none, or a natural person's."""
        if not _is_thirteen(self.digits) or self.digits[0] != "0":
            raise ValueError("not a juristic person's tax id")

    def __str__(self) -> str:
        d = self.digits
        return f"{d[0]}-{d[1:5]}-{d[5:10]}-{d[10:12]}-{d[12]}"


# ---- amounts --------------------------------------------------------------------------------------------------------

AMOUNT_SATANG_MAX = 10**17
"""No amount in the nation's books comes near; a bound so that words stay finite."""

_DIGITS = ("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")


def _words(number: int) -> str:
    """A positive number in words."""
    millions, rest = divmod(number, 1_000_000)
    words = f"{_words(millions)}ล้าน" if millions else ""
    for place in range(5, -1, -1):
        digit = rest // 10**place % 10
        if digit == 0:
            continue
        if place == 1:
            words += {1: "สิบ", 2: "ยี่สิบ"}.get(digit, _DIGITS[digit] + "สิบ")
        elif place == 0 and digit == 1 and number > 1:
            words += "เอ็ด"
        else:
            words += _DIGITS[digit] + _PLACES[place]
    return words


def baht_text(amount_satang: int) -> str:
    """The amount in words, as on a receipt: 1800050 is หนึ่งหมื่นแปดพันบาทห้าสิบสตางค์.

    Raises: ValueError for a negative or absurd amount.
    """
    if not 0 <= amount_satang < AMOUNT_SATANG_MAX:
        raise ValueError("amount out of range")
    baht, satang = divmod(amount_satang, 100)
    if not amount_satang:
        return "ศูนย์บาทถ้วน"
    words = f"{_words(baht)}บาท" if baht else ""
    return words + (f"{_words(satang)}สตางค์" if satang else "ถ้วน")


def format_baht(amount_satang: int) -> str:
    """``3,300.00``; a minus sign in front of a negative amount."""
    baht, satang = divmod(abs(amount_satang), 100)
    return f"{'-' if amount_satang < 0 else ''}{baht:,}.{satang:02d}"


# ---- dates ----------------------------------------------------------------------------------------------------------


def be_year(on: date) -> int:
    """Year of the Buddhist era."""
    return on.year + BE_OFFSET


def thai_date(on: date) -> str:
    """``24 พฤศจิกายน 2569``."""
    return f"{on.day} {MONTHS[on.month - 1]} {be_year(on)}"


def thai_date_short(on: date) -> str:
    """``24 พ.ย. 2569``."""
    return f"{on.day} {MONTHS_SHORT[on.month - 1]} {be_year(on)}"


def english_date(on: date) -> str:
    """``24 November 2026``, of the common era."""
    return f"{on.day} {MONTHS_EN[on.month - 1]} {on.year}"


def english_date_short(on: date) -> str:
    """``24 Nov 2026``."""
    return f"{on.day} {MONTHS_EN[on.month - 1][:3]} {on.year}"


def be_yymmdd(on: date) -> str:
    """``690424``: how banks' second references write a date."""
    return f"{be_year(on) % 100:02d}{on.month:02d}{on.day:02d}"


@dataclass(frozen=True, slots=True)
class KnownDate:
    """A whole date."""

    on: date


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Only the year (of the common era), or year and month, are known."""

    year: int
    month: int | None = None


@dataclass(frozen=True, slots=True)
class BlankDate:
    """The card says nothing."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """99999999: the card never expires."""


CardDate = KnownDate | PartialDate | BlankDate | Lifetime


_BE_YEARS = range(2400, 2700)
"""Nobody alive was born before, no card lasts longer; a year of the common era falls outside and is not guessed at."""


def parse_card_date(text: str) -> CardDate:
    """A date as cards hold it: YYYYMMDD of the Buddhist era, with 00 (or nothing) for what is not known.

    Raises: ValueError for anything that is no such date.
    """
    text = text.strip(" \x00")
    if text in ("", "00000000"):
        return BlankDate()
    if text == "99999999":
        return Lifetime()
    digits = text.ljust(8, "0")
    if len(text) not in (4, 6, 8) or not (text.isascii() and text.isdigit()) or int(digits[:4]) not in _BE_YEARS:
        raise ValueError("not a card's date")
    year, month, day = int(digits[:4]) - BE_OFFSET, int(digits[4:6]), int(digits[6:])
    if month > 12:
        raise ValueError("not a card's date")
    if not day:
        return PartialDate(year, month or None)
    try:
        return KnownDate(date(year, month, day))
    except ValueError:  # the library's own words may quote the day
        raise ValueError("not a card's date") from None
