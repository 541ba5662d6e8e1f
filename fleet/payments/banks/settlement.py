"""The settlement file: what a bank says of one whole day. 256 characters a line, cp874, one header, details, one
trailer whose totals must agree. Strict: one wrong character and nothing of the file is taken. Pure.

Known from published field lists, as slices of the *decoded* line: detail date 20:28 (DDMMYYYY), time 28:34,
customer 34:84, ref1 84:104, ref2 104:124, ref3 124:144, credit or debit 152, amount in satang 163:176,
biller 196:211, sending bank 243:246; trailer debit 20:33 and its count 33:39, credit 39:52 and its count 52:58.
No slice names the bank's transaction: ``payments.settling`` finds it by everything else.

Our assumptions: the kind of record stands at 0 (H, D, T) and its number, counted from 1, at 1:7; the bank's three
digits at 7:10; the header's day is 60:68; years are of the common era; lines end in CR LF or LF; a debit is a
reversal. The customer's name (34:84) is skipped, not read. A real bank's file may differ in what is assumed; it will
be refused with a line and a column, never half taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from fleet.payments.banks.port import (
    BANGKOK,
    DAY_ENDS,
    BankFormatError,
    BankWord,
    Kind,
    Proof,
    business_day,
)

LINE_CHARACTERS = 256
FILE_BYTES_MAX = 64 * 1024 * 1024
"""A quarter of a million payments in one day, at one bank."""

_DIGITS = re.compile(r"[0-9]+")
_REFERENCE = re.compile(r"[A-Z0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Totals:
    """Money in and out, in satang, and how many of each."""

    credit_satang: int
    credit_count: int
    debit_satang: int
    debit_count: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A whole file, its totals checked. ``words[i]`` stood in line ``i + 2``."""

    bank: str
    day: date
    words: tuple[BankWord, ...]
    totals: Totals


class SettlementBank:
    """The settlement file of one bank."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.day_ends: time | None = DAY_ENDS.get(name)

    def read(self, sent: bytes) -> tuple[BankWord, ...]:
        """The words of a whole file. Raises: BankFormatError, with line and column."""
        return self.settlement(sent).words

    def settlement(self, sent: bytes) -> Settlement:
        """The file, its day and its totals. Raises: BankFormatError, with line and column."""
        lines = list(_lines(sent))
        if len(lines) < 2:
            raise BankFormatError("a file has a header and a trailer")
        _check_order(lines)
        day = _date(lines[0], 1, 60)
        words = tuple(self._detail(text, number, day) for number, text in enumerate(lines[1:-1], 2))
        totals = _trailer(lines[-1], len(lines))
        if totals != totals_of(words):
            raise BankFormatError("the totals are not those of the lines", len(lines), 21)
        return Settlement(self.name, day, words, totals)

    def _detail(self, line: str, number: int, day: date) -> BankWord:
        flag = line[152]
        if flag not in "CD":
            raise BankFormatError("neither credit nor debit", number, 153)
        paid_at = datetime.combine(_date(line, number, 20), _time(line, number), BANGKOK)
        if business_day(self.name, paid_at) != day:
            raise BankFormatError("a payment of another day", number, 21)
        if not _DIGITS.fullmatch(line[196:211]):
            raise BankFormatError("a biller id has 15 digits", number, 197)
        amount_satang = _number(line, number, 163, 176)
        if amount_satang == 0:
            raise BankFormatError("an amount of nothing", number, 164)
        return BankWord(
            bank=self.name,
            transaction_id="",
            biller_id=line[196:211],
            ref1=_reference(line, number, 84),
            ref2=_reference(line, number, 104, may_be_empty=True),
            amount_satang=amount_satang,
            paid_at=paid_at,
            proof=Proof.FILE,
            kind=Kind.PAYMENT if flag == "C" else Kind.REVERSAL,
        )


def totals_of(words: tuple[BankWord, ...]) -> Totals:
    """What the words add up to."""
    credit = [each.amount_satang for each in words if each.kind is Kind.PAYMENT]
    debit = [each.amount_satang for each in words if each.kind is Kind.REVERSAL]
    return Totals(sum(credit), len(credit), sum(debit), len(debit))


def _lines(sent: bytes) -> Iterator[str]:
    if len(sent) > FILE_BYTES_MAX:
        raise BankFormatError("longer than a file is")
    raw = sent.split(b"\n")
    if raw[-1] != b"":
        raise BankFormatError("the last line does not end: the file was cut off", len(raw), len(raw[-1]) + 1)
    for number, each in enumerate(raw[:-1], 1):
        try:
            text = each.removesuffix(b"\r").decode("cp874")
        except UnicodeDecodeError as err:
            raise BankFormatError("not cp874", number, err.start + 1) from None
        if len(text) != LINE_CHARACTERS:
            raise BankFormatError("not 256 characters", number, min(len(text), LINE_CHARACTERS) + 1)
        yield text


def _check_order(lines: list[str]) -> None:
    kinds = ["H"] + ["D"] * (len(lines) - 2) + ["T"]
    for number, (text, kind) in enumerate(zip(lines, kinds, strict=True), 1):
        if text[0] != kind:
            raise BankFormatError(f"not {kind}", number, 1)
        if _number(text, number, 1, 7) != number:
            raise BankFormatError("not the number of this line", number, 2)


def _trailer(line: str, number: int) -> Totals:
    return Totals(
        credit_satang=_number(line, number, 39, 52),
        credit_count=_number(line, number, 52, 58),
        debit_satang=_number(line, number, 20, 33),
        debit_count=_number(line, number, 33, 39),
    )


def _number(line: str, number: int, begin: int, end: int) -> int:
    text = line[begin:end]
    if not _DIGITS.fullmatch(text):
        raise BankFormatError("not digits", number, begin + 1)
    return int(text)


def _reference(line: str, number: int, begin: int, *, may_be_empty: bool = False) -> str:
    text = line[begin : begin + 20].rstrip(" ")
    if not text and may_be_empty:
        return ""
    if not _REFERENCE.fullmatch(text):
        raise BankFormatError("not a reference", number, begin + 1)
    return text


def _date(line: str, number: int, begin: int) -> date:
    text = line[begin : begin + 8]
    _number(line, number, begin, begin + 8)
    try:
        day = date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        raise BankFormatError("no such day", number, begin + 1) from None
    if day.year > 2400:
        raise BankFormatError("a year of the Buddhist era", number, begin + 5)
    return day


def _time(line: str, number: int) -> time:
    text = line[28:34]
    _number(line, number, 28, 34)
    try:
        return time(int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise BankFormatError("no such time", number, 29) from None
