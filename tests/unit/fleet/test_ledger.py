"""Every satang a bank names stands in one place, and stays told for ever."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from fleet.office.models import Notice
from fleet.payments.append_only import TABLES, WrittenOnceError
from fleet.payments.banks.port import BankFormatError, BankWord, Kind, Proof
from fleet.payments.confirming import CannotWithdrawError, confirm, withdraw
from fleet.payments.deciding import DecisionError, Refusal, decide, deeds_of, second
from fleet.payments.ledger import Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, FileLine, Posting, SettlementFile
from fleet.payments.pretend.forms import settlement_file
from fleet.payments.settling import OtherFileError, take_file
from fleet.payments.standing import only_open, standing_of
from fleet.payments.tracking import tracked
from fleet.protocol import office as wire
from tests.support.fleet_office import travelling
from tests.support.fleet_payments import PAID_AT, owed, shown, word

DAY = date(2026, 11, 22)
WHY = "ตัวอย่างเหตุผล"


def balances() -> dict[str, int]:
    """What lies where, in satang; money at the bank counts as debit, all else as credit."""
    lies: Counter[str] = Counter()
    for each in Posting.objects.all():
        lies[each.debit] -= each.amount_satang
        lies[each.credit] += each.amount_satang
    assert sum(lies.values()) == 0
    return {account: satang for account, satang in lies.items() if satang}


def officer(name: str = "first") -> User:
    return User.objects.get_or_create(username=name)[0]


def back(notice: Notice, transaction_id: str = "T1", **other: Any) -> BankWord:
    return word(notice, transaction_id, kind=Kind.REVERSAL, **other)


def deeds(confirmation: Confirmation) -> tuple[Deed, ...]:
    return deeds_of(standing_of(confirmation))


def owing(notice: Notice) -> bool:
    return Notice.objects.get(pk=notice.pk).paid_at is None


def test_an_exact_payment_pays_and_an_odd_one_waits() -> None:
    notice = owed()
    confirm(word(notice))
    confirm(word(notice, "T2", amount_satang=7))
    assert balances() == {"bank": -notice.amount_satang - 7, "settled": notice.amount_satang, "suspense": 7}


@pytest.mark.parametrize("table", TABLES)
def test_the_database_itself_refuses_to_forget(table: str) -> None:
    of_postgresql = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
    of_sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    with connection.cursor() as cursor:
        cursor.execute(of_postgresql if connection.vendor == "postgresql" else of_sqlite, [table])
        assert {name for (name,) in cursor.fetchall()} == {f"{table}_no_update", f"{table}_no_delete"}


@pytest.mark.parametrize(
    "statement", ["UPDATE payments_posting SET amount_satang = 1", "DELETE FROM payments_confirmation"]
)
def test_what_is_written_is_not_changed_by_sql(statement: str) -> None:
    confirm(word(owed()))
    before = balances()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert balances() == before


def test_nor_by_a_model_or_a_query() -> None:
    kept = confirm(word(owed()))
    kept.amount_satang = 1
    for change in (kept.save, kept.delete, Posting.objects.all().delete):
        with pytest.raises(WrittenOnceError):
            change()
    with pytest.raises(WrittenOnceError):
        Posting.objects.update(amount_satang=1)


def test_too_much_pays_the_notice_and_the_rest_goes_back() -> None:
    notice = owed()
    intent = shown(notice)
    over = confirm(word(notice, ref2=intent.ref2, amount_satang=notice.amount_satang + 30_000))
    assert deeds(over) == (Deed.SETTLE, Deed.REFUND)
    decide(over, Deed.SETTLE, WHY, officer())
    assert balances() == {
        "bank": -notice.amount_satang - 30_000, "settled": notice.amount_satang, "refund": 30_000,
    }  # fmt: skip
    assert not owing(notice)
    found = tracked(intent.tracking_token)
    assert found is not None
    assert found.state == "confirmed"
    assert not only_open(Confirmation.objects.all()).exists()


@pytest.mark.parametrize(
    ("other", "match", "allowed"),
    [
        ({"amount_satang": 1}, Match.UNDER, (Deed.REFUND,)),
        ({"ref1": "N2099999999X"}, Match.UNKNOWN, (Deed.ELSEWHERE, Deed.REFUND)),
    ],
)
def test_what_may_be_decided(other: dict[str, Any], match: Match, allowed: tuple[Deed, ...]) -> None:
    odd = confirm(word(owed(), **other))
    assert (odd.match, deeds(odd)) == (match, allowed)
    with pytest.raises(DecisionError) as refused:
        decide(odd, Deed.SETTLE, WHY, officer())
    assert refused.value.refusal is Refusal.NOT_THIS
    decide(odd, allowed[0], WHY, officer())
    with pytest.raises(DecisionError) as refused:
        decide(odd, allowed[0], WHY, officer())
    assert refused.value.refusal is Refusal.NOT_OPEN


def test_a_withdrawn_notice_is_paid_late_and_no_kiosk_shows_it() -> None:
    notice = owed()
    office_id = notice.factory.office_id
    assert notice.notice_no in {each.notice_no for each in travelling(office_id, wire.Notice)}
    withdraw(notice.notice_no, WHY, PAID_AT)
    assert notice.notice_no not in {each.notice_no for each in travelling(office_id, wire.Notice)}
    late = confirm(word(notice))
    assert (late.match, owing(notice)) == (Match.LATE, True)
    decide(late, Deed.SETTLE, WHY, officer())
    assert not owing(notice)
    with pytest.raises(CannotWithdrawError):
        withdraw(notice.notice_no, WHY, PAID_AT)


def test_who_paid_before_it_was_withdrawn_has_paid() -> None:
    notice = owed()
    withdraw(notice.notice_no, WHY, PAID_AT + timedelta(seconds=1))
    assert confirm(word(notice)).match == Match.EXACT


def test_a_reversal_waits_for_a_person_who_makes_the_notice_owed_again() -> None:
    notice = owed()
    intent = shown(notice)
    confirm(word(notice, ref2=intent.ref2))
    taken = confirm(back(notice, ref2=intent.ref2))
    assert taken.match == Match.REVERSED
    assert balances() == {"settled": notice.amount_satang, "suspense": -notice.amount_satang}
    assert not owing(notice), "a machine does not take it away again"
    found = tracked(intent.tracking_token)
    assert found is not None
    assert found.state == "looking"
    decide(taken, Deed.UNDO, WHY, officer())
    assert (balances(), owing(notice)) == ({}, True)
    found = tracked(intent.tracking_token)
    assert found is not None
    assert found.state == "waiting"
    assert confirm(word(notice, "T9")).match == Match.EXACT, "and it can be paid"


def test_the_reversal_of_an_odd_payment_closes_both() -> None:
    notice = owed()
    odd = confirm(word(notice, amount_satang=5))
    taken = confirm(back(notice, amount_satang=5))
    assert deeds(odd) == ()
    assert list(only_open(Confirmation.objects.all())) == [taken], "one thing to decide, once in the queue"
    decide(taken, Deed.UNDO, WHY, officer())
    assert balances() == {}
    assert not only_open(Confirmation.objects.all()).exists()


def test_a_reversal_that_overtakes_its_payment_keeps_it_from_paying() -> None:
    notice = owed()
    taken = confirm(back(notice))
    decide(taken, Deed.ELSEWHERE, WHY, officer())
    payment = confirm(word(notice))
    assert (payment.match, owing(notice)) == (Match.REVERSED, True)
    decide(payment, Deed.ELSEWHERE, WHY, officer())
    assert balances() == {}


def test_above_the_amount_another_person_must_agree() -> None:
    notice = owed()
    odd = confirm(word(notice, amount_satang=notice.amount_satang + 1))
    with override_settings(SECOND_EYES_ABOVE_SATANG=notice.amount_satang):
        decide(odd, Deed.SETTLE, WHY, officer())
        assert owing(notice), "nothing follows yet"
        for refusal, who in ((Refusal.WAITS, "second"), (Refusal.WAITS, "first")):
            with pytest.raises(DecisionError) as refused:
                decide(odd, Deed.REFUND, WHY, officer(who))
            assert refused.value.refusal is refusal
        with pytest.raises(DecisionError) as refused:
            second(odd, officer(), agreed=True)
        assert refused.value.refusal is Refusal.OWN
        second(odd, officer("second"), agreed=False)
        assert owing(notice)
        decide(odd, Deed.SETTLE, WHY, officer("second"))
        second(odd, officer(), agreed=True)
    assert not owing(notice)


def test_at_the_amount_one_is_enough_and_a_reason_is_needed() -> None:
    notice = owed()
    odd = confirm(word(notice, amount_satang=notice.amount_satang + 1))
    with override_settings(SECOND_EYES_ABOVE_SATANG=notice.amount_satang + 1):
        with pytest.raises(DecisionError) as refused:
            decide(odd, Deed.SETTLE, "  x ", officer())
        assert refused.value.refusal is Refusal.NO_REASON
        assert not decide(odd, Deed.SETTLE, WHY, officer()).needs_second


# ---- the file of a day


def scb(notice: Notice, transaction_id: str, **other: Any) -> BankWord:
    return word(notice, transaction_id, bank="SCB", proof=Proof.INQUIRY, **other)


def test_a_file_agrees_with_what_was_heard_and_tells_what_was_not() -> None:
    heard, silent = Notice.objects.filter(factory__office_id="CBI", paid_at=None)[:2]
    words = [scb(heard, "T1"), scb(silent, "T2"), scb(heard, "T1", kind=Kind.REVERSAL)]
    confirm(words[0])
    sent = settlement_file("SCB", DAY, words)
    day = take_file("SCB", sent)
    assert day.holds
    assert (day.held.credit_count, day.held.debit_count) == (2, 1)
    assert not owing(silent)
    assert Confirmation.objects.filter(kind=Kind.REVERSAL).get().transaction_id == "T1"
    count = Confirmation.objects.count()
    assert take_file("SCB", sent).holds, "again: nothing new"
    assert confirm(words[1]).proof == Proof.FILE, "the callback that comes after the file is the same payment"
    assert confirm(words[1]).pk == confirm(words[1]).pk
    assert Confirmation.objects.count() == count


def test_a_payment_believed_that_is_not_in_the_file_is_missing() -> None:
    first, second_notice = Notice.objects.filter(factory__office_id="CBI", paid_at=None)[:2]
    confirm(scb(first, "T1"))
    confirm(scb(second_notice, "T2"))
    day = take_file("SCB", settlement_file("SCB", DAY, [scb(first, "T1")]))
    assert (day.holds, day.missing) == (False, 1)
    assert day.held.credit_satang - day.said.credit_satang == second_notice.amount_satang


def test_the_same_bill_paid_twice_alike_stands_twice() -> None:
    notice = owed()
    words = [scb(notice, "T1"), scb(notice, "T2")]
    confirm(words[1])
    assert take_file("SCB", settlement_file("SCB", DAY, words)).holds
    confirm(words[0])
    assert sorted(Confirmation.objects.values_list("match", flat=True)) == [Match.DUPLICATE, Match.EXACT]


def test_another_file_of_the_day_and_a_broken_one_are_not_taken() -> None:
    notice = owed()
    sent = settlement_file("SCB", DAY, [scb(notice, "T1")])
    with pytest.raises(BankFormatError):
        take_file("SCB", sent.replace(b"000001      ", b"000002      "))
    assert not SettlementFile.objects.exists()
    assert not Confirmation.objects.exists()
    take_file("SCB", sent)
    with pytest.raises(OtherFileError):
        take_file("SCB", settlement_file("SCB", DAY, [scb(notice, "T1"), scb(notice, "T2")]))
    assert FileLine.objects.count() == 1
