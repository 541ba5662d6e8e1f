"""Letters on A4: what stands on them, that banks' and kiosks' readers read them, and runs that survive a kill."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import zxingcpp
from django.utils import timezone
from PIL import Image

from fleet.office.fees import runs
from fleet.office.fees.letter import Letter, Line, page
from fleet.office.fees.models import LetterPart
from fleet.office.fees.policy import LetterWords
from fleet.office.fees.printing import pdf
from fleet.office.fees.runs import NoPayeeError
from fleet.office.models import Notice, Office
from fleet.office.records import mark_paid
from fleet.payments.billing import payee_of
from fleet.protocol.codes import notice_reference
from fleet.protocol.payment import BillPayment, parse_barcode, parse_emv

PICTURES = Path("build/letters")
TODAY = date(2026, 11, 2)
WORDS = LetterWords(
    number_prefix="อก 0000/",
    address="ศาลากลางจังหวัดชลบุรี 20000",
    signer_name="นายตัวอย่าง ใจดี",
    signer_title="อุตสาหกรรมจังหวัดชลบุรี",
)
PLAIN = Letter(
    office_th="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    words=WORDS,
    on=TODAY,
    notice_no="CBI-69-00001",
    item_th="ค่าธรรมเนียมรายปี 2569",
    factory_th="ตัวอย่างแปรรูปอาหาร",
    operator_th="",
    factory_no="20200012325553",
    kind=3,
    lines=(
        Line("ค่าธรรมเนียมรายปี พ.ศ. 2569 (อัตราตัวอย่าง)", 300_000),
        Line("เงินเพิ่มร้อยละ 5 ต่อเดือน จำนวน 2 เดือน", 30_000),
    ),
    due_on=date(2026, 9, 24),
    pay_by=date(2026, 11, 24),
    payee_th="ผู้รับเงินตัวอย่าง",
    bill=BillPayment("112345678901234", notice_reference(20, 6_900_001), "691124", 330_000),
    sample=True,
)
LONG = replace(
    PLAIN,
    office_th="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา",
    words=LetterWords(
        number_prefix="อก 0000/",
        address="ศาลากลางจังหวัดพระนครศรีอยุธยา ถนนสายเอเชีย ตำบลคลองสวนพลู อำเภอพระนครศรีอยุธยา 13000",
        signer_name="นางสาวตัวอย่าง ศรีอยุธยาพระนครวัฒนกิจไพบูลย์",
        signer_title="อุตสาหกรรมจังหวัดพระนครศรีอยุธยา",
        contact="กลุ่มโรงงานอุตสาหกรรม โทร. 0 0000 0000",
    ),
    factory_th="ห้างหุ้นส่วนจำกัด ตัวอย่างอุตสาหกรรมเกษตรแปรรูปและบรรจุภัณฑ์ภาคตะวันออก (1999) และบริษัทในเครือทั้งหมด",
    operator_th="ห้างหุ้นส่วนจำกัด ตัวอย่างอุตสาหกรรมเกษตรแปรรูปและบรรจุภัณฑ์ภาคตะวันออก (1999) และบริษัทในเครือทั้งหมด",
)
"""Everything as long as the register's fields are, and two lines where there can be two."""
REAL = replace(
    PLAIN,
    sample=False,
    on=date(2026, 9, 1),
    pay_by=None,
    lines=(Line("ค่าธรรมเนียมรายปี พ.ศ. 2569", 9_999_999_999),),
    bill=BillPayment("112345678901234", notice_reference(96, 99_999_999), "ABCDEFGHIJ1234567890", 9_999_999_999),
)
ALL = (PLAIN, LONG, REAL)


@pytest.fixture(scope="module")
def printed() -> Path:
    """All of them as one PDF, and a picture of each page as a printer of 300 dpi has it."""
    assert shutil.which("pdftoppm"), "poppler-utils is not installed"
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / "letters.pdf"
    path.write_bytes(pdf(ALL))
    subprocess.run(["pdftoppm", "-r", "300", "-gray", path, PICTURES / "letter"], check=True)
    return path


def pictures(printed: Path) -> Iterator[Image.Image]:
    for path in sorted(printed.parent.glob("letter-*.pgm")):
        with Image.open(path) as picture:
            picture.load()
            yield picture


def test_every_code_is_read_back_as_a_bank_reads_it(printed: Path) -> None:
    for letter, picture in zip(ALL, pictures(printed), strict=True):
        found = {code.format: code.text for code in zxingcpp.read_barcodes(picture)}
        assert parse_emv(found[zxingcpp.BarcodeFormat.QRCode]) == letter.bill
        assert parse_barcode(found[zxingcpp.BarcodeFormat.Code128]) == letter.bill
        assert found[zxingcpp.BarcodeFormat.Code128] == letter.bill.barcode()


def test_the_part_above_the_line_ends_above_it(printed: Path) -> None:
    white = range(int(199.0 / 25.4 * 300), int(200.6 / 25.4 * 300))
    for picture in pictures(printed):
        rows = picture.crop((0, white.start, picture.width, white.stop))
        assert rows.getextrema()[0] > 200, "something reaches into the gap above the line"


