"""A day at the pretend bank, planned: who pays what and when, what is odd about it, and what the bank says of it. Pure.

The same bills, day and seed give the same day. Payments spread evenly over the bank's own day, so that some fall on
either side of midnight, and at SCB some after 22:00 of the day before.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from fleet.payments.banks.port import BANGKOK, DAY_ENDS, BankWord, Kind, Proof
from fleet.payments.matching import Match
from fleet.protocol.payment import check_character

DAY_S = 24 * 60 * 60
REVERSED_AFTER = timedelta(minutes=40)


class Oddity(StrEnum):
    """What is not as it should be with a payment."""

    NONE = "none"
    UNDER = "under"
    OVER = "over"
    DUPLICATE = "duplicate"
    """Somebody paid the bill before, through another transaction."""
    UNKNOWN = "unknown"
    REVERSED = "reversed"
    SILENT = "silent"
    """No callback ever comes; the file tells of it."""
    REPEATED = "repeated"
    """The callback is said again although it was answered."""


EXPECTED = {
    Oddity.UNDER: Match.UNDER,
    Oddity.OVER: Match.OVER,
    Oddity.DUPLICATE: Match.DUPLICATE,
    Oddity.UNKNOWN: Match.UNKNOWN,
}
"""What a payment is to be matched as; all others are exact, a reversed one at first too."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a payer holds."""

    biller_id: str
    ref1: str
    ref2: str
    amount_satang: int


@dataclass(frozen=True, slots=True)
class Said:
    """One word of the bank: how often it calls about it (0: only the file tells), and why it is odd."""

    word: BankWord
    oddity: Oddity
    calls: int


@dataclass(frozen=True, slots=True)
class Day:
    """All of it, in the order of time."""

    bank: str
    day: date
    said: tuple[Said, ...]

    @property
    def words(self) -> tuple[BankWord, ...]:
        """As they stand in the file."""
        return tuple(each.word for each in self.said)

    @property
    def reversed_ids(self) -> frozenset[str]:
        """The payments that were taken back."""
        return frozenset(each.transaction_id for each in self.words if each.kind is Kind.REVERSAL)


def plan_day(bank: str, day: date, bills: Sequence[Bill], *, odd_share: float, seed: int) -> Day:
    """A day on which every bill is paid, ``odd_share`` (0 to 1) of them oddly: each kind of oddity as often."""
    chance = random.Random(seed)  # noqa: S311 (a plan to repeat, not a secret)
    odd = chance.sample(range(len(bills)), round(odd_share * len(bills)))
    kinds = [each for each in Oddity if each is not Oddity.NONE]
    oddities = {index: kinds[i % len(kinds)] for i, index in enumerate(odd)}
    begin = _begin(bank, day)
    said: list[Said] = []
    for index, bill in enumerate(bills):
        at = begin + timedelta(seconds=index * DAY_S // len(bills))
        said += _paid(_word(bank, bill, at, f"{bank}{day:%y%m%d}{index:06d}"), oddities.get(index, Oddity.NONE))
    end = begin + timedelta(seconds=DAY_S - 1)
    within = (replace(each, word=replace(each.word, paid_at=min(each.word.paid_at, end))) for each in said)
    return Day(bank, day, tuple(sorted(within, key=lambda each: each.word.paid_at)))


def _begin(bank: str, day: date) -> datetime:
    ends = DAY_ENDS.get(bank)
    midnight = datetime(day.year, day.month, day.day, tzinfo=BANGKOK)
    return midnight if ends is None else midnight - timedelta(days=1) + timedelta(hours=ends.hour, minutes=ends.minute)


def _word(bank: str, bill: Bill, at: datetime, transaction_id: str) -> BankWord:
    return BankWord(
        bank=bank,
        transaction_id=transaction_id,
        biller_id=bill.biller_id,
        ref1=bill.ref1,
        ref2=bill.ref2,
        amount_satang=bill.amount_satang,
        paid_at=at,
        proof=Proof.PRETENCE,
    )


def _paid(word: BankWord, oddity: Oddity) -> list[Said]:
    """A bill's payment, with what is odd about it, and whatever follows."""
    if oddity is Oddity.DUPLICATE:
        later = word.paid_at + timedelta(minutes=7)
        again = replace(word, transaction_id=word.transaction_id + "B", paid_at=later)
        return [Said(word, Oddity.NONE, 1), Said(again, oddity, 1)]
    if oddity is Oddity.REVERSED:
        back = replace(word, kind=Kind.REVERSAL, paid_at=word.paid_at + REVERSED_AFTER)
        # SCB confirms successes only: of a reversal the file tells, or an inquiry. KTB requests it.
        return [Said(word, oddity, 1), Said(back, oddity, 0 if word.bank == "SCB" else 1)]
    if oddity is Oddity.UNDER:
        word = replace(word, amount_satang=word.amount_satang - 1)
    elif oddity is Oddity.OVER:
        word = replace(word, amount_satang=word.amount_satang + 10_001)
    elif oddity is Oddity.UNKNOWN:
        body = "N99" + word.transaction_id[-8:]
        word = replace(word, ref1=body + check_character(body))
    return [Said(word, oddity, {Oddity.SILENT: 0, Oddity.REPEATED: 3}.get(oddity, 1))]
