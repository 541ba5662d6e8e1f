"""A case with its steps and deadline, a part of a manual, and a QR to read on by phone."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.paint_notices import paint_page_turn
from kiosk.screens.paint_pay import paint_qr_card
from kiosk.screens.paint_visit import badge_number
from kiosk.screens.parts import Action, Forms, Tone
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Colour, Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views_reading import CaseView, PartView, QrView, StepLine

_PITCH = 1.5
"""Lines from the office's records may carry any marks."""


def _room_below_title(sheet: Sheet, title: Forms, aside: str) -> Rect:
    """Draw the title where the shape has it, with ``aside`` on its line; returns the room below."""
    m = sheet.m
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, title[0], aside)
        return Rect(main.left, top, main.width, main.bottom - top - m.gap)
    if m.shape is Shape.COMPACT or m.large:
        return main.inflate(0, -2 * round(0.5 * m.pad) - 4)
    style, ref = sheet.question(), sheet.ref()
    text = sheet.fitting(title, style, main.width - sheet.width(aside, ref) - m.gap)
    runs = (Run(text, style), Run(aside, ref, m.gap))
    y = main.top
    y += sheet.runs(runs, (main.left, y), pitch=1.84)
    return Rect(main.left, y + 4, main.width, main.bottom - y - 14)


def _in_head(sheet: Sheet, title: Forms) -> Forms:
    m = sheet.m
    return title if m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM) else ()


def _paint_turn(sheet: Sheet, previous: Action | None, following: Action | None, room: Rect) -> Rect:
    """The page turn: beside the room, or in portrait below it; returns what is left of the room."""
    m = sheet.m
    if not previous and not following:
        return room
    if m.shape is not Shape.TALL:
        width = round((1.25 if m.large else 1.45) * m.target)
        paint_page_turn(sheet, previous, following, Rect(room.right - width, room.top, width, room.height))
        return Rect(room.left, room.top, room.width - width - m.gap, room.height)
    half, top = (room.width - m.gap) // 2, room.bottom - m.target
    if previous:
        frame.paint_button_in(sheet, previous, Rect(room.left, top, half, m.target))
    if following:
        frame.paint_button_in(sheet, following, Rect(room.right - half, top, half, m.target))
    return Rect(room.left, room.top, room.width, room.height - m.target - m.gap)


# ---- a case


