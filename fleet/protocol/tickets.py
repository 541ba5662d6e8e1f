"""What people tell an office and register for: numbers, limits, and keeping ID numbers out of free text. Pure.

A number is a letter, the kiosk's id without its hyphen, two digits of the Buddhist year, seven of the kiosk's own
count, and an ISO/IEC 7064 MOD 37,36 check character: ``TCBI01690000042K``. Only that kiosk draws it, so that it is
unique without a network. What comes in through the office's web page has the office's id and ``00``.

Not here: who reads it (``fleet.office.channels``).
"""

from __future__ import annotations

import re
from enum import StrEnum

from fleet.protocol.payment import check_character
from fleet.protocol.thai import IdNumber, replace_id_numbers

TEXT_CHARACTERS_MAX = 300
"""Of what somebody tells; what a standing person types on glass, and half a page to read."""


class Kind(StrEnum):
    """What a number is of; the values are its first letter."""

    TICKET = "T"
    REGISTRATION = "R"


_NUMBER = re.compile(r"[TR][A-Z0-9]{2,10}[0-9]{9}[0-9A-Z]")
_DRAWN = re.compile(r"[A-Z0-9]{2,10}-[0-9]{9}")
_PHONE = re.compile(r"0(?:[689][0-9]{8}|[2-57][0-9]{7})")
"""Thai numbers as dialled: mobile ones have ten digits (06, 08, 09), fixed lines nine (02 to 05, 07). NBTC's plan."""


def number_of(kind: Kind, drawn: str) -> str:
    """The number for what was ``drawn``: a kiosk's transaction number, as ``CBI01-690000042``.

    Raises: ValueError when that is none.
    """
    if not _DRAWN.fullmatch(drawn):
        raise ValueError("no number to draw from")
    body = kind.value + drawn.replace("-", "")
    return body + check_character(body)


def is_number(text: str, kind: Kind) -> bool:
    """Whether ``text`` is a whole number of that kind, its check character included."""
    return bool(_NUMBER.fullmatch(text)) and text[0] == kind.value and check_character(text[:-1]) == text[-1]


def is_drawn_by(number: str, kiosk_id: str) -> bool:
    """Whether that kiosk is the one that draws such numbers."""
    return number[1:-10] == kiosk_id.replace("-", "")


def grouped(number: str) -> str:
    """As people read it: ``T-CBI01-69-0000042-K``."""
    return "-".join((number[0], number[1:-10], number[-10:-8], number[-8:-1], number[-1]))


def without_id_numbers(text: str) -> str:
    """``text`` with every ID number in it masked, however it is spaced, in Thai digits too.

    Any thirteen digits with a right check digit count: better a wrong mask than somebody's number in a database.
    """
    return replace_id_numbers(text, IdNumber.from_card, str)


def is_phone_number(digits: str) -> bool:
    """Whether these digits can be dialled in Thailand."""
    return bool(_PHONE.fullmatch(digits))


def mask_phone_number(digits: str) -> str:
    """``0812345678`` as ``xxx-xxx-5678``: enough for its owner to know it again."""
    return f"{'xxx' if len(digits) == 10 else 'xx'}-xxx-{digits[-4:]}"
