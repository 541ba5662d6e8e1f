"""Ink on paper: nothing clipped, nothing touching, nothing broken in the wrong place, codes that can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.printer.paper import png
from drivers.printer.port import Raster
from kiosk.slips.document import (
    BODY,
    FOOT,
    TITLE,
    VALUE,
    Amount,
    Band,
    Code,
    Element,
    Frame,
    Masthead,
    Pairs,
    Paragraph,
    Table,
    TypeStyle,
)
from kiosk.slips.layout import lay_out
from kiosk.slips.pavilion import pavilion
from kiosk.slips.payment_slip import PaymentSlip, elements
from kiosk.slips.trial_slip import TrialSlip, trial_elements
from kiosk.slips.typeset import _measured, broken_lines, draw_ink, kept, width_dots
from tests.support.sample_slips import LONGEST, SLIPS

WIDTHS = [576, 384]
MARGIN = 8
TALL = "ฟื้นฟู ฏู ผู้ ปั๊ม น้ำ ฎุ๊"

thai_words = st.text(alphabet="กขคงจชญฎฏฐดตถทธนบปผฝพฟภมยรลวสหอฮ ", min_size=1, max_size=90)


def black(picture: Raster) -> int:
    return sum(byte.bit_count() for byte in picture.rows)


def as_image(picture: Raster) -> Image.Image:
    return Image.open(BytesIO(png(picture))).convert("L")


def ink_box(picture: Raster) -> tuple[int, int, int, int]:
    box = as_image(picture).point(lambda v: 255 - v).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("width_px", WIDTHS)
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_margins_stay_white(slip: PaymentSlip, width_px: int) -> None:
    left, top, right, bottom = ink_box(lay_out(elements(slip), width_px))
    assert (left >= MARGIN, right <= width_px - MARGIN, top >= MARGIN) == (True, True, True)
    assert bottom <= lay_out(elements(slip), width_px).height_px


@pytest.mark.parametrize("width_px", WIDTHS)
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_at_most_a_fifth_is_black(slip: PaymentSlip, width_px: int) -> None:
    picture = lay_out(elements(slip), width_px)
    assert 0.10 < black(picture) / (width_px * picture.height_px) <= 0.20


def test_a_paid_slip_is_about_187_mm_long() -> None:
    assert 180 <= lay_out(elements(SLIPS["paid"]), 576).height_px / 8 <= 195


@pytest.mark.parametrize("width_px", WIDTHS)
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_the_code_on_the_slip_can_be_read(slip: PaymentSlip, width_px: int) -> None:
    (code,) = zxingcpp.read_barcodes(as_image(lay_out(elements(slip), width_px)))
    assert code.text == slip.tracking_url


def test_a_short_code_is_version_3_at_7_dots_a_module() -> None:
    box = ink_box(lay_out((Code("https://track.example/t/7QK3M9ZXW2AB", (" ",)),), 576))
    assert (box[2] - box[0], box[3] - box[1]) == (29 * 7, 29 * 7)


@pytest.mark.parametrize("style", [BODY, TITLE, VALUE, FOOT], ids=["body", "title", "value", "foot"])
def test_marks_of_one_line_never_meet_the_next(style: TypeStyle) -> None:
    line = Paragraph(TALL, style)
    together, alone = lay_out((line, line, line), 576), lay_out((line,), 576)
    assert _smeared(together) == 3 * _smeared(alone)


def _smeared(picture: Raster) -> int:
    """Black dots after each has grown one row downwards; where two lines touch, fewer than those of each alone."""
    stride = (picture.width_px + 7) // 8
    above = bytes(stride) + picture.rows[:-stride]
    return sum((a | b).bit_count() for a, b in zip(above, picture.rows, strict=True))


@pytest.mark.parametrize(
    "element",
    [Band(TALL), Frame(TALL), Masthead(TALL), Paragraph(TALL, TITLE), Pairs(((TALL, TALL),)), Amount("1.00", TALL)],
    ids=lambda e: type(e).__name__,
)
def test_neighbours_never_share_ink(element: Element) -> None:
    """Three of a kind have three times the ink of one: nothing overlaps, nothing is lost."""
    assert black(lay_out((element,) * 3, 576)) == 3 * black(lay_out((element,), 576))


def test_no_mark_is_clipped() -> None:
    """A glyph is drawn whole: more room around it brings no more ink."""
    ink = draw_ink("ฏู๊ ผู้ ฟื้น", TITLE)
    wide = Image.new("L", (ink.image.width + 200, ink.image.height + 200))
    wide.paste(ink.image, (100, 100))
    box = ink.image.getbbox()
    assert box is not None
    assert wide.getbbox() == (box[0] + 100, box[1] + 100, box[2] + 100, box[3] + 100)
    assert (box[0] > 0, box[1] > 0, box[2] < ink.image.width, box[3] < ink.image.height) == (True,) * 4


@settings(deadline=None, max_examples=40)
@given(thai_words, st.integers(120, 560))
def test_lines_fit_and_lose_nothing(text: str, room: int) -> None:
    lines = broken_lines(text, VALUE, room)
    assert all(width_dots(line, VALUE) <= room for line in lines)
    joined = "".join(lines).replace(" ", "").replace("\u2060", "").replace("\u00a0", "")
    assert joined == text.replace(" ", "")


def test_an_overlong_word_breaks_between_letters_and_their_marks_stay() -> None:
    lines = broken_lines("น้ำ" * 40, VALUE, 200)
    assert all(line.startswith("น้ำ") for line in lines)
    assert "".join(lines) == "น้ำ" * 40


@pytest.mark.parametrize(
    ("text", "unbroken"),
    [
        ("ออกให้ ณ วันที่ 24 พฤศจิกายน 2569", "24 พฤศจิกายน 2569"),
        ("ค่าธรรมเนียมรายปี 2569", "รายปี 2569"),
        ("เงินเพิ่ม 2 เดือน", "2 เดือน"),
        ("ประกาศ พ.ศ. 2535", "พ.ศ. 2535"),
        ("ติดต่อ โทร 0 3800 0000", "โทร 0 3800 0000"),
        ("บริษัท ก จำกัด (มหาชน)", "จำกัด (มหาชน)"),
        ("เก้าร้อยเก้าสิบบาท", "เก้าสิบ"),
    ],
)
def test_what_belongs_together_stays_together(text: str, unbroken: str) -> None:
    room = width_dots(unbroken, VALUE) + 1
    lines = [line.replace("\u00a0", " ").replace("\u2060", "") for line in broken_lines(text, VALUE, room)]
    assert any(unbroken in line for line in lines), lines


def test_keeping_together_changes_no_letter() -> None:
    text = LONGEST.item
    assert kept(text).replace("\u00a0", " ").replace("\u2060", "") == text


LONG = "ค่าธรรมเนียมรายปีตามกฎกระทรวงกำหนดค่าธรรมเนียมเกี่ยวกับโรงงานอุตสาหกรรม"


@pytest.mark.parametrize("width_px", WIDTHS)
def test_a_tables_long_text_stays_off_its_figures_and_its_figures_stay_whole(width_px: int) -> None:
    table = Table(((LONG, "12", "990,000,000.00"), ("ค่าปรับ", "2", "300.00")), ("รายการ", "จำนวน", "บาท"))
    left, _, right, _ = ink_box(lay_out((table,), width_px))
    assert (left >= MARGIN, right <= width_px - MARGIN) == (True, True)
    rows = lay_out((table,), width_px).height_px, lay_out((Table(table.rows[1:], table.head),), width_px).height_px
    assert rows[0] >= rows[1] + 2 * 30, "the long text did not break"


def test_a_table_of_one_line_a_row_looks_like_pairs() -> None:
    rows = (("ค่าธรรมเนียม", "3,000.00"), ("เงินเพิ่ม 2 เดือน", "300.00"))
    assert lay_out((Table(rows),), 576) == lay_out((Pairs(rows),), 576)


def test_a_label_as_long_as_the_law_leaves_its_sum_readable() -> None:
    """As pairs it would run into its figure."""
    together = lay_out((Table(((LONG, "330.00"),)),), 384)
    words = lay_out((Table(((LONG, ""),)),), 384)
    figure = lay_out((Table((("", "330.00"),)),), 384)
    assert black(together) == black(words) + black(figure)


@pytest.mark.parametrize("rows", [(), (("a", "1"), ("b",))])
def test_a_crooked_table_is_refused(rows: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(ValueError, match="table"):
        Table(rows)


def test_nothing_of_a_visitor_is_remembered() -> None:
    lay_out((Pairs((("โรงงาน", "ตัวอย่างแปรรูปอาหาร"),)),), 576)
    assert _measured.cache_info().currsize == 0


@pytest.mark.parametrize("width_px", WIDTHS)
@pytest.mark.parametrize("figures", ["0.01", "3,300.00", "99,999.00", "1,234,567.89", "999,999,999.99"])
def test_an_amount_stands_on_one_line(figures: str, width_px: int) -> None:
    left, top, right, bottom = ink_box(lay_out((Amount(figures, "บาท"),), width_px))
    assert left >= MARGIN
    assert right <= width_px - MARGIN
    assert bottom - top < 76


def test_the_pavilion_stands_on_its_floor() -> None:
    mark = pavilion(76)
    assert mark.size == (76, 76)
    floor = mark.crop((0, 68, 76, 70)).getbbox()
    assert floor == (6, 0, 70, 2)
    assert abs(mark.histogram()[255] / 76**2 - 0.33) < 0.05


@pytest.mark.parametrize("width_px", WIDTHS)
def test_the_trial_slip_reaches_both_edges_and_can_be_read(width_px: int) -> None:
    slip = TrialSlip("สำนักงานตัวอย่าง", "CBI-02", datetime(2026, 11, 24, tzinfo=UTC), "https://fleet.example/k/1")
    picture = lay_out(trial_elements(slip, width_px), width_px)
    left, _, right, _ = ink_box(picture)
    assert (left, right) == (0, width_px)
    (code,) = zxingcpp.read_barcodes(as_image(picture))
    assert code.text == "https://fleet.example/k/1"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("สำนักงานอุตสาหกรรมจังหวัดชลบุรี", "จังหวัดชลบุรี"),
        ("ยังไม่ได้ตรวจสอบกับกรมการปกครอง", "กรมการปกครอง"),
        ("ยื่นคำขอต่ออายุใบอนุญาต", "ใบอนุญาต"),
        ("เลขที่ R-CBI02-69-0000043-8", "R-CBI02-69-0000043-8"),
        ("until the 24 November 2026", "24 November 2026"),
    ],
)
def test_what_belongs_together_stands_on_one_line(text: str, whole: str) -> None:
    for room in range(int(width_dots(whole, VALUE)) + 1, int(width_dots(text, VALUE))):
        lines = "\n".join(broken_lines(text, VALUE, room)).replace("\u2060", "").replace("\u00a0", " ")
        assert whole in lines


def test_a_value_too_wide_beside_its_label_stands_below_it_whole() -> None:
    long, short = ("กำหนดตามกฎหมาย", "20 พฤศจิกายน 2569"), ("ครบ", "20 พฤศจิกายน 2569")
    one_line = lay_out((Pairs((short,)),), 384).height_px
    assert lay_out((Pairs((long,)),), 384).height_px > one_line
    assert lay_out((Pairs((("", long[1]),)),), 384).height_px == one_line