def test_nothing_leaves_the_page_at_its_sides(printed: Path) -> None:
    margin_px = int(8 / 25.4 * 300)
    for picture in pictures(printed):
        line_px = int(204 / 25.4 * 300)
        for left in (0, picture.width - margin_px):
            above = picture.crop((left, 0, left + margin_px, line_px - 30)).getextrema()
            below = picture.crop((left, line_px + 30, left + margin_px, picture.height)).getextrema()
            assert above == below == (255, 255)


def test_fonts_are_embedded_once_and_thai_is_text(printed: Path) -> None:
    fonts = subprocess.run(["pdffonts", printed], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert sorted(line.split()[0].split("+")[1] for line in fonts) == [
        "Sarabun", "Sarabun-Bold", "Sarabun-Ultra-Bold",
    ]  # fmt: skip
    text = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, text=True, check=True).stdout
    assert "3,300.00" in text
    assert "2-0-20-00123-2555-3" in text


def test_what_cannot_be_paid_says_so_and_what_can_does_not() -> None:
    assert page(PLAIN).count("ตัวอย่าง ชำระไม่ได้จริง") == 2
    assert "ชำระไม่ได้จริง" not in page(REAL)
    assert 'class="a smp"' not in page(REAL)


def test_names_are_text_and_never_markup() -> None:
    wicked = '<img src="file:///etc/passwd"><script>"&amp;'
    html = page(
        replace(PLAIN, factory_th=wicked, operator_th=wicked, payee_th=wicked, item_th=wicked, office_th=wicked)
    )
    assert "<img" not in html
    assert "<script" not in html


# ---- runs -----------------------------------------------------------------------------------------------------------


def cbi() -> Office:
    return Office.objects.get(pk="CBI")


def never() -> bool:
    return False


def today() -> date:
    return TODAY


def test_a_run_prints_what_is_owed_and_keeps_each_part_whole() -> None:
    run = runs.ask(cbi(), Notice.objects.order_by("due_on", "pk"), None)
    assert run is not None
    assert run.total == Notice.objects.filter(factory__office="CBI", paid_at=None, withdrawn_at=None).count()
    assert not runs.progress_of(run).is_over
    assert runs.work(payee_of, today, never) == 1
    progress = runs.progress_of(run)
    assert (progress.done, progress.pages, progress.is_over) == (run.total, run.total, True)
    [part] = LetterPart.objects.filter(run=run)
    assert bytes(part.pdf or b"").startswith(b"%PDF")
    assert runs.work(payee_of, today, never) == 0


def test_a_part_whose_printer_was_killed_is_printed_by_the_next() -> None:
    run = runs.ask(cbi(), Notice.objects.all(), None)
    now = timezone.now()
    dead = runs.claim(now)
    assert dead is not None
    assert runs.claim(now + timedelta(seconds=1)) is None
    next_one = runs.claim(now + runs.CLAIM)
    assert next_one is not None
    assert next_one.pk == dead.pk
    assert runs.print_part(next_one, payee_of, TODAY)
    assert not runs.print_part(dead, payee_of, TODAY), "the dead one wakes, and has nothing to say"
    assert run is not None
    assert runs.progress_of(run).is_over


def test_what_was_paid_meanwhile_is_left_out() -> None:
    run = runs.ask(cbi(), Notice.objects.all(), None)
    assert run is not None
    notice = Notice.objects.select_related("factory").get(pk=LetterPart.objects.get(run=run).notice_nos[0])
    mark_paid(notice, timezone.now())
    letters = runs.letters_of(cbi(), LetterPart.objects.get(run=run).notice_nos, payee_of, TODAY)
    assert notice.notice_no not in {each.notice_no for each in letters}
    assert len(letters) == run.total - 1


def test_without_a_payee_nothing_is_printed_and_the_run_says_so() -> None:
    run = runs.ask(cbi(), Notice.objects.all(), None)
    assert run is not None
    assert runs.work(lambda _office: None, today, never) == 0
    progress = runs.progress_of(run)
    assert (progress.done, progress.given_up) == (0, run.total)
    with pytest.raises(NoPayeeError):
        runs.letters_of(cbi(), [], lambda _office: None, TODAY)


def test_a_letter_asks_for_what_its_notice_does() -> None:
    notice = Notice.objects.filter(factory__office="CBI", paid_at=None)[0]
    [letter] = runs.letters_of(cbi(), [notice.pk], payee_of, TODAY)
    assert letter.amount_satang == letter.bill.amount_satang == notice.amount_satang
    assert letter.bill.ref1 == notice.reference
    assert letter.sample


def test_files_are_forgotten_after_a_week_and_the_run_still_tells() -> None:
    run = runs.ask(cbi(), Notice.objects.all(), None)
    assert run is not None
    runs.work(payee_of, today, never)
    assert runs.forget_old(timezone.now()) == 0
    assert runs.forget_old(timezone.now() + runs.KEPT) == 1
    assert runs.progress_of(run).is_over
    assert [each.held for each in runs.parts_of(run)] == [0]


def test_nothing_owed_is_no_run() -> None:
    assert runs.ask(cbi(), Notice.objects.none(), None) is None
