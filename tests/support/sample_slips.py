"""Payment slips for tests: ordinary, and as bad as they can legally be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kiosk.slips.payment_slip import PaymentSlip

PAID_AT = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)  # 10:47 in Thailand

PAID = PaymentSlip(
    sample=True,
    office_name="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    transaction_no="CBI02-690000318",
    printed_at=PAID_AT,
    item="ค่าธรรมเนียมรายปี 2569",
    factory_name="ตัวอย่างแปรรูปอาหาร",
    factory_no="2-0-20-00123-2555-3",
    payer_masked="x-xxxx-xxxxx-12-1",
    lines=(("ค่าธรรมเนียม", 300_000), ("เงินเพิ่ม 2 เดือน", 30_000)),
    amount_satang=330_000,
    ref1="REFERENCE1",
    ref2="REFERENCE2",
    tracking_url="https://track.example/t/7QK3M9ZXW2AB",
    confirmed_at=PAID_AT,
    contact="โทร 0 3800 0000 ในเวลาราชการ",
    kiosk_name="CBI-02",
    bank_reference="SAMPLE0001",
)
UNCONFIRMED = replace(PAID, confirmed_at=None, bank_reference=None, printed_at=PAID_AT + timedelta(minutes=1))
LONGEST = replace(
    PAID,
    office_name="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา",
    factory_name="บริษัท ตัวอย่างอุตสาหกรรมแปรรูปผลิตภัณฑ์เกษตรเพื่อการส่งออก (ประเทศไทย) จำกัด (มหาชน)",
    item="ค่าธรรมเนียมรายปี 2569 งวดที่ 1 และเงินเพิ่มตามมาตรา 43 แห่งพระราชบัญญัติโรงงาน พ.ศ. 2535",
    lines=(("ค่าธรรมเนียม", 99_999_999_999),),
    amount_satang=99_999_999_999,
    ref1="R" * 20,
    ref2="W" * 20,
    tracking_url="https://track.example.go.th/sala/" + "x" * 60,
    reprint=True,
    is_english=True,
)
SLIPS = {"paid": PAID, "unconfirmed": UNCONFIRMED, "longest": LONGEST}
