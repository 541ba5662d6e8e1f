"""Fees of other offices, as settings define them: whose, how a letter's reference reads, how much.

Nothing in the program knows any particular one: a tax of a municipality, a yearly fee of an institute and a product
certificate are all the same here. What settings cannot say, the letter does: its reference and its amount.

Rules: a reference is ``[A-Z0-9]``, at most 20, because that is what banks take (``payment``), and never what could be
an ID number; its rule is a shape and no regular expression, because a slip in one of those could make a kiosk think
for ever. Amounts are satang. Not here: whether the other office knows the reference; only its own records do.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import msgspec

from fleet.protocol.factory import luhn_digit
from fleet.protocol.payment import check_character
from fleet.protocol.thai import IdNumber
from fleet.protocol.words import Slug, Words

ID_NUMBER_DIGITS = 13
AMOUNT_SATANG_MAX = 999_999_999_999
"""Ten thousand million baht less a satang: with its decimals the 13 characters banks take."""

_THAI_NUMERALS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_WILD = {"#": "[0-9]", "@": "[A-Z]", "*": "[A-Z0-9]"}


class Check(StrEnum):
    """How the last character of a reference follows from those before it."""

    NONE = "none"
    LUHN = "luhn"
    """ISO/IEC 7812-1, annex B, over the digits of the reference."""
    MOD_37_36 = "mod-37-36"
    """ISO/IEC 7064, over all its characters; what our own references end in."""


class AmountBy(StrEnum):
    """Where the amount comes from."""

    LETTER = "letter"
    """The letter: its payment code, or typed by whoever holds it."""
    CODE = "code"
    """The letter's payment code alone: nothing is typed, so there is nothing to mistype."""
    FIXED = "fixed"
    """These settings."""


class FeeIcon(StrEnum):
    """Icons both kiosk and pages have."""

    LANDMARK = "landmark"
    HOUSE = "house"
    FACTORY = "factory"
    BANKNOTE = "banknote"
    BADGE = "badge-check"
    FILE = "file-text"
    CALENDAR = "calendar-check"
    MESSAGE = "message-square"


class Flaw(StrEnum):
    """Why a text is no reference of this fee; each has a sentence on the screen."""

    SHORT = "short"
    LONG = "long"
    SHAPE = "shape"
    CHECK = "check"
    ID_NUMBER = "id-number"
    """A person's: not for a reference, wherever it was typed."""


class ReferenceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the references of a fee read.

    ``shape``, a character each: ``#`` a digit, ``@`` a letter A to Z, ``*`` either; any other stands for itself.
    ``where``: what the letter calls it and where it stands, said above the keys.
    """

    shape: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9#@*]{4,20}$", max_length=20)]
    check: Check = Check.NONE
    where: Words = Words(th="เลขอ้างอิง 1 บนหนังสือแจ้ง", en="Reference 1 on the letter")

    def __post_init__(self) -> None:
        """Raises: ValueError for a rule that no reference, or a person's number, would keep."""
        if not any(each in _WILD for each in self.shape):
            raise ValueError("a shape needs at least one of # @ *")
        if self.check is Check.LUHN and self.shape[-1] != "#":
            raise ValueError("with check luhn a shape ends in #")
        if self.check is Check.MOD_37_36 and self.shape[-1] != "*":
            raise ValueError("with check mod-37-36 a shape ends in *")
        if len(self.shape) == ID_NUMBER_DIGITS and not set(self.shape) & (set(_LETTERS) | {"@"}):
            raise ValueError("13 digits may be an ID number, which is no reference here")

    @property
    def takes_letters(self) -> bool:
        """Whether more than figures must be typed."""
        return bool(set(self.shape) & (set(_LETTERS) | {"@", "*"}))

    @property
    def is_telling(self) -> bool:
        """Whether a barcode that keeps it is hardly anything else: by its check, or two characters of its own."""
        return self.check is not Check.NONE or sum(each not in _WILD for each in self.shape) >= 2

    def flaw(self, reference: str) -> Flaw | None:
        """What is wrong with ``reference``, which was squeezed (``squeezed``); None: it could be one."""
        if is_id_number(reference):
            return Flaw.ID_NUMBER
        if len(reference) != len(self.shape):
            return Flaw.SHORT if len(reference) < len(self.shape) else Flaw.LONG
        if not re.fullmatch("".join(_WILD.get(each, each) for each in self.shape), reference, re.ASCII):
            return Flaw.SHAPE
        return None if self.check_agrees(reference) else Flaw.CHECK

    def check_agrees(self, reference: str) -> bool:
        """Whether its last character follows from the others."""
        match self.check:
            case Check.LUHN:
                digits = "".join(each for each in reference if each.isdigit())
                return luhn_digit(digits[:-1]) == int(digits[-1])
            case Check.MOD_37_36:
                return check_character(reference[:-1]) == reference[-1]
        return True


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AmountRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much. ``fixed_satang`` counts with ``by`` fixed; ``most_satang`` is the most that may be paid at once."""

    by: AmountBy = AmountBy.LETTER
    fixed_satang: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_SATANG_MAX)] = 0
    most_satang: Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_SATANG_MAX)] = 10_000_000

    def __post_init__(self) -> None:
        """Raises: ValueError for a fixed amount of nothing, or of more than may be paid."""
        if self.by is AmountBy.FIXED and not 0 < self.fixed_satang <= self.most_satang:
            raise ValueError("a fixed amount is more than nothing, and no more than most_satang")

    def takes(self, amount_satang: int) -> bool:
        """Whether so much may be paid."""
        if self.by is AmountBy.FIXED:
            return amount_satang == self.fixed_satang
        return 0 < amount_satang <= self.most_satang


class OtherFee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fee of another office. ``payee``: its name among the settings' ``payees``.

    ``offered`` takes it off the screen without forgetting it; ``position`` orders the list, then the name does.
    """

    name: Words
    payee: Slug
    reference: ReferenceRule
    amount: AmountRule = AmountRule()
    icon: FeeIcon = FeeIcon.LANDMARK
    position: Annotated[int, msgspec.Meta(ge=0, le=99)] = 50
    offered: bool = True


def squeezed(text: str) -> str:
    """What somebody typed or a code said, as a reference has it: no spaces or hyphens, upper case, Arabic figures."""
    return re.sub(r"[\s-]", "", text).upper().translate(_THAI_NUMERALS)


def reference_text(text: str) -> str:
    """What a barcode that is no code of ours may be to a fee's rule; empty for what could be none, or a person's."""
    squeezed_text = squeezed(text)
    is_one = re.fullmatch("[A-Z0-9]{4,20}", squeezed_text, re.ASCII) and not is_id_number(squeezed_text)
    return squeezed_text if is_one else ""


def is_id_number(text: str) -> bool:
    """Whether a text is a natural person's ID number, check digit and all."""
    try:
        IdNumber(text)
    except ValueError:
        return False
    return True
