"""A notice as a letter on A4, as ``look`` draws it: above the line what an office writes, below it how to pay.

What it is: a page of HTML for a printer of pages (``printing``), in Thai as a Thai office writes it. What it is not:
the making of the PDF, the choice of who gets one. Rules: the emblem's place stays empty, for the office's own; a line
nobody has filled in stays empty; whatever is not to be paid says ตัวอย่าง three times, over the QR too. Every text is
escaped. Positions are fixed, not found out: of five thousand pages, none is to be thought about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from fleet.office import picture_codes
from fleet.office.fees.policy import LetterWords
from fleet.office.picture_codes import Drawn
from fleet.protocol.factory import FactoryNumber
from fleet.protocol.payment import BillPayment
from fleet.protocol.thai import baht_text, format_baht, thai_date


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the notice."""

    label_th: str
    amount_satang: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that stands on one letter. ``pay_by``: until when the amount is right; None when it grows no more."""

    office_th: str
    words: LetterWords
    on: date
    notice_no: str
    item_th: str
    factory_th: str
    operator_th: str
    factory_no: str
    kind: int | None
    lines: tuple[Line, ...]
    due_on: date
    pay_by: date | None
    payee_th: str
    bill: BillPayment
    sample: bool

    @property
    def amount_satang(self) -> int:
        """All lines together; what the codes ask for too."""
        return sum(line.amount_satang for line in self.lines)


STYLE = """
@page{size:210mm 297mm;margin:0}
html,body,div,p,table,h2{margin:0;padding:0}
body{color:#111;font-family:Sarabun;font-size:12pt;line-height:1.55}
.l{position:relative;width:210mm;height:297mm;overflow:hidden;break-after:page}
.l:last-child{break-after:auto}
.a{position:absolute}
.pg{position:absolute;left:28mm;width:162mm;top:14mm}
.em{left:90mm;top:14mm;width:30mm;height:30mm;border:.3mm dashed #777;border-radius:15mm;box-sizing:border-box;
text-align:center;font-size:8.5pt;line-height:1.4;color:#555;padding-top:10mm}
.smp{right:20mm;top:14mm;border:.5mm solid #7A4A00;color:#7A4A00;font-weight:800;padding:.2mm 4mm;font-size:14pt;
line-height:1.6;border-radius:2mm;background:#FDF0D0}
.no{left:28mm;top:32mm}.of{left:128mm;width:62mm;top:32mm}.d{left:88mm}
.b{position:absolute;left:28mm;width:162mm}
.kv{padding-left:15mm;text-indent:-15mm;margin-top:.5mm}.kv span{display:inline-block;width:15mm;text-indent:0}
.b p{text-indent:18mm;margin-top:1.6mm}
.l i{font-style:normal;white-space:nowrap}
.b table{width:162mm;border-collapse:collapse;margin-top:3mm;table-layout:fixed}
th,td{border:.25mm solid #333;padding:.6mm 3mm;line-height:1.55;font-weight:400}
th{font-weight:700;background:#F1EEE6;text-align:center}.x{width:40mm}.x td,.n{text-align:right;white-space:nowrap}
.t td{font-weight:700}
.tight{font-size:11pt;line-height:1.42}.tight td,.tight th{line-height:1.42;padding:.4mm 3mm}.tight p{margin-top:.8mm}
.sg{margin-left:82mm;text-align:center;margin-top:3mm}.sg div{height:1.55em}
.cut{left:0;width:210mm;top:204mm;border-top:.35mm dashed #444}
.cs{left:60mm;width:90mm;top:200.8mm;text-align:center;font-size:9.5pt;color:#444;background:#fff}
.pay{font-size:11.5pt;line-height:1.5}
.logo{left:14mm;top:209mm;width:8mm;height:8mm}
h2{position:absolute;left:25mm;width:128mm;top:208.6mm;font-size:14.5pt;font-weight:800;line-height:1.45;
white-space:nowrap;overflow:hidden}
h2.long{font-size:12pt;top:209.6mm}
.g{left:14mm;width:130mm;top:217mm;border-collapse:collapse;table-layout:fixed}
.g td{border:0;padding:0;vertical-align:top;line-height:1.5}.g .k{width:33mm}.g .v{font-weight:700;white-space:nowrap}
.amt{left:14mm;width:130mm;height:11mm;top:256mm;border:.5mm solid #111;border-radius:1.5mm;box-sizing:border-box}
.amt .k{left:4mm;top:2.6mm}.amt .v{right:4mm;top:.2mm;font-size:19pt;font-weight:800;line-height:1.4;white-space:nowrap}
.qh{left:152mm;width:44mm;top:209mm;background:#243B7D;color:#fff;font-size:10.5pt;font-weight:700;text-align:center;
line-height:1.45}
.qr{left:152mm;top:215mm;width:44mm;height:44mm}
.ql{left:165mm;width:18mm;top:234.2mm;height:5.6mm;background:#F2B233;border:.5mm solid #fff;border-radius:1mm;
text-align:center;font-size:9.5pt;font-weight:800;line-height:5.4mm;box-sizing:border-box}
.qf{left:152mm;width:44mm;top:259.6mm;background:#F2B233;font-size:9.5pt;font-weight:700;text-align:center;
line-height:1.45}
.bc{top:269.5mm;height:13mm}
.bt{left:14mm;width:182mm;top:283.4mm;text-align:center;font-size:9.5pt;line-height:1.5}
"""

_EMBLEM = '<div class="a em">ตราครุฑ<br>หน่วยงานใส่เอง</div>'

_LOGO = (
    '<svg class="a logo" viewBox="0 0 64 64">'
    '<path fill="#F2B233" d="M32 3C31 16 25 24 16 27Q12 27 12 22Q9 31 16 31H48Q55 31 52 22Q52 27 48 27'
    'C39 24 33 16 32 3ZM22 29C18 34 13 37 7 39Q3 39 3 34Q0 43 7 43H57Q64 43 61 34Q61 39 57 39C51 37 46 34 42 29Z"/>'
    '<path d="M11 45h5v11h-5zM29.5 45h5v11h-5zM48 45h5v11h-5zM5 56h54v5H5z" fill="#243B7D"/></svg>'
)

BAR_MODULE_MM = 0.3
"""Of the narrowest bar: banks' scanners ask for 0.25 mm; were it wider, the longest code would leave the page."""

TITLE_LETTERS = 42
"""So many fit the line that names the office in its large size."""

SENDER_LETTERS = 29
"""So many fit a line of the sender's."""

_TIGHT_FROM_ROWS = 3
"""Rows more than the plainest letter has, from which on its upper part is set smaller, to end above the line."""


def page(letter: Letter) -> str:
    """The letter as one page of HTML, to stand in a body with ``STYLE``."""
    return f'<div class="l">{_upper(letter)}{_lower(letter)}</div>'


def _upper(letter: Letter) -> str:
    words = letter.words
    # Text wraps, and what stands under it moves down.
    sender = _wrapped(letter.office_th, SENDER_LETTERS) + (
        _wrapped(words.address, SENDER_LETTERS) if words.address else 0
    )
    more = sender + _wrapped(_to(letter), 62) + _wrapped(baht_text(letter.amount_satang), 46) + bool(words.contact) - 4
    tight, row_mm = (" tight", 5.5) if more >= _TIGHT_FROM_ROWS else ("", 6.6)
    top_mm = 32 + row_mm * max(2, sender)
    number = f"ที่ {escape(words.number_prefix)}{escape(letter.notice_no)}"
    return (
        (_SAMPLE if letter.sample else "")
        + _EMBLEM
        + f'<div class="a no{tight}">{number}</div>'
        + f'<div class="a of{tight}">{_whole_province(letter.office_th)}<br>{escape(words.address)}</div>'
        + f'<div class="a d" style="top:{top_mm + 2:.1f}mm">{thai_date(letter.on)}</div>'
        + f'<div class="b{tight}" style="top:{top_mm + 10.5:.1f}mm">{_body(letter)}</div>'
    )


def _whole_province(office: str) -> str:
    """An office's name; one that takes two lines breaks before its province, never inside of it."""
    before, word, province = escape(office).partition("จังหวัด")
    return f"{before}<br>{word}{province}" if province and _wrapped(office, SENDER_LETTERS) > 1 else escape(office)


def _to(letter: Letter) -> str:
    return letter.operator_th or f"ผู้รับใบอนุญาตประกอบกิจการโรงงาน {letter.factory_th}"


_SAMPLE = '<div class="a smp">ตัวอย่าง</div>'


def _wrapped(text: str, letters: int) -> int:
    """How many lines a text takes, about; marks above and below letters take no room of their own."""
    wide = sum(not ("\u0e34" <= each <= "\u0e3a" or "\u0e47" <= each <= "\u0e4e" or each == "\u0e31") for each in text)
    return max(1, -(-wide // letters))


def _body(letter: Letter) -> str:
    kind = f"จำพวกที่ {letter.kind} " if letter.kind else ""
    factory_no = _hyphened(letter.factory_no)
    late = letter.on > letter.due_on
    falls = "ซึ่งครบกำหนดเมื่อ" if late else "ซึ่งจะครบกำหนดใน"
    checked = "สำนักงานตรวจสอบแล้วยังไม่พบการชำระ จึง" if late else "สำนักงานจึง"
    until = f"ที่ต้องชำระภายใน<i>วันที่ {thai_date(letter.pay_by)}</i> ดังนี้" if letter.pay_by else "ที่ต้องชำระ ดังนี้"
    rows = "".join(
        f'<tr><td>{escape(line.label_th)}</td><td class="n">{format_baht(line.amount_satang)}</td></tr>'
        for line in letter.lines
    )
    total = letter.amount_satang
    words = letter.words
    signer = f"({escape(words.signer_name)})" if words.signer_name else "(" + "." * 40 + ")"
    contact = f"<p>สอบถามได้ที่ {escape(words.contact)}</p>" if words.contact else ""
    return (
        f'<div class="kv"><span>เรื่อง</span>แจ้งชำระ{escape(letter.item_th)}</div>'
        f'<div class="kv"><span>เรียน</span>{escape(_to(letter))}</div>'
        f"<p>ตามที่ท่านประกอบกิจการโรงงาน{kind}ทะเบียนโรงงานเลขที่ <i>{factory_no}</i> "
        f"ท่านมีหน้าที่ชำระค่าธรรมเนียมรายปี {falls}<i>วันที่ {thai_date(letter.due_on)}</i> นั้น</p>"
        f"<p>{checked}ขอแจ้งยอด{until}</p>"
        f'<table><colgroup><col><col class="x"></colgroup><tr><th>รายการ</th><th>จำนวนเงิน (บาท)</th></tr>{rows}'
        f'<tr class="t"><td>รวมทั้งสิ้น ({baht_text(total)})</td><td class="n">{format_baht(total)}</td></tr></table>'
        "<p>ท่านชำระได้ด้วยแอปธนาคาร ที่เคาน์เตอร์ธนาคาร หรือที่ตู้บริการของสำนักงาน "
        "โดยใช้คิวอาร์หรือบาร์โค้ดท้ายหนังสือนี้ หากชำระแล้วขออภัยมา ณ ที่นี้</p>"
        f"{contact}<p>จึงเรียนมาเพื่อโปรดดำเนินการ</p>"
        f'<div class="sg">ขอแสดงความนับถือ<div></div>{signer}<br>{escape(words.signer_title)}</div>'
    )


def _hyphened(factory_no: str) -> str:
    try:
        return str(FactoryNumber(factory_no))
    except ValueError:
        return escape(factory_no)


def _lower(letter: Letter) -> str:
    bill = letter.bill
    title = f"ใบแจ้งชำระ {letter.office_th}"
    size = "long" if _wrapped(title, TITLE_LETTERS) > 1 else ""
    rows = [
        ("ผู้ชำระ", _cut(letter.factory_th)),
        ("ผู้รับเงิน", letter.payee_th),
        ("รหัสผู้รับเงิน", bill.biller_id),
        ("อ้างอิง 1", bill.ref1),
        ("อ้างอิง 2", bill.ref2 or "–"),
        ("ชำระภายใน", thai_date(letter.pay_by) if letter.pay_by else "–"),
    ]
    table = "".join(f'<tr><td class="k">{key}</td><td class="v">{escape(value)}</td></tr>' for key, value in rows)
    spaced = f"| {bill.biller_id} {bill.ref1} {bill.ref2 or ''} {bill.amount_satang or 0}"
    return (
        '<div class="a cut"></div><div class="a cs">ส่วนชำระเงิน แสดงต่อธนาคารหรือสแกนที่ตู้บริการ</div>'
        f'<div class="pay">{_LOGO}<h2 class="{size}">{escape(title)}</h2><table class="a g">{table}</table>'
        '<div class="a amt"><div class="a k">จำนวนเงิน</div>'
        f'<div class="a v">{format_baht(letter.amount_satang)} บาท</div></div>'
        f"{_codes(bill, letter.sample)}"
        f'<div class="a bt">{spaced}{_WARNING if letter.sample else ""}</div></div>'
    )


_WARNING = " &nbsp; ตัวอย่าง ชำระไม่ได้จริง"

NAME_LETTERS = 40
"""So many of a name fit the payment part's line; the letter above it has the whole name."""


def _cut(name: str) -> str:
    while _wrapped(name, NAME_LETTERS) > 1:
        name = name[:-2].rstrip("…") + "…"
    return name


def _codes(bill: BillPayment, sample: bool) -> str:
    code = picture_codes.qr(bill.emv_payload(), covered=sample)
    bar = picture_codes.bars(bill.barcode())
    wide_mm = bar.width * BAR_MODULE_MM
    left_mm = (210 - wide_mm) / 2
    label = '<div class="a ql">ตัวอย่าง</div><div class="a qf">ตัวอย่าง ชำระไม่ได้จริง</div>' if sample else ""
    place = f"left:{left_mm:.2f}mm;width:{wide_mm:.2f}mm"
    return f'<div class="a qh">Thai QR ชำระบิล</div>{_svg(code, "qr")}{label}{_svg(bar, "bc", place)}'


def _svg(drawn: Drawn, name: str, place: str = "") -> str:
    style = f' style="{place}"' if place else ""
    return (
        f'<svg class="a {name}"{style} viewBox="0 0 {drawn.width} {drawn.height}" preserveAspectRatio="none">'
        f'<path d="{drawn.path}" fill="none" stroke="#000" stroke-width="1"/></svg>'
    )
