"""The banks' ways in. Each is shut unless its setting opens it.

    POST /bank/v1/confirm   the pretend bank's, only where a demonstration plays its own bank:
        {"transaction_id": "...", "biller_id": "15 digits", "ref1": "...", "ref2": "...", "amount": "3300.00",
         "paid_at": "2026-11-22T10:47:00+07:00"}
    POST /bank/v1/scb       SCB's callback (``banks.scb``), believed after our own inquiry (SALA_SCB_INQUIRY)
    POST /bank/v1/ktb       a KTB-style request (``banks.ktb``) that brings the secret (SALA_KTB_SECRET)

Rules: "kept" is answered only after the commit, so that a bank which hears nothing says it again; what could not be
asked is answered 503, never believed and never denied; no answer and no log line repeats what was sent.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime
from typing import Annotated

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fleet.payments.banks import ktb
from fleet.payments.banks.inquiry import CouldNotAskError, ScbInquiry
from fleet.payments.banks.port import BankFormatError, BankWord, Kind, Proof
from fleet.payments.banks.scb import ScbBank
from fleet.payments.confirming import confirm
from fleet.payments.models import Confirmation
from fleet.protocol.payment import PayloadError, parse_amount

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 4096
PRETEND = "PRETEND"

_Reference = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,20}$")]


class _Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    transaction_id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    biller_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}$")]
    ref1: _Reference
    amount: str
    ref2: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{0,20}$")] = ""
    paid_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@csrf_exempt  # a machine's route: it carries no session, so there is none to ride on
@require_POST
def confirm_payment(request: HttpRequest) -> HttpResponse:
    """Take a confirmation; answers what it was matched as."""
    if not settings.PRETEND_BANK:
        raise Http404
    if request.content_type != "application/json" or len(request.body) > BODY_BYTES_MAX:
        return _answer(400, error="send JSON of at most 4 kB")
    try:
        word = msgspec.json.decode(request.body, type=_Word)
        amount_satang = parse_amount(word.amount)
    except (msgspec.DecodeError, PayloadError) as err:
        return _answer(400, error=str(err))
    confirmation = confirm(
        BankWord(
            PRETEND, word.transaction_id, word.biller_id, word.ref1, word.ref2, amount_satang,
            word.paid_at or timezone.now(), Proof.PRETENCE,
        )
    )  # fmt: skip
    return _answer(200, transaction_id=confirmation.transaction_id, match=confirmation.match)


@csrf_exempt  # as above
@require_POST
async def scb(request: HttpRequest) -> HttpResponse:
    """Take SCB's callback: ask the bank, keep what it says itself, answer in its form."""
    if not settings.SCB_INQUIRY:
        raise Http404
    try:
        (claim,) = ScbBank().read(request.body)
        inquiry = ScbInquiry(settings.SCB_INQUIRY, settings.SCB_TOKEN)
        # Beside the thread that all other requests share: a bank that answers slowly must not hold up the pages.
        words = await sync_to_async(inquiry.ask, thread_sensitive=False)(claim)
    except BankFormatError as err:
        log.warning("SCB: a callback that is none: %s", err)
        return _answer(400, resCode="99", resDesc="not understood")
    except CouldNotAskError as err:
        log.warning("SCB could not be asked: %s", err)
        return _answer(503, resCode="99", resDesc="could not ask")
    if not words:
        log.warning("SCB knows nothing of a payment it was said to confirm")
        return _answer(404, resCode="99", resDesc="unknown to the bank")
    kept = await sync_to_async(_keep)(words)
    return _answer(
        200, resCode="00", resDesc="success", transactionId=claim.transaction_id, confirmId=str(kept[-1].pk)
    )  # fmt: skip


@csrf_exempt  # as above
@require_POST
def ktb_request(request: HttpRequest) -> HttpResponse:
    """Take a KTB-style request from whoever brings the secret, and answer in its form."""
    if not settings.KTB_SECRET:
        raise Http404
    brought = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(brought, f"Bearer {settings.KTB_SECRET}".encode()):
        return HttpResponse(status=401)
    try:
        (word,) = ktb.KtbBank().read(request.body)
        tranxid = ktb.tranxid_of(request.body)
    except BankFormatError as err:
        log.warning("KTB: a request that is none: %s", err)
        return _xml(400, ktb.answer("", "", ktb.NOT_UNDERSTOOD))
    _keep((word,))
    return _xml(200, ktb.answer(tranxid, word.transaction_id, ktb.KEPT))


def _keep(words: tuple[BankWord, ...]) -> list[Confirmation]:
    """In this order: a payment of which the bank says in the same breath that it was taken back never pays."""
    return [confirm(each) for each in sorted(words, key=lambda each: each.kind is Kind.PAYMENT)]


def _answer(status: int, **fields: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(fields), status=status, content_type="application/json")


def _xml(status: int, body: bytes) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="text/xml; charset=utf-8")


urlpatterns = [
    path("bank/v1/confirm", confirm_payment),
    path("bank/v1/scb", scb),
    path("bank/v1/ktb", ktb_request),
]