def paint_case(sheet: Sheet, view: CaseView) -> None:
    """12: the steps on the left, how it stands and who has it on the right."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head, _in_head(sheet, view.title))
    frame.paint_floor(sheet, view.shell.floor)
    room = _paint_turn(sheet, view.previous, view.following, _room_below_title(sheet, view.title, view.number))
    if m.shape is Shape.TALL:
        height = _standing_height(sheet, view, room.width)
        _paint_standing(sheet, view, Rect(room.left, room.top, room.width, height))
        top = room.top + height + m.gap
        _paint_steps(sheet, view.steps, Rect(room.left, top, room.width, room.bottom - top))
        return
    width = round((0.44 if m.large else 0.4) * room.width)
    _paint_steps(sheet, view.steps, Rect(room.left, room.top, room.width - width - 2 * m.gap, room.height))
    _paint_standing(sheet, view, Rect(room.right - width, room.top, width, room.height))


def _paint_steps(sheet: Sheet, steps: tuple[StepLine, ...], room: Rect) -> None:
    """A line of marks from step to step."""
    m, c = sheet.m, sheet.c
    if not steps:
        return
    height = min(room.height // len(steps), round(3.2 * m.body))
    mark = min(round(1.1 * m.body), round(0.62 * height))
    for n, step in enumerate(steps):
        top = room.top + n * height
        if n + 1 < len(steps):  # the line to the next mark
            colour = c.ok if step.mark == "done" else c.line_strong
            x = room.left + mark // 2 - m.border
            sheet.fill(Rect(x, top + height // 2, 2 * m.border, height), colour)
    for n, step in enumerate(steps):
        _paint_step(sheet, step, Rect(room.left, room.top + n * height, room.width, height), mark)


def _paint_step(sheet: Sheet, step: StepLine, rect: Rect, mark: int) -> None:
    m, c = sheet.m, sheet.c
    disc = Rect(rect.left, centred(rect.top, rect.height, mark), mark, mark)
    inner = round(0.6 * mark)
    at = (centred(disc.left, mark, inner), centred(disc.top, mark, inner))
    if step.mark == "next":
        sheet.rounded(disc, c.line_strong, mark // 2)
        sheet.rounded(disc.inflate(-2 * m.border, -2 * m.border), c.paper, mark // 2)
    else:
        colour = c.ok if step.mark == "done" else c.primary
        sheet.rounded(disc, colour, mark // 2)
        sheet.icon("check" if step.mark == "done" else "timer", inner, c.paper, at, 2.6)
    left = disc.right + round(0.4 * m.body)
    label = sheet.strong(c.primary if step.mark == "now" else c.ink)
    ref = sheet.ref()
    whole = sheet.width(step.label, label)
    room = rect.right - left
    when = next((form for form in step.when if whole + m.gap + sheet.width(form, ref) <= room), "")
    lines = 1.3 * label.size, 1.3 * ref.size
    fits = sum(lines) + 8 <= rect.height and sheet.width(step.note, ref) <= room
    note = step.note if fits else ""
    y = centred(rect.top, rect.height, round(sum(lines) if note else lines[0]))
    text = sheet.fitting((step.label,), label, room - (sheet.width(when, ref) + m.gap if when else 0))
    sheet.line(text, label, (left, y))
    if when:
        strut = Run("", label)
        sheet.runs((strut, Run(when, ref)), (left, y), align=Align.RIGHT, width=room)
    if note:
        sheet.line(note, ref, (left, y + round(lines[0])), pitch=1.5)


def _tone_colours(sheet: Sheet, tone: Tone) -> tuple[Colour, Colour]:
    c = sheet.c
    return {
        Tone.OK: (c.ok, c.ok_tint),
        Tone.ATTENTION: (c.attention, c.attention_tint),
        Tone.FAILING: (c.failing, c.failing_tint),
        Tone.PLAIN: (c.primary, c.primary_tint),
    }[tone]


_Block = tuple[tuple[str, ...], Style]
"""Lines under each other, and how they look."""


def _standing_blocks(sheet: Sheet, view: CaseView, width: int) -> tuple[list[_Block], list[_Block]]:
    """The deadline's lines, in the form that stands on one line where one does; and who has the case."""
    body, ref = sheet.body(), sheet.ref(sheet.c.ink)
    when: list[_Block] = []
    for forms in view.when:
        text = next((form for form in forms if sheet.width(form, body) <= width), forms[-1])
        when.append((sheet.wrap(text, body, width), body))
    return when, [(sheet.wrap(text, ref, width), ref) for text in view.holder]


def _blocks_height(blocks: list[_Block]) -> int:
    return sum(round(_PITCH * style.size) * len(lines) for lines, style in blocks)


def _fitting_blocks(sheet: Sheet, view: CaseView, width: int, height: int) -> list[_Block]:
    """As much as there is room for. Who has it is worth more than how many days that is, which the word says too."""
    when, holder = _standing_blocks(sheet, view, width)
    choices = [when + holder[:n] for n in range(len(holder), 0, -1)]
    if holder:
        choices.append(when[-1:] + holder[:1])
    choices += [when, when[-1:]]
    return next((each for each in choices if _blocks_height(each) <= height), [])


def _standing_height(sheet: Sheet, view: CaseView, width: int) -> int:
    """How high the box is with all that stands in it."""
    pad = round(0.5 * sheet.m.body)
    when, holder = _standing_blocks(sheet, view, width - 2 * pad)
    return 2 * pad + round(_PITCH * sheet.m.body) + _blocks_height(when + holder)


def _paint_standing(sheet: Sheet, view: CaseView, rect: Rect) -> None:
    """How it stands to its deadline, in shape, colour and word; and who has it."""
    m = sheet.m
    colour, tint = _tone_colours(sheet, view.tone)
    sheet.box(rect, tint, colour)
    pad = round((0.28 if m.shape is Shape.COMPACT else 0.5) * m.body)
    room = rect.inflate(-2 * pad, -2 * min(pad, 12))
    sign, gap = m.body, round(0.3 * m.body)
    style = sheet.strong(colour)
    if sheet.width(view.word, style) > room.width - sign - gap:
        style = sheet.ref(colour, Weight.STRONG)
        sign = m.reference
    word_height = round(_PITCH * style.size)
    blocks = _fitting_blocks(sheet, view, room.width, room.height - word_height)
    y = centred(room.top, room.height, word_height + _blocks_height(blocks))
    if view.tone is Tone.PLAIN:
        sheet.icon("route", sign, colour, (room.left, centred(y, word_height, sign)))
    else:
        sheet.sign(view.tone.value, sign, colour, tint, (room.left, centred(y, word_height, sign)))
    word = sheet.fitting((view.word,), style, room.width - sign - gap)
    y += sheet.line(word, style, (room.left + sign + gap, y), pitch=_PITCH)
    for lines, each in blocks:
        y += sheet.lines(lines, each, (room.left, y), pitch=_PITCH)


