"""One cell of a register: from what people and spreadsheets made of it to the value it means, or ``UnreadableError``.

Rules: a value that could mean two things means nothing. Nothing here knows of lines, columns or databases. Empty cells
and what people write for them (``-``, ``NULL``, ``ไม่ระบุ``) are the empty string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from fleet.protocol.factory import FactoryNumber, OldFactoryNumber, parse_factory_number
from fleet.protocol.thai import BE_OFFSET, MONTHS, MONTHS_EN, MONTHS_SHORT, IdNumber, TaxId, replace_id_numbers


class UnreadableError(ValueError):
    """A cell means nothing, or more than one thing. It carries nothing of the cell; report the line."""


_NOTHING = frozenset({"", "-", "--", "—", "null", "none", "n/a", "na", "nan", "ไม่ระบุ", "ไม่มี", "ไม่มีข้อมูล", "."})
_SHEET_ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"})
_WRAPPED = re.compile(r'\s*=\s*"(.*)"\s*', re.DOTALL)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad]+")
_THAI_NUMERALS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

HORSEPOWER_MAX = Decimal("99999999.99")
WORKERS_MAX = 1_000_000
ACTIVITIES = range(1, 108)
"""The list of activities in the ministerial regulation goes from 1 to 107."""

YEARS = range(1900, 2100)
"""Of the common era; no factory of ours is older, and a later year is a typing error."""

BE_YEARS = range(YEARS.start + BE_OFFSET, YEARS.stop + BE_OFFSET)


def tidy(cell: str) -> str:
    """The text of a cell: out of ``="..."`` and quotes, without Excel's leading apostrophe, one blank between words."""
    text = cell
    if '"' in text and (wrapped := _WRAPPED.fullmatch(text)):
        text = wrapped[1]
    text = _BLANKS.sub(" ", text).strip().removeprefix("'").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return "" if text.casefold() in _NOTHING or text.casefold() in _SHEET_ERRORS else text


def _number_text(text: str) -> str:
    """A text that should be a number, its blanks and Thai numerals gone."""
    return text.translate(_THAI_NUMERALS).replace(" ", "")


# ---- factory numbers ------------------------------------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class LostDigits:
    """A number a spreadsheet has rounded: ``1.018E+13``."""


@dataclass(frozen=True, slots=True)
class ForeignNumber:
    """A number of another system, which identifies nothing here (``06302307522`` in FACREG)."""


def factory_number(text: str) -> FactoryNumber | OldFactoryNumber | LostDigits | ForeignNumber | None:
    """What a number column holds; None when it is empty.

    Raises: UnreadableError for what is neither a number of ours nor a bare number.
    """
    if not text:
        return None
    squeezed = _number_text(text)
    if squeezed.endswith(".0"):
        squeezed = squeezed[:-2]
    if _SCIENTIFIC.fullmatch(squeezed):
        return LostDigits()
    try:
        return parse_factory_number(squeezed)
    except ValueError:
        if squeezed.isascii() and squeezed.isdigit():
            return ForeignNumber()
        raise UnreadableError from None


# ---- facts ----------------------------------------------------------------------------------------------------------

_KIND = re.compile(r"(?:โรงงาน)?(?:จำพวก)?(?:ที่)?([123])(?:\.0+)?")
_ACTIVITY = re.compile(r"(?:[123]-)?(\d{1,3})\((\d{1,2})\)")


def kind(text: str) -> int:
    """จำพวก 1, 2 or 3. Raises: UnreadableError."""
    found = _KIND.fullmatch(_number_text(text))
    if found is None:
        raise UnreadableError
    return int(found[1])


def activity(text: str) -> str:
    """The order of the activity as ``22(3)`` or ``106``.

    The Department's code is five digits, NNNSS; spreadsheets drop its zeros. What could then be two is neither.
    Raises: UnreadableError.
    """
    bare = _number_text(text).removesuffix(".0")
    if found := _ACTIVITY.fullmatch(bare):
        return _activity(int(found[1]), int(found[2]))
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 5:
        raise UnreadableError
    if len(bare) >= 4:
        return _activity(int(bare[:-2]), int(bare[-2:]))
    as_order = int(bare) in ACTIVITIES
    as_code = len(bare) == 3 and int(bare[0]) in ACTIVITIES
    if as_order == as_code:
        raise UnreadableError
    return _activity(int(bare), 0) if as_order else _activity(int(bare[0]), int(bare[1:]))


def _activity(order: int, part: int) -> str:
    if order not in ACTIVITIES:
        raise UnreadableError
    return f"{order}({part})" if part else str(order)


