"""The pretend bank's way in: POST /bank/v1/confirm. Only where a demonstration plays its own bank.

    {"transaction_id": "...", "biller_id": "15 digits", "ref1": "...", "ref2": "...", "amount": "3300.00",
     "paid_at": "2026-11-22T10:47:00+07:00"}

Real banks come through adapters of their own, each believed only after an inquiry.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fleet.payments.banks.port import BankWord, Proof
from fleet.payments.confirming import confirm
from fleet.protocol.payment import PayloadError, parse_amount

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


def _answer(status: int, **fields: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(fields), status=status, content_type="application/json")


urlpatterns = [path("bank/v1/confirm", confirm_payment)]
