"""Where the banks' money is said to lie: double-entry, in satang. Pure: no database, no clock.

Sala moves no money. The ledger follows what banks say and what officers decide, so that every satang a bank ever
named stands in exactly one place: it pays a notice, waits for a person, is to go back, or was never ours.

A ``Move`` takes from one account and gives to another, so no row can be out of balance. Nothing is ever changed or
deleted (``models``, and triggers in the database): a mistake is corrected by a move the other way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fleet.payments.banks.port import Kind
from fleet.payments.matching import Match


class Account(StrEnum):
    """Where money lies; the values are kept in the database."""

    BANK = "bank"
    """At the payee's bank, as the bank says: the only debit side."""
    SETTLED = "settled"
    """It pays a notice, or a letter of another office."""
    SUSPENSE = "suspense"
    """It waits for a person."""
    REFUND = "refund"
    """It is to go back to whoever paid it."""
    ELSEWHERE = "elsewhere"
    """It was never for a notice of ours."""


class Deed(StrEnum):
    """What an officer may decide; the values are kept in the database."""

    SETTLE = "settle"
    """It pays its notice; what is too much goes back."""
    REFUND = "refund"
    ELSEWHERE = "elsewhere"
    UNDO = "undo"
    """The bank took a payment back: what it had paid is owed again."""


@dataclass(frozen=True, slots=True)
class Move:
    """``amount_satang`` (more than none) is debited to one account and credited to another."""

    debit: Account
    credit: Account
    amount_satang: int


@dataclass(frozen=True, slots=True)
class Case:
    """A word of a bank that waits for a person, and what is known beside it.

    ``owed_satang``: what its notice asks for, when there is one and it is unpaid. ``lies``: where the money of the
    payment lies now; for a reversal, that of the payment it undoes, or nothing when that was never heard of.
    """

    kind: Kind
    match: Match
    amount_satang: int
    owed_satang: int | None
    is_reversed: bool
    lies: Mapping[Account, int]


def arrived(kind: Kind, match: Match, amount_satang: int) -> Move:
    """What a bank's word does by itself."""
    if kind is Kind.REVERSAL:
        return Move(Account.SUSPENSE, Account.BANK, amount_satang)
    return Move(Account.BANK, Account.SETTLED if match is Match.EXACT else Account.SUSPENSE, amount_satang)


def deeds_for(case: Case) -> tuple[Deed, ...]:
    """What may be decided. Nothing, for a payment that was taken back: its reversal is what is decided about; unless
    the reversal came first, and may have been dealt with."""
    if case.kind is Kind.REVERSAL:
        return (Deed.UNDO,) if case.lies else (Deed.ELSEWHERE,)
    if case.match is Match.REVERSED:
        return (Deed.ELSEWHERE,)
    if case.match is Match.EXACT or case.is_reversed:
        return ()
    pays = case.owed_satang is not None and case.amount_satang >= case.owed_satang
    if case.match is Match.UNKNOWN:  # it pays something after all, when its QR was heard of after the word
        return (Deed.SETTLE, Deed.ELSEWHERE, Deed.REFUND) if pays else (Deed.ELSEWHERE, Deed.REFUND)
    return (Deed.SETTLE, Deed.REFUND) if pays else (Deed.REFUND,)


def decided(deed: Deed, case: Case) -> tuple[Move, ...]:
    """What a decision does.

    Raises: ValueError when it may not be decided.
    """
    if deed not in deeds_for(case):
        raise ValueError(f"{deed} may not be decided here")
    if deed is Deed.UNDO:
        return tuple(
            Move(account, Account.SUSPENSE, satang)
            for account, satang in case.lies.items()
            if account is not Account.SUSPENSE
        )
    if deed is Deed.SETTLE:
        owed_satang = case.owed_satang or 0
        moves = (Move(Account.SUSPENSE, Account.SETTLED, owed_satang),)
        rest = case.amount_satang - owed_satang
        return (*moves, Move(Account.SUSPENSE, Account.REFUND, rest)) if rest else moves
    if case.kind is Kind.REVERSAL:
        return (Move(Account.ELSEWHERE, Account.SUSPENSE, case.amount_satang),)
    to = Account.REFUND if deed is Deed.REFUND else Account.ELSEWHERE
    return (Move(Account.SUSPENSE, to, case.amount_satang),)
