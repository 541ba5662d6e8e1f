"""Factory numbers: the 14 digits in use today, and the old ones that stand on older licences.

Sources: Department of Industrial Works' open register (the old form's pattern fits 632 of 632 records of one
province); the last of the 14 digits is a Luhn digit in every published number, which no document says: a wrong one
is a reason to look again, never to refuse. Not here: whether such a factory exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_OLD = re.compile(r"(?:[ก-ฮ]\.?)?[123]-\d{1,3}(?:\(\d{1,2}\))?-\d{1,4}/\d{2,4}[ก-ฮ]{0,3}", re.ASCII)
_NEW = re.compile(r"[0-9]{14}")
_THAI_NUMERALS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class Issuer(StrEnum):
    """Who gave a 14-digit number, by its first digit."""

    DEPARTMENT = "1"
    PROVINCE = "2"
    ESTATE_AUTHORITY = "7"


@dataclass(frozen=True, slots=True)
class FactoryNumber:
    """The 14-digit number: issuer, estate flag, province (DOPA, 2), sequence (5), B.E. year (4), check.

    Only its length is held against it: the meaning of its parts is known from published numbers, not from a rule.
    """

    digits: str

    def __post_init__(self) -> None:
        """Raises: ValueError for anything but 14 digits."""
        if not _NEW.fullmatch(self.digits):
            raise ValueError("a factory number has 14 digits")

    @property
    def issuer(self) -> Issuer | None:
        """Who gave the number; None for a digit not seen so far."""
        return Issuer(self.digits[0]) if self.digits[0] in list(Issuer) else None

    @property
    def dopa_code(self) -> int:
        """The province."""
        return int(self.digits[2:4])

    @property
    def sequence(self) -> int:
        """Its running number in province and year."""
        return int(self.digits[4:9])

    @property
    def be_year(self) -> int:
        """The year it was given, of the Buddhist era."""
        return int(self.digits[9:13])

    @property
    def check_digit_agrees(self) -> bool:
        """Whether the last digit is the Luhn digit of the others. False is a reason to look again, no more."""
        return luhn_digit(self.digits[:-1]) == int(self.digits[-1])

    def __str__(self) -> str:
        d = self.digits
        return f"{d[0]}-{d[1]}-{d[2:4]}-{d[4:9]}-{d[9:13]}-{d[13]}"


@dataclass(frozen=True, slots=True)
class OldFactoryNumber:
    """A number as licences had it before, e.g. ``3-4(1)-5/44ปท``: type, activity (part), sequence/year, province."""

    text: str

    def __post_init__(self) -> None:
        """Raises: ValueError for anything else."""
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
    """A factory number of either form, as people and registers write it.

    Spaces and Thai numerals are read; in a 14-digit number, hyphens too.
    Raises: ValueError when it is neither.
    """
    squeezed = re.sub(r"\s", "", text).translate(_THAI_NUMERALS)
    bare = squeezed.replace("-", "")
    return FactoryNumber(bare) if _NEW.fullmatch(bare) else OldFactoryNumber(squeezed)
