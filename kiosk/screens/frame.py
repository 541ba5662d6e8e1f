"""What surrounds a screen: header, floor with its buttons, and the parts several screens share."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import pictures
from kiosk.screens.parts import Action, Banner, Floor, Forms, Head, Kind, Toggles
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Colour, Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.visits.events import Button, Touched

_TALL_HEAD = 0.907
_TALL_BUTTON = 0.89
"""Portrait sets header and buttons a little under reference and body (39 and 48 px of 43 and 54)."""

_SINKS_EM = 1 / 6
"""A question in the header that two marks above each other would push further off the clock's line is set smaller."""

_CLEAR_EM = 0.05
"""Marks at the very edge of the glass are lost under its frame."""

_TOGGLE_TALL_PX = 108
"""27 mm in portrait: narrower than other targets, so that both and two buttons stand in one floor."""


def paint_head(sheet: Sheet, head: Head, question: Forms = ()) -> None:
    """The strip on top: logo, office or question, sample pill, clock."""
    m, c = sheet.m, sheet.c
    sheet.fill(Rect(0, 0, m.width, m.header), c.surface)
    sheet.fill(Rect(0, m.header - m.hairline, m.width, m.hairline), c.line)
    sheet.witness_box(Rect(0, 0, m.width, m.header))
    height = m.header - m.hairline
    logo = round(0.62 * m.header)
    sheet.picture(pictures.picture("logo", logo, (("currentColor", c.primary),)), (m.margin, (height - logo) // 2))
    left = m.margin + logo + head_gap(sheet)
    right = _head_right(sheet, head, height)
    size = head_size(sheet)
    forms = question or head.office
    name = Style(size, Weight.SEMIBOLD, c.ink)
    strong = sheet.ref(c.ink, Weight.STRONG)
    between, lower = (strong._replace(size=size) for size in ((m.body + m.reference) // 2, round(0.84 * m.reference)))
    for style in (sheet.strong(), between, strong, lower) if question else (name,):
        clear = round(_CLEAR_EM * style.size)
        inner = height - 2 * clear
        low_enough = tuple(form for form in forms if sheet.ink_height(form, style) <= inner) or forms
        text = sheet.fitting(low_enough, style, right - left)
        fits = sheet.ink_height(text, style) <= inner
        if fits and sheet.sinks(text, style, inner) <= _SINKS_EM * style.size:
            break
    sheet.line_within(text, style, (left, clear), inner)


def _head_right(sheet: Sheet, head: Head, height: int) -> int:
    """Clock and sample pill; returns where the room for the name ends."""
    m, c = sheet.m, sheet.c
    right = m.width - m.margin
    style = Style(head_size(sheet), Weight.SEMIBOLD, c.ink)
    if head.clock:
        width = sheet.width(head.clock, style)
        sheet.line(head.clock, style, (right - width, centred(0, height, round(1.3 * style.size))))
        right -= width + head_gap(sheet)
    if head.sample:
        right -= pill(sheet, head.sample, style.size, right, centred(0, height, pill_height(style.size))) + head_gap(
            sheet
        )
    return right


def head_gap(sheet: Sheet) -> int:
    """Between the parts of the header."""
    return 18 if sheet.m.shape is Shape.TALL else sheet.m.gap


def head_size(sheet: Sheet) -> int:
    """The em of office name and clock."""
    return round(_TALL_HEAD * sheet.m.reference) if sheet.m.shape is Shape.TALL else sheet.m.reference


def pill_height(size: int) -> int:
    """How high the sample pill beside type of ``size`` is."""
    return round(1.42 * round(0.84 * size))


def pill(sheet: Sheet, word: str, size: int, right: int, top: int) -> int:
    """The turmeric pill that marks a sample, its right end at ``right``; returns its width."""
    style = Style(round(0.84 * size), Weight.STRONG, sheet.c.on_accent)
    width = sheet.width(word, style) + style.size
    rect = Rect(right - width, top, width, pill_height(size))
    sheet.box(rect, sheet.c.accent, radius=rect.height // 2)
    sheet.line(word, style, (rect.left + style.size // 2, rect.top), pitch=1.42)
    return width


def floor_rect(sheet: Sheet) -> Rect:
    """The strip at the bottom."""
    return Rect(0, sheet.m.height - sheet.m.floor, sheet.m.width, sheet.m.floor)


def main_rect(sheet: Sheet) -> Rect:
    """What lies between header and floor, margins taken off at the sides."""
    m = sheet.m
    return Rect(m.margin, m.header, m.width - 2 * m.margin, m.height - m.header - m.floor)


def paint_floor(sheet: Sheet, floor: Floor) -> None:
    """Back on the left, language and size in the middle, the way on at the right."""
    m, c = sheet.m, sheet.c
    rect = floor_rect(sheet)
    sheet.fill(rect, c.surface)
    sheet.fill(Rect(rect.left, rect.top, rect.width, m.hairline), c.line)
    sheet.witness_box(rect)
    row = Rect(m.margin, rect.top + m.hairline + m.pad, m.width - 2 * m.margin, m.floor - m.hairline - 2 * m.pad)
    row.height = max(row.height, m.target)
    left_room, right_room = _columns(sheet, floor, row)
    if floor.back:
        width = paint_button(sheet, floor.back, row.topleft, left_room, row.height)
        if floor.wide_main:
            right_room = row.width - width - m.gap
    if floor.main and floor.wide_main:
        rect = Rect(row.right - right_room, row.top, right_room, row.height)
        paint_button_in(sheet, floor.main, rect)
    elif floor.main:
        width = button_width(sheet, floor.main, right_room)
        paint_button_in(sheet, floor.main, Rect(row.right - width, row.top, width, row.height))
    elif floor.aside:
        paint_aside(sheet, floor.aside, floor.aside_icon, Rect(row.right - right_room, row.top, right_room, row.height))
    if floor.toggles:
        width = toggle_width(sheet)
        left = row.centerx - width - m.gap // 2
        paint_toggles(sheet, floor.toggles, Rect(left, row.top, 2 * width + m.gap, row.height))


def _columns(sheet: Sheet, floor: Floor, row: Rect) -> tuple[int, int]:
    """The room for the left and the right button: half of what the toggles leave, or what the other one leaves."""
    if floor.toggles:
        room = (row.width - 2 * toggle_width(sheet) - 3 * sheet.m.gap) // 2
        return room, room
    if floor.back and floor.main and not floor.wide_main:
        half = (row.width - sheet.m.gap) // 2
        main = button_width(sheet, floor.main, row.width)
        back = button_width(sheet, floor.back, row.width)
        return max(half, row.width - sheet.m.gap - main), max(half, row.width - sheet.m.gap - back)
    return row.width * 2 // 3, row.width


def toggle_width(sheet: Sheet) -> int:
    """How wide one of the two buttons in the middle is."""
    return _TOGGLE_TALL_PX if sheet.m.shape is Shape.TALL else sheet.m.target


def button_style(sheet: Sheet, colour: Colour) -> Style:
    """The type of a button."""
    size = round(_TALL_BUTTON * sheet.m.body) if sheet.m.shape is Shape.TALL else sheet.m.body
    return Style(size, Weight.STRONG, colour)


def _label(sheet: Sheet, action: Action, room: int) -> tuple[str, str]:
    """The words and icon of a button that fit: all words before the icon, the icon before short words."""
    style = button_style(sheet, "#000000")
    for label in action.labels:
        for icon in (action.icon, "") if action.icon else ("",):
            if _content_width(sheet, label, icon, style) + style.size <= room:
                return label, icon
    return sheet.fitting(action.labels, style, room - style.size), ""


def _content_width(sheet: Sheet, label: str, icon: str, style: Style) -> int:
    return sheet.width(label, style) + (round(1.34 * style.size) if icon else 0)


def button_width(sheet: Sheet, action: Action, room: int) -> int:
    """How wide the button is when it may take ``room``."""
    style = button_style(sheet, "#000000")
    label, icon = _label(sheet, action, room)
    return max(sheet.m.target, _content_width(sheet, label, icon, style) + style.size)


def paint_button(sheet: Sheet, action: Action, at: tuple[int, int], room: int, height: int) -> int:
    """A button as wide as its words; returns that width."""
    width = button_width(sheet, action, room)
    paint_button_in(sheet, action, Rect(at, (width, height)))
    return width


def button_colours(sheet: Sheet, kind: Kind, *, pressed: bool) -> tuple[Colour, Colour, Colour]:
    """Ground, edge and type of a button."""
    c = sheet.c
    if kind is Kind.PRIMARY:
        ground = c.primary_pressed if pressed else c.primary
        return ground, ground, c.on_primary
    ground = c.surface_pressed if pressed else c.surface
    return (ground, c.primary, c.primary) if kind is Kind.SECONDARY else (ground, c.line_strong, c.ink)


def paint_button_in(sheet: Sheet, action: Action, rect: Rect) -> None:
    """A button that fills ``rect``."""
    pressed = sheet.target(rect, action.touched)
    ground, edge, ink = button_colours(sheet, action.kind, pressed=pressed)
    sheet.box(rect, ground, edge)
    style = button_style(sheet, ink)
    label, icon = _label(sheet, action, rect.width)
    content = _content_width(sheet, label, icon, style)
    x = rect.left + (rect.width - content) // 2
    icon_at = x if not action.icon_last else x + content - style.size
    text_at = x + (round(1.34 * style.size) if icon and not action.icon_last else 0)
    if icon:
        sheet.icon(icon, style.size, ink, (icon_at, centred(rect.top, rect.height, style.size)), 2.4)
    sheet.line(label, style, (text_at, centred(rect.top, rect.height, round(1.3 * style.size))))


def paint_toggles(sheet: Sheet, toggles: Toggles, rect: Rect) -> None:
    """The other language, and large type: always here, always the same."""
    m, c = sheet.m, sheet.c
    width = toggle_width(sheet)
    first = Rect(rect.left, rect.top, width, rect.height)
    second = Rect(rect.right - width, rect.top, width, rect.height)
    pressed = sheet.target(first, Touched(Button.LANGUAGE))
    sheet.box(first, c.surface_pressed if pressed else c.surface, c.line_strong)
    size = m.reference if m.large else button_style(sheet, c.ink).size
    style = Style(size, Weight.STRONG, c.ink)
    top = centred(first.top, first.height, round(1.3 * size))
    sheet.line(toggles.language, style, (first.left, top), align=Align.CENTRE, width=width)
    pressed = sheet.target(second, Touched(Button.LARGE))
    edge = c.primary if m.large else c.line_strong
    sheet.box(second, c.surface_pressed if pressed else c.surface, edge)
    runs = size_mark(toggles.large, button_style(sheet, edge if m.large else c.ink))
    top = centred(second.top, second.height, round(1.3 * runs[1].style.size))
    sheet.runs(runs, (second.left, top), align=Align.CENTRE, width=width)


def size_mark(letters: str, style: Style) -> tuple[Run, Run]:
    """A small letter and a large one, on one baseline: the sign for large type."""
    small = style._replace(size=round(0.72 * style.size))
    big = style._replace(size=round(1.08 * style.size))
    return Run(letters[0], small), Run(letters[1], big, round(0.04 * style.size))


def paint_aside(sheet: Sheet, aside: tuple[Forms, Forms], icon: str, rect: Rect) -> None:
    """Two short lines in the floor where nothing is to be pressed; the lead gives way to a long second part."""
    lead, strong = sheet.ref(), sheet.ref(sheet.c.ink, Weight.STRONG)
    pitch = round(1.3 * lead.size)
    first, style = sheet.fitting(aside[0], lead, rect.width), lead
    whole = (form for form in aside[1] if sheet.width(form, strong) <= rect.width)
    if not (second := next(whole, "")):
        second = aside[1][0]
        lines = sheet.balanced(second.replace("\u00a0", " "), strong, rect.width)
        first, style = lines[0], strong
        second = sheet.fitting((" ".join(lines[1:]),), strong, rect.width)
        if not second or sheet.width(first, strong) > rect.width:
            return
    top = centred(rect.top, rect.height, 2 * pitch)
    sheet.line(first, style, (rect.left, top), align=Align.RIGHT, width=rect.width)
    sheet.line(second, strong, (rect.left, top + pitch), align=Align.RIGHT, width=rect.width)
    widest = max(sheet.width(first, style), sheet.width(second, strong))
    size = round(1.3 * lead.size)
    x = rect.right - widest - round(0.5 * lead.size) - size
    if icon and x >= rect.left:
        sheet.icon(icon, size, sheet.c.primary, (x, centred(rect.top, rect.height, size)))


def banner_height(sheet: Sheet) -> int:
    """How high the banner is."""
    advice = 0 if _banner_is_short(sheet) else round(1.3 * sheet.m.reference)
    return round(1.3 * sheet.m.body) + advice + round(0.4 * sheet.m.body)


def _banner_is_short(sheet: Sheet) -> bool:
    """The smallest glass has no room for the advice in large type, if the services are to be touched."""
    return sheet.m.large and sheet.m.shape is Shape.COMPACT


def paint_banner(sheet: Sheet, banner: Banner, rect: Rect) -> None:
    """Something is gone: triangle, what, and what to do instead."""
    m, c = sheet.m, sheet.c
    sheet.box(rect, c.attention_tint, c.attention)
    side = round(0.46 * m.body)
    sign = round((1.2 if _banner_is_short(sheet) else 1.5) * m.body)
    sheet.sign("attention", sign, c.attention, c.surface, (rect.left + side, centred(rect.top, rect.height, sign)))
    left = rect.left + side + sign + round(0.39 * m.body)
    room = rect.right - side - left
    title, advice = sheet.strong(), sheet.ref(c.ink)
    top = rect.top + round(0.27 * m.body)
    top += sheet.line(sheet.fitting(banner.title, title, room), title, (left, top))
    if not _banner_is_short(sheet):
        sheet.line(sheet.fitting(banner.advice, advice, room), advice, (left, top))


def icon_box(sheet: Sheet, icon: str, rect: Rect, *, primary: bool = False) -> None:
    """An icon on a tinted square."""
    m, c = sheet.m, sheet.c
    ground = c.icon_ground if primary else c.primary_tint
    sheet.rounded(rect, ground, round(0.75 * m.radius))
    size = round((0.94 if m.large else 0.73) * rect.width)
    ink = c.on_primary if primary else c.primary
    at = (centred(rect.left, rect.width, size), centred(rect.top, rect.height, size))
    sheet.icon(icon, size, ink, at, 1.9)


def figures(
    sheet: Sheet, money: tuple[str, str], size: int, room: tuple[int, int, int], align: Align = Align.LEFT
) -> int:
    """An amount in the largest role that fits, its unit smaller on the same baseline.

    ``money``: amount and unit; ``room``: left, top, width. Returns the height a line of ``size`` takes.
    """
    left, top, width = room
    unit = sheet.strong()
    for candidate in (size, sheet.m.question, sheet.m.body):
        amount = Style(candidate, Weight.AMOUNT, sheet.c.ink)
        runs = (Run(money[0], amount), Run(money[1], unit, round(0.25 * unit.size)))
        if sheet.runs_width(runs) <= width:
            break
    height = round(1.14 * size)
    own = round(1.14 * max(amount.size, unit.size))
    sheet.runs(runs, (left, top + (height - own) // 2), pitch=1.14, align=align, width=width)
    return height


def paint_track(sheet: Sheet, rect: Rect, share: float, ground: Colour, edge: int) -> None:
    """A bar filled by ``share``, 0 to 1, with an edge of ``edge`` pixels."""
    c = sheet.c
    sheet.rounded(rect, c.line_strong, rect.height // 2)
    inner = rect.inflate(-2 * edge, -2 * edge)
    sheet.rounded(inner, ground, inner.height // 2)
    filled = Rect(inner.left, inner.top, round(inner.width * min(1.0, max(0.0, share))), inner.height)
    before = sheet.canvas.get_clip()
    sheet.canvas.set_clip(filled)
    sheet.rounded(inner, c.primary, inner.height // 2)
    sheet.canvas.set_clip(before)


def paint_dots(sheet: Sheet, lit: int, top: int, left: int, width: int) -> int:
    """Ten dots in a row, the first ``lit`` of them filled; returns their height."""
    c = sheet.c
    size, gap = round(0.79 * sheet.m.body), round(0.29 * sheet.m.body)
    edge = max(3, round(0.09 * size))
    x = left + (width - 10 * size - 9 * gap) // 2
    for n in range(10):
        rect = Rect(x + n * (size + gap), top, size, size)
        sheet.rounded(rect, c.primary if n < lit else c.line_strong, size // 2)
        if n >= lit:
            sheet.rounded(rect.inflate(-2 * edge, -2 * edge), c.surface, size // 2)
    return size


def paint_band(sheet: Sheet, question: str, subtitle: str = "") -> int:
    """Portrait: the question on an indigo band with the pavilion; returns where the main part begins."""
    m, c = sheet.m, sheet.c
    band = Rect(0, m.header, m.width, 470)
    sheet.fill(band, c.hero)
    sheet.witness_box(band)
    style, ref = sheet.question(c.on_hero), sheet.ref(c.on_hero)
    with_picture = sheet.balanced(question, style, 540)
    picture = len(with_picture) <= 2
    lines = with_picture if picture else sheet.balanced(question, style, m.width - 2 * m.margin)
    if not m.large:
        sheet.picture(pictures.hills(m.width, 150, c.hill_far, c.hill_near), (0, band.bottom - 150))
    if picture:
        sala = pictures.picture("sala", 440)
        clip = sheet.canvas.get_clip()
        sheet.canvas.set_clip(band)
        sheet.picture(sala, (m.width - 24 - 440, band.bottom + 8 - sala.get_height()))
        sheet.canvas.set_clip(clip)
    most = (band.height - 72 - (round(1.5 * ref.size) if subtitle else 0)) // round(1.36 * style.size)
    if len(lines) > most:
        lines = (*lines[: most - 1], sheet.fitting((" ".join(lines[most - 1 :]),), style, m.width - 2 * m.margin))
    height = round(1.36 * style.size) * len(lines) + (round(1.5 * ref.size) if subtitle else 0)
    y = band.bottom - 48 - height
    if subtitle:
        room = 590 if picture else m.width - 2 * m.margin
        y += sheet.line(sheet.fitting((subtitle,), ref, room), ref, (m.margin, y), pitch=1.5)
    sheet.lines(lines, style, (m.margin, y), pitch=1.36)
    if m.large:
        sheet.fill(Rect(0, band.bottom - 4, m.width, 4), c.line)
    return band.bottom + 36
