"""What was typed on the screen's keys, understood: a number of a notice or factory, a letter's reference, an amount.

Pure. Rules: what cannot be right is said at once and in a sentence; a factory number whose last digit disagrees is
doubted, never refused (``fleet.protocol.factory``); an ID number is recognised, dropped and not kept anywhere.
"""

from __future__ import annotations

import re
from enum import StrEnum

from fleet.protocol.codes import FactoryCode, NoticeCode, UnknownCode, Why, classify
from fleet.protocol.fees import AmountRule, ReferenceRule, squeezed
from fleet.protocol.payment import PayloadError, parse_amount

NUMBER_CHARACTERS_MAX = 26
"""The longest old factory number there is, with room for a slip."""
REFERENCE_CHARACTERS_MAX = 20
AMOUNT_CHARACTERS_MAX = 13
FACTORY_DIGITS = 14
NOTICE_CHARACTERS = 12

_KEYS = re.compile(r"[0-9A-Za-zก-ฮ๐-๙()./-]")
_AMOUNT_KEYS = re.compile(r"[0-9.]")


class Wrong(StrEnum):
    """Why what was typed is not taken; each has a sentence that says what to do."""

    SHORT = "short"
    LONG = "long"
    SHAPE = "shape"
    CHECK = "check"
    DOUBTFUL = "doubtful"
    """Its last digit disagrees, which may be: the same again is taken."""
    ID_NUMBER = "id-number"
    NEITHER = "neither"
    """No number of a notice or factory at all."""
    AMOUNT = "amount"
    TOO_MUCH = "too-much"
    OTHER_CODE = "other-code"
    """Something was scanned that is not of this fee."""


def key_added(text: str, key: str, characters_max: int) -> str:
    """``text`` with one more letter of a number, or as it was when no number has such a letter."""
    if not _KEYS.fullmatch(key) or len(text) >= characters_max:
        return text
    return text + squeezed_key(key)


def squeezed_key(key: str) -> str:
    """One key as numbers have it: upper case, Arabic figures."""
    return squeezed(key) or key


def digit_added(text: str, key: str) -> str:
    """An amount with one more figure or its point; never a second point, or more than two figures behind it."""
    if not _AMOUNT_KEYS.fullmatch(key) or len(text) >= AMOUNT_CHARACTERS_MAX:
        return text
    baht, point, satang = text.partition(".")
    if key == ".":
        return text if point or not baht else f"{text}."
    if point:
        return text if len(satang) == 2 else text + key
    return key if baht == "0" else text + key


def read_number(text: str) -> NoticeCode | FactoryCode | Wrong:
    """The notice or factory a typed number names."""
    code = classify(text)
    if isinstance(code, UnknownCode) and re.fullmatch(r"[0-9]{10}[0-9A-Z]", text):
        code = classify(f"N{text}")  # its first letter is the same on every notice, and easily left out
    match code:
        case NoticeCode(typed_in_thai=False) | FactoryCode(typed_in_thai=False):
            return code
        case UnknownCode(why=Why.ID_NUMBER):
            return Wrong.ID_NUMBER
        case UnknownCode(why=Why.BAD_CHECK):
            return Wrong.CHECK
        case UnknownCode(why=Why.TRUNCATED | Why.EMPTY):
            return Wrong.SHORT
    digits = text.replace("-", "")
    if digits.isdigit() and len(digits) != FACTORY_DIGITS:
        return Wrong.SHORT if len(digits) < FACTORY_DIGITS else Wrong.LONG
    return Wrong.NEITHER


def wrong_reference(text: str, rule: ReferenceRule) -> Wrong | None:
    """What is wrong with a typed reference; None: it may be one of this fee."""
    flaw = rule.flaw(squeezed(text))
    return None if flaw is None else Wrong(flaw.value)


def read_amount(text: str, rule: AmountRule) -> int | Wrong:
    """Satang of a typed amount."""
    try:
        satang = parse_amount(text.removesuffix("."))
    except PayloadError:
        return Wrong.AMOUNT
    return satang if rule.takes(satang) else Wrong.TOO_MUCH
