"""What a program reads of payments is what the pages show: lists as they are narrowed, a word whole, QRs, balances."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from fleet.audit.models import Entry
from fleet.office.models import Notice
from fleet.payments.balances import balances
from fleet.payments.banks.port import Kind
from fleet.payments.confirming import confirm
from fleet.payments.deciding import decide
from fleet.payments.ledger import Account, Deed
from fleet.payments.models import Confirmation, Intent
from fleet.people.models import Role
from tests.support.fleet_payments import PAID_AT, owed, shown, word
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person
from tests.unit.fleet.test_other_fees import fee_shown, fee_word

WHY = "ตกลงกับผู้ชำระแล้ว"
OTHER = "399999999999999"


def program(role: Role = Role.NATIONAL_ADMIN, dopa_code: int | None = None) -> Holder:
    return holder(person(role, dopa_code))


def of_file(one: Holder, asked: str) -> list[dict[str, str]]:
    """The page's file, for the same person."""
    answer = browser_of(one.token.person).get(f"/payments.csv?{asked}")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def baht(satang: int) -> str:
    return f"{satang / 100:.2f}"


# ---- what banks said


def words() -> tuple[Confirmation, Confirmation, Confirmation]:
    """One of Chon Buri as it should be, one of Khon Kaen that waits for a person, an older one that is nobody's."""
    ours, theirs = owed(), owed("KKN")
    shown(ours)
    exact = confirm(word(ours, "T1"))
    over = confirm(word(theirs, "T2", amount_satang=theirs.amount_satang + 100))
    return exact, over, confirm(word(ours, "T3", bank="SCB", ref1="N2099999999X", paid_at=PAID_AT - timedelta(days=1)))


def test_the_list_is_narrowed_as_the_pages_is() -> None:
    exact, over, nobodys = words()
    one, day = program(), exact.business_day
    for asked, of_page, found in (
        ("", "", [nobodys, over, exact]),
        ("waiting=true", "show=open", [nobodys, over]),
        ("match=exact", "show=exact", [exact]),
        ("province=40", "province=40", [over]),
        ("province=41", "province=41", []),
        ("bank=SCB", "bank=SCB", [nobodys]),
        ("reference=t2", "q=t2", [over]),
        (f"reference={exact.ref1.lower()}", f"q={exact.ref1}", [exact]),
        (f"reference={exact.notice_id}&waiting=true", f"q={exact.notice_id}&show=open", []),
        (f"first={day}&last={day}", f"from={day}&to={day}", [over, exact]),
        (f"last={day - timedelta(days=1)}", f"to={day - timedelta(days=1)}", [nobodys]),
        (f"first={day + timedelta(days=1)}", f"from={day + timedelta(days=1)}", []),
    ):
        said = [each["id"] for each in one.get(f"payments?{asked}")["items"]]
        assert said == [each.pk for each in found], asked
        assert said == [int(each["number"]) for each in of_file(one, of_page)], asked


def test_a_word_says_what_the_file_says_of_it() -> None:
    exact, over, nobodys = words()
    decide(over, Deed.REFUND, WHY, person(Role.NATIONAL_ADMIN, None, "decider"))
    one = program()
    for said in (exact, over, nobodys):
        [row] = of_file(one, f"q={said.transaction_id}")
        told = one.get(f"payments/{said.pk}")
        for column, field in (
            ("number", "id"), ("business_day", "business_day"), ("bank", "bank"), ("transaction", "transaction_id"),
            ("kind", "kind"), ("match", "match"), ("biller", "biller_id"), ("ref1", "ref1"), ("ref2", "ref2"),
            ("notice", "notice_no"), ("office", "office_id"), ("province", "province"),
        ):  # fmt: skip
            assert row[column] == ("" if told[field] is None else str(told[field])), column
        assert row["amount_baht"] == baht(told["amount_satang"])
        stands = told["decided"] or ("open" if told["is_open"] else "taken-back" if told["is_reversed"] else "exact")
        assert row["stands"] == stands


