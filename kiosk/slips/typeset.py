"""Thai type as ink: fonts, measures and line breaks. No layout.

Sarabun, shaped by Raqm, drawn grey and cut at half: at these sizes that keeps loops open which 1-bit drawing fills.
Lines break where ICU says, at a space when one is near. What belongs together (``24 พฤศจิกายน 2569``, ``2 เดือน``) is
kept together by ``kept``. Not safe from several threads at once: FreeType faces are shared.

Shaping is most of the time of a slip, so nothing is shaped twice: what stands on every slip is drawn once
(``standing_ink``, ``standing_lines``), everything else is measured once a slip and then forgotten (``forget``), for it
is a visitor's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from itertools import pairwise

import icu
from PIL import Image, ImageFont

from kiosk.slips.document import TypeStyle, Weight

# Sarabun's declared ascent and descent (em); ink reaches further, see the look's section on Thai type.
ASCENT_EM = 1.07
DESCENT_EM = 0.23

_NO_BREAK_SPACE = "\u00a0"
_WORD_JOINER = "\u2060"
# A line may end at a space before the last break that fits when it is still this full: nicer than inside a name.
_FULL_ENOUGH = 0.6

_MONTHS = (
    "มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม"
    r"|[ก-ฮ]{1,2}\.[ก-ฮ]\."
)
_SPACES_INSIDE = (
    re.compile(rf"(?<=\d) (?={_MONTHS}|บาท|สตางค์|เดือน|ปี|วัน|น\.)"),
    re.compile(r"(?<=[\u0e01-\u0e5b.]) (?=\d{4}(?!\d))"),  # a year after its month, after "ปี" or "พ.ศ."
    re.compile(r"(?<=ที่) (?=\d)|(?<=มาตรา) (?=\d)|(?<=โทร) (?=\d)"),
    re.compile(r"(?<=\d) (?=\d)"),  # telephone numbers
    re.compile(r"(?<=\d) (?=[A-Z][a-z]{2,8} \d{4})|(?<=[a-z]) (?=\d{4}(?!\d))"),  # 24 May 2026
    re.compile(r"(?<=จำกัด) (?=\(มหาชน\))"),
)
# Where ICU would break and nobody who reads Thai would: inside "รายปี", "ใบอนุญาต" and names of provinces and offices,
# inside numbers with hyphens, and between a figure and its power of ten.
_SEAMS = re.compile(
    r"(ราย(?=ปี)|ใบ(?=อนุญาต)|จังหวัด(?=\S)|กรม(?=การปกครอง)|(?<=กรม)การ(?=ปกครอง)"
    r"|(?<=[0-9A-Zx])-(?=[0-9A-Zx])"
    r"|(?:หนึ่ง|สอง|ยี่|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)"
    r"(?=สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|บาท|สตางค์))"
)


@dataclass(frozen=True, slots=True)
class Ink:
    """Drawn text: 255 = ink. ``left`` and ``top`` are where the picture's corner lies from the pen on the baseline.

    ``advance`` is how far it moves the pen.
    """

    image: Image.Image
    left: int
    top: int
    advance: float


@lru_cache(maxsize=64)
def _font(weight: Weight, size_dots: int) -> ImageFont.FreeTypeFont:
    file = resources.files("fontpkg_sarabun") / "files" / f"Sarabun-{weight}.ttf"
    return ImageFont.truetype(BytesIO(file.read_bytes()), size_dots, layout_engine=ImageFont.Layout.RAQM)


def width_dots(text: str, style: TypeStyle) -> float:
    """How far ``text`` moves the pen."""
    return _measured(_shown(text), style)


@lru_cache(maxsize=256)
def _measured(shown: str, style: TypeStyle) -> float:
    return _font(style.weight, style.size_dots).getlength(shown, language="th")


def forget() -> None:
    """Forget the words of the slip that is laid out."""
    _measured.cache_clear()


def draw_ink(text: str, style: TypeStyle) -> Ink:
    """``text`` on a baseline."""
    font = _font(style.weight, style.size_dots)
    shown = _shown(text)
    # getmask2 shapes once what getbbox and ImageDraw.text shape once each; shaping is most of the time of a slip.
    mask, (left, top) = font.getmask2(shown, "L", anchor="ls", language="th")
    width, height = mask.size
    grey = Image.new("L", (width + 2, height + 2))
    grey.im.paste(mask, (1, 1, width + 1, height + 1))
    cut = grey.convert("1", dither=Image.Dither.NONE).convert("L")  # at half: 128 and more is ink
    return Ink(cut, left - 1, top - 1, width_dots(text, style))


@lru_cache(maxsize=128)
def standing_ink(text: str, style: TypeStyle) -> Ink:
    """``draw_ink`` of what stands on slip after slip: drawn once. Its picture must not be changed."""
    return draw_ink(text, style)


def kept(text: str) -> str:
    """``text`` that will not break inside dates, sums, telephone numbers and legal forms."""
    for pattern in _SPACES_INSIDE:
        text = pattern.sub(_NO_BREAK_SPACE, text)
    return _SEAMS.sub(rf"\1{_WORD_JOINER}", text)


def broken_lines(text: str, style: TypeStyle, room_dots: float) -> list[str]:
    """``text`` in lines of at most ``room_dots``; inside a word only when the word alone is too long."""
    text = kept(text)
    if width_dots(text, style) <= room_dots:
        return [text.rstrip()]
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, style, room_dots):
        if not line or width_dots((line + piece).rstrip(), style) <= room_dots:
            line += piece
            continue
        head, tail = _back_to_space(line, style, room_dots)
        lines.append(head.rstrip())
        line = tail + piece
        if width_dots(line.rstrip(), style) > room_dots:
            lines.append(tail.rstrip())
            line = piece
    return [*lines, line.rstrip()]


def stays_whole(text: str, style: TypeStyle, room_dots: float) -> bool:
    """Whether ``broken_lines`` needs to break nothing that belongs together."""
    return all(width_dots(piece.rstrip(), style) <= room_dots for piece in _segments(kept(text), _line_breaks()))


@lru_cache(maxsize=128)
def standing_lines(text: str, style: TypeStyle, room_dots: float) -> tuple[str, ...]:
    """``broken_lines`` of what stands on slip after slip: broken once."""
    return tuple(broken_lines(text, style, room_dots))


def _back_to_space(line: str, style: TypeStyle, room_dots: float) -> tuple[str, str]:
    at = line.rstrip().rfind(" ") + 1
    if at and at < len(line) and width_dots(line[:at].rstrip(), style) >= _FULL_ENOUGH * room_dots:
        return line[:at], line[at:]
    return line, ""


def _pieces(text: str, style: TypeStyle, room_dots: float) -> list[str]:
    """What may not be broken, each with the space after it; what is too wide gives up what keeps it together."""
    pieces: list[str] = []
    for piece in _segments(text, _line_breaks()):
        if width_dots(piece.rstrip(), style) <= room_dots:
            pieces.append(piece)
        elif (loose := _shown(piece)) != piece:
            pieces += _pieces(loose, style, room_dots)
        else:
            pieces += _segments(piece, icu.BreakIterator.createCharacterInstance(icu.Locale("th")))
    return pieces


def _line_breaks() -> icu.BreakIterator:
    return icu.BreakIterator.createLineInstance(icu.Locale("th"))


def _segments(text: str, breaks: icu.BreakIterator) -> list[str]:
    units = icu.UnicodeString(text)  # ICU counts in UTF-16 units
    breaks.setText(units)
    edges = [0, *breaks]
    return [str(units[a:b]) for a, b in pairwise(edges)]


def _shown(text: str) -> str:
    return text.replace(_NO_BREAK_SPACE, " ").replace(_WORD_JOINER, "")
