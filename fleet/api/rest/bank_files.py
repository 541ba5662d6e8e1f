"""Money of all provinces together: days of banks' files against the ledger, taking one, and where each payee's lies."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, UploadedFile

from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import answers
from fleet.payments.balances import balances
from fleet.payments.banks.port import BankFormatError
from fleet.payments.ledger import Account
from fleet.payments.models import SettlementFile
from fleet.payments.settling import Agreement, OtherFileError, agreements_of, take_file
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PAYMENTS), tags=["payments"])

FILE_BYTES_MAX = 20 * 1024 * 1024
"""As the page takes."""


class Bank(StrEnum):
    """Banks that send files."""

    SCB = "SCB"
    KTB = "KTB"


class TotalsOut(Schema):
    """Money in and out, and how many of each."""

    credit_satang: int
    credit_count: int
    debit_satang: int
    debit_count: int


class Day(Schema):
    """A day at a bank: what its file says, what the ledger holds. `missing`: words we believed that it has not."""

    bank: str
    day: date
    holds: bool
    said: TotalsOut
    held: TotalsOut
    missing: int


class Days(Schema):
    items: list[Day]
    next: str | None


class LiesOut(Schema):
    """What lies in one account."""

    account: Account
    amount_satang: int


class BalanceOut(Schema):
    """A payee. `held_satang`: what the bank says it holds, which all `accounts` together are.

    `payee_*`: of another office, as its QR named it; empty for an account of ours.
    """

    biller_id: str
    payee_th: str
    payee_en: str
    held_satang: int
    accounts: list[LiesOut]


class Balances(Schema):
    items: list[BalanceOut]
    next: str | None


def _told(agreement: Agreement) -> dict[str, object]:
    return {
        "bank": agreement.file.bank,
        "day": agreement.file.day,
        "holds": agreement.holds,
        "said": agreement.said,
        "held": agreement.held,
        "missing": agreement.missing,
    }


@router.get("bank-files", response=answers(Days))
def bank_files(request: HttpRequest, after: After, limit: Limit) -> dict[str, object]:
    """The days that are there, the last taken first."""
    if not caller(request).scope.settles.nation:
        raise missing()
    found, following = page(SettlementFile.objects.all(), after, limit, newest_first=True)
    return {"items": [_told(each) for each in agreements_of(found)], "next": following}


@router.post("bank-files", response=answers(Day))
def take(
    request: HttpRequest,
    bank: Annotated[Bank, Form(...)],
    file: Annotated[UploadedFile, File(..., description="a day's settlement file")],
) -> dict[str, object]:
    """Take a day's file. The same one again changes nothing."""
    if not caller(request).scope.may_settle(None):
        raise RefusedError(403, "not-here", "A bank's file is of all provinces together.")
    if (file.size or 0) > FILE_BYTES_MAX:
        raise RefusedError(413, "too-large", "A day's file has at most 20 MB.")
    try:
        return _told(take_file(bank.value, file.read()))
    except BankFormatError as err:
        why = [{"where": ["file"], "why": str(err)}]
        raise RefusedError(422, "no-file", "It cannot be read, and nothing was taken.", why) from None
    except OtherFileError:
        raise RefusedError(409, "other-file", "Another file of this bank and day was taken. Ask the bank.") from None


@router.get("balances", response=answers(Balances))
def where_it_lies(request: HttpRequest) -> dict[str, object]:
    """Where the money of each payee lies: settled, waiting for a person, to be paid back, or never ours."""
    if not caller(request).scope.settles.nation:
        raise missing()
    return {
        "items": [
            {
                "biller_id": each.biller_id,
                "payee_th": each.payee_th,
                "payee_en": each.payee_en,
                "held_satang": each.held_satang,
                "accounts": [{"account": account, "amount_satang": satang} for account, satang in each.rows],
            }
            for each in balances()
        ],
        "next": None,
    }
