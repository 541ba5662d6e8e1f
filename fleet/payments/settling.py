"""A day's settlement file: every line found among the words we have, or made one; and whether the day agrees.

The file names no transactions, so a line is found by everything else. What we were never told by callback becomes a
word of its own here, and settles its notice like any other.

Rules: the file was read whole and its totals agreed before anything of it is taken (``banks.settlement``). A line is
taken once, whatever is killed in between: the same file again goes on where it stopped. There is one file a bank and
day; another one is refused, since its lines could not be told from the first one's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from fleet.payments.banks.port import BankWord, Kind, named
from fleet.payments.banks.settlement import Settlement, SettlementBank, Totals
from fleet.payments.confirming import alike, confirm
from fleet.payments.ledger import Account
from fleet.payments.models import Confirmation, FileLine, Posting, SettlementFile

LINES_AT_ONCE = 50
"""A commit each: short enough that callbacks do not wait behind a file for long."""


class OtherFileError(ValueError):
    """Another file of this bank and day was taken before: a person must ask the bank which one holds."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One day at one bank: what the file's trailer says and what the ledger holds for it.

    ``missing``: words we believed that do not stand in the file.
    """

    file: SettlementFile
    said: Totals
    held: Totals
    missing: int

    @property
    def holds(self) -> bool:
        """To the satang, and every line taken."""
        return self.said == self.held and not self.missing


def take_file(bank: str, sent: bytes) -> Agreement:
    """Take a settlement file.

    Raises: BankFormatError, with line and column, and nothing was taken; OtherFileError.
    """
    settlement = SettlementBank(bank).settlement(sent)
    file = _file(settlement, hashlib.sha256(sent).hexdigest())
    # Reversals last: a payment and its reversal may stand in one file, in any order.
    numbered = sorted(enumerate(settlement.words, 2), key=lambda each: each[1].kind is Kind.REVERSAL)
    taken = set(FileLine.objects.filter(file=file).values_list("line_no", flat=True))
    todo = [each for each in numbered if each[0] not in taken]
    for begin in range(0, len(todo), LINES_AT_ONCE):
        _take(file, todo[begin : begin + LINES_AT_ONCE])
    return agreement_of(file)


def _file(settlement: Settlement, digest: str) -> SettlementFile:
    with transaction.atomic():
        file: SettlementFile
        totals = settlement.totals
        file, _ = SettlementFile.objects.get_or_create(
            bank=settlement.bank,
            day=settlement.day,
            defaults={
                "digest": digest,
                "line_count": len(settlement.words),
                "credit_satang": totals.credit_satang,
                "credit_count": totals.credit_count,
                "debit_satang": totals.debit_satang,
                "debit_count": totals.debit_count,
            },
        )
    if file.digest != digest:
        raise OtherFileError(f"another file of {settlement.bank} for {settlement.day} was taken before")
    return file


def _take(file: SettlementFile, lines: Sequence[tuple[int, BankWord]]) -> None:
    with transaction.atomic():
        for line_no, word in lines:
            confirmation = _heard(word) or confirm(named(word, _name(file, line_no, word)))
            FileLine.objects.create(file=file, line_no=line_no, confirmation=confirmation)


def _heard(word: BankWord) -> Confirmation | None:
    """The word this line is about, when we had it already; of two alike, the one of the same second first."""
    rows = alike(word).filter(file_line=None)
    found: Confirmation | None = rows.filter(paid_at=word.paid_at).order_by("id").first() or rows.order_by("id").first()
    return found


def _name(file: SettlementFile, line_no: int, word: BankWord) -> str:
    """The id under which a line becomes a word: that of the only word it can belong with, or one of its own.

    A reversal belongs with the last payment like it that was not taken back; a payment that we were never told of,
    with a reversal that we were.
    """
    other = Kind.PAYMENT if word.kind is Kind.REVERSAL else Kind.REVERSAL
    of_bank = Confirmation.objects.filter(bank=word.bank)
    rows: QuerySet[Confirmation] = of_bank.filter(
        kind=other, biller_id=word.biller_id, ref1=word.ref1, ref2=word.ref2, amount_satang=word.amount_satang
    ).exclude(transaction_id__in=of_bank.filter(kind=word.kind).values("transaction_id"))
    if other is Kind.PAYMENT:
        rows = rows.filter(paid_at__lte=word.paid_at)
    partner = rows.order_by("-paid_at", "-id").first()
    return str(partner.transaction_id) if partner is not None else f"F{file.day:%Y%m%d}-{line_no}"


def agreement_of(file: SettlementFile) -> Agreement:
    """Whether the day agrees, as far as its file has been taken."""
    return agreements_of([file])[0]


def agreements_of(files: Sequence[SettlementFile]) -> list[Agreement]:
    """Whether each of these days agrees: all that its lines name, and what else the bank said of the day."""
    by_day = {(each.bank, each.day): each.pk for each in files}
    # By their days alone: asked for the bank, too, SQLite reads all that it ever said.
    besides = Confirmation.objects.filter(file_line=None, business_day__in={day for _, day in by_day}).order_by()
    missing = {
        by_day[bank, day]: count
        for bank, day, count in besides.values_list("bank", "business_day").annotate(Count("pk"))
        if (bank, day) in by_day
    }
    moves = Posting.objects.order_by()
    lines = moves.filter(confirmation__file_line__file__in=files).values_list("confirmation__file_line__file", "debit")
    sums = [*_added(lines)]
    if missing:  # seldom: then all that there is stands in the files
        rows = moves.filter(confirmation__in=besides).values_list(
            "confirmation__bank", "confirmation__business_day", "debit"
        )
        sums += [(by_day.get((bank, day)), *rest) for bank, day, *rest in _added(rows)]
    held = {each.pk: [0, 0, 0, 0] for each in files}
    for pk, debit, satang, count in sums:
        if pk in held:
            place = 0 if debit == Account.BANK else 2
            held[pk][place] += satang
            held[pk][place + 1] += count
    return [_agreement(each, Totals(*held[each.pk]), missing.get(each.pk, 0)) for each in files]


def _added(postings: QuerySet[Posting, Any]) -> QuerySet[Posting, Any]:
    """What the bank's word did of them. As a condition on all of them SQLite would begin with it, and read the whole
    ledger for any few days."""
    by_word = Q(decision=None)
    return postings.annotate(satang=Sum("amount_satang", filter=by_word, default=0), count=Count("pk", filter=by_word))


def _agreement(file: SettlementFile, held: Totals, missing: int) -> Agreement:
    said = Totals(file.credit_satang, file.credit_count, file.debit_satang, file.debit_count)
    return Agreement(file=file, said=said, held=held, missing=missing)
