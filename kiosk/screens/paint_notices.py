"""The list of notices: three rows to choose from, and the page turn."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views import Action, NoticesView, Row


def paint_notices(sheet: Sheet, view: NoticesView) -> None:
    """04: three rows, each a button."""
    m = sheet.m
    in_head = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, (view.question,) if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        _paint_tall_list(sheet, view, main)
        return
    top, below, gap = (10, 10, 8) if in_head else (8, 12, 10)
    room = Rect(main.left, main.top + top, main.width, main.height - top - below)
    if not in_head:
        height = _paint_list_title(sheet, view, room)
        room = Rect(room.left, room.top + height + 8, room.width, room.height - height - 8)
    if view.previous or view.following:
        width = round(1.3 * m.target)
        _paint_pages(sheet, view, Rect(room.right - width, room.top, width, room.height), gap)
        room.width -= width + m.gap
    height = (room.height - 2 * gap) // 3
    for n, row in enumerate(view.rows):
        _paint_notice(sheet, row, view.unit, Rect(room.left, room.top + n * (height + gap), room.width, height))


def _paint_list_title(sheet: Sheet, view: NoticesView, room: Rect) -> int:
    """The question, and what all rows have in common, on one baseline."""
    title = sheet.question()._replace(size=round(0.94 * sheet.m.question))
    ref = sheet.ref()
    height = sheet.line(view.question, title, room.topleft, pitch=1.36)
    left = room.left + sheet.width(view.question, title) + sheet.m.gap
    text = sheet.fitting((view.page or view.subtitle,), ref, room.right - left)
    # An invisible strut of the title's size brings the baseline down to the title's.
    strut = Run("", title)
    width = room.right - left
    sheet.runs((strut, Run(text, ref)), (left, room.top), pitch=1.36, align=Align.RIGHT, width=width)
    return height


def _paint_tall_list(sheet: Sheet, view: NoticesView, main: Rect) -> None:
    m, c = sheet.m, sheet.c
    y = frame.paint_band(sheet, view.question, view.subtitle)
    for row in view.rows:
        _paint_notice(sheet, row, view.unit, Rect(main.left, y, main.width, 216))
        y += 216 + m.gap
    if view.previous or view.following:
        y = main.top + 490 + 3 * (216 + m.gap)
        half = (main.width - m.gap) // 2
        if view.previous:
            frame.paint_button_in(sheet, view.previous, Rect(main.left, y, half, m.target))
        if view.following:
            frame.paint_button_in(sheet, view.following, Rect(main.right - half, y, half, m.target))
        y += m.target + 8
    ref = sheet.ref()
    icon = round(1.1 * ref.size)
    left = main.left + round(1.5 * ref.size)
    lines = (view.page,) if view.page else sheet.wrap(view.hint, ref, main.right - left)
    if not any(lines) or y + round(1.5 * ref.size) * len(lines) > main.bottom:
        return
    sheet.icon("info", icon, c.ink_2, (main.left, centred(y, round(1.5 * ref.size), icon)))
    sheet.lines(lines, ref, (left, y), pitch=1.5)


def _paint_pages(sheet: Sheet, view: NoticesView, column: Rect, gap: int) -> None:
    """The page turn beside the rows: up for the previous three, down for the next."""
    height = (column.height - gap) // 2
    for action, top in ((view.previous, column.top), (view.following, column.bottom - height)):
        if action:
            _paint_page(sheet, action, Rect(column.left, top, column.width, height))


def _paint_page(sheet: Sheet, action: Action, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    pressed = sheet.target(rect, action.touched)
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.primary)
    style = sheet.ref(c.primary, Weight.STRONG)
    icon = m.icon
    text = sheet.fitting(action.labels, style, rect.width - m.gap)
    y = centred(rect.top, rect.height, icon + round(1.3 * style.size))
    sheet.icon(action.icon, icon, c.primary, (centred(rect.left, rect.width, icon), y), 2.4)
    sheet.line(text, style, (rect.left, y + icon), align=Align.CENTRE, width=rect.width)


def _paint_notice(sheet: Sheet, row: Row, unit: str, rect: Rect) -> None:
    """Whose and what about it on the left, how much on the right, and the sign that it leads on."""
    m, c = sheet.m, sheet.c
    tall = m.shape is Shape.TALL
    pressed = sheet.target(rect, row.touched)
    ground = c.failing_tint if row.overdue else c.surface
    sheet.box(rect, c.surface_pressed if pressed else ground, c.failing if row.overdue else c.line_strong)
    left, right, gap = (32, 28, 12) if tall else (14, 12, 8) if m.shape is Shape.COMPACT else (18, 16, m.gap)
    amount = Style(m.body, Weight.AMOUNT, c.ink)
    unit_style = sheet.ref() if not tall else sheet.ref()._replace(size=round(0.93 * m.reference))
    chevron = round(1.1 * m.body)
    x = rect.right - right - chevron
    sheet.icon("chevron-right", chevron, c.primary, (x, centred(rect.top, rect.height, chevron)), 2.6)
    runs = (Run(row.amount, amount), Run(unit, unit_style, round(0.25 * unit_style.size)))
    x -= gap + sheet.runs_width(runs)
    sheet.runs(runs, (x, centred(rect.top, rect.height, round(1.3 * amount.size))))
    text = Rect(rect.left + left, rect.top, x - gap - rect.left - left, rect.height)
    _paint_notice_text(sheet, row, text)


def _paint_notice_text(sheet: Sheet, row: Row, room: Rect) -> None:
    m, c = sheet.m, sheet.c
    tall = m.shape is Shape.TALL
    name = sheet.strong()
    facts = sheet.ref(c.failing, Weight.STRONG) if row.overdue else sheet.ref()
    if tall:
        facts = facts._replace(size=round(0.954 * m.reference))
    pitches = (1.3, 1.3) if tall else (1.22, 1.24)
    height = round(pitches[0] * name.size) + round(pitches[1] * facts.size)
    icon = facts.size
    both = height <= room.height - 2 * m.border
    y = centred(room.top, room.height, height if both else round(1.3 * name.size))
    if both:
        y += sheet.line(sheet.fitting((row.name,), name, room.width), name, room_at(room, y), pitch=pitches[0])
        indent = round(1.3 * facts.size)
        text = sheet.fitting(row.facts, facts, room.width - indent)
        sign_at = (room.left, centred(y, round(pitches[1] * facts.size), icon))
        _paint_due_sign(sheet, row, icon, sign_at)
        sheet.line(text, facts, (room.left + indent, y), pitch=pitches[1])
        return
    indent = 0
    if row.overdue:
        indent = round(1.2 * name.size)
        _paint_due_sign(sheet, row, name.size, (room.left, centred(room.top, room.height, name.size)))
    sheet.line(sheet.fitting((row.name,), name, room.width - indent), name, (room.left + indent, y))


def room_at(room: Rect, y: int) -> tuple[int, int]:
    """The left edge of ``room`` at height ``y``."""
    return room.left, y


def _paint_due_sign(sheet: Sheet, row: Row, size: int, at: tuple[int, int]) -> None:
    if row.overdue:
        sheet.sign("attention", size, sheet.c.failing, sheet.c.surface, at)
    else:
        sheet.icon("calendar-clock", size, sheet.c.ink_2, at)
