"""What the slips of the services say, and that every one of them can be read, on every paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, TypeVar

import pytest
import zxingcpp
from PIL import Image

from drivers.printer.fake import FakePrinter
from drivers.printer.paper import png
from drivers.printer.port import Logo, Qr, Raster
from fleet.protocol.codes import PresenceCode, classify
from fleet.protocol.presence import parse
from kiosk.slips.case_slip import CaseSlip
from kiosk.slips.document import Band, Frame, plain_text
from kiosk.slips.letterhead import SAMPLE_BAND, Letterhead
from kiosk.slips.payment_slip import render
from kiosk.slips.presence_slip import PresenceSlip
from kiosk.slips.registration_slip import RegistrationSlip
from kiosk.slips.service_slip import ServiceSlip, render_service, service_elements
from kiosk.slips.ticket_slip import TicketSlip
from tests.support.sample_service_slips import EN, SERVICE_SLIPS, TH, code_of, presence_slip
from tests.support.sample_slips import PAID

every_slip = pytest.mark.parametrize("slip", SERVICE_SLIPS.values(), ids=SERVICE_SLIPS)
THAI = {name: slip for name, slip in SERVICE_SLIPS.items() if not slip.letterhead.is_english}
ENGLISH = {name: slip for name, slip in SERVICE_SLIPS.items() if slip.letterhead.is_english}


def said(slip: ServiceSlip) -> str:
    return plain_text(service_elements(slip))


S = TypeVar("S", CaseSlip, PresenceSlip, RegistrationSlip, TicketSlip)


def slip_of(kind: type[S]) -> S:
    return next(slip for slip in SERVICE_SLIPS.values() if isinstance(slip, kind))


def printed(slip: ServiceSlip, width_px: int, *, draws_codes: bool = False) -> tuple[Raster, list[str]]:
    printer = FakePrinter(width_px, draws_codes=draws_codes)
    printer.print(render_service(slip, width_px, draws_codes=draws_codes))
    return printer.slips[0], printer.own_codes


# ---- all of them


@every_slip
@pytest.mark.parametrize("width_px", [576, 384])
@pytest.mark.parametrize("draws_codes", [False, True], ids=["as dots", "drawn there"])
def test_its_code_is_read_whoever_draws_it(slip: ServiceSlip, width_px: int, draws_codes: bool) -> None:
    picture, own_codes = printed(slip, width_px, draws_codes=draws_codes)
    expected = [code for code in (code_of(slip),) if code is not None]
    read = zxingcpp.read_barcodes(Image.open(BytesIO(png(picture))).convert("L"))
    assert [code.text for code in read] == expected
    assert own_codes == (expected if draws_codes else [])
    most_black = 0.25 if isinstance(slip, PresenceSlip) else 0.20  # its code is as wide as narrow paper
    assert sum(byte.bit_count() for byte in picture.rows) <= most_black * width_px * picture.height_px


@every_slip
def test_the_margins_are_white(slip: ServiceSlip) -> None:
    picture, _ = printed(slip, 384)
    left, top, right, _ = Image.open(BytesIO(png(picture))).convert("L").point(lambda v: 255 - v).getbbox() or (0,) * 4
    assert (left >= 8, top >= 8, right <= 384 - 8) == (True, True, True)


@every_slip
def test_only_a_sample_says_so(slip: ServiceSlip) -> None:
    assert said(slip).startswith(SAMPLE_BAND)
    real: dict[str, Any] = {"letterhead": replace(slip.letterhead, sample=False)}
    if isinstance(slip, PresenceSlip):
        real["presence"] = replace(slip.presence, sample=False)
    assert SAMPLE_BAND not in said(replace(slip, **real))


@every_slip
def test_the_masthead_is_the_one_of_every_slip_of_the_office(slip: ServiceSlip) -> None:
    paid = replace(PAID, office_name=slip.letterhead.office_name)
    (ours,) = [part for part in render_service(slip, 576) if isinstance(part, Logo)]
    (theirs,) = [part for part in render(paid, 576) if isinstance(part, Logo)]
    assert ours == theirs


@pytest.mark.parametrize("slip", ENGLISH.values(), ids=ENGLISH)
def test_in_english_only_names_and_what_an_officer_needs_stay_thai(slip: ServiceSlip) -> None:
    twin = replace(slip, letterhead=replace(slip.letterhead, is_english=False, contact=TH.contact))
    same = set(said(slip).splitlines()) & set(said(twin).splitlines())
    assert not [line for line in same if line.startswith(("วันที่", "เวลา", "สแกน", "สอบถาม", "เครื่อง"))]
    assert "November 2026" in said(slip), "of the common era, as the screen says it"
    assert "Ask 0 3800 0000" in said(slip)


@every_slip
def test_a_second_one_is_marked_in_both_languages(slip: ServiceSlip) -> None:
    again = replace(slip, letterhead=replace(slip.letterhead, reprint=True))
    assert "พิมพ์ซ้ำ / reprint\n24 พฤศจิกายน 2569 10:47 น." in said(again)


@every_slip
def test_a_printer_that_draws_codes_gets_them_as_wide_as_it_may_draw_them(slip: ServiceSlip) -> None:
    """Also where it packs capitals no tighter than other letters, which makes a symbol of up to 85 modules."""
    for part in render_service(slip, 384, draws_codes=True):
        if isinstance(part, Qr):
            bytewise = Qr(part.payload.lower(), part.module_px)
            assert bytewise.side_px <= 384 - 16


def test_a_time_without_zone_never_becomes_a_slip() -> None:
    with pytest.raises(ValueError, match="zone"):
        Letterhead(True, "สำนักงาน", "CBI-02", "โทร", datetime(2026, 11, 24))  # noqa: DTZ001  the mistake under test


# ---- presence


def test_a_presence_slip_says_what_is_signed_and_masks() -> None:
    slip = slip_of(PresenceSlip)
    signed = parse(slip.qr).presence
    assert signed == slip.presence
    for text in (signed.number, signed.name, signed.masked_id, signed.purpose, signed.office_name):
        assert text in said(slip)
    assert "ใช้ได้ถึง: 1 ธันวาคม 2569 10:47 น." in said(slip)
    assert classify(slip.qr) == PresenceCode(signed.number, signed=parse(slip.qr))


def test_unverified_is_black_and_in_both_languages() -> None:
    slip = slip_of(PresenceSlip)
    for each in (slip, presence_slip(EN, slip.presence)):
        assert Band("ยังไม่ได้ตรวจสอบกับกรมการปกครอง") in service_elements(each)
        assert "unverified with the Department of Provincial Administration" in said(each)
    verified = presence_slip(TH, replace(slip.presence, verified=True))
    assert Frame("ตรวจกับกรมการปกครองแล้ว") in service_elements(verified)
    assert "ยังไม่ได้" not in said(verified)
    assert "unverified" not in said(verified)


def test_a_sample_slip_bears_no_real_code() -> None:
    real = replace(slip_of(PresenceSlip).presence, sample=False)
    with pytest.raises(ValueError, match="sample"):
        presence_slip(TH, real)


# ---- ticket, registration, case, manual


def test_a_ticket_names_who_answers_and_until_when() -> None:
    slip = slip_of(TicketSlip)
    assert "ผู้รับผิดชอบ: นายตัวอย่าง รับเรื่อง" in said(slip)
    assert "ตอบภายใน: 9 ธันวาคม 2569" in said(slip)
    assert "ตอบภายใน" not in said(replace(slip, answer_by=None))


@pytest.mark.parametrize("kind", [TicketSlip, RegistrationSlip])
def test_what_is_not_sent_yet_is_black_and_what_is_is_framed(kind: type[TicketSlip | RegistrationSlip]) -> None:
    slip = slip_of(kind)
    waiting, sent = replace(slip, is_queued=True), replace(slip, is_queued=False)
    black = [element.text for element in service_elements(waiting) if isinstance(element, Band)]
    assert [text.startswith("รอส่ง") for text in black] == [False, True]
    assert [element for element in service_elements(sent) if isinstance(element, Frame)]
    assert not [element for element in service_elements(waiting) if isinstance(element, Frame)]


@pytest.mark.parametrize(
    "change", [{"id_masked": "1234567890121"}, {"id_masked": "1-2345-67890-12-1"}, {"phone_masked": "0812345678"}]
)
def test_a_registration_bears_no_number_in_full(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="masked"):
        replace(slip_of(RegistrationSlip), **change)


def test_a_late_case_is_black_and_one_in_time_is_not() -> None:
    slip = slip_of(CaseSlip)
    late = replace(slip, due_on=date(2026, 11, 20), is_late=True)
    assert Band("เกินกำหนดตามกฎหมาย") in service_elements(late)
    assert Band("เกินกำหนดตามกฎหมาย") not in service_elements(slip)
    assert "กำหนดตามกฎหมาย: 2 ธันวาคม 2569" in said(slip)
    with pytest.raises(ValueError, match="deadline"):
        replace(slip, due_on=None, is_late=True)


def test_a_case_tells_no_holder_deadline_or_day_it_does_not_know() -> None:
    bare = replace(slip_of(CaseSlip), holder=None, due_on=None, known_on=None, next_step=None)
    text = said(bare)
    assert [word in text for word in ("อยู่ที่", "กำหนดตามกฎหมาย", "ข้อมูลเมื่อ")] == [False] * 3
    assert "ขั้นต่อไป: เรื่องจบแล้ว" in text


def test_days_are_those_in_thailand() -> None:
    late = replace(TH, printed_at=datetime(2026, 11, 24, 18, 47, tzinfo=UTC))
    assert "วันที่: 25 พฤศจิกายน 2569\nเวลา: 01:47 น." in said(replace(slip_of(TicketSlip), letterhead=late))
