"""Factory numbers: the 14 digits in use today, and the old ones that stand on older licences.

Sources: Department of Industrial Works' open register (the old form's pattern fits 632 of 632 records of one
province); the last of the 14 digits is a Luhn digit in every published number, which no document says: a wrong one
is a reason to look again, never to refuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OLD = re.compile(r"(?:[ก-ฮ]\.?)?[123]-\d{1,3}(?:\(\d{1,2}\))?-\d{1,4}/\d{2,4}[ก-ฮ]{0,3}", re.ASCII)
_NEW = re.compile(r"[0-9]{14}")


@dataclass(frozen=True, slots=True)
class FactoryNumber:
    """The 14-digit number: issuer, estate flag, province (DOPA, 2), sequence (5), B.E. year (4), check."""

    digits: str

    def __post_init__(self) -> None:
        if not _NEW.fullmatch(self.digits):
            raise ValueError("a factory number has 14 digits")

    @property
    def dopa_code(self) -> int:
        """The province."""
        return int(self.digits[2:4])

    @property
    def check_digit_agrees(self) -> bool:
        """Whether the last digit is the Luhn digit of the others."""
        return luhn_digit(self.digits[:-1]) == int(self.digits[-1])

    def __str__(self) -> str:
        d = self.digits
        return f"{d[0]}-{d[1]}-{d[2:4]}-{d[4:9]}-{d[9:13]}-{d[13]}"


@dataclass(frozen=True, slots=True)
class OldFactoryNumber:
    """A number as licences had it before, e.g. ``3-4(1)-5/44ปท``."""

    text: str

    def __post_init__(self) -> None:
        if not _OLD.fullmatch(self.text):
            raise ValueError("not an old factory number")

    def __str__(self) -> str:
        return self.text


def luhn_digit(digits: str) -> int:
    """The digit that makes ``digits`` pass Luhn's test (ISO/IEC 7812-1, annex B)."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if i % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def parse_factory_number(text: str) -> FactoryNumber | OldFactoryNumber:
    """A factory number of either form; hyphens and spaces in a 14-digit one are forgiven.

    Raises: ValueError when it is neither.
    """
    squeezed = re.sub(r"[\s-]", "", text)
    if _NEW.fullmatch(squeezed):
        return FactoryNumber(squeezed)
    return OldFactoryNumber(re.sub(r"\s", "", text))
