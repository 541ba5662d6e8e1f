"""SCB's payment confirmation: a JSON POST for each success. Pure.

Documented (developer.scb.co.th): the names of the fields; the amount as a string, in the sandbox as a number; the time
with its +07:00; currency 764; payee type BILLERID; up to 3 more tries at 12 s when not answered with resCode 00; no
signature. So it is a ``Claim``: believed is the answer to our own inquiry (``inquiry``), where ``reverseFlag`` R marks
a payment that was taken back.

Our assumption: the inquiry answers ``{"data": [...]}`` with one object a payment, its fields named as in the callback;
a reversal has the time of its payment, since the flag brings none.
"""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Annotated

import msgspec

from fleet.payments.banks.port import (
    DAY_ENDS,
    BankFormatError,
    BankWord,
    Claim,
    Kind,
    Proof,
    checked_references,
    checked_transaction,
)

SCB = "SCB"
BAHT = "764"
BODY_BYTES_MAX = 8192
ANSWER_BYTES_MAX = 256 * 1024
AMOUNT_MAX = Decimal("9999999999.99")
"""What an amount of at most 13 characters can say."""

_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class _Payment(msgspec.Struct, frozen=True, rename="camel"):
    """What we read of a payment; payer's name and account are left where they are."""

    transaction_id: str
    amount: Decimal
    transaction_dateand_time: _Aware
    payee_proxy_id: str
    bill_payment_ref1: str
    bill_payment_ref2: str = ""
    currency_code: str = BAHT
    payee_proxy_type: str = "BILLERID"
    reverse_flag: str = ""


class _Answer(msgspec.Struct, frozen=True):
    data: list[_Payment]


class ScbBank:
    """SCB's callback."""

    name = SCB
    day_ends: time | None = DAY_ENDS[SCB]

    def read(self, sent: bytes) -> tuple[Claim]:
        """The claim in a callback. Raises: BankFormatError."""
        if len(sent) > BODY_BYTES_MAX:
            raise BankFormatError("longer than a confirmation is")
        try:
            payment = msgspec.json.decode(sent, type=_Payment)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BankFormatError("not a confirmation") from None  # msgspec's words may quote what was sent
        _check(payment)
        return (
            Claim(
                SCB,
                payment.transaction_id,
                payment.payee_proxy_id,
                payment.bill_payment_ref1,
                payment.transaction_dateand_time,
            ),
        )


def read_inquiry(answer: bytes, claim: Claim) -> tuple[BankWord, ...]:
    """What the bank says of a claim when asked: nothing, a payment, or a payment and its reversal.

    Raises: BankFormatError when the answer cannot be read, which is "could not ask" and never "no".
    """
    if len(answer) > ANSWER_BYTES_MAX:
        raise BankFormatError("longer than an answer is")
    try:
        payments = msgspec.json.decode(answer, type=_Answer).data
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BankFormatError("not an answer to an inquiry") from None
    words: list[BankWord] = []
    for each in payments:
        if each.transaction_id != claim.transaction_id:
            continue
        _check(each)
        kinds = (Kind.PAYMENT, Kind.REVERSAL) if each.reverse_flag == "R" else (Kind.PAYMENT,)
        words += [_word(each, kind) for kind in kinds]
    return tuple(words)


def _word(payment: _Payment, kind: Kind) -> BankWord:
    return BankWord(
        bank=SCB,
        transaction_id=payment.transaction_id,
        biller_id=payment.payee_proxy_id,
        ref1=payment.bill_payment_ref1,
        ref2=payment.bill_payment_ref2,
        amount_satang=_satang(payment.amount),
        paid_at=payment.transaction_dateand_time,
        proof=Proof.INQUIRY,
        kind=kind,
    )


def _check(payment: _Payment) -> None:
    checked_transaction(payment.transaction_id)
    checked_references(payment.payee_proxy_id, payment.bill_payment_ref1, payment.bill_payment_ref2)
    _satang(payment.amount)
    if payment.currency_code != BAHT or payment.payee_proxy_type != "BILLERID":
        raise BankFormatError("not a bill paid in baht")


def _satang(amount: Decimal) -> int:
    if not amount.is_finite() or not 0 < amount <= AMOUNT_MAX or amount != amount.quantize(Decimal("0.01")):
        raise BankFormatError("not an amount in baht with at most two decimals")
    return int(amount * 100)
