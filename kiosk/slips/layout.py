"""Lays the elements of a slip on paper: one 1-bit picture, as tall as it needs to be.

Knows sizes and places, not what a slip says. Rules:

* 8 dots of margin at either side; nothing is scaled to fit, nothing is clipped: text that is too wide breaks, an amount
  takes the next smaller size, a QR code smaller modules.
* The ink of two lines never meets: Thai marks are taller than the pitch allows for, so a line that would touch the one
  above is pushed down until there is white between them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from math import ceil

from PIL import Image, ImageChops

from drivers.printer.port import Logo, Part, Qr, Raster
from kiosk.slips.document import (
    AMOUNT,
    BAND,
    BESIDE,
    BESIDE_FIRST,
    FRAMED,
    LABEL,
    OFFICE,
    UNIT,
    VALUE,
    Amount,
    Band,
    Code,
    Element,
    Frame,
    Masthead,
    Pairs,
    Paragraph,
    Rule,
    Space,
    Stripes,
    Table,
    TypeStyle,
)
from kiosk.slips.pavilion import pavilion
from kiosk.slips.symbol import QUIET_MODULES, modules_of, printable, side_modules
from kiosk.slips.typeset import (
    ASCENT_EM,
    DESCENT_EM,
    Ink,
    broken_lines,
    draw_ink,
    forget,
    standing_ink,
    standing_lines,
    stays_whole,
    width_dots,
)

_MARGIN = 8
_BOTTOM = 24
_NARROW_PX = 512  # below this, type is scaled by six sevenths
_CLEAR_ROWS = 1  # white rows between the ink of two lines
_LOGO = 76
_KEPT_ROWS = 128  # taller pictures the printer does not keep (drivers.printer.memory)
_PAIR_GAP = 18
_RULE_SPACE = 14
_BANNER_SPACE = 8  # above and below; nothing above the first
_RULE_HEIGHT = 3
_DASH, _DASH_GAP = 6, 3
_MODULE = 7  # dots a QR module: 0.9 mm, read at arm's length by any phone
_AMOUNT_SIZES = (76, 68, 60, 52, 46, 40)


_Run = tuple[float, Ink]
"""Drawn text, and where its pen starts."""


class Sheet:
    """Paper that grows downwards."""

    def __init__(self, width_px: int, *, leaves_parts: bool = False, draws_codes: bool = False) -> None:
        """``leaves_parts``: a code in the middle is left to the printer, as a part of its own; so is the masthead.

        ``draws_codes``: the printer draws codes itself, so each stands in the middle.
        """
        self._width = width_px
        self._leaves_parts = leaves_parts
        self._draws_codes = draws_codes
        self._above: list[Part] = []
        self._mast: tuple[int, int] | None = None  # the masthead's rows, in the picture that grows now
        self._scale = 1.0 if width_px >= _NARROW_PX else 6 / 7
        self._image = Image.new("L", (width_px, 2048))
        self._y = float(_MARGIN)
        self._inked_to = 0  # below this row paper is white

    def raster(self) -> Raster:
        """The paper, cut off below the last element."""
        return self._cut_at(round(self._y) + _BOTTOM)

    def parts(self) -> tuple[Part, ...]:
        """The same, and what is left to the printer where it stands."""
        return (*self._above, *self._cut_around_mast(self.raster()))

    def _cut_at(self, height: int) -> Raster:
        self._grow(height)
        paper = self._image.crop((0, 0, self._width, height)).convert("1", dither=Image.Dither.NONE)
        return Raster(self._width, height, paper.tobytes())

    def _cut_around_mast(self, paper: Raster) -> list[Part]:
        """The masthead's rows are a part of their own, as wide as the paper: being centred changes nothing. It stands
        on whole rows, so they are the same on every slip of an office."""
        if self._mast is None or not self._leaves_parts:
            return [paper]
        (top, below), stride = self._mast, (paper.width_px + 7) // 8
        above, mast, rest = (
            Raster(paper.width_px, end - start, paper.rows[start * stride : end * stride])
            for start, end in ((0, top), (top, below), (below, paper.height_px))
        )
        return [above, Logo(mast), rest]  # none is empty: there is a margin above and below

    def add(self, element: Element) -> None:
        match element:
            case Masthead():
                self._masthead(element)
            case Band(text):
                self._banner(text, BAND, filled=True)
            case Frame(text):
                self._banner(text, FRAMED, filled=False)
            case Paragraph():
                self._paragraph(element)
            case Pairs(rows):
                self._pairs(rows)
            case Table():
                self._table(element)
            case Rule(dashed):
                self._rule(dashed)
            case Amount():
                self._amount(element)
            case Code():
                self._code(element)
            case Space(dots):
                self._y += dots
            case Stripes(height):
                self._stripes(height)

    @property
    def _room(self) -> int:
        return self._width - 2 * _MARGIN

    def _sized(self, style: TypeStyle) -> TypeStyle:
        return replace(style, size_dots=round(style.size_dots * self._scale))

    # Lines

    def _line(self, runs: Iterable[_Run], height: float, baseline_em_of: TypeStyle) -> None:
        """Set ``runs`` on one baseline in a line of ``height``, and go below it."""
        size = baseline_em_of.size_dots
        baseline = self._y + (height - (ASCENT_EM + DESCENT_EM) * size) / 2 + ASCENT_EM * size
        placed = [(self._inside(round(x), ink), round(baseline) + ink.top, ink.image) for x, ink in runs]
        pushed = self._push_needed(placed)
        for x, y, image in placed:
            self._lay(image, x, y + pushed)
        self._y += height + pushed

    def _inside(self, x: int, ink: Ink) -> int:
        """Where to lay ink whose pen starts at ``x``: letters may lean out of their box, not into the margin."""
        box = ink.image.getbbox() or (0, 0, 0, 0)
        left = x + ink.left
        return left + max(0, _MARGIN - left - box[0]) - max(0, left + box[2] - self._width + _MARGIN)

    def _centred(self, text: str, style: TypeStyle) -> None:
        ink = standing_ink(text, style)
        self._line([((self._width - ink.advance) / 2, ink)], style.pitch * style.size_dots, style)

    def _push_needed(self, placed: list[tuple[int, int, Image.Image]]) -> int:
        """Rows by which all must move down so that none touches what is there."""
        rows = 0
        while any(self._touches(image, x, y + rows) for x, y, image in placed):
            rows += 1  # ends: below everything that was set, paper is white
        return rows

    def _touches(self, image: Image.Image, x: int, y: int) -> bool:
        if y - _CLEAR_ROWS >= self._inked_to:
            return False
        self._grow(y + image.height)
        for shift in range(-_CLEAR_ROWS, 1):
            box = (x, y + shift, x + image.width, y + shift + image.height)
            if ImageChops.multiply(self._image.crop(box), image).getbbox():
                return True
        return False

    def _lay(self, image: Image.Image, x: int, y: int) -> None:
        self._grow(y + image.height)
        self._image.paste(255, (x, y), mask=image)
        self._inked_to = max(self._inked_to, y + image.height)

    def _fill(self, x: float, y: float, width: float, height: float, ink: int = 255) -> None:
        box = (round(x), round(y), round(x + width), round(y + height))
        self._grow(box[3])
        self._image.paste(ink, box)
        self._inked_to = max(self._inked_to, box[3])

    def _grow(self, height: int) -> None:
        if height > self._image.height:
            taller = Image.new("L", (self._width, height + 1024))
            taller.paste(self._image)
            self._image = taller

    # Elements

    def _masthead(self, element: Masthead) -> None:
        style = self._sized(OFFICE)
        logo = pavilion(round(_LOGO * self._scale))
        gap = round(16 * self._scale)
        lines = _office_lines(element.office_name, style, self._room - logo.width - gap)
        inks = [standing_ink(line, style) for line in lines]
        width = logo.width + gap + max(ink.advance for ink in inks)
        left = (self._width - width) / 2
        height = max(len(lines) * style.pitch * style.size_dots, logo.height)
        self._lay(logo, round(left), round(self._y + (height - logo.height) / 2))
        top = self._y
        self._y += (height - len(lines) * style.pitch * style.size_dots) / 2
        for ink in inks:
            self._line([(left + logo.width + gap, ink)], style.pitch * style.size_dots, style)
        self._y = max(self._y, top + height)
        if self._y - top <= _KEPT_ROWS - 1:
            self._mast = int(top), ceil(self._y)

    def _banner(self, text: str, style: TypeStyle, *, filled: bool) -> None:
        style = self._sized(style)
        edge = 0 if filled else 4
        pad = 0 if filled else 2
        lines = standing_lines(text, style, self._room - 2 * (edge + 8))
        words = Sheet(self._width)
        words._y = 0
        for line in lines:
            words._centred(line, style)
        height = round(words._y) + 2 * (edge + pad)
        self._y = round(self._y) + (0 if self._y == _MARGIN else _BANNER_SPACE)
        self._fill(_MARGIN, self._y, self._room, height)
        if edge:
            self._fill(_MARGIN + edge, self._y + edge, self._room - 2 * edge, height - 2 * edge, ink=0)
        ink = words._image.crop((0, 0, self._width, ceil(height)))
        self._image.paste(0 if filled else 255, (0, self._y + edge + pad), mask=ink)
        self._y += height + _BANNER_SPACE

    def _paragraph(self, element: Paragraph) -> None:
        style = self._sized(element.style)
        for line in standing_lines(element.text, style, self._room):
            self._centred(line, style)
        self._y += element.space_below

    def _pairs(self, rows: tuple[tuple[str, str], ...]) -> None:
        label_style, value_style = self._sized(LABEL), self._sized(VALUE)
        labels = [standing_ink(label, label_style) for label, _ in rows]
        beside = self._room - max(label.advance for label in labels) - _PAIR_GAP
        for index, (label, (_, value)) in enumerate(zip(labels, rows, strict=True)):
            self._y += 2 if index else 0
            lines = broken_lines(value, value_style, beside)
            if len(lines) > 1 and not stays_whole(value, value_style, beside):
                lines = ["", *broken_lines(value, value_style, self._room)]
            elif len(lines) > 2 and len(below := broken_lines(value, value_style, self._room)) < len(lines):
                lines = ["", *below]
            for number, line in enumerate(lines):
                runs: list[_Run] = [] if number else [(_MARGIN, label)]
                if line:
                    ink = draw_ink(line, value_style)
                    runs.append((self._width - _MARGIN - ink.advance, ink))
                self._line(runs, value_style.pitch * value_style.size_dots, value_style)

    def _table(self, table: Table) -> None:
        text_style, figure_style = self._sized(LABEL), self._sized(VALUE)
        columns = list(zip(*table.all_rows, strict=True))[1:]
        widths = [max(width_dots(figure, figure_style) for figure in column) for column in columns]
        room = self._room - sum(widths) - _PAIR_GAP * len(widths)
        height = figure_style.pitch * figure_style.size_dots
        for index, (text, *figures) in enumerate(table.all_rows):
            self._y += 2 if index else 0
            lines = broken_lines(text, text_style, room)
            if len(lines) > 2 and len(across := broken_lines(text, text_style, self._room)) + 1 < len(lines):
                lines = [*across, ""]  # right across, the figures below
            runs: list[_Run] = []
            end = float(self._width - _MARGIN)
            for figure, width in zip(reversed(figures), reversed(widths), strict=True):
                ink = draw_ink(figure, text_style if table.head and not index else figure_style)
                runs.append((end - ink.advance, ink))
                end -= width + _PAIR_GAP
            for number, line in enumerate(lines):
                words = [(float(_MARGIN), draw_ink(line, text_style))] if line else []
                self._line([*words, *(runs if number == len(lines) - 1 else ())], height, figure_style)

    def _rule(self, dashed: bool) -> None:
        self._y += _RULE_SPACE
        if not dashed:
            self._fill(_MARGIN, self._y, self._room, _RULE_HEIGHT)
        else:
            self._lay(_dashes(self._room), _MARGIN, round(self._y))
        self._y += _RULE_HEIGHT + _RULE_SPACE

    def _amount(self, element: Amount) -> None:
        unit = self._sized(UNIT)
        for size in _AMOUNT_SIZES:
            figures = replace(AMOUNT, size_dots=size)
            gap = width_dots(" ", figures)
            width = width_dots(element.figures, figures) + gap + standing_ink(element.unit, unit).advance
            if width <= self._room:
                break
        left = (self._width - width) / 2
        in_unit = standing_ink(element.unit, unit)
        runs = [(left, draw_ink(element.figures, figures)), (left + width - in_unit.advance, in_unit)]
        self._line(runs, figures.pitch * figures.size_dots, figures)

    def _code(self, element: Code) -> None:
        payload = printable(element.payload)
        whole = side_modules(payload, bytewise=self._draws_codes) + 2 * QUIET_MODULES
        module = min(_MODULE, (self._width + 2 * QUIET_MODULES * _MODULE - 2 * _MARGIN) // whole)
        side = whole * module
        # The quiet zone may hang into the margin, which is white as well.
        text_left = _MARGIN - 20 + side + 8
        beside = self._width - _MARGIN - text_left
        first, rest = self._sized(BESIDE_FIRST), self._sized(BESIDE)
        texts = list(zip(element.lines, [first, *[rest] * (len(element.lines) - 1)], strict=True))
        self._y += 6
        top = self._y
        if not self._draws_codes and all(standing_ink(text, style).advance <= beside for text, style in texts):
            self._lay_code(payload, module, _MARGIN - 20)
            self._y = top + (side - sum(style.pitch * style.size_dots for _, style in texts)) / 2
            for text, style in texts:
                self._line([(text_left, standing_ink(text, style))], style.pitch * style.size_dots, style)
            self._y = max(self._y, top + side)
            return
        if self._leaves_parts:
            self._leave(Qr(payload, module))
        else:
            self._lay_code(payload, module, (self._width - side) // 2)
            self._y = top + side - module
        for text, style in texts:
            for line in standing_lines(text, style, self._room):
                self._centred(line, style)

    def _lay_code(self, payload: str, module: int, left: int) -> None:
        modules = modules_of(payload)
        inked = modules.resize((modules.width * module, modules.height * module), Image.Resampling.NEAREST)
        self._lay(inked, left + QUIET_MODULES * module, round(self._y) + QUIET_MODULES * module)

    def _leave(self, code: Qr) -> None:
        """What was laid so far is one part, the code the next; paper begins anew below it."""
        self._above += [*self._cut_around_mast(self._cut_at(round(self._y))), code]
        self._image, self._y, self._inked_to, self._mast = Image.new("L", (self._width, 1024)), 0.0, 0, None

    def _stripes(self, height: int) -> None:
        for start in (0, self._width // 2 - 20, self._width - 40):
            x = start
            for thick in (1, 2, 3, 4):
                self._fill(x, self._y, thick, height)
                x += 10
        self._fill(self._width - 1, self._y, 1, height)
        self._y += height


def lay_out(elements: Iterable[Element], width_px: int) -> Raster:
    """The picture of a slip on paper ``width_px`` dots wide (576 on 80 mm, 384 on 58 mm)."""
    sheet = Sheet(width_px)
    for element in elements:
        sheet.add(element)
    forget()
    return sheet.raster()


def lay_out_parts(elements: Iterable[Element], width_px: int, *, draws_codes: bool = False) -> tuple[Part, ...]:
    """The same in parts: pictures, and between them what a printer may draw itself.

    ``draws_codes``: it draws codes; then every code is a ``Qr`` (decisions/0001-codes-in-the-middle.md).
    """
    sheet = Sheet(width_px, leaves_parts=True, draws_codes=draws_codes)
    for element in elements:
        sheet.add(element)
    forget()
    return sheet.parts()


def _office_lines(name: str, style: TypeStyle, room: float) -> list[str]:
    """An office's name breaks before its province, as on its sign."""
    at = name.find("จังหวัด")
    parts = [name[:at], name[at:]] if at > 0 else [name]
    return [line for part in parts for line in standing_lines(part.strip(), style, room)]


@lru_cache(maxsize=4)
def _dashes(width: int) -> Image.Image:
    """A dashed line as ink."""
    line = Image.new("L", (width, _RULE_HEIGHT))
    for x in range(0, width, _DASH + _DASH_GAP):
        line.paste(255, (x, 0, min(x + _DASH, width), _RULE_HEIGHT))
    return line
