"""How text takes room on a terminal: columns, padding, wrapping, cutting. Pure.

Rules: marks above and below a letter take no column, wide letters take two (Unicode Standard Annex 11). Lines of Thai
end at the spaces between phrases, since a terminal knows no better place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NONE = ("Mn", "Me", "Cf")
_CUT = "…"
_SPACES = re.compile("[ \t\r\n]+")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.category(letter) in _NONE:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def padded(text: str, to_columns: int) -> str:
    """With spaces up to that column; at least one."""
    return text + " " * max(1, to_columns - columns(text))


def clipped(text: str, to_columns: int) -> str:
    """As much as fits, its last column an ellipsis when that is not all."""
    if columns(text) <= to_columns:
        return text
    piece = next(_pieces(text, to_columns - 1), "")
    return piece.rstrip() + _CUT


def wrapped(text: str, to_columns: int) -> list[str]:
    """In lines that fit, ending at spaces (a no-break space is none). A word longer than a line, as addresses are, is
    cut."""
    lines: list[str] = []
    for word in (piece for whole in _SPACES.split(text) for piece in _pieces(whole, to_columns)):
        if lines and columns(lines[-1]) + 1 + columns(word) <= to_columns:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _pieces(word: str, to_columns: int) -> Iterator[str]:
    piece = ""
    for letter in word:
        if columns(piece + letter) > to_columns:
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece
