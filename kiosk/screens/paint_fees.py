"""Is this what the letter says: the amount first, then whom and for what. Nothing of it is ever left out or cut."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.paint_pay import fact_rows, paint_facts
from kiosk.screens.paint_visit import main_below_question
from kiosk.screens.sheet import Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.views_paying import CheckView

_PITCH = 1.4
_SHARES = (1.0, 0.92, 0.85, 0.78, 0.72, 0.66)
"""Of the reference size: long names in large type take smaller letters rather than lose some."""


def paint_check(sheet: Sheet, view: CheckView) -> None:
    """The amount, a rule, the facts; what else is to be said where there is room."""
    m, c = sheet.m, sheet.c
    in_head = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, view.question if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    room = main_below_question(sheet, view.question, in_head)
    figure = {Shape.COMPACT: 1.5, Shape.MEDIUM: 1.8, Shape.TALL: 2.4}[m.shape] * m.body
    figure = round(figure * (0.8 if m.large else 1.0))
    amount = round(1.2 * figure) + m.gap
    for share in _SHARES:
        size = round(share * m.reference)
        rows = fact_rows(sheet, view.facts, room.width, size)
        height = round(_PITCH * size) * len(rows)
        if amount + height <= room.height:
            break
    note = sheet.balanced(view.note, sheet.ref(), room.width)
    below = round(_PITCH * m.reference) * len(note) + m.gap
    note = note if amount + height + below <= room.height else ()
    total = amount + height + (below if note else 0)
    y = centred(room.top, room.height, min(total, room.height))
    frame.figures(sheet, (view.amount, view.unit), figure, (room.left, y, room.width))
    y += amount - m.gap // 2
    sheet.fill(Rect(room.left, y, room.width, m.hairline), c.line)
    y += m.gap // 2
    paint_facts(sheet, rows, Rect(room.left, y, room.width, height), _PITCH, size)
    sheet.lines(note, sheet.ref(), (room.left, y + height + m.gap), pitch=_PITCH)
