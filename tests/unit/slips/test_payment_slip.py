"""What the slip of a payment says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import takewhile

import pytest
import zxingcpp
from PIL import Image

from drivers.printer.fake import FakePrinter
from drivers.printer.memory import fits
from drivers.printer.paper import png
from drivers.printer.port import Cut, Logo, Qr, Raster
from kiosk.slips.document import Band, Code, Frame, Paragraph, plain_text
from kiosk.slips.layout import lay_out
from kiosk.slips.payment_slip import PaymentSlip, elements, render
from kiosk.slips.trial_slip import TrialSlip, render_trial
from tests.support.sample_slips import LONGEST, PAID, PAID_AT, SLIPS, UNCONFIRMED

ORDER = [
    "ตัวอย่าง ใช้จริงไม่ได้",
    "สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    "หลักฐานการทำรายการ",
    "ไม่ใช่ใบเสร็จรับเงิน",
    "ธนาคารยืนยันแล้ว",
    "วันที่: 24 พฤศจิกายน 2569",
    "เวลา: 10:47 น.",
    "เลขที่รายการ: CBI02-690000318",
    "รายการ: ค่าธรรมเนียมรายปี 2569",
    "โรงงาน: ตัวอย่างแปรรูปอาหาร",
    "ทะเบียน: 2-0-20-00123-2555-3",
    "ผู้ทำรายการ: x-xxxx-xxxxx-12-1",
    "ค่าธรรมเนียม: 3,000.00",
    "เงินเพิ่ม 2 เดือน: 300.00",
    "3,300.00 บาท",
    "(สามพันสามร้อยบาทถ้วน)",
    "อ้างอิง 1: REFERENCE1",
    "อ้างอิง 2: REFERENCE2",
    "เลขธนาคาร: SAMPLE0001",
    "สแกนเพื่อดูสถานะ",
    "และวิธีรับใบเสร็จ",
    "ไม่ต้องลงชื่อเข้าใช้",
    "https://track.example/t/7QK3M9ZXW2AB",
    "สอบถาม โทร 0 3800 0000 ในเวลาราชการ",
    "เครื่อง CBI-02 เก็บใบนี้ไว้จนได้รับใบเสร็จ",
]


def said(slip: PaymentSlip) -> str:
    return plain_text(elements(slip))


def test_a_paid_slip_says_everything_in_order() -> None:
    assert said(PAID).splitlines() == ORDER


def test_confirmed_is_framed_and_unconfirmed_is_black() -> None:
    assert Frame("ธนาคารยืนยันแล้ว") in elements(PAID)
    assert Band("ธนาคารยังไม่ยืนยัน") in elements(UNCONFIRMED)
    assert not [e for e in elements(UNCONFIRMED) if isinstance(e, Frame)]


def test_an_unconfirmed_slip_says_what_not_to_do() -> None:
    text = said(UNCONFIRMED)
    assert "อย่าชำระซ้ำ รอผลก่อน" in text
    assert "ใบติดตามการชำระเงิน" in text
    assert "ว่าเงินเข้าแล้วหรือยัง" in text
    assert "ยืนยันแล้ว" not in text


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_no_slip_is_a_receipt(slip: PaymentSlip) -> None:
    assert "ไม่ใช่ใบเสร็จรับเงิน" in said(slip)


def test_only_sample_data_says_sample() -> None:
    assert "ใช้จริงไม่ได้" not in said(replace(PAID, sample=False))


def test_without_a_card_there_is_no_person() -> None:
    assert "ผู้ทำรายการ" not in said(replace(PAID, payer_masked=None))


@pytest.mark.parametrize("bare", ["1234567890121", "1-2345-67890-12-1", "นาย ก 1234567890121"])
def test_an_unmasked_payer_never_becomes_a_slip(bare: str) -> None:
    with pytest.raises(ValueError, match="masked"):
        replace(PAID, payer_masked=bare)


def test_a_time_without_zone_never_becomes_a_slip() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(PAID, printed_at=datetime(2026, 11, 24))  # noqa: DTZ001  the mistake under test


def test_lines_that_do_not_add_up_never_become_a_slip() -> None:
    with pytest.raises(ValueError, match="add up"):
        replace(PAID, amount_satang=PAID.amount_satang + 1)


def test_the_time_of_a_paid_slip_is_the_banks_also_on_a_reprint() -> None:
    later = replace(PAID, printed_at=PAID_AT.replace(day=25), reprint=True)
    assert "วันที่: 24 พฤศจิกายน 2569" in said(later)
    assert "พิมพ์ซ้ำ / reprint\n25 พฤศจิกายน 2569 10:47 น." in said(later)
    assert "พิมพ์ซ้ำ" not in said(PAID)


def test_a_date_is_the_one_in_thailand() -> None:
    late = replace(UNCONFIRMED, printed_at=PAID_AT.replace(hour=18))  # 01:47 on the 25th there
    assert "วันที่: 25 พฤศจิกายน 2569" in said(late)
    assert "เวลา: 01:47 น." in said(late)


def test_english_is_one_small_line_more() -> None:
    assert set(said(replace(PAID, is_english=True)).splitlines()) - set(ORDER) == {"Evidence of payment, not a receipt"}


def test_an_empty_second_reference_is_left_out() -> None:
    assert "อ้างอิง 2" not in said(replace(PAID, ref2=""))


def test_the_code_is_the_tracking_address() -> None:
    (code,) = [e for e in elements(PAID) if isinstance(e, Code)]
    assert code.payload == PAID.tracking_url


@pytest.mark.parametrize("width_px", [576, 384])
def test_a_code_in_the_middle_is_left_to_the_printer(width_px: int) -> None:
    top, masthead, above, code, below, cut = render(LONGEST, width_px)
    pictures = [top, masthead.picture if isinstance(masthead, Logo) else masthead, above, below]
    assert [each.width_px for each in pictures if isinstance(each, Raster)] == [width_px] * 4
    assert isinstance(code, Qr)
    assert (code.payload, cut) == (LONGEST.tracking_url, Cut())
    assert code.side_px <= width_px - 16


def kinds(slip: PaymentSlip, width_px: int = 576, *, draws_codes: bool = False) -> list[type]:
    return [type(part) for part in render(slip, width_px, draws_codes=draws_codes)]


def test_a_code_beside_its_words_is_drawn_with_them() -> None:
    assert kinds(PAID) == [Raster, Logo, Raster, Cut]


@pytest.mark.parametrize("width_px", [576, 384])
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_printer_that_draws_codes_is_left_every_one(slip: PaymentSlip, width_px: int) -> None:
    parts = render(slip, width_px, draws_codes=True)
    assert [part.payload for part in parts if isinstance(part, Qr)] == [slip.tracking_url]
    printer = FakePrinter(width_px, draws_codes=True)
    printer.print(parts)
    assert printer.own_codes == [slip.tracking_url]
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(png(printer.slips[0]))).convert("L"))
    assert code.text == slip.tracking_url


def test_a_code_in_thai_letters_is_one_that_every_printer_draws() -> None:
    parts = render(replace(PAID, tracking_url="https://ติดตาม.example/t/ก?x=1"), 576, draws_codes=True)
    (code,) = [part for part in parts if isinstance(part, Qr)]
    assert code.payload == "https://xn--l3cbb2cyej.example/t/%E0%B8%81?x=1"


def masthead(slip: PaymentSlip, width_px: int) -> Raster:
    (logo,) = [part for part in render(slip, width_px) if isinstance(part, Logo)]
    return logo.picture


@pytest.mark.parametrize("width_px", [576, 384])
def test_every_slip_of_an_office_bears_the_same_logo(width_px: int) -> None:
    slips = (PAID, UNCONFIRMED, replace(PAID, sample=False, reprint=True, is_english=True))
    trial = TrialSlip(PAID.office_name, "CBI-02", PAID_AT, "https://fleet.example/kiosks/CBI-02/")
    on_trial = [part.picture for part in render_trial(trial, width_px) if isinstance(part, Logo)]
    assert {masthead(slip, width_px) for slip in slips} == set(on_trial)
    assert masthead(LONGEST, width_px) not in on_trial


@pytest.mark.parametrize("width_px", [576, 384])
def test_the_logo_is_one_a_printer_keeps_and_as_wide_as_the_paper(width_px: int) -> None:
    logo = masthead(LONGEST, width_px)
    assert (fits(logo), logo.width_px) == (True, width_px)


def test_a_name_too_tall_for_a_printers_memory_is_drawn_with_the_rest() -> None:
    assert kinds(replace(PAID, office_name="สำนักงาน" * 24)) == [Raster, Cut]


@pytest.mark.parametrize("width_px", [576, 384])
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_that_the_logo_is_a_part_of_its_own_changes_no_dot(slip: PaymentSlip, width_px: int) -> None:
    above_any_code = takewhile(lambda part: not isinstance(part, Qr | Cut), render(slip, width_px))
    printer = FakePrinter(width_px)
    printer.print((*above_any_code, Cut()))
    assert lay_out(elements(slip), width_px).rows.startswith(printer.slips[0].rows)


@pytest.mark.parametrize("width_px", [576, 384])
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_what_comes_out_can_be_read(slip: PaymentSlip, width_px: int) -> None:
    printer = FakePrinter(width_px)
    printer.print(render(slip, width_px))
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(png(printer.slips[0]))).convert("L"))
    assert code.text == slip.tracking_url


def test_paragraphs_are_never_empty() -> None:
    assert all(e.text for slip in SLIPS.values() for e in elements(slip) if isinstance(e, Paragraph))
