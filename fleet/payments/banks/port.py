"""What a bank says, whichever form it came in, and the port behind which the forms stand. Pure: no network, no clock.

A ``BankWord`` is only ever made of something that proves it; what a stranger could have sent is a ``Claim``, and is
believed after our own inquiry (``inquiry``). Here too: which day a bank counts a payment to.

Rules: amounts are satang; ``paid_at`` is aware and has whole seconds, so that a callback and a file can agree; no
payer's name is read; a reference that holds an ID number is masked before anybody can keep it; no error holds what
was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Protocol

from fleet.protocol.thai import check_digit

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")
"""Thailand has kept UTC+7 without summer time since 1920."""

_THIRTEEN = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")
_REFERENCE = re.compile(r"[A-Z0-9]{1,20}")
_BILLER = re.compile(r"[0-9]{15}")
_TRANSACTION = re.compile(r"[A-Za-z0-9-]{1,40}")


class Kind(StrEnum):
    """What happened to the money; the values are kept in the database."""

    PAYMENT = "payment"
    REVERSAL = "reversal"


class Proof(StrEnum):
    """Why a word is believed; the values are kept in the database."""

    INQUIRY = "inquiry"
    """We asked the bank ourselves."""
    REQUEST = "request"
    """It came over a channel only the bank can use."""
    FILE = "file"
    """It stands in the day's settlement file, whose totals agree."""
    PRETENCE = "pretence"
    """A demonstration plays its own bank."""


class BankFormatError(ValueError):
    """What was sent is not in the bank's form. Says where, never what stood there; answer with a refusal."""

    def __init__(self, what: str, line: int | None = None, column: int | None = None) -> None:
        at = f"line {line}" + (f", column {column}" if column is not None else "") + ": " if line is not None else ""
        super().__init__(at + what)
        self.line, self.column = line, column


@dataclass(frozen=True, slots=True)
class BankWord:
    """Money arrived (or went back), and why that is believed.

    ``transaction_id`` is the bank's; a reversal carries that of the payment it undoes. A settlement file names none
    (``settlement``): then it is empty, and the payment is found by everything else.
    Raises: BankFormatError for what no bank says.
    """

    bank: str
    transaction_id: str
    biller_id: str
    ref1: str
    ref2: str
    amount_satang: int
    paid_at: datetime
    proof: Proof
    kind: Kind = Kind.PAYMENT

    def __post_init__(self) -> None:
        if self.paid_at.tzinfo is None:
            raise BankFormatError("a time without its zone")
        if type(self.amount_satang) is not int or self.amount_satang <= 0:
            raise BankFormatError("an amount is a whole number of satang, more than none")
        set_field = object.__setattr__  # a frozen value puts itself into its one true form
        set_field(self, "paid_at", self.paid_at.replace(microsecond=0))
        set_field(self, "ref1", without_id_number(self.ref1))
        set_field(self, "ref2", without_id_number(self.ref2))

    @property
    def paid_at_bangkok(self) -> datetime:
        """The same moment by the clock on the bank's wall."""
        return self.paid_at.astimezone(BANGKOK)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says that a payment arrived, and could be anybody: nothing follows but asking the bank.

    ``ref1`` is as it came, to ask by, and so is not shown: it might be somebody's ID number.
    """

    bank: str
    transaction_id: str
    biller_id: str
    ref1: str = field(repr=False)
    paid_at: datetime


class Bank(Protocol):
    """One bank's form.

    ``name`` stands in every word. ``day_ends``: the time of day, in Bangkok, from which a payment counts to the next
    day; None for midnight.
    """

    @property
    def name(self) -> str:
        """The bank, as the ledger calls it."""
        ...

    @property
    def day_ends(self) -> time | None:
        """See the class."""
        ...

    def read(self, sent: bytes) -> tuple[BankWord | Claim, ...]:
        """What was sent, read. Raises: BankFormatError; nothing of it was taken."""
        ...


DAY_ENDS: dict[str, time] = {"SCB": time(22, 0)}
"""SCB's form says that payments after 22:00 count to the next day; that 22:00:00 itself does, is our assumption."""


def business_day(bank: str, paid_at: datetime) -> date:
    """The day to which ``bank`` counts a payment."""
    local = paid_at.astimezone(BANGKOK)
    ends = DAY_ENDS.get(bank)
    return local.date() + timedelta(days=1 if ends is not None and local.time() >= ends else 0)


def without_id_number(reference: str) -> str:
    """``reference``, but with an ID number in it (13 digits that agree) reduced to its last three digits."""
    return _THIRTEEN.sub(_masked, reference)


def _masked(found: re.Match[str]) -> str:
    digits = found[0]
    return "X" * 10 + digits[10:] if check_digit(digits[:12]) == int(digits[12]) else digits


def checked_references(biller_id: str, ref1: str, ref2: str) -> None:
    """Raises: BankFormatError when one of them is nothing a bank carries."""
    if not _BILLER.fullmatch(biller_id):
        raise BankFormatError("a biller id has 15 digits")
    if not _REFERENCE.fullmatch(ref1) or (ref2 and not _REFERENCE.fullmatch(ref2)):
        raise BankFormatError("a reference has 1 to 20 of A-Z and 0-9")


def checked_transaction(transaction_id: str) -> str:
    """Raises: BankFormatError when it cannot be the number of a transaction."""
    if not _TRANSACTION.fullmatch(transaction_id):
        raise BankFormatError("a transaction id has 1 to 40 letters and digits")
    return transaction_id


def named(word: BankWord, transaction_id: str) -> BankWord:
    """The same word under the id by which we keep it."""
    return replace(word, transaction_id=transaction_id)
