"""The pretend bank's way in: strict, idempotent, and shut unless this is a demonstration."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory, override_settings

from fleet.api.bank import confirm_payment
from fleet.office.models import Notice
from fleet.payments.models import Confirmation
from fleet.site.sample import SAMPLE_BILLER_ID
from tests.support.fleet_payments import owed


def body(**other: Any) -> dict[str, Any]:
    fields = {
        "transaction_id": "T-1", "biller_id": SAMPLE_BILLER_ID, "ref1": owed().reference, "ref2": "CBI02000001",
        "amount": f"{owed().amount_satang // 100}.00", "paid_at": "2026-11-22T10:47:00+07:00",
    }  # fmt: skip
    return {**fields, **other}


def said(content: Any, content_type: str = "application/json") -> tuple[int, dict[str, Any]]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    request = RequestFactory().post("/bank/v1/confirm", data=data, content_type=content_type)
    with override_settings(PRETEND_BANK=True):
        answer = confirm_payment(request)
    return answer.status_code, json.loads(answer.content)


def test_a_payment_is_confirmed_and_said_again_is_the_same() -> None:
    notice, word = owed(), body()
    assert said(word) == (200, {"transaction_id": "T-1", "match": "exact"})
    assert said(word) == (200, {"transaction_id": "T-1", "match": "exact"})
    assert Confirmation.objects.count() == 1
    assert Notice.objects.get(pk=notice.pk).paid_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0.00"},
        {"amount": "-1.00"},
        {"amount": "1e3"},
        {"amount": "3,300.00"},
        {"amount": "3300.005"},
        {"amount": "๓๓๐๐.00"},
        {"amount": "99999999999.99"},
        {"amount": 3300},
        {"amount": 3300.0},
        {"biller_id": "1"},
        {"ref1": "n20"},
        {"ref1": ""},
        {"ref2": "ก"},
        {"transaction_id": ""},
        {"paid_at": "2026-11-22T10:47:00"},
        {"payer_name": "somebody"},
    ],
)
def test_what_no_bank_says_is_refused_and_not_kept(wrong: dict[str, Any]) -> None:
    status, answer = said(body(**wrong))
    assert status == 400
    assert answer["error"]
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 4000, b" " * 5000])
def test_garbage_is_refused(content: bytes) -> None:
    assert said(content)[0] == 400


def test_a_form_is_not_json() -> None:
    assert said(b"amount=1", "application/x-www-form-urlencoded")[0] == 400


def test_it_is_not_there_unless_this_is_a_demonstration() -> None:
    request = RequestFactory().post("/bank/v1/confirm", data=b"{}", content_type="application/json")
    with override_settings(PRETEND_BANK=False), pytest.raises(Http404):
        confirm_payment(request)


def test_a_get_is_not_a_confirmation() -> None:
    with override_settings(PRETEND_BANK=True):
        assert confirm_payment(RequestFactory().get("/bank/v1/confirm")).status_code == 405
