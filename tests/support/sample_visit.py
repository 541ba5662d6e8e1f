"""Made-up office records, settings and events for tests of the visit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from drivers.printer.port import Paper
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.office import Factory, Line, Notice
from fleet.protocol.settings import KioskSettings, read_settings
from fleet.protocol.thai import IdNumber
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import Bill, Owed

SAMPLE_ID = IdNumber("1999900000013")

DOCUMENT: dict[str, Any] = {
    "office_name": {"th": "สำนักงานอุตสาหกรรมจังหวัดชลบุรี", "en": "Chon Buri Provincial Industry Office"},
    "payee": {"name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, "biller_id": "112345678901234"},
}


def settings(**changes: Any) -> KioskSettings:
    """Sample settings with ``changes`` laid over."""
    return read_settings([DOCUMENT, changes])[0]


def desk(**changes: Any) -> Desk:
    """A desk where everything works."""
    return Desk("CBI-02", settings(**changes), frozenset(Device), online=True, paper=Paper.FULL)


def owed(number: int = 1, *, satang: int = 330_000, due_on: date = date(2026, 9, 24), **changes: Any) -> Owed:
    """An unpaid notice; ``number`` tells them apart."""
    factory = Factory(factory_no="20200012325553", name_th="ตัวอย่างแปรรูปอาหาร", name_en="Sample Foods")
    notice = Notice(
        notice_no=f"N{number:03d}",
        reference=f"REFERENCE{number}",
        factory_no=factory.factory_no,
        item_th="ค่าธรรมเนียมรายปี 2569",
        item_en="Annual fee, B.E. 2569",
        lines=(Line(label_th="ค่าธรรมเนียม", label_en="Fee", amount_satang=satang),),
        amount_satang=satang,
        due_on=due_on,
        **changes,
    )
    return Owed(notice, factory)


def confirmation(bill: Bill, **changes: Any) -> PaymentConfirmed:
    """The bank's word on ``bill``."""
    fields: dict[str, Any] = {
        "ref1": bill.payment.ref1,
        "ref2": bill.payment.ref2,
        "amount_satang": bill.payment.amount_satang,
        "confirmed_at": datetime(2026, 11, 24, 3, 47, tzinfo=UTC),
    }
    return PaymentConfirmed(**fields | changes)
