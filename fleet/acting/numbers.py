"""Whole numbers that somebody typed, or that an address or a header names. Pure, and the one place that reads them.

Python reads no more than 4,300 digits and raises ValueError for more, and a database's number holds fewer than 20: a
longer text is no number, as letters are none.
"""

from __future__ import annotations

DIGITS_MAX = 18
"""What fits into a database's number whatever the digits are."""


def whole(text: str, digits_max: int = DIGITS_MAX) -> int | None:
    """The number that a text of plain digits is; None for any other text, for none, and for one that is longer."""
    return int(text) if len(text) <= digits_max and text.isascii() and text.isdigit() else None
