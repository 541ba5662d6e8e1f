"""The slip of a payment: evidence when the bank has confirmed, a tracking slip while it has not.

It is never a receipt, and says so: the receipt is the ministry's. An unconfirmed slip is black where a confirmed one is
framed, and tells the visitor not to pay again. No ID number comes here unmasked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.printer.port import Cut, Part
from fleet.protocol.thai import baht_text, format_baht
from kiosk.slips.document import (
    BODY,
    FOOT,
    TITLE,
    URGENT,
    WORDS,
    Amount,
    Band,
    Code,
    Element,
    Frame,
    Masthead,
    Pairs,
    Paragraph,
    Rule,
    Table,
)
from kiosk.slips.layout import lay_out_parts
from kiosk.slips.letterhead import BARE_ID, SAMPLE_BAND, again, date_th, time_th


@dataclass(frozen=True, slots=True)
class PaymentSlip:
    """Everything a payment slip says.

    ``lines``: what the amount is made of (label, satang). ``payer_masked``: ``x-xxxx-xxxxx-12-1``, or None when no card
    was read. ``confirmed_at``: the bank's word; None makes it a tracking slip. ``contact``: what follows "สอบถาม".
    ``reprint``: it was printed before. ``is_english``: one small English line under the title. ``payee_name``: who is
    paid a fee of another office, in the place of the factory.
    """

    sample: bool
    office_name: str
    transaction_no: str
    printed_at: datetime
    item: str
    factory_name: str
    factory_no: str
    payer_masked: str | None
    lines: tuple[tuple[str, int], ...]
    amount_satang: int
    ref1: str
    ref2: str
    tracking_url: str
    confirmed_at: datetime | None
    contact: str
    kiosk_name: str
    bank_reference: str | None = None
    reprint: bool = False
    is_english: bool = False
    payee_name: str = ""

    def __post_init__(self) -> None:
        if self.payer_masked is not None and BARE_ID.search(self.payer_masked):
            raise ValueError("the payer of a slip must be masked")
        if self.printed_at.tzinfo is None or (self.confirmed_at and self.confirmed_at.tzinfo is None):
            raise ValueError("times on a slip need a time zone")
        if self.lines and sum(satang for _, satang in self.lines) != self.amount_satang:
            raise ValueError("the lines of a slip do not add up to its amount")


def render(slip: PaymentSlip, width_px: int, *, draws_codes: bool = False) -> tuple[Part, ...]:
    """The slip, ready for a printer of that width that draws codes or not, cut included."""
    return (*lay_out_parts(elements(slip), width_px, draws_codes=draws_codes), Cut())


def elements(slip: PaymentSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    return (*_head(slip), *_status(slip), *_facts(slip), *_money(slip), *_references(slip), *_foot(slip))


def _head(slip: PaymentSlip) -> tuple[Element, ...]:
    confirmed = slip.confirmed_at is not None
    title = "หลักฐานการทำรายการ" if confirmed else "ใบติดตามการชำระเงิน"
    english = "Evidence of payment, not a receipt" if confirmed else "Payment tracking slip, not a receipt"
    return (
        *((Band(SAMPLE_BAND),) if slip.sample else ()),
        Masthead(slip.office_name),
        Rule(dashed=False),
        Paragraph(title, TITLE, space_below=12),
        Paragraph("ไม่ใช่ใบเสร็จรับเงิน", BODY),
        *((Paragraph(english, FOOT),) if slip.is_english else ()),
        *(again(slip.printed_at) if slip.reprint else ()),
    )


def _status(slip: PaymentSlip) -> tuple[Element, ...]:
    if slip.confirmed_at is not None:
        return (Frame("ธนาคารยืนยันแล้ว"),)
    return (Band("ธนาคารยังไม่ยืนยัน"), Paragraph("อย่าชำระซ้ำ รอผลก่อน", URGENT, space_below=8))


def _facts(slip: PaymentSlip) -> tuple[Element, ...]:
    when = slip.confirmed_at or slip.printed_at
    factory = (("โรงงาน", slip.factory_name), ("ทะเบียน", slip.factory_no))
    about = (("ผู้รับเงิน", slip.payee_name),) if slip.payee_name else factory
    payer = () if slip.payer_masked is None else (("ผู้ทำรายการ", slip.payer_masked),)
    return (
        Pairs((("วันที่", date_th(when)), ("เวลา", time_th(when)), ("เลขที่รายการ", slip.transaction_no))),
        Rule(),
        Pairs((("รายการ", slip.item), *about, *payer)),
        Rule(),
    )


def _money(slip: PaymentSlip) -> tuple[Element, ...]:
    rows = tuple((label, format_baht(satang)) for label, satang in slip.lines)
    return (
        *((Table(rows),) if rows else ()),
        Amount(format_baht(slip.amount_satang), "บาท"),
        Paragraph(f"({baht_text(slip.amount_satang)})", WORDS),
        Rule(),
    )


def _references(slip: PaymentSlip) -> tuple[Element, ...]:
    bank = () if slip.bank_reference is None else (("เลขธนาคาร", slip.bank_reference),)
    ref2 = (("อ้างอิง 2", slip.ref2),) if slip.ref2 else ()
    result = "และวิธีรับใบเสร็จ" if slip.confirmed_at else "ว่าเงินเข้าแล้วหรือยัง"
    return (
        Pairs((("อ้างอิง 1", slip.ref1), *ref2, *bank)),
        Rule(),
        Code(slip.tracking_url, ("สแกนเพื่อดูสถานะ", result, "ไม่ต้องลงชื่อเข้าใช้")),
        Rule(),
    )


def _foot(slip: PaymentSlip) -> tuple[Element, ...]:
    return (
        Paragraph(f"สอบถาม {slip.contact}", FOOT),
        Paragraph(f"เครื่อง {slip.kiosk_name} เก็บใบนี้ไว้จนได้รับใบเสร็จ", FOOT),
    )