def test_of_a_word_all_that_was_decided_is_read_and_its_moves() -> None:
    notice = owed()
    said = confirm(word(notice, amount_satang=notice.amount_satang + 100))
    first, other = (holder(person(Role.PROVINCIAL_ADMIN, 20, name)) for name in ("first", "other"))
    one = program(Role.OFFICER, 20)
    told = one.get(f"payments/{said.pk}")
    assert (told["item_th"], told["asked_satang"]) == (notice.item_th, notice.amount_satang)
    assert (told["factory_en"], told["kiosk_id"], told["proof"]) == (notice.factory.name_en, None, "pretence")
    assert told["decisions"] == []
    with override_settings(SECOND_EYES_ABOVE_SATANG=0):
        for agreed in (False, True):
            first.ask("post", f"payments/{said.pk}/decision", {"deed": "settle", "reason": WHY})
            told = other.ask("post", f"payments/{said.pk}/second", {"agreed": agreed}).json()  # type: ignore[attr-defined]
    newest, older = told["decisions"]
    assert (newest["agreed"], older["agreed"]) == (True, False)
    assert (newest["deed"], newest["reason"], newest["needs_second"]) == ("settle", WHY, True)
    assert (newest["by"], newest["second_by"]) == ("first", "other")
    assert newest["second_at"] >= newest["at"]
    moves = [(each["debit"], each["credit"], each["amount_satang"], each["by_decision"]) for each in told["moves"]]
    assert moves == [
        ("bank", "suspense", notice.amount_satang + 100, False),
        ("suspense", "settled", notice.amount_satang, True),
        ("suspense", "refund", 100, True),
    ]
    assert one.get(f"payments/{said.pk}") == told | {"needs_second": False}, "as the server is set again"
    page = browser_of(one.token.person).get(f"/payments/{said.pk}/").content.decode()
    assert page.count('data-label="บาท"') == len(moves)


def test_a_payment_that_was_taken_back_says_so_and_what_was_undone() -> None:
    notice = owed()
    paid = confirm(word(notice))
    back = confirm(word(notice, kind=Kind.REVERSAL))
    one = program()
    assert one.get(f"payments/{paid.pk}")["is_reversed"]
    assert not one.get(f"payments/{back.pk}")["is_reversed"]
    decide(back, Deed.UNDO, WHY, person(Role.NATIONAL_ADMIN, None, "decider"))
    told = one.get(f"payments/{paid.pk}")
    assert (told["decided"], told["decisions"][0]["agreed"]) == ("undo", None)
    assert [(each["debit"], each["credit"]) for each in told["moves"]] == [("bank", "settled"), ("settled", "suspense")]


def test_a_fee_of_another_office_names_its_payee_and_its_kiosk() -> None:
    intent: Intent = fee_shown()
    said = confirm(fee_word())
    told = program(Role.OFFICER, 20).get(f"payments/{said.pk}")
    assert (told["transaction_no"], told["kiosk_id"], told["notice_no"]) == (intent.pk, intent.kiosk_id, None)
    assert (told["item_en"], told["payee_en"], told["asked_satang"]) == (
        intent.item_en, intent.payee_en, intent.amount_satang,
    )  # fmt: skip
    assert told["factory_th"] is None


def test_of_many_that_wait_no_more_is_asked_than_of_few() -> None:
    notices = [each for each in Notice.objects.filter(paid_at=None) if each.factory.office_id == "CBI"][:4]
    for number, notice in enumerate(notices):
        confirm(word(notice, f"T{number}", amount_satang=notice.amount_satang + 1))
    one, asked = program(Role.OFFICER, 20), []
    for limit in (1, 2, len(notices)):
        with CaptureQueriesContext(connection) as queries:
            items = one.get(f"payments?waiting=true&limit={limit}")["items"]
        assert [each["deeds"] for each in items] == [["settle", "refund"]] * limit
        asked.append(len(queries))
    assert len(notices) > 2
    assert asked[1] == asked[2], "the first writes down that the token is in use"


def test_a_word_of_another_province_is_not_there() -> None:
    exact, over, nobodys = words()
    officer = program(Role.OFFICER, 20)
    assert officer.get(f"payments/{exact.pk}")["province"] == 20
    for hidden in (over, nobodys):
        assert officer.ask("get", f"payments/{hidden.pk}").status_code == 404
    assert officer.get("payments?province=40")["items"] == []


@pytest.mark.parametrize("path", ["payments", "shown-payments"])
@pytest.mark.parametrize(
    "asked", ["first=2026-02-30", "last=today", "first=1999-12-31", "province=9", "reference=" + "9" * 61, "after=%25"]
)
def test_what_is_asked_oddly_is_refused(path: str, asked: str) -> None:
    assert program().ask("get", f"{path}?{asked}").status_code == 422


def test_what_was_asked_for_stands_in_the_trail() -> None:
    one = program()
    for path in ("payments?reference=t9&province=20", "shown-payments?reference=t9&first=2026-11-22", "balances"):
        one.get(path)
    said = [(each.what, each.said) for each in Entry.objects.filter(by_id=one.token.person.pk)]
    assert sorted(what for what, _ in said) == ["rest GET payments", "rest GET shown-payments"]
    assert all('"reference": "t9"' in each or '"reference":"t9"' in each for _, each in said)


# ---- QRs that were shown