def horsepower(text: str) -> Decimal:
    """With two decimals. Raises: UnreadableError."""
    bare = re.sub(r"(?:แรงม้า|hp)\.?$", "", _number_text(text), flags=re.IGNORECASE)
    if "," in bare and not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        raise UnreadableError
    try:
        value = Decimal(bare.replace(",", ""))
        if not Decimal(0) <= value <= HORSEPOWER_MAX:
            raise UnreadableError
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:  # no number, or NaN compared
        raise UnreadableError from None


def workers(text: str) -> int:
    """A number of people. Raises: UnreadableError."""
    bare = re.sub(r"คน$", "", _number_text(text)).replace(",", "").removesuffix(".0")
    if not (bare.isascii() and bare.isdigit()) or len(bare) > len(str(WORKERS_MAX)) or int(bare) > WORKERS_MAX:
        raise UnreadableError
    return int(bare)


_STATES = {
    "0": "not-started",
    "1": "operating",
    "2": "struck-off",
    "3": "stopped",
    "ได้รับใบอนุญาต": "not-started",
    "ยังไม่เริ่ม": "not-started",
    "ยังไม่แจ้งเริ่ม": "not-started",
    "ยังไม่เริ่มประกอบกิจการ": "not-started",
    "ยังไม่แจ้งเริ่มประกอบกิจการ": "not-started",
    "ดำเนินการ": "operating",
    "ประกอบกิจการ": "operating",
    "แจ้งเริ่มประกอบกิจการ": "operating",
    "จำหน่าย": "struck-off",
    "จำหน่ายทะเบียน": "struck-off",
    "เลิกประกอบกิจการ": "struck-off",
    "หยุด": "stopped",
    "หยุดดำเนินการ": "stopped",
    "หยุดประกอบกิจการ": "stopped",
    "หยุดชั่วคราว": "stopped",
}
"""FFLAG and the STATUS that stands for it in the Department's open data; the rest is other words for the same."""


def state(text: str) -> str:
    """The value of a ``FactoryState``. Raises: UnreadableError."""
    found = _STATES.get(_number_text(text).removesuffix(".0"))
    if found is None:
        raise UnreadableError
    return found


def is_in_estate(text: str) -> bool:
    """ESTATE: OUT is outside; anything else names an estate."""
    return text.casefold() not in ("out", "0", "นอกนิคม", "นอก", "ไม่")


# ---- dates ----------------------------------------------------------------------------------------------------------

_MONTH_NAMES = {
    name.replace(".", "").casefold(): i % 12 + 1
    for i, name in enumerate((*MONTHS, *MONTHS_SHORT, *MONTHS_EN, *(each[:3] for each in MONTHS_EN)))
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: \d{1,2}:.*)?")
_WORDED = re.compile(r"(\d{1,2}) ?([^\d\s]+?) ?(?:พ\.?ศ\.? ?|ค\.?ศ\.? ?)?(\d{4})")
_BARE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day(text: str) -> date:
    """A date, of either era; day before month, as everybody in Thailand writes it.

    Years of two digits are refused: 51 is 2551, 1951 and 2051 alike. Raises: UnreadableError.
    """
    text = text.translate(_THAI_NUMERALS)
    if found := _ISO.fullmatch(text) or _BARE.fullmatch(text):
        year, month, of_month = (int(each) for each in found.groups())
    elif found := _SLASHED.fullmatch(text):
        of_month, month, year = (int(each) for each in found.groups())
    elif found := _WORDED.fullmatch(text):
        of_month, year = int(found[1]), int(found[3])
        month = _MONTH_NAMES.get(found[2].replace(".", "").casefold(), 0)
    else:
        raise UnreadableError
    if year in BE_YEARS:
        year -= BE_OFFSET
    if year not in YEARS:
        raise UnreadableError
    try:
        return date(year, month, of_month)
    except ValueError:
        raise UnreadableError from None


# ---- whose ----------------------------------------------------------------------------------------------------------


def company_or_person(text: str) -> tuple[TaxId | IdNumber, bool]:
    """Whom 13 digits name, and whether a spreadsheet had taken the 0 in front, as it does with companies.

    Raises: UnreadableError; nothing of the digits is in it.
    """
    bare = _number_text(text).replace("-", "").removesuffix(".0")
    for digits, is_repaired in ((bare, False), ("0" + bare, True)):
        if is_repaired and len(bare) != 12:
            break
        for read in (TaxId, IdNumber):
            try:
                return read(digits), is_repaired
            except ValueError:
                continue
    raise UnreadableError


def without_id_numbers(text: str) -> str:
    """``text`` without the ID numbers in it: whatever reads as one by its check digit goes."""
    if not any(letter.isdigit() for letter in text):
        return text
    return _BLANKS.sub(" ", replace_id_numbers(text, IdNumber, lambda _: "")).strip()
