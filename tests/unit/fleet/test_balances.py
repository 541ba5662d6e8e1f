"""Where all the money lies, told from sums that the conductor carries on and from what came since; and days' files."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fleet.office.models import Notice
from fleet.payments.balances import CERTAIN_AFTER, Balance, balances, carry
from fleet.payments.banks.port import BankWord, Proof
from fleet.payments.confirming import confirm
from fleet.payments.deciding import decide
from fleet.payments.ledger import Account, Deed
from fleet.payments.models import Carried, Posting, SettlementFile
from fleet.payments.pretend.forms import settlement_file
from fleet.payments.settling import agreements_of, take_file
from tests.support.fleet_payments import PAID_AT, owed, word

OTHER = "399999999999999"
DAY = date(2026, 11, 22)
A_MOMENT = timedelta(microseconds=1)


def lies() -> dict[str, dict[Account, int]]:
    found: list[Balance] = balances()
    return {each.biller_id: each.lies for each in found}


def told() -> dict[str, dict[Account, int]]:
    """The same from the ledger, a move at a time."""
    found: dict[str, dict[Account, int]] = {}
    for each in Posting.objects.select_related("confirmation"):
        of = found.setdefault(each.confirmation.biller_id, {})
        of[Account(each.debit)] = of.get(Account(each.debit), 0) - each.amount_satang
        of[Account(each.credit)] = of.get(Account(each.credit), 0) + each.amount_satang
    return found


def last() -> Posting:
    found: Posting = Posting.objects.order_by("-pk")[0]
    return found


def move_on(move: Posting, posted_at: datetime) -> None:
    """It is decided now, and a move of ``posted_at`` is numbered after that, which no model lets us choose."""
    columns = "confirmation_id, debit, credit, amount_satang, decision_id, posted_at"
    with connection.cursor() as cursor:
        values = [move.confirmation_id, Account.ELSEWHERE, Account.REFUND, 1, _decision(move).pk, posted_at]
        cursor.execute(f"INSERT INTO payments_posting ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", values)  # noqa: S608


def _decision(move: Posting) -> Any:
    return decide(move.confirmation, Deed.REFUND, "ตัวอย่างเหตุผล", User.objects.create(username="officer"))


def test_carried_or_not_it_lies_in_the_same_place() -> None:
    odd = confirm(word(owed(), "T1", biller_id=OTHER, amount_satang=700))
    confirm(word(owed(), "T2"))
    assert (before := lies()) == told()
    assert carry(last().posted_at + CERTAIN_AFTER) == len(before[OTHER]) + len(lies()) * 2 - 2
    assert lies() == before
    decide(odd, Deed.REFUND, "ตัวอย่างเหตุผล", User.objects.create(username="officer"))
    confirm(word(owed("KKN"), "T3", biller_id="299999999999999", amount_satang=5))
    assert lies() == told()
    assert lies()[OTHER][Account.REFUND] == 700
    carry(last().posted_at + CERTAIN_AFTER)
    assert lies() == told()
    assert set(Carried.objects.values_list("through", flat=True)) == {last().pk}


def test_what_is_carried_is_not_added_up_again() -> None:
    confirm(word(owed(), "T1"))
    carry(last().posted_at + CERTAIN_AFTER)
    Carried.objects.filter(account=Account.SETTLED).update(satang=1)
    assert [each[Account.SETTLED] for each in lies().values()] == [1]


def test_a_young_move_waits_and_all_that_is_numbered_after_it() -> None:
    confirm(word(owed(), "T1", biller_id=OTHER, amount_satang=700))
    first = last()
    assert carry(first.posted_at + CERTAIN_AFTER - A_MOMENT) == 0
    move_on(first, first.posted_at - timedelta(days=1))
    assert carry(first.posted_at + CERTAIN_AFTER - A_MOMENT) == 0, "it may have been passed over"
    assert carry(first.posted_at + CERTAIN_AFTER) == 2
    assert Carried.objects.values_list("through", flat=True)[0] == first.pk, (
        "the decision is younger, and one move is numbered after it"
    )
    assert lies() == told()
    assert carry(first.posted_at + CERTAIN_AFTER) == 0


def test_of_two_that_carry_at_once_the_further_sums_are_read() -> None:
    confirm(word(owed(), "T1"))
    carry(last().posted_at + CERTAIN_AFTER)
    Carried.objects.create(through=last().pk - 1, biller_id=OTHER, account=Account.BANK, satang=-9)
    assert lies() == told()


# ---- the days' files together


def _words(bank: str, notices: list[Notice], at: datetime) -> list[BankWord]:
    return [word(each, f"{bank}-{each.pk}", bank=bank, proof=Proof.INQUIRY, paid_at=at) for each in notices]


def test_days_that_are_asked_for_together_agree_as_each_does_alone() -> None:
    notices = list(Notice.objects.filter(paid_at=None)[:4])
    day_before = PAID_AT - timedelta(days=1)
    [whole, missing, of_no_file, other_bank] = notices
    take_file("SCB", settlement_file("SCB", DAY, _words("SCB", [whole], PAID_AT)))
    [besides] = _words("SCB", [missing], PAID_AT)
    confirm(besides)
    [crossed] = _words("SCB", [of_no_file], day_before)
    confirm(crossed)  # of a bank and of a day that have a file, and of neither's
    take_file("KTB", settlement_file("KTB", DAY - timedelta(days=1), _words("KTB", [other_bank], day_before)))
    files = list(SettlementFile.objects.all())
    together = agreements_of(files)
    assert [each.file for each in together] == files
    by_bank = {each.file.bank: each for each in together}
    assert (by_bank["SCB"].holds, by_bank["SCB"].missing) == (False, 1)
    assert by_bank["SCB"].held.credit_satang == whole.amount_satang + missing.amount_satang
    assert (by_bank["KTB"].holds, by_bank["KTB"].missing) == (True, 0)
    assert together == [agreements_of([each])[0] for each in files]
    assert agreements_of([]) == []


def test_what_was_decided_about_a_line_is_no_word_of_the_bank() -> None:
    [notice] = Notice.objects.filter(paid_at=None)[:1]
    odd = word(notice, "SCB-1", proof=Proof.INQUIRY, biller_id=OTHER, amount_satang=700)
    before = take_file("SCB", settlement_file("SCB", DAY, [odd]))
    assert (before.holds, before.held.credit_satang, before.held.credit_count) == (True, 700, 1)
    decide(before.file.lines.get().confirmation, Deed.REFUND, "ตัวอย่างเหตุผล", User.objects.create(username="officer"))
    assert agreements_of([before.file]) == [before]


def test_some_days_are_read_without_all_that_a_bank_ever_said_or_the_whole_ledger() -> None:
    [notice] = Notice.objects.filter(paid_at=None)[:1]
    file = take_file("SCB", settlement_file("SCB", DAY, _words("SCB", [notice], PAID_AT))).file
    with CaptureQueriesContext(connection) as asked:
        agreements_of([file])
    assert [_read_by(each["sql"]) for each in asked.captured_queries] == ["business_day", "file_id"]


def _read_by(statement: str) -> str:
    """The column by whose index a statement finds what it reads first; the database is asked."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are read from end to end otherwise
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}" if is_sqlite else f"EXPLAIN {statement}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    found = re.search(r"\((\w+)=\?" if is_sqlite else r"Index Cond: \(\(?(\w+) ", plan)
    return found[1] if found else plan
