"""The bank's word: kept once, and only an exact one settles."""

from __future__ import annotations

from typing import Any

import pytest

from fleet.devices.desired import change_settings
from fleet.devices.models import Layer, Outgoing
from fleet.office.models import Notice, Office
from fleet.payments.confirming import confirm
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation
from fleet.payments.tracking import Tracked, tracked
from fleet.protocol.messages import Desired, PaymentConfirmed, decode
from tests.support.fleet_payments import PAID_AT, owed, shown, word

ATTACKERS = "199999999999999"


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    Outgoing.objects.all().delete()


def looked_up(token: str) -> Tracked:
    found = tracked(token)
    assert found is not None
    return found


def test_an_exact_payment_settles_the_notice_and_tells_every_kiosk_of_the_office() -> None:
    notice, before = owed(), Office.objects.get(pk="CBI").revision
    assert confirm(word(notice, ref2="CBI02000001")).match == Match.EXACT
    notice.refresh_from_db()
    assert notice.paid_at == PAID_AT
    assert Office.objects.get(pk="CBI").revision == before + 1
    sent = {each.topic: each for each in Outgoing.objects.all()}
    assert set(sent) == {f"sala/v1/kiosk/CBI-0{n}/{kind}" for n in (1, 2) for kind in ("payment", "desired")}
    message = decode(bytes(sent["sala/v1/kiosk/CBI-02/payment"].payload), PaymentConfirmed)
    assert (message.ref1, message.ref2, message.amount_satang, message.notice_no) == (
        notice.reference, "CBI02000001", notice.amount_satang, notice.notice_no,
    )  # fmt: skip
    assert not sent["sala/v1/kiosk/CBI-02/payment"].retain, (
        "an event: a kiosk that starts later reads it in the records"
    )
    assert decode(bytes(sent["sala/v1/kiosk/CBI-01/desired"].payload), Desired).office_revision == before + 1


def test_a_kiosk_of_another_office_that_showed_it_hears_too() -> None:
    notice = owed()
    shown(notice, kiosk_id="KKN-01")
    confirm(word(notice))
    payments = {each.topic for each in Outgoing.objects.all() if each.topic.endswith("/payment")}
    assert payments == {f"sala/v1/kiosk/{kiosk_id}/payment" for kiosk_id in ("CBI-01", "CBI-02", "KKN-01")}


def test_the_same_transaction_said_again_changes_nothing() -> None:
    notice = owed()
    first = confirm(word(notice))
    waiting, revision = Outgoing.objects.count(), Office.objects.get(pk="CBI").revision
    assert confirm(word(notice)) == first
    assert confirm(word(notice, amount_satang=1)) == first, "what was kept stands"
    assert Confirmation.objects.count() == 1
    assert (Outgoing.objects.count(), Office.objects.get(pk="CBI").revision) == (waiting, revision)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        ({"amount_satang": 1}, Match.UNDER),
        ({"amount_satang": 10**9}, Match.OVER),
        ({"biller_id": ATTACKERS}, Match.UNKNOWN),
        ({"ref1": "N2099999999X"}, Match.UNKNOWN),
    ],
)
def test_anything_else_is_kept_for_a_person_and_settles_nothing(other: dict[str, Any], match: Match) -> None:
    notice = owed()
    assert confirm(word(notice, **other)).match == match
    assert Notice.objects.get(pk=notice.pk).paid_at is None
    assert not Outgoing.objects.exists()


def test_a_second_payment_is_a_duplicate_and_the_first_stands() -> None:
    notice = owed()
    confirm(word(notice, "T1"))
    assert confirm(word(notice, "T2")).match == Match.DUPLICATE
    assert Notice.objects.get(pk=notice.pk).paid_at == PAID_AT


def test_the_same_transaction_id_of_another_bank_is_another_payment() -> None:
    notice = owed()
    confirm(word(notice, "T1"))
    assert confirm(word(notice, "T1", bank="OTHER")).match == Match.DUPLICATE


def test_a_kiosk_cannot_say_who_is_paid() -> None:
    notice = owed()
    shown(notice, biller_id=ATTACKERS)
    assert confirm(word(notice, "T1", biller_id=ATTACKERS)).match == Match.UNKNOWN
    assert confirm(word(notice, "T2")).match == Match.EXACT


def test_a_payee_of_one_kiosk_counts_for_what_that_kiosk_shows() -> None:
    payee = {"payee": {"name": {"th": "ผู้รับเงินตัวอย่าง 2", "en": "Sample payee 2"}, "biller_id": "112345678901242"}}
    change_settings(Layer.KIOSK, "CBI-02", payee, None, "")
    assert confirm(word(owed("KKN"), "T1", biller_id="112345678901242")).match == Match.UNKNOWN
    assert confirm(word(owed("CBI"), "T2", biller_id="112345678901242")).match == Match.EXACT


# ---- what the holder of a slip sees


def test_a_token_that_is_nobodys_is_nothing() -> None:
    assert tracked("no-such-token-at-all") is None


def test_waiting_until_the_bank_speaks_then_confirmed() -> None:
    notice = owed()
    intent = shown(notice)
    assert looked_up(intent.tracking_token).state == "waiting"
    confirm(word(notice, ref2=intent.ref2))
    after = looked_up(intent.tracking_token)
    assert (after.state, after.confirmed_at) == ("confirmed", PAID_AT)


def test_confirmed_on_the_slip_of_a_qr_that_was_not_the_one_paid() -> None:
    notice = owed()
    left, paid = shown(notice, 1), shown(notice, 2)
    confirm(word(notice, ref2=paid.ref2))
    assert looked_up(left.tracking_token).state == "confirmed"


def test_who_paid_twice_sees_that_somebody_is_looking() -> None:
    notice = owed()
    first, second = shown(notice, 1), shown(notice, 2)
    confirm(word(notice, "T1", ref2=first.ref2))
    confirm(word(notice, "T2", ref2=second.ref2))
    assert looked_up(first.tracking_token).state == "confirmed"
    assert looked_up(second.tracking_token).state == "looking"


def test_the_wrong_amount_is_looked_at() -> None:
    notice = owed()
    intent = shown(notice)
    confirm(word(notice, ref2=intent.ref2, amount_satang=notice.amount_satang - 1))
    assert looked_up(intent.tracking_token).state == "looking"
