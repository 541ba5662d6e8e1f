"""Menu, work in hand, trouble, and the time-out warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pygame import Rect

from kiosk.screens import frame, pictures
from kiosk.screens.parts import Forms, Tone
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views import BusyView, MenuView, SorryView, Tile, WarnView
from kiosk.visits.events import Button


def swaps(sheet: Sheet) -> pictures.Swaps:
    """The colours a picture takes from the theme; paper and card stay what they are, on black too."""
    c = sheet.c
    outline = c.ink if sheet.m.large else c.primary
    return (("outlineColor", outline), ("housingColor", c.primary_tint), ("slotColor", c.ink), ("edgeColor", c.ink))


def main_below_question(sheet: Sheet, question: Forms, head_question: bool = False) -> Rect:
    """Draw the question where the shape has it; returns the room below it."""
    m = sheet.m
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, question[0])
        return Rect(main.left, top + m.gap, main.width, main.bottom - top - 2 * m.gap)
    pad = m.pad
    if head_question:
        return main.inflate(0, -2 * pad)
    style = sheet.question()
    y = main.top + pad
    y += sheet.lines((sheet.fitting(question, style, main.width),), style, (main.left, y), pitch=1.36) + m.gap
    return Rect(main.left, y, main.width, main.bottom - pad - y)


# ---- menu


def paint_menu(sheet: Sheet, view: MenuView) -> None:
    """02, or 10 with a banner."""
    m = sheet.m
    compact = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, view.question if compact else ())
    frame.paint_floor(sheet, view.shell.floor)
    if view.banner and m.shape is not Shape.TALL:
        room = _below_banner(sheet, view, compact=compact)
    else:
        room = main_below_question(sheet, view.question, compact)
    if view.banner and m.shape is Shape.TALL:
        height = frame.banner_height(sheet)
        frame.paint_banner(sheet, view.banner, Rect(room.left, room.top, room.width, height))
        room = Rect(room.left, room.top + height + m.gap, room.width, room.height - height - m.gap)
    _paint_tiles(sheet, view.tiles, room)


def _below_banner(sheet: Sheet, view: MenuView, *, compact: bool) -> Rect:
    m = sheet.m
    main = frame.main_rect(sheet).inflate(0, -m.pad if m.shape is Shape.COMPACT else -2 * m.pad)
    height = frame.banner_height(sheet)
    if view.banner:
        frame.paint_banner(sheet, view.banner, Rect(main.left, main.top, main.width, height))
    y = main.top + height + m.gap
    if not compact:
        y += (
            sheet.line(
                sheet.fitting(view.question, sheet.strong(), main.width), sheet.strong(), (main.left, y), pitch=1.36
            )
            + m.gap
        )
    return Rect(main.left, y, main.width, main.bottom - y)


def _paint_tiles(sheet: Sheet, tiles: tuple[Tile, ...], room: Rect) -> None:
    """Up to three services in rows with a sentence each, in portrait all; else two columns, on every page of them."""
    m = sheet.m
    is_paged = any(tile.touched.button is Button.NEXT_PAGE for tile in tiles)
    if (len(tiles) <= 3 and not is_paged) or m.shape is Shape.TALL:
        room, gap = _rows_room(sheet, room, len(tiles))
        height = min((room.height - gap * (len(tiles) - 1)) // max(1, len(tiles)), round(1.7 * m.target))
        for n, tile in enumerate(tiles):
            _paint_service(sheet, tile, Rect(room.left, room.top + n * (height + gap), room.width, height), wide=True)
        return
    rows = max(-(-len(tiles) // 2), 2)  # of a last page, too, so that its tiles are as large as the others
    room, gap = _rows_room(sheet, room, rows)
    width, height = (room.width - m.gap) // 2, (room.height - gap * (rows - 1)) // rows
    height = min(height, 2 * m.target)
    for n, tile in enumerate(tiles):
        left, top = room.left + n % 2 * (width + m.gap), room.top + n // 2 * (height + gap)
        _paint_service(sheet, tile, Rect(left, top, width, height), wide=False)


def _rows_room(sheet: Sheet, room: Rect, rows: int) -> tuple[Rect, int]:
    """The room for ``rows`` and the gap between them: where a finger needs more, air is given up, never a target."""
    m = sheet.m
    if rows * m.target + m.gap * (rows - 1) <= room.height:
        return room, m.gap
    gap = m.gap // 2
    short = rows * m.target + gap * (rows - 1) - room.height
    return (room.inflate(0, short) if 0 < short <= m.pad else room), gap


_TITLE_PITCH = 1.28

_AIR = 2
"""Hairlines at least between the edge of a tile and the ink of its title."""


def _title_lines(sheet: Sheet, forms: Forms, room: int, height: int) -> tuple[tuple[str, ...], Style]:
    """A tile's title whole if it can be: on one line, on two, on up to three of smaller type; else cut."""
    title = sheet.strong()
    text = sheet.fitting(forms, title, room)
    if text in forms:
        return (text,), title
    lines = sheet.balanced(forms[-1], title, room)
    if len(lines) <= 2 and _fits(sheet, lines, title, height):
        return lines, title
    smaller = sheet.ref(sheet.c.ink, Weight.STRONG)
    fitted = sheet.fitting(forms, smaller, room)
    if fitted in forms:
        return (fitted,), smaller
    lines = sheet.balanced(forms[-1], smaller, room)
    fits = len(lines) <= 3 and _fits(sheet, lines, smaller, height)
    return (lines, smaller) if fits else ((text,), title)


