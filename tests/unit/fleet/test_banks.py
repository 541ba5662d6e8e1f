"""What banks send, read: strictly, without a float, and without a word of what could not be read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from fleet.payments.banks.inquiry import days_to_ask
from fleet.payments.banks.ktb import KtbBank
from fleet.payments.banks.port import BANGKOK, Bank, BankFormatError, BankWord, Claim, Kind, Proof, business_day
from fleet.payments.banks.scb import ScbBank, read_inquiry
from fleet.payments.banks.settlement import SettlementBank, Totals
from fleet.payments.pretend.forms import inquiry_answer, ktb_request, scb_callback, settlement_file

BILLER = "112345678901234"
AT = datetime(2026, 11, 22, 10, 47, 5, tzinfo=BANGKOK)
SECRET = "1999900000013"
"""A sample person's ID number."""


def word(bank: str = "SCB", **other: object) -> BankWord:
    fields: dict[str, object] = {
        "bank": bank, "transaction_id": "T1", "biller_id": BILLER, "ref1": "N2069000017", "ref2": "CBI02000001",
        "amount_satang": 330_055, "paid_at": AT, "proof": Proof.REQUEST,
    }  # fmt: skip
    return BankWord(**{**fields, **other})  # type: ignore[arg-type]


DAY = (
    word(),
    word(transaction_id="T2", ref2="", amount_satang=1),
    word(transaction_id="T2", ref2="", amount_satang=1, kind=Kind.REVERSAL),
)


def a_file() -> bytes:
    return settlement_file("SCB", date(2026, 11, 22), DAY)


def test_a_callback_is_a_claim_and_no_more() -> None:
    sent = word()
    claims = ScbBank().read(scb_callback(sent))
    assert claims == (Claim("SCB", "T1", BILLER, sent.ref1, sent.paid_at),)


def test_the_banks_own_answer_is_believed_to_the_satang() -> None:
    (claim,) = ScbBank().read(scb_callback(word()))
    (said,) = read_inquiry(inquiry_answer([word(), word(transaction_id="OTHER")], frozenset()), claim)
    assert (said.amount_satang, said.ref2, said.proof, said.paid_at) == (330_055, "CBI02000001", Proof.INQUIRY, AT)


def test_an_amount_as_a_number_is_exact_too() -> None:
    (claim,) = ScbBank().read(scb_callback(word()))
    answer = inquiry_answer([word(amount_satang=114_99)], frozenset()).replace(b'"114.99"', b"114.99")
    assert b":114.99" in answer.replace(b" ", b"")
    assert read_inquiry(answer, claim)[0].amount_satang == 11_499


def test_a_reverse_flag_is_a_payment_and_its_reversal() -> None:
    (claim,) = ScbBank().read(scb_callback(word()))
    said = read_inquiry(inquiry_answer([word()], frozenset({"T1"})), claim)
    assert [each.kind for each in said] == [Kind.PAYMENT, Kind.REVERSAL]


def test_the_bank_knows_nothing_of_it() -> None:
    (claim,) = ScbBank().read(scb_callback(word()))
    assert read_inquiry(inquiry_answer([], frozenset()), claim) == ()


@pytest.mark.parametrize(
    "amount", ['"0"', '"-1"', '"1.005"', '"NaN"', '"Infinity"', '"1e400"', "true", '"99999999999"']
)
def test_no_amount_that_is_none(amount: str) -> None:
    sent = scb_callback(word()).replace(b'"3300.55"', amount.encode())
    with pytest.raises(BankFormatError):
        ScbBank().read(sent)


def test_a_request_is_read_whatever_its_namespaces() -> None:
    sent = word("KTB")
    assert KtbBank().read(ktb_request(sent)) == (sent,)
    assert KtbBank().read(ktb_request(word("KTB", kind=Kind.REVERSAL)))[0].kind is Kind.REVERSAL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<amount>3300.55", b"<amount>3300.555"),
        (b"<command>PAY", b"<command>pay"),
        (b"<datetime>2026", b"<datetime>2569"),
        (b"<datetime>20261122", b"<datetime>20261199"),
        (b"<comcode>1", b"<comcode>x"),
        (b"<bankref>T1", b"<bankref>"),
        (b"<ref1>N", b"<ref1>n"),
        (b"<ref1>", b"<ref1>A</ref1><ref1>"),
        (b"RequestCode", b"Requestcode"),
        (b"<?xml version='1.0' encoding='utf-8'?>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>"),
        (b"</amount>", b""),
    ],
)
def test_a_request_that_is_none_is_refused(before: bytes, after: bytes) -> None:
    sent = ktb_request(word("KTB"))
    assert before in sent
    with pytest.raises(BankFormatError):
        KtbBank().read(sent.replace(before, after))


