"""The list of notices: three rows to choose from, and the page turn."""

from __future__ import annotations

from dataclasses import dataclass

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.parts import Action
from kiosk.screens.sheet import BASELINE_EM, CONTENT_EM, Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views import NoticesView, Row


def paint_notices(sheet: Sheet, view: NoticesView) -> None:
    """04: three rows, each a button."""
    m = sheet.m
    in_head = m.shape is Shape.COMPACT or ((m.large or view.in_head) and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, (view.question,) if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        _paint_tall_list(sheet, view, main)
        return
    top, below, gap = (8, 12, 10) if not in_head else (4, 5, 6) if m.large and m.shape is Shape.COMPACT else (10, 10, 8)
    room = Rect(main.left, main.top + top, main.width, main.height - top - below)
    if not in_head:
        height = _paint_list_title(sheet, view, room)
        room = Rect(room.left, room.top + height + 8, room.width, room.height - height - 8)
    if view.previous or view.following:
        width = round(1.45 * m.target)
        paint_page_turn(sheet, view.previous, view.following, Rect(room.right - width, room.top, width, room.height))
        room.width -= width + m.gap
    height = (room.height - 2 * gap) // 3
    for n, row in enumerate(view.rows):
        _paint_notice(sheet, row, view.unit, Rect(room.left, room.top + n * (height + gap), room.width, height))


def _paint_list_title(sheet: Sheet, view: NoticesView, room: Rect) -> int:
    """The question, and what all rows have in common, on one baseline."""
    title = sheet.question()._replace(size=round(0.94 * sheet.m.question))
    ref = sheet.ref()
    aside = view.page or view.subtitle
    spare = sheet.width(aside, ref) + sheet.m.gap if view.page else 0
    question = sheet.fitting((view.question,), title, room.width - spare)
    height = round(1.36 * title.size)
    y = room.top + _lowered(sheet, question, title, height)
    sheet.line(question, title, (room.left, y), pitch=1.36)
    left = room.left + sheet.width(question, title) + sheet.m.gap
    text = sheet.fitting((aside,), ref, room.right - left) if aside else ""
    # An invisible strut of the title's size brings the baseline down to the title's.
    strut = Run("", title)
    width = room.right - left
    sheet.runs((strut, Run(text, ref)), (left, y), pitch=1.36, align=Align.RIGHT, width=width)
    return height


def _lowered(sheet: Sheet, text: str, style: Style, height: int) -> int:
    """How far a title is lowered so that two marks above each other stay clear of the header; its tails go first."""
    begins, ink = sheet.ink_of((text,), style, 1.36)
    return max(0, min(-begins, height - begins - ink))


def _paint_tall_list(sheet: Sheet, view: NoticesView, main: Rect) -> None:
    m, c = sheet.m, sheet.c
    y = top = frame.paint_band(sheet, view.question, view.subtitle)
    for row in view.rows:
        _paint_notice(sheet, row, view.unit, Rect(main.left, y, main.width, 216))
        y += 216 + m.gap
    if view.previous or view.following:
        y = top + 3 * (216 + m.gap)
        half = (main.width - m.gap) // 2
        if view.previous:
            frame.paint_button_in(sheet, view.previous, Rect(main.left, y, half, m.target))
        if view.following:
            frame.paint_button_in(sheet, view.following, Rect(main.right - half, y, half, m.target))
        y += m.target + 8
    ref = sheet.ref()
    icon = round(1.1 * ref.size)
    left = main.left + round(1.5 * ref.size)
    lines = (view.page,) if view.page else sheet.balanced(view.hint, ref, main.right - left)
    if not any(lines) or y + round(1.5 * ref.size) * len(lines) > main.bottom:
        return
    sheet.icon("info", icon, c.ink_2, (main.left, centred(y, round(1.5 * ref.size), icon)))
    sheet.lines(lines, ref, (left, y), pitch=1.5)


def paint_page_turn(sheet: Sheet, previous: Action | None, following: Action | None, column: Rect) -> None:
    """The page turn beside the rows: up for the page before, down for the next."""
    gap = sheet.m.gap
    height = (column.height - gap) // 2
    for action, top in ((previous, column.top), (following, column.bottom - height)):
        if action:
            _paint_page(sheet, action, Rect(column.left, top, column.width, height))


def _paint_page(sheet: Sheet, action: Action, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    pressed = sheet.target(rect, action.touched)
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.primary)
    style = sheet.ref(c.primary, Weight.STRONG)
    icon = m.icon
    text = sheet.fitting(action.labels, style, rect.width - 2 * m.border)
    y = centred(rect.top, rect.height, icon + round(1.3 * style.size))
    sheet.icon(action.icon, icon, c.primary, (centred(rect.left, rect.width, icon), y), 2.4)
    sheet.line(text, style, (rect.left, y + icon), align=Align.CENTRE, width=rect.width)


def _paint_notice(sheet: Sheet, row: Row, unit: str, rect: Rect) -> None:
    """Whose and what about it on the left, how much on the right, and the sign that it leads on."""
    m, c = sheet.m, sheet.c
    tall = m.shape is Shape.TALL
    pressed = row.touched is not None and sheet.target(rect, row.touched)
    ground = c.failing_tint if row.overdue else c.surface
    edge = c.line_strong if row.touched is not None else c.line
    sheet.box(rect, c.surface_pressed if pressed else ground, c.failing if row.overdue else edge)
    left, right, gap = (32, 28, 12) if tall else (14, 12, 8) if m.shape is Shape.COMPACT else (18, 16, m.gap)
    chevron = round(1.1 * m.body)
    x = rect.right - right - chevron
    if row.touched is not None:
        sheet.icon("chevron-right", chevron, c.primary, (x, centred(rect.top, rect.height, chevron)), 2.6)
    inside = Rect(rect.left + left, rect.top, x - gap - rect.left - left, rect.height).inflate(0, -2 * m.border)
    runs = _amount(sheet, row, unit, m.body)
    lines = _NoticeLines.of(sheet, row, inside, _beside(sheet, runs, inside, gap))
    y = centred(rect.top, rect.height, round(1.3 * m.body))
    if runs and any(row.facts) and (lines.name_text != row.name or (tall and m.large)):
        # Names are told apart by their ends, so one that would be cut has the line to itself, and the amount stands
        # behind the facts. Large type in portrait has height to spare, not width; on the smallest glass it has neither,
        # and the amount is smaller.
        size = m.body if tall else lines.facts.size
        runs = _amount(sheet, row, unit, size)
        width = _beside(sheet, runs, inside, gap)
        below = _NoticeLines.of(sheet, row, inside, width, runs)
        if below.facts_text:
            lines, y = below, below.facts_y + round((1.3 * below.facts.size - 1.3 * size) / 2)
        else:
            lines = _NoticeLines.of(sheet, row, inside, width)
            y = centred(rect.top, rect.height, round(1.3 * size))
    if runs:
        sheet.runs(runs, (inside.right - sheet.runs_width(runs), y))
    lines.paint(sheet, row, rect.height)


def _amount(sheet: Sheet, row: Row, unit: str, size: int) -> tuple[Run, ...]:
    """How much, in type of ``size``, and of what; nothing where a row has no amount."""
    if not row.amount:
        return ()
    style = sheet.ref()
    if sheet.m.shape is Shape.TALL:
        style = style._replace(size=round(0.93 * sheet.m.reference))
    return Run(row.amount, Style(size, Weight.AMOUNT, sheet.c.ink)), Run(unit, style, round(0.25 * style.size))


def _beside(sheet: Sheet, runs: tuple[Run, ...], inside: Rect, gap: int) -> int:
    """The width that an amount leaves."""
    return inside.width - sheet.runs_width(runs) - gap if runs else inside.width


_SIGN_EM, _SIGN_UP_EM = 0.9, 0.87
"""The ink of the sign before the facts: its side, and how far above the baseline it begins."""


@dataclass(frozen=True, slots=True)
class _NoticeLines:
    """Name and facts of a row as they will stand: where their line boxes begin, and whether there is room for both."""

    name_text: str
    facts_text: str
    facts: Style
    left: int
    name_y: int
    facts_y: int
    bottom: int

    @classmethod
    def of(cls, sheet: Sheet, row: Row, room: Rect, width: int, behind: tuple[Run, ...] = ()) -> _NoticeLines:
        """Fit the two lines into ``room``; beside the amount there is only ``width``.

        ``behind``: the amount, where it stands behind the facts, not beside both.

        Names come from the office's records and may carry any marks, so the lines are moved apart, or the facts left
        out, where the ink of one would reach the other.
        """
        name = sheet.strong()
        facts = sheet.ref(sheet.c.failing, Weight.STRONG) if row.overdue else sheet.ref()
        if sheet.m.shape is Shape.TALL:
            facts = facts._replace(size=round(0.954 * sheet.m.reference))
        name_text = sheet.fitting((row.name,), name, room.width if behind else width)
        facts_text = sheet.fitting(row.facts, facts, width - _indent(facts))
        alone = sheet.fitting((row.name,), name, width - _indent(name)) if row.overdue else name_text
        only_name = cls(alone, "", facts, room.left, room.top, 0, room.bottom)
        one_line = sheet.m.large and sheet.m.shape is Shape.COMPACT  # the smallest glass holds no more of large type
        if one_line or not facts_text:
            return only_name
        at = _baselines(sheet, (name_text, name), (facts_text, facts), room, behind)
        if at is None:
            return only_name
        first, second = at
        return cls(
            name_text, facts_text, facts, room.left, _top(first, 1.3, name), _top(second, 1.3, facts), room.bottom
        )

    def paint(self, sheet: Sheet, row: Row, row_height: int) -> None:
        """The lines, and the sign of being due or overdue before the second, or before the only one."""
        name = sheet.strong()
        if self.facts_text:
            sheet.line(self.name_text, name, (self.left, self.name_y))
            size = self.facts.size
            y = min(centred(self.facts_y, round(1.3 * size), size), self.bottom - size)
            _paint_due_sign(sheet, row, size, (self.left, y))
            sheet.line(self.facts_text, self.facts, (self.left + _indent(self.facts), self.facts_y))
            return
        height = row_height - 2 * sheet.m.border
        indent = _indent(name) if row.overdue else 0
        if row.overdue:
            _paint_due_sign(sheet, row, name.size, (self.left, centred(self.name_y, height, name.size)))
        sheet.line_within(self.name_text, name, (self.left + indent, self.name_y), height)


def _baselines(
    sheet: Sheet, name: tuple[str, Style], facts: tuple[str, Style], room: Rect, behind: tuple[Run, ...]
) -> tuple[int, int] | None:
    """Where two lines stand whose ink stays in ``room`` and does not touch; None where there is no such place."""
    pitch = 1.3 if sheet.m.shape is Shape.TALL else 1.23
    height = round(pitch * name[1].size)
    top = centred(room.top, room.height, height + round(pitch * facts[1].size))
    first, second = _baseline(top, pitch, name[1]), _baseline(top + height, pitch, facts[1])
    up, down = sheet.type.ink(name[0], name[1].size, name[1].weight)
    facts_up, facts_down = sheet.type.ink(facts[0], facts[1].size, facts[1].weight)
    sign_up, side = round(_SIGN_UP_EM * facts[1].size), round(_SIGN_EM * facts[1].size)
    inks = [sheet.type.ink(run.text, run.style.size, run.style.weight) for run in behind]
    facts_up = max(facts_up, sign_up, *(ink[0] for ink in inks))
    facts_down = max(facts_down, side - sign_up, *(ink[1] for ink in inks))

    def apart(pitch: int) -> bool:
        sign = Rect((facts[1].size - side) // 2, pitch - sign_up, side, side)
        touch = sheet.type.meet(name, facts, (_indent(facts[1]), pitch)) or sheet.type.reaches(*name, sign)
        return not touch

    if first - up >= room.top and second + facts_down <= room.bottom and apart(second - first):
        return first, second
    spare = room.height - up - down - facts_up - facts_down - 1
    if spare >= 0:
        between = min(spare // 3, round(0.1 * facts[1].size))
        first = room.top + (spare - between) // 2 + up
        return first, first + down + 1 + between + facts_up
    for free in range(sheet.m.border, -1, -1):  # tails and marks may still pass each other
        first, second = room.top + free + up, room.bottom - free - facts_down
        if second > first and apart(second - first):
            return first, second
    return None


def _indent(style: Style) -> int:
    """How far a text stands behind its sign."""
    return round(1.3 * style.size)


def _baseline(top: int, pitch: float, style: Style) -> int:
    return top + round((pitch - CONTENT_EM) / 2 * style.size + BASELINE_EM * style.size)


def _top(baseline: int, pitch: float, style: Style) -> int:
    return baseline - round((pitch - CONTENT_EM) / 2 * style.size + BASELINE_EM * style.size)


def _paint_due_sign(sheet: Sheet, row: Row, size: int, at: tuple[int, int]) -> None:
    if row.overdue:
        sheet.sign("attention", size, sheet.c.failing, sheet.c.surface, at)
    else:
        sheet.icon(row.icon, size, sheet.c.ink_2, at)
