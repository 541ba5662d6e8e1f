"""The keyboard: what is typed above, letters below, the way on at the right (13).

Letters are smaller than other targets, because twelve must stand in a row (look.md): 15.5 by 14 mm on 10 inch, 12 by
11 mm on 7 inch. Everything else here, the figures of a telephone among it, is as large as any target. Marks sit on a
dotted circle.
"""

from __future__ import annotations

import math
from dataclasses import replace

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.parts import Action, Kind
from kiosk.screens.sheet import BASELINE_EM, CONTENT_EM, Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight, pieces
from kiosk.screens.views_writing import KeyboardView
from kiosk.visits.events import Button, Touched
from kiosk.visits.keyboard import COLUMNS, PAD_COLUMNS, is_mark

_PITCH = 1.32
_DOTS = 14
_FIGURE_COLUMNS = PAD_COLUMNS
_HINT_MIN_PX = 18
"""A long sentence in large type on the smallest glass takes smaller letters rather than run under a button."""


def paint_keyboard(sheet: Sheet, view: KeyboardView) -> None:
    """13: the question in the header, the text, the keys."""
    m = sheet.m
    _paint_question(sheet, view)
    edge = max(8, m.margin // 3)
    gap = {Shape.COMPACT: 4, Shape.MEDIUM: 7, Shape.TALL: 8}[m.shape]
    foot = {Shape.COMPACT: m.target, Shape.MEDIUM: 128, Shape.TALL: 150}[m.shape]
    if len(view.rows[0]) == _FIGURE_COLUMNS and m.shape is not Shape.TALL:
        top = m.header + gap + 2
        _paint_beside(sheet, view, Rect(edge, top, m.width - 2 * edge, m.height - edge - top), (gap, foot))
        return
    tight = m.large and m.shape is Shape.COMPACT  # larger words leave less to the keys
    below = Rect(edge, m.height - edge - foot, m.width - 2 * edge, foot)
    rows = len(view.rows)
    key = {Shape.COMPACT: 52 if tight else 58, Shape.MEDIUM: 88, Shape.TALL: 132}[m.shape]
    keys = Rect(edge, below.top - gap - rows * (key + gap), below.width, rows * (key + gap))
    top = frame.paint_band(sheet, view.question[0]) if m.shape is Shape.TALL else m.header + gap + 2
    _paint_text(sheet, view, Rect(m.margin, top, m.width - 2 * m.margin, keys.top - 2 * gap - top))
    _paint_keys(sheet, view, keys, gap)
    _paint_below(sheet, view, below, gap)


def _paint_beside(sheet: Sheet, view: KeyboardView, room: Rect, sizes: tuple[int, int]) -> None:
    """Figures at the left over the whole height; what is typed, the hint and the buttons at the right.

    ``sizes``: the gap between keys, and the height of the buttons.
    """
    m, (gap, foot) = sheet.m, sizes
    keys = Rect(room.left, room.top, round(0.46 * room.width), room.height + gap)
    _paint_keys(sheet, view, keys, gap)
    left = keys.right + 3 * gap
    text = Rect(left, room.top, room.right - left, round(1.8 * m.body))
    _paint_text(sheet, replace(view, hint=""), text)
    style = sheet.ref(sheet.c.failing if view.is_wrong else None)
    below = Rect(left, room.bottom - foot, text.width, foot)
    lines = sheet.balanced(view.hint, style, text.width)
    while style.size > _HINT_MIN_PX and text.bottom + 2 * gap + round(1.4 * style.size) * len(lines) > below.top:
        style = style._replace(size=style.size - 2)
        lines = sheet.balanced(view.hint, style, text.width)
    sheet.lines(lines, style, (left, text.bottom + 2 * gap), pitch=1.4)
    _paint_below(sheet, view, below, gap)


def _paint_question(sheet: Sheet, view: KeyboardView) -> None:
    """The header with the count in the clock's place."""
    head = view.shell.head
    question = () if sheet.m.shape is Shape.TALL else view.question
    frame.paint_head(sheet, type(head)(head.office, view.count, head.sample), question)


def _paint_text(sheet: Sheet, view: KeyboardView, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    sheet.box(rect, c.failing_tint if view.is_wrong else c.surface, c.failing if view.is_wrong else c.primary)
    pad = round(0.4 * m.body)
    style = sheet.body()
    room = rect.width - 2 * pad
    line = round(_PITCH * style.size)
    fits = max(1, (rect.height - round(0.2 * m.body)) // line)
    hint = sheet.ref(c.failing if view.is_wrong else None)
    lines = _last_lines(sheet, view.text, room, fits)
    hints = sheet.balanced(view.hint, hint, room) if view.is_wrong and view.text and len(lines) < fits else ()
    height = line * len(lines) + round(1.4 * hint.size) * len(hints)
    y = centred(rect.top, rect.height, height) if rect.height < 3 * line else rect.top + pad // 2
    y += round(0.06 * style.size)  # marks above reach further than tails below
    if not view.text:
        _paint_hint(sheet, view, Rect(rect.left + pad + 12, y + 4, room - 12, rect.bottom - y - 8))
    for text in lines:
        y += sheet.line(text, style, (rect.left + pad, y), pitch=_PITCH)
    end = rect.left + pad + (sheet.width(lines[-1], style) if lines[-1] else 0) + 3
    caret = round(1.1 * style.size)
    sheet.fill(Rect(min(end, rect.right - pad), y - line + (line - caret) // 2, max(3, m.border), caret), c.primary)
    sheet.lines(hints, hint, (rect.left + pad, y), pitch=1.4)


def _last_lines(sheet: Sheet, text: str, room: int, most: int) -> tuple[str, ...]:
    """The end of what was typed in at most ``most`` lines; of a single one as many words as it holds."""
    style = sheet.body()
    lines = sheet.wrap(text, style, room) if text else ("",)
    if most > 1 or len(lines) == 1:
        return lines[-most:]
    end = ""
    for piece in reversed(pieces(text)):
        if end and sheet.width(piece + end, style) > room:
            break
        end = piece + end
    return (end.lstrip(" "),)


def _paint_hint(sheet: Sheet, view: KeyboardView, room: Rect) -> None:
    """Where nothing is typed yet: the whole of it where there is room, else its beginning."""
    style = sheet.ref(sheet.c.failing if view.is_wrong else None)
    lines = sheet.balanced(view.hint, style, room.width)
    if round(1.4 * style.size) * len(lines) > room.height:
        lines = (sheet.fitting((view.hint,), style, room.width),)
    sheet.lines(lines, style, room.topleft, pitch=1.3 if len(lines) == 1 else 1.4)


def _paint_keys(sheet: Sheet, view: KeyboardView, room: Rect, gap: int) -> None:
    """Rows of keys; the last leaves its ends to shift and erase."""
    columns = COLUMNS if len(view.rows[0]) > _FIGURE_COLUMNS else _FIGURE_COLUMNS
    width = (room.width - gap * (columns - 1)) / columns
    height = room.height // len(view.rows) - gap
    if columns == _FIGURE_COLUMNS:
        width = min(width, 3 * height)
    left = room.left + (room.width - columns * width - gap * (columns - 1)) / 2
    for n, row in enumerate(view.rows):
        y = room.top + n * (height + gap)
        last = n == len(view.rows) - 1
        for column, key in enumerate(row, 1 if last else 0):
            x = left + column * (width + gap)
            _paint_key(sheet, key, Rect(round(x), y, round(width), height))
        if last:
            _paint_ends(sheet, view, (left, y, width, height), (columns, gap))


def _paint_ends(sheet: Sheet, view: KeyboardView, at: tuple[float, int, float, int], grid: tuple[int, int]) -> None:
    """Shift at the left end of the last row, erase at the right. ``at``: left, top, width, height of a key."""
    left, y, width, height = at
    columns, gap = grid
    if view.shift is not None:
        _paint_small(sheet, view.shift, Rect(round(left), y, round(width), height))
    x = left + (columns - 1) * (width + gap)
    erase = Action((), Touched(Button.ERASE), "delete", Kind.SECONDARY)
    _paint_small(sheet, erase, Rect(round(x), y, round(width), height))


def _paint_key(sheet: Sheet, key: str, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    pressed = sheet.target(rect, Touched(Button.KEY, key))
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.line_strong, radius=m.radius // 2, width=2)
    size = min(m.body, round(0.6 * rect.height))
    style = Style(size, Weight.SEMIBOLD, c.ink)
    height = round(1.3 * size)
    if is_mark(key):
        _paint_mark(sheet, key, style, rect)
        return
    sheet.line(key, style, (rect.left, centred(rect.top, rect.height, height)), align=Align.CENTRE, width=rect.width)


def _paint_mark(sheet: Sheet, key: str, style: Style, rect: Rect) -> None:
    """A mark on a ring of dots, in the place of the letter that will bear it. The font has no such ring."""
    c, size = sheet.c, style.size
    at = (rect.left, centred(rect.top, rect.height, round(CONTENT_EM * size)))
    middle, radius, dot = rect.centerx, round(0.24 * size), max(2, round(0.055 * size))
    low = at[1] + round((BASELINE_EM - 0.25) * size)
    for n in range(_DOTS):
        turn = 2 * math.pi * n / _DOTS
        x, y = middle + radius * math.cos(turn), low + radius * math.sin(turn)
        sheet.rounded(Rect(round(x - dot / 2), round(y - dot / 2), dot, dot), c.ink_2, dot // 2)
    # The mark alone is drawn to the left of where it stands: its ink is put over the ring's right half.
    ink = sheet.type.surface(key, style).get_bounding_rect()
    sheet.line(key, style, (middle + radius - ink.right, at[1]))


def _paint_small(sheet: Sheet, action: Action, rect: Rect) -> None:
    """A key with an icon or a few letters."""
    m, c = sheet.m, sheet.c
    pressed = sheet.target(rect, action.touched)
    ground, edge, ink = frame.button_colours(sheet, action.kind, pressed=pressed)
    if action.kind is Kind.SECONDARY and pressed:  # its own ground is the one that marks a finger elsewhere
        ground, ink = c.primary, c.on_primary
    elif action.kind is Kind.SECONDARY:
        ground = c.primary_tint
    sheet.box(rect, ground, edge, radius=m.radius // 2)
    if action.icon:
        size = min(round(0.55 * rect.height), round(0.6 * rect.width))
        at = (centred(rect.left, rect.width, size), centred(rect.top, rect.height, size))
        sheet.icon(action.icon, size, ink, at, 2.2)
        return
    size = min(m.body, round(0.5 * rect.height))
    style = Style(size, Weight.STRONG, ink)
    while size > 12 and sheet.runs_width((Run(action.labels[0], style),)) > rect.width - 8:
        size -= 2
        style = style._replace(size=size)
    top = centred(rect.top, rect.height, round(1.3 * size))
    sheet.line(action.labels[0], style, (rect.left, top), align=Align.CENTRE, width=rect.width)


def _paint_below(sheet: Sheet, view: KeyboardView, room: Rect, gap: int) -> None:
    """Back, phone and layers; the space bar; the way on."""
    small = max(sheet.m.target, round(min(1.0 * room.height, 0.105 * room.width)))
    x = room.left
    for action in view.below:
        wide = small if action.icon else round(1.14 * small)
        _paint_small(sheet, action, Rect(x, room.top, wide, room.height))
        x += wide + gap
    most = room.right - x if view.space is None else round(0.3 * room.width)
    send = min(frame.button_width(sheet, view.send, most), most)
    frame.paint_button_in(sheet, view.send, Rect(room.right - send, room.top, send, room.height))
    if view.space is not None:
        rect = Rect(x, room.top, room.right - send - gap - x, room.height)
        pressed = sheet.target(rect, view.space.touched)
        c = sheet.c
        sheet.box(rect, c.surface_pressed if pressed else c.surface, c.line_strong)
        style, text = sheet.ref(), view.space.labels[0]
        while style.size > 12 and sheet.width(text, style) > rect.width - 16:
            style = style._replace(size=style.size - 2)
        top = centred(rect.top, rect.height, round(1.3 * style.size))
        sheet.line(text, style, (rect.left, top), align=Align.CENTRE, width=rect.width)