def _fits(sheet: Sheet, lines: tuple[str, ...], style: Style, height: int) -> bool:
    """Whether a title, marks and all, has a little air above and below."""
    return sheet.ink_of(lines, style, _TITLE_PITCH)[1] + 2 * _AIR * sheet.m.hairline <= height


def _paint_service(sheet: Sheet, tile: Tile, rect: Rect, *, wide: bool) -> None:
    m, c = sheet.m, sheet.c
    pressed = sheet.target(rect, tile.touched)
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.line_strong)
    side = round(0.36 * m.body)
    box = min(round(1.15 * m.icon), rect.height - 2 * side)
    frame.icon_box(sheet, tile.icon, Rect(rect.left + side, centred(rect.top, rect.height, box), box, box))
    left = rect.left + side + box + round(0.32 * m.body)
    chevron = round(1.1 * m.body) if wide else 0
    room = rect.right - side - chevron - left
    subtitle = sheet.ref()
    lines = sheet.balanced(tile.subtitle, subtitle, room) if wide and tile.subtitle else ()
    heads, title = _title_lines(sheet, tile.title, room, rect.height)
    above = round(_TITLE_PITCH * title.size) * len(heads)
    if above + round(0.12 * title.size) + round(1.36 * subtitle.size) * len(lines) > rect.height or (
        len(lines) > 1 and m.large
    ):
        lines = ()
    y = centred(rect.top, rect.height, above + round(1.36 * subtitle.size) * len(lines))
    begins, ink = sheet.ink_of(heads, title, _TITLE_PITCH)
    if not lines and y + begins < rect.top + _AIR * m.hairline:
        y = centred(rect.top, rect.height, ink) - begins
    y += sheet.lines(heads, title, (left, y), pitch=_TITLE_PITCH)
    sheet.lines(lines, subtitle, (left, y), pitch=1.36)
    if wide:
        at = (rect.right - side - chevron, centred(rect.top, rect.height, chevron))
        sheet.icon("chevron-right", chevron, c.primary, at, 2.6)


