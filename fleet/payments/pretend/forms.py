"""Words as banks send them: SCB's callback and inquiry answer, KTB's request, the settlement file. Pure.

The other way round of ``banks``, whose docstrings say what of these forms is known and what assumed. Payers' names say
ตัวอย่าง: they are there to be skipped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from xml.etree import ElementTree

import msgspec

from fleet.payments.banks.ktb import COMMANDS
from fleet.payments.banks.port import BankWord, Kind
from fleet.payments.banks.scb import BAHT
from fleet.payments.banks.settlement import LINE_CHARACTERS, totals_of
from fleet.protocol.payment import amount_text

PAYER = "ผู้ชำระ ตัวอย่าง"
BANK_NUMBERS = {"SCB": "014", "KTB": "006"}
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def _payment(word: BankWord) -> dict[str, str]:
    return {
        "transactionId": word.transaction_id,
        "amount": amount_text(word.amount_satang),
        "transactionDateandTime": word.paid_at_bangkok.isoformat(timespec="seconds"),
        "currencyCode": BAHT,
        "payeeProxyId": word.biller_id,
        "payeeProxyType": "BILLERID",
        "payerName": PAYER,
        "sendingBankCode": BANK_NUMBERS["SCB"],
        "billPaymentRef1": word.ref1,
        "billPaymentRef2": word.ref2,
    }


def scb_callback(word: BankWord) -> bytes:
    """A payment confirmation."""
    return msgspec.json.encode(_payment(word))


def inquiry_answer(words: Iterable[BankWord], reversed_ids: Collection[str]) -> bytes:
    """What SCB answers when asked about payments, some of which it has taken back."""
    payments = [
        _payment(each) | ({"reverseFlag": "R"} if each.transaction_id in reversed_ids else {}) for each in words
    ]
    return msgspec.json.encode({"data": payments})


def ktb_request(word: BankWord) -> bytes:
    """A request, in its envelope."""
    command = next(name for name, kind in COMMANDS.items() if kind is word.kind)
    fields = {
        "tranxid": f"X{word.transaction_id}",
        "ref1": word.ref1,
        "ref2": word.ref2,
        "datetime": word.paid_at_bangkok.strftime("%Y%m%d%H%M%S"),
        "bankref": word.transaction_id,
        "comcode": word.biller_id,
        "command": command,
        "cusname": PAYER,
        "amount": amount_text(word.amount_satang),
        "bankcode": BANK_NUMBERS["KTB"],
    }
    envelope = ElementTree.Element(f"{_SOAP}Envelope")
    request = ElementTree.SubElement(ElementTree.SubElement(envelope, f"{_SOAP}Body"), "RequestCode")
    for name, value in fields.items():
        ElementTree.SubElement(request, name).text = value
    return bytes(ElementTree.tostring(envelope, encoding="utf-8", xml_declaration=True))


def settlement_file(bank: str, day: date, words: Sequence[BankWord]) -> bytes:
    """The file of a whole day."""
    account = f"{BANK_NUMBERS[bank]}0000000000"
    header = f"H000001{account}{'SAMPLE':<40}{day:%d%m%Y}"
    details = [_detail(number, account, each) for number, each in enumerate(words, 2)]
    totals = totals_of(tuple(words))
    trailer = (
        f"T{len(words) + 2:06d}{account}{totals.debit_satang:013d}{totals.debit_count:06d}"
        f"{totals.credit_satang:013d}{totals.credit_count:06d}"
    )
    lines = [header, *details, trailer]
    return "".join(f"{each:<{LINE_CHARACTERS}}\r\n" for each in lines).encode("cp874")


def _detail(number: int, account: str, word: BankWord) -> str:
    at = word.paid_at_bangkok
    flag = "C" if word.kind is Kind.PAYMENT else "D"
    head = f"D{number:06d}{account}{at:%d%m%Y%H%M%S}{PAYER:<50}{word.ref1:<20}{word.ref2:<20}{'':<20}"
    money = f"{'':<8}{flag}CSH{'':<7}{word.amount_satang:013d}"
    return f"{head}{money}{'':<20}{word.biller_id}{'':<32}{account[:3]}"
