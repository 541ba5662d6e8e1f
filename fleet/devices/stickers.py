"""Stickers for kiosks: the id to read out to whoever is called, and the QR that opens the kiosk's page.

The QR holds the page's address and no secret: who opens it signs in first. It goes where staff see it and a hand that
looks for the slot of a card does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fleet.devices.models import Kiosk
from fleet.office.paper import document, pdf_of
from fleet.office.paper_boxes import code_at, words_at
from fleet.office.picture_codes import qr

STICKERS_MAX = 2000
"""At once: 200 sheets."""

STICKER_MM = (95.0, 50.0)
ACROSS, DOWN = 2, 5
"""On A4, with a frame to cut along: no office is asked to buy a certain sheet of labels."""

_A4_MM = (210.0, 297.0)
_QR_MM = 40.0
"""With its quiet zone 41 modules of 1 mm for an address of 50 letters: read by a phone from half a metre."""
_EDGE_MM = 5.0

_HOW = "พบปัญหา บอกรหัสนี้กับเจ้าหน้าที่<br>เจ้าหน้าที่ สแกนเพื่อเปิดหน้าของตู้"

_STYLE = """
* { margin: 0; padding: 0 }
body { font-family: Sarabun; color: #000; font-size: 9pt; line-height: 1.35 }
.sheet { position: relative; break-after: page; overflow: hidden }
.sheet:last-child { break-after: auto }
.sticker { position: absolute; box-sizing: border-box; border: .2mm dashed #888; overflow: hidden }
.sticker > * { position: absolute; overflow: hidden }
.id { font-weight: 800; font-size: 24pt; line-height: 1.1 }
.name { font-weight: 700; font-size: 11pt; line-height: 1.35; line-clamp: 2 }
.name + div { line-clamp: 2 }
.how { border-top: .3mm solid #000; padding-top: 1mm; font-size: 8.5pt; white-space: nowrap }
.sample { font-weight: 800; text-align: right }
svg { display: block }
"""


@dataclass(frozen=True, slots=True)
class Sticker:
    """What is on one. ``address``: of the kiosk's page, whole."""

    kiosk_id: str
    name_th: str
    office_th: str
    address: str
    is_sample: bool = False


def sticker_of(kiosk: Kiosk, address: str, *, is_sample: bool) -> Sticker:
    """The sticker of a kiosk whose office has been read with it."""
    return Sticker(kiosk.pk, kiosk.name_th, kiosk.office.name_th, address, is_sample)


def single(sticker: Sticker) -> bytes:
    """A PDF whose only page is the sticker: for a printer of labels, or for the middle of any sheet."""
    return _pdf(STICKER_MM, [[(sticker, 0.0, 0.0)]])


def sheets(stickers: Sequence[Sticker]) -> bytes:
    """A PDF of A4 pages, ten stickers on each, in the order given."""
    wide, high = STICKER_MM
    left, top = (_A4_MM[0] - ACROSS * wide) / 2, (_A4_MM[1] - DOWN * high) / 2
    pages = []
    for begin in range(0, len(stickers), ACROSS * DOWN):
        some = enumerate(stickers[begin : begin + ACROSS * DOWN])
        pages.append([(each, left + i % ACROSS * wide, top + i // ACROSS * high) for i, each in some])
    return _pdf(_A4_MM, pages)


def _pdf(page_mm: tuple[float, float], pages: Sequence[Sequence[tuple[Sticker, float, float]]]) -> bytes:
    wide, high = page_mm
    size = f"@page {{ size: {wide:g}mm {high:g}mm; margin: 0 }} .sheet {{ width: {wide:g}mm; height: {high:g}mm }}"
    body = "".join(f'<div class="sheet">{"".join(_drawn(*each) for each in some)}</div>' for some in pages)
    return pdf_of(document("สติกเกอร์ตู้", size + _STYLE, body))


def _drawn(sticker: Sticker, left_mm: float, top_mm: float) -> str:
    beside, wide = 43.0, STICKER_MM[0] - 43.0 - _EDGE_MM
    name, office = escape(sticker.name_th), escape(sticker.office_th)
    inside = (
        code_at(qr(sticker.address, covered=False), (1.5, 5.0, _QR_MM, _QR_MM)),
        words_at("id", (beside, 5.0, wide, 10.5), escape(sticker.kiosk_id)),
        words_at("sample", (beside, 6.0, wide, 8.0), "ตัวอย่าง" if sticker.is_sample else ""),
        words_at("about", (beside, 15.5, wide, 19.0), f'<div class="name">{name}</div><div>{office}</div>'),
        words_at("how", (beside, 35.5, wide, 10.0), _HOW),
    )
    return words_at("sticker", (left_mm, top_mm, *STICKER_MM), "".join(inside))