def test_a_file_says_what_was_paid_that_day() -> None:
    settlement = SettlementBank("SCB").settlement(a_file())
    assert settlement.day == date(2026, 11, 22)
    assert settlement.totals == Totals(330_056, 2, 1, 1)
    assert [(each.ref1, each.ref2, each.amount_satang, each.kind, each.paid_at) for each in settlement.words] == [
        (each.ref1, each.ref2, each.amount_satang, each.kind, each.paid_at) for each in DAY
    ]
    assert {each.transaction_id for each in settlement.words} == {""}


def test_thai_in_the_customers_name_moves_no_column() -> None:
    assert "ตัวอย่าง".encode("cp874") in a_file()
    assert {len(line) for line in a_file().split(b"\r\n")[:-1]} == {256}


def _changed(line: int, column: int, to: bytes) -> bytes:
    at = (line - 1) * 258 + column - 1
    sent = a_file()
    return sent[:at] + to + sent[at + len(to) :]


@pytest.mark.parametrize(
    ("line", "column", "to", "found_at"),
    [
        (1, 1, b"D", (1, 1)),
        (2, 2, b"000003", (2, 2)),
        (2, 21, b"32", (2, 21)),
        (2, 21, b"21", (2, 21)),
        (2, 25, b"2569", (2, 25)),
        (2, 29, b"24", (2, 29)),
        (2, 29, b"22", (2, 21)),
        (2, 85, b"n", (2, 85)),
        (2, 85, b" " * 20, (2, 85)),
        (2, 153, b"X", (2, 153)),
        (2, 164, b"x", (2, 164)),
        (2, 164, b"0" * 13, (2, 164)),
        (2, 164, b"0000000330056", (5, 21)),
        (2, 197, b"x", (2, 197)),
        (3, 35, b"\x81", (3, 35)),
        (5, 1, b"D", (5, 1)),
        (5, 58, b"3", (5, 21)),
    ],
)
def test_one_wrong_character_and_nothing_is_taken(line: int, column: int, to: bytes, found_at: tuple[int, int]) -> None:
    with pytest.raises(BankFormatError) as wrong:
        SettlementBank("SCB").read(_changed(line, column, to))
    assert (wrong.value.line, wrong.value.column) == found_at


@pytest.mark.parametrize("cut", [1, 100, 258, 259])
def test_a_file_that_was_cut_off_is_no_file(cut: int) -> None:
    with pytest.raises(BankFormatError):
        SettlementBank("SCB").read(a_file()[:-cut])


BANKS: list[tuple[Bank, bytes]] = [
    (ScbBank(), scb_callback(word())),
    (KtbBank(), ktb_request(word("KTB"))),
    (SettlementBank("SCB"), a_file()),
]


@pytest.mark.parametrize(("bank", "sent"), BANKS)
def test_every_bank_names_itself_and_no_payer(bank: Bank, sent: bytes) -> None:
    said = bank.read(sent)
    assert {each.bank for each in said} == {bank.name}
    assert "ตัวอย่าง" not in repr(said)


@pytest.mark.parametrize(("bank", "sent"), BANKS)
def test_no_error_says_what_was_sent(bank: Bank, sent: bytes) -> None:
    for garbage in (b"", b"\xff", sent[: len(sent) // 2], SECRET.encode(), b"[" * 3000):
        with pytest.raises(BankFormatError) as refused:
            bank.read(garbage)
        assert SECRET not in str(refused.value)


def test_an_id_number_in_a_reference_is_masked_before_anybody_keeps_it() -> None:
    assert word(ref1=SECRET, ref2=f"A{SECRET}").ref1 == "XXXXXXXXXX" + SECRET[-3:]
    assert SECRET not in repr(word(ref1=SECRET, ref2=f"A{SECRET}"))
    assert word(ref1="12345678901234").ref1 == "12345678901234", "a factory's number is none"
    sent = json.loads(scb_callback(word()))
    sent["billPaymentRef1"] = SECRET
    (claim,) = ScbBank().read(json.dumps(sent).encode())
    assert SECRET not in repr(claim)


@pytest.mark.parametrize(
    ("bank", "clock", "day"),
    [
        ("SCB", (21, 59, 59), 22),
        ("SCB", (22, 0, 0), 23),
        ("SCB", (0, 0, 0), 22),
        ("KTB", (23, 59, 59), 22),
        ("KTB", (0, 0, 0), 22),
    ],
)
def test_which_day_a_payment_counts_to(bank: str, clock: tuple[int, int, int], day: int) -> None:
    paid_at = datetime(2026, 11, 22, *clock, tzinfo=BANGKOK)
    assert business_day(bank, paid_at) == business_day(bank, paid_at.astimezone(UTC)) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("clock", "days"), [((12, 0), [22]), ((22, 30), [22, 23]), ((23, 59), [22, 23]), ((0, 5), [22, 21])]
)
def test_both_days_are_asked_around_midnight(clock: tuple[int, int], days: list[int]) -> None:
    claim = Claim("SCB", "T1", BILLER, "N20", datetime(2026, 11, 22, *clock, tzinfo=BANGKOK))
    assert [each.day for each in days_to_ask(claim)] == days