# ---- a manual


def paint_part(sheet: Sheet, view: PartView) -> None:
    """A heading and up to three lines; a warning where it is out of date."""
    c = sheet.c
    frame.paint_head(sheet, view.shell.head, _in_head(sheet, view.title))
    frame.paint_floor(sheet, view.shell.floor)
    room = _paint_turn(sheet, view.previous, view.following, _room_below_title(sheet, view.title, view.page))
    heading, warning = sheet.strong(c.primary), sheet.ref(c.attention, Weight.STRONG)
    y = room.top + sheet.line(sheet.fitting((view.heading,), heading, room.width), heading, room.topleft, pitch=_PITCH)
    if view.warning:
        size = warning.size
        height = round(1.6 * size)
        sheet.sign("attention", size, c.attention, c.paper, (room.left, centred(y, height, size)))
        left = room.left + round(1.3 * size)
        text = sheet.fitting(view.warning, warning, room.right - left)
        y += sheet.line(text, warning, (left, y), pitch=1.6)
    if view.lines:
        _paint_lines(sheet, view, Rect(room.left, y, room.width, room.bottom - y))


def _paint_lines(sheet: Sheet, view: PartView, room: Rect) -> None:
    m = sheet.m
    height = min(room.height // len(view.lines), round(4 * m.body))
    number = min(round(1.22 * m.body), height)
    for n, (mark, text, aside) in enumerate(view.lines):
        rect = Rect(room.left, room.top + n * height, room.width, height)
        left = rect.left
        if mark:
            disc = Rect(rect.left, centred(rect.top, height, number), number, number)
            badge_number(sheet, int(mark), disc)
            left += number + round(0.36 * m.body)
        ref = sheet.ref()
        width = rect.right - left - (sheet.width(aside, ref) + m.gap if aside else 0)
        style, lines = _fitted(sheet, text, width, height)
        y = centred(rect.top, height, round(_PITCH * style.size) * len(lines))
        sheet.lines(lines, style, (left, y), pitch=_PITCH)
        if aside:
            top = centred(rect.top, height, round(_PITCH * ref.size))
            sheet.line(aside, ref, (left, top), pitch=_PITCH, align=Align.RIGHT, width=rect.right - left)


def _fitted(sheet: Sheet, text: str, width: int, height: int) -> tuple[Style, tuple[str, ...]]:
    """The larger of the two roles in which the text is whole; else as much of it as there is room for."""
    for style in (sheet.body(), sheet.ref(sheet.c.ink)):
        lines = sheet.wrap(text, style, width)
        most = max(1, height // round(_PITCH * style.size))
        if len(lines) <= most:
            return style, lines
    return style, (*lines[: most - 1], sheet.fitting((" ".join(lines[most - 1 :]),), style, width))


# ---- on the phone


def paint_qr_view(sheet: Sheet, view: QrView) -> None:
    """The QR beside what it is for."""
    m, c = sheet.m, sheet.c
    frame.paint_head(sheet, view.shell.head, _in_head(sheet, view.question))
    frame.paint_floor(sheet, view.shell.floor)
    room = _room_below_title(sheet, view.question, "")
    words = ("", view.sample_band, None)
    about, hint = sheet.strong(), sheet.ref(c.ink)
    if m.shape is Shape.TALL:
        side = 620
        card = Rect(centred(0, m.width, side), room.top + 8, side, side)
        text = Rect(room.left, card.bottom + m.gap, room.width, room.bottom - card.bottom - m.gap)
    else:
        side = min(room.height, round(0.45 * room.width))
        card = Rect(room.left, room.top, side, room.height)
        left = card.right + 2 * m.gap
        text = Rect(left, room.top, room.right - left, room.height)
    paint_qr_card(sheet, view.payload, words, card)
    lines, more = sheet.balanced(view.about, about, text.width), sheet.balanced(view.hint, hint, text.width)
    below = round(_PITCH * hint.size) * len(more)
    most = max(1, (text.height - below) // round(_PITCH * about.size))
    if len(lines) > most:
        lines = (*lines[: most - 1], sheet.fitting((" ".join(lines[most - 1 :]),), about, text.width))
    height = round(_PITCH * about.size) * len(lines) + below
    y = text.top if m.shape is Shape.TALL else centred(text.top, text.height, height)
    y += sheet.lines(lines, about, (text.left, y), pitch=_PITCH)
    sheet.lines(more, hint, (text.left, y), pitch=_PITCH)
