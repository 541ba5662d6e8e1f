"""The pretend bank's way in: strict, idempotent, and shut unless this is a demonstration."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory, override_settings

from fleet.api.bank import confirm_payment, ktb_request
from fleet.office.models import Notice
from fleet.payments.banks.port import Proof
from fleet.payments.models import Confirmation
from fleet.payments.pretend import forms
from fleet.site.sample import SAMPLE_BILLER_ID
from tests.support.fleet_payments import owed, word
from tests.support.told_server import Said, told_server


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


# ---- the banks' own ways in


def ktb_said(sent: bytes, secret: str = "sample-secret") -> tuple[int, bytes]:
    request = RequestFactory().post("/bank/v1/ktb", data=sent, content_type="text/xml", headers={
        "Authorization": f"Bearer {secret}"
    })  # fmt: skip
    with override_settings(KTB_SECRET="sample-secret"):
        answer = ktb_request(request)
    return answer.status_code, answer.content


def ktb_word(**other: Any) -> bytes:
    return forms.ktb_request(word(owed(), "K1", bank="KTB", proof=Proof.REQUEST, **other))


def test_a_request_with_the_secret_is_kept_once() -> None:
    notice, sent = owed(), ktb_word()
    for _ in range(2):
        status, answer = ktb_said(sent)
        assert (status, b"<respcode>0000</respcode>" in answer, b"<tranxid>XK1<" in answer) == (200, True, True)
    assert Confirmation.objects.get().proof == Proof.REQUEST
    assert Notice.objects.get(pk=notice.pk).paid_at is not None


def test_without_the_secret_or_its_form_nothing_is_kept() -> None:
    assert ktb_said(ktb_word(), "another")[0] == 401
    status, answer = ktb_said(b"<RequestCode/>")
    assert (status, b"<respcode>1001</respcode>" in answer) == (400, True)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("route", ["scb", "ktb"])
def test_a_bank_that_is_not_set_up_has_no_way_in(route: str) -> None:
    assert Client(SERVER_NAME="localhost").post(f"/bank/v1/{route}", b"", content_type="text/xml").status_code == 404


def scb_said(sent: bytes, inquiry: str) -> int:
    with override_settings(SCB_INQUIRY=inquiry):
        answer = Client(SERVER_NAME="localhost").post("/bank/v1/scb", sent, content_type="application/json")
    return answer.status_code


def test_a_callback_is_believed_to_nobody_who_cannot_be_asked() -> None:
    sent = forms.scb_callback(word(owed(), "S1", bank="SCB"))
    assert scb_said(b"{}", "http://127.0.0.1:1") == 400
    assert scb_said(sent, "http://127.0.0.1:1") == 503, "port 1: nobody answers"
    assert not Confirmation.objects.exists()
    assert Notice.objects.get(pk=owed().pk).paid_at is None


def bank_that_says(answer: bytes) -> AbstractContextManager[str]:
    """Knows of one payment, whatever it is asked."""
    return told_server(lambda _headers, _body: Said(200, answer))


def test_what_the_bank_knows_nothing_of_was_made_up() -> None:
    sent = forms.scb_callback(word(owed(), "S1", bank="SCB"))
    with bank_that_says(forms.inquiry_answer([], frozenset())) as address:
        assert scb_said(sent, address) == 404
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("answer", [b"", b"{}", b"<html>", b'{"data": [{}]}'])
def test_an_answer_that_cannot_be_read_is_no_answer(answer: bytes) -> None:
    with bank_that_says(answer) as address:
        assert scb_said(forms.scb_callback(word(owed(), "S1", bank="SCB")), address) == 503
    assert not Confirmation.objects.exists()


def test_the_amount_is_the_banks_and_not_the_callbacks() -> None:
    notice = owed()
    true = word(notice, "S1", bank="SCB", amount_satang=100)
    with bank_that_says(forms.inquiry_answer([true], frozenset())) as address:
        assert scb_said(forms.scb_callback(word(notice, "S1", bank="SCB")), address) == 200
    assert (Confirmation.objects.get().amount_satang, Confirmation.objects.get().match) == (100, "under")


def test_a_payment_taken_back_before_we_asked_never_pays() -> None:
    notice = owed()
    sent = word(notice, "S1", bank="SCB")
    with bank_that_says(forms.inquiry_answer([sent], frozenset({"S1"}))) as address:
        assert scb_said(forms.scb_callback(sent), address) == 200
    assert list(Confirmation.objects.values_list("match", flat=True)) == ["reversed", "reversed"]
    assert Notice.objects.get(pk=notice.pk).paid_at is None
