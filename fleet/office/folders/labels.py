"""Labels for folders: number, factory and place for people; Code 128 and QR with the number for scanners.

The Code 128 is for the scanner that walks along a shelf, the QR for a telephone. Neither says more than the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from unicodedata import category

from fleet.office.folders.sheets import A4_MM, Sheet
from fleet.office.models import Folder
from fleet.office.paper import document, pdf_of
from fleet.office.paper_boxes import code_at, words_at
from fleet.office.picture_codes import bars, qr

LABELS_MAX = 2000
"""At once: what a printer takes in an afternoon. A page takes a tenth of a second."""

_QR_MM = 16.0
"""29 modules of 0.55 mm: read from an arm's length (tried with zxing-cpp at 150 dpi)."""
_INSIDE_MM = 4.5
"""Printers do not reach the edge of the sheet, and cutters are not exact."""
_BARS_MM = 9.0
_LETTER_MM = 1.75
"""Mean width of a letter of Sarabun at 9 pt, bold (measured)."""

_STYLE = f"""
@page {{ size: {A4_MM[0]}mm {A4_MM[1]}mm; margin: 0 }}
* {{ margin: 0; padding: 0 }}
body {{ font-family: Sarabun; color: #000; font-size: 8.5pt; line-height: 1.3 }}
.sheet {{ position: relative; width: {A4_MM[0]}mm; height: {A4_MM[1]}mm; break-after: page; overflow: hidden }}
.sheet:last-child {{ break-after: auto }}
.label {{ position: absolute; overflow: hidden }}
.label > * {{ position: absolute }}
.no {{ font-weight: 800; font-size: 12.5pt; letter-spacing: .4pt; line-height: 1.1 }}
.about {{ overflow: hidden }}
.place {{ font-weight: 700; font-size: 9pt; line-height: 1.35; line-clamp: 2 }}
.name {{ line-height: 1.4; line-clamp: 2 }}
.long + .name {{ line-clamp: 1 }}
svg {{ display: block }}
"""


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on one."""

    folder_id: str
    factory_th: str
    place_th: str


def label_of(folder: Folder) -> Label:
    """The label of a folder whose factory has been read with it."""
    return Label(folder.pk, folder.factory.name_th, place_th(folder.room, folder.cabinet, folder.shelf, folder.slot))


def place_th(room: str, cabinet: str, shelf: str, slot: str) -> str:
    """``ห้อง 1 ตู้ 4 ชั้น 2 ช่อง 17``, without what is not known."""
    parts = (("ห้อง", room), ("ตู้", cabinet), ("ชั้น", shelf), ("ช่อง", slot))
    return " ".join(f"{word} {value}" for word, value in parts if value)


def pdf(labels: Sequence[Label], sheet: Sheet, first: int = 1) -> bytes:
    """The labels as a PDF; ``first`` is the first label of the first sheet that is still there, counted from 1."""
    return pdf_of(html(labels, sheet, first))


def html(labels: Sequence[Label], sheet: Sheet, first: int) -> str:
    """The document that is laid out."""
    places = zip(labels, sheet.places(len(labels), first), strict=True)
    sheets = "".join(
        f'<div class="sheet">{"".join(_label(label, sheet, left, top) for label, (_, left, top) in some)}</div>'
        for _, some in groupby(places, key=lambda each: each[1][0])
    )
    return document("ป้ายแฟ้ม", _STYLE, sheets)


def _label(label: Label, sheet: Sheet, left_mm: float, top_mm: float) -> str:
    wide = sheet.width_mm - 2 * _INSIDE_MM
    bottom = sheet.height_mm - _INSIDE_MM
    beside = wide - _QR_MM - 1.5
    inside = (
        words_at("no", (_INSIDE_MM, 4.2, beside, 5.0), escape(label.folder_id)),
        words_at("about", (_INSIDE_MM, 9.0, beside, 14.0), _about(label, beside)),
        code_at(qr(label.folder_id, covered=False), (_INSIDE_MM + wide - _QR_MM, 4.2, _QR_MM, _QR_MM)),
        code_at(bars(label.folder_id), (_INSIDE_MM, bottom - _BARS_MM, wide, _BARS_MM)),
    )
    return words_at("label", (left_mm, top_mm, sheet.width_mm, sheet.height_mm), "".join(inside))


def _about(label: Label, wide_mm: float) -> str:
    """Three lines: a long place takes two of them, and a long name what is left."""
    standing = sum(category(letter) != "Mn" for letter in label.place_th)  # marks stand above and below
    long = " long" if standing * _LETTER_MM > wide_mm else ""
    place, name = escape(label.place_th), escape(label.factory_th)
    return f'<div class="place{long}">{place}</div><div class="name">{name}</div>'
