"""The slip of a case on A5: what was filed, when it is to be decided, what is missing, and the QR that follows it.

Rules: no applicant's name; every text is escaped; a sample says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fleet.office.cases.models import Case
from fleet.office.paper import document, pdf_of
from fleet.office.picture_codes import qr
from fleet.protocol.thai import BANGKOK, thai_date

_STYLE = """
@page { size: 148mm 210mm; margin: 0 }
* { margin: 0; padding: 0 }
body { font-family: Sarabun; color: #111; font-size: 11pt; line-height: 1.55 }
.page { position: relative; width: 120mm; padding: 12mm 14mm }
.office { font-weight: 700; font-size: 12pt }
h1 { font-size: 20pt; font-weight: 800; line-height: 1.45 }
.not { font-weight: 700 }
.sample { border: .5mm solid #7A4A00; color: #7A4A00; background: #FDF0D0; font-weight: 800; padding: .5mm 4mm;
  border-radius: 2mm; margin-bottom: 3mm }
table { border-collapse: collapse; width: 120mm; margin-top: 3mm; table-layout: fixed }
td { vertical-align: top; padding: .7mm 0; border-bottom: .2mm solid #bbb }
.k { width: 38mm; color: #333 } .v { font-weight: 700 }
.due { border: .5mm solid #111; border-radius: 1.5mm; padding: 1mm 4mm; margin-top: 4mm; font-size: 14pt;
  font-weight: 800 }
h2 { font-size: 12pt; margin-top: 4mm }
li { margin-left: 6mm }
.foot { margin-top: 5mm; width: 120mm }
.foot svg { float: left; width: 34mm; height: 34mm }
.foot p { margin-left: 38mm }
.small { font-size: 9.5pt }
"""


@dataclass(frozen=True, slots=True)
class CaseSlip:
    """A case as its slip says it. ``address``: where the QR leads; ``missing``: documents still to come."""

    case: Case
    address: str
    missing: tuple[str, ...]


def slip_of(case: Case, tracking_address: str) -> CaseSlip:
    """The slip of a case that was read with its office and factory."""
    missing = tuple(each.name_th for each in case.documents.all() if each.received_on is None)
    return CaseSlip(case, f"{tracking_address}/t/{case.token}", missing)


def pdf(slip: CaseSlip) -> bytes:
    """The slip as PDF."""
    return pdf_of(document("ใบรับเรื่อง", _STYLE, _page(slip)))


def _page(slip: CaseSlip) -> str:
    case = slip.case
    entered = case.entered_at.astimezone(BANGKOK)
    factory = case.factory
    rows = [
        ("เลขที่เรื่อง", case.case_no),
        ("เรื่อง", case.name_th),
        *([("โรงงาน", f"{factory.name_th} ({factory.pk})")] if factory else []),
        ("เข้าระบบเมื่อ", f"{thai_date(entered.date())} {entered:%H:%M} น."),
        ("นับเป็นวันที่รับ", thai_date(case.received_on)),
        ("ผู้ดูแล", f"{case.holder_th} {case.phone}".strip()),
    ]
    table = "".join(f'<tr><td class="k">{key}</td><td class="v">{escape(value)}</td></tr>' for key, value in rows)
    due = f'<div class="due">กำหนดตามกฎหมาย {thai_date(case.due_on)}</div>' if case.due_on else ""
    items = "".join(f"<li>{escape(each)}</li>" for each in slip.missing)
    missing = f"<h2>เอกสารที่ยังขาด</h2><ul>{items}</ul>" if items else ""
    code = qr(slip.address, covered=False)
    at_kiosk = " หรือสแกนที่ตู้บริการของสำนักงาน" if factory else ""  # kiosks do not get a person's case
    drawn = (
        f'<svg viewBox="0 0 {code.width} {code.height}"><path d="{code.path}" stroke="#000" fill="none"/></svg>'
        f"<p><b>สแกนเพื่อติดตามเรื่อง</b></p><p>ดูขั้นตอน ผู้ดูแล และกำหนด ได้จากทุกที่{at_kiosk}</p>"
        '<p class="small">ผู้ถือใบนี้ดูเรื่องได้ เก็บไว้เหมือนเอกสารส่วนตัว</p>'
    )
    sample = '<div class="sample">ตัวอย่าง ใช้จริงไม่ได้</div>' if case.sample else ""
    return (
        f'<div class="page">{sample}<div class="office">{escape(case.office.name_th)}</div><h1>ใบรับเรื่อง</h1>'
        f'<p class="not">ไม่ใช่ใบอนุญาตและไม่ใช่ใบเสร็จรับเงิน</p><table>{table}</table>{due}{missing}'
        f'<div class="foot">{drawn}</div></div>'
    )
