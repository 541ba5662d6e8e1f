"""Fees of other offices on the fleet's side: kept, matched by both references, told, balanced by payee."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Kiosk, Layer, Outgoing
from fleet.ingest import keeping
from fleet.payments.balances import balances
from fleet.payments.banks.port import BankWord, Kind, Proof
from fleet.payments.confirming import confirm
from fleet.payments.deciding import decide, deeds_of
from fleet.payments.ledger import Account, Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent
from fleet.payments.standing import standing_of
from fleet.payments.tracking import tracked
from fleet.people.models import Role
from fleet.protocol.factory import luhn_digit
from fleet.protocol.messages import PaymentConfirmed, decode
from fleet.protocol.payment import check_character
from fleet.protocol.records import PaymentOpened
from fleet.site.sample import SAMPLE_BILLER_ID
from tests.support.fleet_payments import PAID_AT, owed, word
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

REFERENCE = f"SB1234567{luhn_digit('1234567')}"
TOKEN = "token-of-another-office"


def fee_shown(**other: Any) -> Intent:
    """A QR of the sample signboard tax, as ingest keeps it."""
    fields = {
        "transaction_no": "CBI02-690000099",
        "tracking_token": TOKEN,
        "notice_no": "",
        "biller_id": SAMPLE_BILLER_ID,
        "ref1": REFERENCE,
        "ref2": "CBI02690000099",
        "amount_satang": 125_050,
        "opened_at": PAID_AT,
        "fee": "sample-signboard",
    }
    record = PaymentOpened(**{**fields, **other})
    keeping._keep_intent("CBI-02", record, PAID_AT)
    return Intent.objects.get(pk=record.transaction_no)


def fee_word(transaction_id: str = "F1", **other: Any) -> BankWord:
    """The bank says that it was paid as its QR asked."""
    fields = {
        "bank": "PRETEND",
        "transaction_id": transaction_id,
        "biller_id": SAMPLE_BILLER_ID,
        "ref1": REFERENCE,
        "ref2": "CBI02690000099",
        "amount_satang": 125_050,
        "paid_at": PAID_AT,
        "proof": Proof.PRETENCE,
    }
    return BankWord(**{**fields, **other})


def test_what_is_kept_can_be_read_when_the_settings_have_changed() -> None:
    fee_shown()
    change_settings(Layer.NATIONAL, "", {**_national(), "fees": {}}, None, "gone")
    found = tracked(TOKEN)
    assert found is not None
    assert (found.item_th, found.payee_en, found.state) == ("ภาษีป้าย (ตัวอย่าง)", "Sample municipality", "waiting")
    assert found.sample


def _national() -> dict[str, Any]:
    latest = latest_document(Layer.NATIONAL, "")
    assert latest is not None
    return dict(latest.document)


def test_exactly_what_its_qr_asked_for_settles_it_and_only_its_kiosk_hears() -> None:
    fee_shown()
    Outgoing.objects.all().delete()
    said = confirm(fee_word())
    assert (said.match, said.notice, said.intent_id) == (Match.EXACT, None, "CBI02-690000099")
    (sent,) = Outgoing.objects.all()
    assert sent.topic == "sala/v1/kiosk/CBI-02/payment"
    message = decode(bytes(sent.payload), PaymentConfirmed)
    assert (message.ref1, message.ref2, message.amount_satang) == (REFERENCE, "CBI02690000099", 125_050)
    found = tracked(TOKEN)
    assert found is not None
    assert (found.state, found.confirmed_at) == ("confirmed", PAID_AT)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"amount_satang": 125_049}, Match.UNDER),
        ({"amount_satang": 125_051}, Match.OVER),
        ({"ref2": "CBI02690000098"}, Match.UNKNOWN),
        ({"ref2": ""}, Match.UNKNOWN),
        ({"ref1": f"SB7654321{luhn_digit('7654321')}"}, Match.UNKNOWN),
        ({"biller_id": "199999999999999"}, Match.UNKNOWN),
        ({"kind": Kind.REVERSAL}, Match.REVERSED),
    ],
)
def test_anything_else_goes_to_a_person(changed: dict[str, Any], match: Match) -> None:
    fee_shown()
    said = confirm(fee_word(**changed))
    assert said.match == match
    assert standing_of(said).is_open
    assert not [each for each in Outgoing.objects.all() if each.topic.endswith("/payment")]


def test_paid_twice_is_a_duplicate() -> None:
    fee_shown()
    confirm(fee_word())
    assert confirm(fee_word("F2")).match == Match.DUPLICATE


def test_a_kiosk_cannot_say_who_is_paid_or_what_a_fixed_fee_costs() -> None:
    fee_shown(biller_id="199999999999999")
    assert confirm(fee_word(biller_id="199999999999999")).match == Match.UNKNOWN
    fixed = {"fee": "sample-waste", "ref1": "WF123456", "ref2": "CBI02690000077", "transaction_no": "CBI02-690000077"}
    fee_shown(**fixed, tracking_token="another-token-of-it", amount_satang=100)
    assert confirm(fee_word("F3", ref1="WF123456", ref2="CBI02690000077", amount_satang=100)).match == Match.UNDER
    assert confirm(fee_word("F4", ref1="WF123456", ref2="CBI02690000077", amount_satang=24_000)).match == Match.EXACT


def test_a_reference_its_rule_does_not_know_is_nobodys() -> None:
    fee_shown(ref1="SB12345670" if REFERENCE != "SB12345670" else "SB12345671")
    assert confirm(fee_word(ref1=Intent.objects.get().ref1)).match == Match.UNKNOWN


def test_the_same_letter_next_month_is_another_payment() -> None:
    fee_shown()
    confirm(fee_word())
    again = fee_shown(transaction_no="CBI02-690000100", ref2="CBI02690000100", tracking_token="next-months-token")
    assert tracked("next-months-token").state == "waiting"  # type: ignore[union-attr]  # it was made just now
    assert confirm(fee_word("F9", ref2=again.ref2, paid_at=PAID_AT + timedelta(days=31))).match == Match.EXACT


def test_a_word_that_came_before_its_qr_was_heard_of_can_be_settled_by_a_person() -> None:
    said = confirm(fee_word())
    assert said.match == Match.UNKNOWN
    assert Deed.SETTLE not in deeds_of(standing_of(said))
    fee_shown()
    assert tracked(TOKEN).state == "looking"  # type: ignore[union-attr]  # as above
    assert Deed.SETTLE in deeds_of(standing_of(said))
    Outgoing.objects.all().delete()
    decide(said, Deed.SETTLE, "ตู้ส่งบันทึกมาภายหลัง", User.objects.create(username="officer"))
    assert tracked(TOKEN).state == "confirmed"  # type: ignore[union-attr]  # as above
    assert [each.topic for each in Outgoing.objects.all()] == ["sala/v1/kiosk/CBI-02/payment"]
    assert confirm(fee_word("F5")).match == Match.DUPLICATE


def test_a_payment_that_went_back_is_owed_again_when_that_was_dealt_with() -> None:
    fee_shown()
    confirm(fee_word())
    back = confirm(fee_word(kind=Kind.REVERSAL))
    assert tracked(TOKEN).state == "looking"  # type: ignore[union-attr]  # as above
    decide(back, Deed.UNDO, "ธนาคารดึงคืนแล้ว", User.objects.create(username="officer"))
    assert tracked(TOKEN).state == "waiting"  # type: ignore[union-attr]  # as above


def test_every_payee_has_an_account_of_its_own() -> None:
    national = _national()
    national["payees"]["sample-institute"]["biller_id"] = "223456789012345"
    change_settings(Layer.NATIONAL, "", national, None, "another payee")
    fee_shown()
    certificate = "PC1234567"
    reference = certificate + check_character(certificate)
    fee_shown(fee="sample-certificate", ref1=reference, ref2="CBI02690000055", transaction_no="CBI02-690000055",
              tracking_token="token-of-a-certificate", biller_id="223456789012345")  # fmt: skip
    confirm(fee_word())
    confirm(fee_word("F6", biller_id="223456789012345", ref1=reference, ref2="CBI02690000055"))
    notice = owed()
    confirm(word(notice))
    confirm(word(notice, "T9", biller_id="399999999999999", amount_satang=700))
    by_biller = {each.biller_id: each for each in balances()}
    assert by_biller[SAMPLE_BILLER_ID].lies[Account.SETTLED] == 125_050 + notice.amount_satang
    assert by_biller["223456789012345"].lies == {Account.BANK: -125_050, Account.SETTLED: 125_050}
    assert by_biller["223456789012345"].payee_th == "สถาบันตัวอย่าง"
    assert by_biller["399999999999999"].lies[Account.SUSPENSE] == 700
    assert all(sum(each.lies.values()) == 0 for each in by_biller.values())


def client(role: Role, dopa_code: int | None) -> Client:
    """A browser of somebody who has signed in."""
    return browser_of(person(role, dopa_code))


def test_another_province_sees_nothing_of_it() -> None:
    fee_shown()
    said = confirm(fee_word(amount_satang=125_051))
    elsewhere = client(Role.PROVINCIAL_ADMIN, 40)
    assert "ภาษีป้าย" not in elsewhere.get("/payments/").content.decode()
    assert elsewhere.get(f"/payments/{said.pk}/").status_code == 404


def test_the_pages_say_whose_fee_it_was() -> None:
    fee_shown()
    said = confirm(fee_word(amount_satang=125_051))
    browser = client(Role.PROVINCIAL_ADMIN, 20)
    page = browser.get("/payments/").content.decode()
    assert "ภาษีป้าย (ตัวอย่าง)" in page
    one = browser.get(f"/payments/{said.pk}/").content.decode()
    assert "เทศบาลตัวอย่าง" in one
    assert Kiosk.objects.get(pk="CBI-02").office.name_th in page
    assert Confirmation.objects.get().office == Kiosk.objects.get(pk="CBI-02").office
    slip = browser.get(f"/t/{TOKEN}").content.decode()
    assert "เทศบาลตัวอย่าง" in slip
