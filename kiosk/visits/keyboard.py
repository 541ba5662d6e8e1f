"""The keyboard on the screen: which letters stand where, and what a key does to a text. Pure.

Rules: Thai keys stand as on every Thai keyboard (Kedmanee, TIS 820); a mark is only taken where a letter can bear it,
and one of the same kind takes the place of the one before, so that nothing is typed that cannot be read. Erasing takes
a letter with all that sits on it.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class Layer(StrEnum):
    """What the keys say now."""

    PAD = "pad"
    THAI = "thai"
    THAI_SHIFT = "thai-shift"
    LATIN = "latin"
    LATIN_SHIFT = "latin-shift"
    FIGURES = "figures"


Rows = tuple[tuple[str, ...], ...]
COLUMNS = 12
"""Keys beside each other; the last row leaves two for shift and erase."""


def _rows(*rows: str) -> Rows:
    return tuple(tuple(row.split(" ")) for row in rows)


PAD_COLUMNS = 3
"""Figures stand as on a telephone."""

KEYS: dict[Layer, Rows] = {
    Layer.PAD: _rows("1 2 3", "4 5 6", "7 8 9", "0"),
    Layer.THAI: _rows(
        "ๅ / - ภ ถ ุ ึ ค ต จ ข ช",
        "ๆ ไ ำ พ ะ ั ี ร น ย บ ล",
        "ฟ ห ก ด เ ้ ่ า ส ว ง ฃ",
        "ผ ป แ อ ิ ื ท ม ใ ฝ",
    ),
    Layer.THAI_SHIFT: _rows(
        "+ ๑ ๒ ๓ ๔ ู ฿ ๕ ๖ ๗ ๘ ๙",
        '๐ " ฎ ฑ ธ ํ ๊ ณ ฯ ญ ฐ ,',
        "ฤ ฆ ฏ โ ฌ ็ ๋ ษ ศ ซ . ฅ",
        "( ) ฉ ฮ ฺ ์ ? ฒ ฬ ฦ",
    ),
    Layer.LATIN: _rows(
        "1 2 3 4 5 6 7 8 9 0 - /",
        "q w e r t y u i o p ' \"",
        "a s d f g h j k l , . ?",
        "z x c v b n m ( ) @",
    ),
    Layer.LATIN_SHIFT: _rows(
        "1 2 3 4 5 6 7 8 9 0 - /",
        "Q W E R T Y U I O P ' \"",
        "A S D F G H J K L , . ?",
        "Z X C V B N M ( ) @",
    ),
    Layer.FIGURES: _rows(
        "1 2 3 4 5 6 7 8 9 0 - /",
        "๑ ๒ ๓ ๔ ๕ ๖ ๗ ๘ ๙ ๐ + =",
        "( ) [ ] & @ # % * ' \" _",
        ". , ? ! : ; ฿ ° < >",
    ),
}

SHIFTED = {
    Layer.PAD: Layer.PAD,
    Layer.THAI: Layer.THAI_SHIFT,
    Layer.THAI_SHIFT: Layer.THAI,
    Layer.LATIN: Layer.LATIN_SHIFT,
    Layer.LATIN_SHIFT: Layer.LATIN,
    Layer.FIGURES: Layer.FIGURES,
}
UNSHIFTED = {Layer.THAI_SHIFT: Layer.THAI, Layer.LATIN_SHIFT: Layer.LATIN}
"""Where one letter of a shifted layer leads back to; figures stay."""

_CONSONANTS = frozenset(map(chr, range(0x0E01, 0x0E2F)))
_VOWELS = frozenset("\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e4d")
_TONES = frozenset("\u0e48\u0e49\u0e4a\u0e4b\u0e4c")
SARA_AM = "\u0e33"
"""Written behind its consonant and its tone, and drawn partly over them: part of the same letter."""


def is_mark(key: str) -> bool:
    """Whether a key is drawn over or under a letter."""
    return key in _VOWELS or key in _TONES


def typed(text: str, key: str, characters_max: int) -> str:
    """``text`` with ``key`` after it, or as it was when that cannot stand there or there is no room."""
    if is_mark(key) or key == SARA_AM:
        text = _bearing(text, key)
        if not text:
            return ""
        if not _can_bear(text, key):
            return text
    elif key == " " and (not text or text.endswith(" ")):
        return text
    return text + key if len(text) < characters_max else text


def _bearing(text: str, key: str) -> str:
    """``text`` without the mark of the same kind that stands on its last letter."""
    kind = _VOWELS if key in _VOWELS else _TONES
    head, last = text[: len(text) - len(last_letter(text))], last_letter(text)
    if key == SARA_AM:
        return text
    if key in kind and any(each in kind for each in last):
        return head + "".join(each for each in last if each not in kind)
    return text


def _can_bear(text: str, key: str) -> bool:
    last = last_letter(text)
    if not last or last[0] not in _CONSONANTS or last.endswith(SARA_AM):
        return False
    if key == SARA_AM:
        return not any(each in _VOWELS for each in last)
    return key in _TONES or not any(each in _TONES for each in last)


def last_letter(text: str) -> str:
    """The last letter with all that sits on it."""
    at = len(text)
    while at > 0 and (unicodedata.category(text[at - 1]) == "Mn" or text[at - 1] == SARA_AM):
        at -= 1
    return text[max(0, at - 1) :]


def erased(text: str) -> str:
    """``text`` without its last letter and all that sits on it."""
    return text[: len(text) - len(last_letter(text))]
