"""Waiting for the bank, and its word."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.parts import Forms, Tone
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.views_paying import ConfirmedView, WaitView


def paint_wait(sheet: Sheet, view: WaitView) -> None:
    """06: waiting; do not pay again."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, view.question)
        main = Rect(main.left, top, main.width, main.bottom - top)
    title, body, ref = sheet.question(), sheet.body(), sheet.ref()
    lines = () if m.shape is Shape.TALL else sheet.wrap(view.question, title, main.width)
    rows = _wait_rows(sheet, view, main.width)
    hint = sheet.balanced(view.hint, ref, main.width) if not m.large or m.shape is Shape.TALL else ()
    dots, gap = round(0.79 * m.body), round(0.25 * m.body)
    note = round(1.3 * body.size) + round(0.43 * m.body)
    heights = [
        round(1.36 * title.size) * len(lines),
        dots,
        round(1.3 * body.size) * len(rows),
        note,
        round(1.45 * ref.size) * len(hint),
    ]
    spread = 3 * gap if m.shape is Shape.TALL else gap
    spread = max(2, min(spread, (main.height - sum(heights)) // 5))
    y = centred(main.top, main.height, sum(heights) + 4 * spread)
    y += sheet.lines(lines, title, (main.left, y), pitch=1.36, align=Align.CENTRE, width=main.width) + spread
    y += frame.paint_dots(sheet, view.lit, y, main.left, main.width) + spread
    for row in rows:
        y += sheet.runs(row, (main.left, y), align=Align.CENTRE, width=main.width)
    y += spread
    _paint_warning(sheet, view.warning, Rect(main.left, y, main.width, note))
    y += note + spread
    sheet.lines(hint, ref, (main.left, y), pitch=1.45, align=Align.CENTRE, width=main.width)


def _wait_rows(sheet: Sheet, view: WaitView, width: int) -> tuple[tuple[Run, ...], ...]:
    """Amount and waiting time on one line, or on two where one is too narrow."""
    body, bold = sheet.body(), sheet.strong()
    space = sheet.width(" ", body)
    amount = (Run(view.amount_label, body), Run(view.amount, bold, space), Run(view.unit, body, space))
    waited = (Run(view.waited_label, body), Run(view.waited, bold, space), Run(view.waited_unit, body, space))
    joined = (*amount, waited[0]._replace(before=2 * space), *waited[1:])
    return (joined,) if sheet.runs_width(joined) <= width else (amount, waited)


def _paint_warning(sheet: Sheet, text: str, room: Rect) -> None:
    """A framed sentence with its triangle, as wide as it needs to be."""
    m, c = sheet.m, sheet.c
    style = sheet.strong()
    sign, gap, side = style.size, round(0.32 * m.body), round(0.5 * m.body)
    width = min(room.width, sheet.width(text, style) + sign + gap + 2 * side)
    rect = Rect(centred(room.left, room.width, width), room.top, width, room.height)
    sheet.box(rect, c.attention_tint, c.attention)
    sheet.sign("attention", sign, c.attention, c.surface, (rect.left + side, centred(rect.top, rect.height, sign)))
    left = rect.left + side + sign + gap
    inside = rect.inflate(0, -4 * m.border)
    sheet.line_within(
        sheet.fitting((text,), style, rect.right - side // 2 - left), style, (left, inside.top), inside.height
    )


def paint_confirmed(sheet: Sheet, view: ConfirmedView) -> None:
    """07: paid, by the bank's word."""
    m, c = sheet.m, sheet.c
    frame.paint_head(sheet, view.shell.head)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    tall = m.shape is Shape.TALL
    if tall:
        top = frame.paint_band(sheet, view.title)
        main = Rect(main.left, top, main.width, main.bottom - top)
        disc = 330
        sheet.sign("ok", disc, c.ok, c.paper, (centred(0, m.width, disc), main.top + 50))
        room = Rect(main.left, main.top + disc + 80, main.width, main.height - disc - 80)
    else:
        disc = min(round(0.258 * m.width), main.height - 2 * m.pad)
        sheet.sign("ok", disc, c.ok, c.paper, (main.left, centred(main.top, main.height, disc)))
        left = main.left + disc + round(2.5 * m.gap)
        room = Rect(left, main.top, main.right - left, main.height)
    _paint_confirmation(sheet, view, room, tall=tall)


def _paint_confirmation(sheet: Sheet, view: ConfirmedView, room: Rect, *, tall: bool) -> None:
    m, c = sheet.m, sheet.c
    title, ref = sheet.question(), sheet.ref()
    align = Align.CENTRE if tall else Align.LEFT
    slip = round(1.3 * m.body) + round(0.57 * m.body) if view.slip else 0
    lines = () if tall else sheet.wrap(view.title, title, room.width)
    when = sheet.wrap(view.confirmed, ref, room.width)
    gap = round(0.46 * m.body) if slip else 0
    total = (
        round(1.36 * title.size) * len(lines) + round(1.14 * m.amount) + round(1.4 * ref.size) * len(when) + gap + slip
    )
    gap = min(gap, gap + room.height - total - 4) if not tall else 50
    total = min(total, room.height)
    y = room.top if tall else centred(room.top, room.height, total)
    y += sheet.lines(lines, title, (room.left, y), pitch=1.36)
    y += frame.figures(sheet, (view.amount, view.unit), m.amount, (room.left, y, room.width), align)
    y += sheet.lines(when, ref, (room.left, y), pitch=1.4, align=align, width=room.width) + gap
    if not slip:
        return
    rect = Rect(room.left, y, room.width, slip)
    attention = view.slip_tone is Tone.ATTENTION
    ground, ink = (c.attention_tint, c.attention) if attention else (c.ok_tint, c.ok)
    sheet.box(rect, ground, ink if attention or m.large else None)
    icon, side = round(1.15 * m.body), round(0.46 * m.body)
    sheet.icon(view.slip_icon, icon, c.ink, (rect.left + side, centred(rect.top, rect.height, icon)))
    left = rect.left + side + icon + round(0.36 * m.body)
    paint_fitting(sheet, view.slip, Rect(left, rect.top, rect.right - side - left, rect.height))


def paint_fitting(sheet: Sheet, forms: Forms, room: Rect) -> None:
    """The longest form that fits, in the middle of the height of ``room``."""
    style = sheet.body()
    text = sheet.fitting(forms, style, room.width)
    sheet.line(text, style, (room.left, centred(room.top, room.height, round(1.3 * style.size))))