def test_the_qrs_that_were_shown_are_those_of_the_page() -> None:
    ours, theirs, odd = owed(), owed("KKN"), owed("AYA")
    shown(ours, 1)
    shown(theirs, 2, kiosk_id="KKN-01", opened_at=PAID_AT - timedelta(days=1))
    shown(odd, 3, kiosk_id="CBI-01", opened_at=PAID_AT + timedelta(hours=1))
    fee = fee_shown()
    confirm(word(ours, "T1"))
    confirm(word(odd, "T2", amount_satang=1, ref2="CBI02000003"))
    one, day = program(), PAID_AT.date()
    states = {"CBI02-000001": "confirmed", "CBI02-000002": "waiting", "CBI02-000003": "looking", fee.pk: "waiting"}
    assert {each["transaction_no"]: each["state"] for each in one.get("shown-payments")["items"]} == states
    for asked, of_page in (
        ("", ""),
        ("province=40", "province=40"),
        (f"first={day}&last={day}", f"from={day}&to={day}"),
        (f"last={day - timedelta(days=1)}", f"to={day - timedelta(days=1)}"),
        ("reference=cbi02-000002", "q=cbi02-000002"),
        (f"reference={ours.reference}", f"q={ours.reference}"),
        (f"reference={ours.pk}", f"q={ours.pk}"),
        ("reference=T1", "q=T1"),
    ):
        found, rows = one.get(f"shown-payments?{asked}")["items"], of_file(one, f"show=shown&{of_page}")
        assert [each["transaction_no"] for each in found] == [each["transaction"] for each in rows], asked
        for told, row in zip(found, rows, strict=True):
            for column, field in (
                ("kiosk", "kiosk_id"), ("office", "office_id"), ("province", "province"), ("notice", "notice_no"),
                ("fee", "fee"), ("biller", "biller_id"), ("ref1", "ref1"), ("ref2", "ref2"), ("state", "state"),
            ):  # fmt: skip
                assert row[column] == ("" if told[field] is None else str(told[field])), column
            assert row["amount_baht"] == baht(told["amount_satang"])
    items = {each["transaction_no"]: each for each in one.get("shown-payments?waiting=true")["items"]}
    assert set(items) == set(states) - {"CBI02-000001"}
    assert items["CBI02-000002"]["factory_th"] == theirs.factory.name_th
    assert (items[fee.pk]["payee_th"], items[fee.pk]["item_th"]) == (fee.payee_th, fee.item_th)
    assert not any("token" in field for field in items[fee.pk])


def test_the_qrs_follow_each_other_the_newest_first_without_gap() -> None:
    notice = owed()
    for number in range(9):  # three at a time of one moment
        shown(notice, number, opened_at=PAID_AT + timedelta(hours=number // 3))
    one = program(Role.OFFICER, 20)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = one.get(f"shown-payments?limit=2&after={after}")
        seen += [each["transaction_no"] for each in page["items"]]
        after = page["next"]
    assert seen == [f"CBI02-{number:06d}" for number in reversed(range(9))]
    assert one.ask("get", "shown-payments?after=bm9uZQ").status_code == 422


def test_qrs_are_of_the_provinces_whose_money_one_looks_after() -> None:
    shown(owed(), 1)
    shown(owed("KKN"), 2, kiosk_id="KKN-01")
    assert [each["kiosk_id"] for each in program(Role.OFFICER, 20).get("shown-payments")["items"]] == ["CBI-02"]
    assert program(Role.TECHNICIAN, 20).get("shown-payments")["items"] == []


# ---- balances


def test_each_payees_money_lies_where_the_page_says() -> None:
    fee_shown()
    confirm(fee_word())
    confirm(word(owed(), "T1"))
    confirm(word(owed(), "T2", biller_id=OTHER, amount_satang=700))
    items: list[dict[str, Any]] = program(Role.TREASURY, None).get("balances")["items"]
    found = {each.biller_id: each for each in balances()}
    assert [each["biller_id"] for each in items] == sorted(found)
    for told in items:
        balance = found[told["biller_id"]]
        assert (told["payee_th"], told["held_satang"]) == (balance.payee_th, balance.held_satang)
        lies = {each["account"]: each["amount_satang"] for each in told["accounts"]}
        assert lies == {account.value: satang for account, satang in balance.rows}
        assert sum(lies.values()) == told["held_satang"]
    [other] = [each for each in items if each["biller_id"] == OTHER]
    assert {"account": Account.SUSPENSE.value, "amount_satang": 700} in other["accounts"]


def test_everybodys_money_is_for_who_sees_all_of_it() -> None:
    assert program(Role.PROVINCIAL_ADMIN, 20).ask("get", "balances").status_code == 404
    assert program(Role.TECHNICIAN, 20).ask("get", "balances").status_code == 404
    narrowed = holder(person(Role.NATIONAL_ADMIN, None), provinces=[20])
    assert narrowed.ask("get", "balances").status_code == 404
    assert narrowed.ask("get", "bank-files").status_code == 404


def test_a_day_of_a_century_that_is_not_ours_is_no_day() -> None:
    assert program().ask("get", f"payments?last={date(2100, 1, 1)}").status_code == 422