def badge_number(sheet: Sheet, number: int, rect: Rect) -> None:
    """A number on a filled disc."""
    sheet.rounded(rect, sheet.c.primary, rect.height // 2)
    style = Style(round(0.65 * rect.height), Weight.AMOUNT, sheet.c.on_primary)
    at = (rect.left, centred(rect.top, rect.height, round(1.3 * style.size)))
    sheet.line(str(number), style, at, align=Align.CENTRE, width=rect.width)


# ---- work in hand


def paint_busy(sheet: Sheet, view: BusyView) -> None:
    """What is being done, and after a while the dots."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    title, body = sheet.question(), sheet.body()
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, view.doing)
        main = Rect(main.left, top, main.width, main.bottom - top)
        lines: tuple[str, ...] = ()
    else:
        lines = sheet.wrap(view.doing, title, main.width)
    hint = sheet.balanced(view.hint, body, main.width) if view.hint else ()
    dots, gap = round(0.79 * m.body), round(0.43 * m.body)
    height = round(1.36 * title.size) * len(lines) + dots + 2 * gap + round(1.5 * body.size) * len(hint)
    y = centred(main.top, main.height, height)
    y += sheet.lines(lines, title, (main.left, y), pitch=1.36, align=Align.CENTRE, width=main.width) + gap
    frame.paint_dots(sheet, view.lit or 0, y, main.left, main.width)
    y += dots + gap
    sheet.lines(hint, body, (main.left, y), pitch=1.5, align=Align.CENTRE, width=main.width)


# ---- trouble


def paint_sorry(sheet: Sheet, view: SorryView) -> None:
    """What happened, what to do, who helps; the sign says how bad it is."""
    m, c = sheet.m, sheet.c
    frame.paint_head(sheet, view.shell.head)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    colour = {Tone.OK: c.ok, Tone.ATTENTION: c.attention, Tone.FAILING: c.failing, Tone.PLAIN: c.ink}[view.tone]
    rest = ((view.advice, sheet.body()), (view.helper, sheet.ref()))
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, view.happened) + 60
        sheet.sign(view.tone.value, 300, colour, c.paper, (centred(0, m.width, 300), top))
        room = Rect(main.left, top + 350, main.width, main.bottom - top - 350)
        paint_words(sheet, Words.of(sheet, rest, room.width), room, Align.CENTRE)
        return
    # A long sentence takes its room from the sign, then from the size of the question.
    for share, style in ((0.19, sheet.question()), (0.12, sheet.question()), (0.12, sheet.strong())):
        sign = round(share * m.width)
        room = Rect(main.left + sign + 3 * m.gap, main.top, main.width - sign - 3 * m.gap, main.height)
        words = Words.of(sheet, ((view.happened, style), *rest), room.width)
        if words.height <= room.height:
            break
    sheet.sign(view.tone.value, sign, colour, c.paper, (main.left, centred(main.top, main.height, sign)))
    room.top = centred(room.top, room.height, words.height)
    paint_words(sheet, words, room, Align.LEFT)


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences of several styles under each other, broken into lines; ``height`` includes the gaps."""

    blocks: tuple[tuple[tuple[str, ...], Style], ...]
    gap: int

    PITCH: ClassVar[float] = 1.45

    @classmethod
    def of(cls, sheet: Sheet, parts: Sequence[tuple[str, Style]], width: int) -> Words:
        """Break ``parts``, of which the empty ones are left out, into lines of ``width``."""
        blocks = tuple((sheet.balanced(text, style, width), style) for text, style in parts if text)
        return cls(blocks, round(0.22 * sheet.m.body))

    @property
    def height(self) -> int:
        """How high they are, in pixels."""
        heights = [round(self.PITCH * style.size) * len(lines) for lines, style in self.blocks]
        return sum(heights) + self.gap * max(0, len(heights) - 1)


def paint_words(sheet: Sheet, words: Words, room: Rect, align: Align) -> None:
    """``words`` from the top of ``room`` down."""
    y = room.top
    for lines, style in words.blocks:
        y += sheet.lines(lines, style, (room.left, y), pitch=Words.PITCH, align=align, width=room.width) + words.gap


# ---- still there?


def paint_warn(sheet: Sheet, view: WarnView) -> None:
    """09: seconds, the bar, and what will happen."""
    m, c = sheet.m, sheet.c
    in_head = m.shape is Shape.COMPACT
    frame.paint_head(sheet, view.shell.head, view.question if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    title, body, ref = sheet.question(), sheet.body(), sheet.ref()
    seconds = Style({Shape.COMPACT: 96, Shape.MEDIUM: 176, Shape.TALL: 220}[m.shape], Weight.AMOUNT, c.primary)
    unit = sheet.strong(c.primary)
    consequence = sheet.balanced(view.consequence, body, main.width)
    card = view.card if not (m.large and m.shape is not Shape.TALL) else ""
    bar, gap = round(0.46 * m.body), round(0.21 * m.body)
    heights = [
        0 if in_head else round(1.36 * title.size),
        round(1.06 * seconds.size),
        bar,
        gap + round(1.4 * body.size) * len(consequence),
        round(1.4 * ref.size) if card else 0,
    ]
    if sum(heights) + 2 * gap + round(0.3 * ref.size) > main.height:
        seconds = seconds._replace(size=round(0.8 * seconds.size))
        heights[1] = round(1.06 * seconds.size)
    spare = main.height - sum(heights)
    gaps = max(0, min(gap, spare // 4))
    y = centred(main.top, main.height, sum(heights) + 4 * gaps)
    if not in_head:
        y += (
            sheet.line(view.question[0], title, (main.left, y), pitch=1.36, align=Align.CENTRE, width=main.width) + gaps
        )
    runs = (Run(str(view.left_s), seconds), Run(view.unit, unit, round(0.2 * unit.size)))
    y += sheet.runs(runs, (main.left, y), pitch=1.06, align=Align.CENTRE, width=main.width) + gaps
    width = min(main.width, round(0.69 * m.width) if m.shape is not Shape.TALL else main.width)
    track = Rect(centred(main.left, main.width, width), y, width, bar)
    frame.paint_track(sheet, track, view.left_s / max(1, view.whole_s), c.surface, 3)
    y += bar + gaps + gap
    y += sheet.lines(consequence, body, (main.left, y), pitch=1.4, align=Align.CENTRE, width=main.width) + gaps
    if card:
        _paint_card_note(sheet, card, Rect(main.left, y, main.width, round(1.4 * ref.size)))


def _paint_card_note(sheet: Sheet, text: str, room: Rect) -> None:
    """The card is still in: its sign and a sentence, centred."""
    ref, gap = sheet.ref(), sheet.m.gap
    icon = round(1.2 * ref.size)
    x = centred(room.left, room.width, sheet.width(text, ref) + icon + gap)
    sheet.icon("id-card", icon, sheet.c.ink_2, (x, centred(room.top, room.height, icon)))
    sheet.line(text, ref, (x + icon + gap, room.top), pitch=1.4)
