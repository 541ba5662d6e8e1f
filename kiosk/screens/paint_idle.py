"""Idle and closed: the pavilion, the greeting, the ways to begin."""

from __future__ import annotations

from dataclasses import dataclass

from pygame import Rect

from kiosk.screens import frame, pictures
from kiosk.screens.paint_visit import Words, paint_words
from kiosk.screens.parts import Action
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views import ClosedView, IdleView, Start
from kiosk.visits.events import Button, Touched


@dataclass(frozen=True, slots=True)
class _Hero:
    """Sizes of the indigo part, in pixels; ``pad`` above and below, the sides are the screen's margins."""

    height: int
    pad: int
    logo: int
    greeting: int
    greeting_pitch: float
    greeting_above: int
    invitation: int
    invitation_pitch: float
    sala: int
    sala_right: int
    sala_below: int
    hills: int


_HEROES = {
    Shape.MEDIUM: _Hero(330, 18, 56, 84, 1.34, 14, 56, 1.4, 436, 24, 8, 110),
    Shape.COMPACT: _Hero(172, 6, 34, 46, 1.3, 2, 32, 1.32, 236, 6, 4, 56),
    Shape.TALL: _Hero(948, 36, 76, 112, 1.3, 52, 62, 1.5, 660, 210, 10, 230),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """The hero's words as they will be set."""

    greeting: tuple[str, ...]
    greeting_style: Style
    invitation: tuple[str, ...]
    pavilion: bool
    height: int


def paint_idle(sheet: Sheet, view: IdleView) -> None:
    """01: everything on it begins a visit."""
    m = sheet.m
    floor = frame.floor_rect(sheet)
    least = _tile_height(sheet) if m.shape is not Shape.TALL else 0
    room = floor.top - least - 2 * _start_pad(sheet)
    hero = _HEROES[m.shape]
    banner = frame.banner_height(sheet) if view.banner else 0
    if m.shape is Shape.TALL:
        room = hero.height - (banner + m.gap if banner else 0)
    said = _said(sheet, view, hero, room)
    height = room if m.shape is Shape.TALL else max(said.height, 0 if banner else hero.height)
    _paint_hero(sheet, view, hero, said, Rect(0, 0, m.width, height))
    top = height + _start_pad(sheet)
    if view.banner and m.shape is Shape.TALL:
        frame.paint_banner(sheet, view.banner, Rect(m.margin, top, m.width - 2 * m.margin, banner))
        top += banner + m.gap
    bottom = floor.top - (_start_pad(sheet) if m.shape is not Shape.TALL else 0)
    below = _paint_starts(sheet, view.starts, Rect(m.margin, top, m.width - 2 * m.margin, bottom - top))
    if m.shape is Shape.TALL:
        _paint_help(sheet, view, Rect(m.margin, below, m.width - 2 * m.margin, floor.top - below))
    _paint_floor(sheet, view)


def _start_pad(sheet: Sheet) -> int:
    return {Shape.COMPACT: 10, Shape.MEDIUM: 20, Shape.TALL: 40}[sheet.m.shape]


# ---- the hero


def _said(sheet: Sheet, view: IdleView, hero: _Hero, limit: int) -> _Said:
    """How the greeting fits: with the pavilion, else without it, else smaller, else without the invitation."""
    whole = sheet.m.width - 2 * sheet.m.margin
    # The eaves begin 96 of the picture's 640 units in, and the steps below them lie under the words.
    beside = whole + sheet.m.margin - hero.sala_right - round(hero.sala * 544 / 640) - sheet.m.gap
    beside = beside if sheet.m.shape is not Shape.TALL else whole
    banner = view.banner is not None and sheet.m.shape is not Shape.TALL
    with_invitation = not view.banner
    tries = [
        (hero.greeting, beside, True, with_invitation),
        (hero.greeting, whole, False, with_invitation),
        (sheet.m.question, whole, False, with_invitation),
        (sheet.m.question, whole, False, False),
    ]
    if banner:
        tries = [
            (hero.greeting, whole, False, False),
            (sheet.m.question, whole, False, False),
            (0, whole, False, False),
        ]
    for size, width, pavilion, invitation in tries:
        said = _set(sheet, view, hero, (size, width, pavilion, invitation))
        if said.height <= limit - _pavilion_room(sheet, hero, said, small=view.banner is not None):
            break
    return said


def _set(sheet: Sheet, view: IdleView, hero: _Hero, how: tuple[int, int, bool, bool]) -> _Said:
    size, width, pavilion, invitation = how
    style = Style(size or 1, Weight.STRONG, sheet.c.on_hero)
    inviting = Style(_invitation_size(sheet, hero), Weight.BODY, sheet.c.on_hero)
    greeting = _greeting_lines(sheet, view.greeting, style, width) if size else ()
    lines = sheet.balanced(view.invitation, inviting, width) if invitation else ()
    height = 2 * hero.pad + max(hero.logo, round(1.3 * _top_size(sheet)))
    height += (hero.greeting_above if greeting else 0) + round(hero.greeting_pitch * style.size) * len(greeting)
    height += round(hero.invitation_pitch * inviting.size) * len(lines)
    if greeting and not lines:
        height += round(0.2 * style.size)  # tails of the last line
    if view.banner and sheet.m.shape is not Shape.TALL:
        height += frame.banner_height(sheet) + sheet.m.gap // 2
    return _Said(greeting, style, lines, pavilion, height)


def _pavilion_room(sheet: Sheet, hero: _Hero, said: _Said, *, small: bool) -> int:
    """Portrait: how much of the hero's height the pavilion wants below the words; its spire may stand beside them."""
    if not said.pavilion or sheet.m.shape is not Shape.TALL:
        return 0
    return round((440 if small else hero.sala) * 0.58) - 36


def _invitation_size(sheet: Sheet, hero: _Hero) -> int:
    return max(hero.invitation, sheet.m.reference)


def _top_size(sheet: Sheet) -> int:
    return round(1.05 * sheet.m.reference) if sheet.m.shape is Shape.TALL else sheet.m.reference


def _greeting_lines(sheet: Sheet, greeting: str, style: Style, width: int) -> tuple[str, ...]:
    """Portrait breaks a greeting of two parts between them, as one would say it."""
    parts = greeting.split(" ")
    if sheet.m.shape is Shape.TALL and len(parts) == 2:
        return tuple(line for part in parts for line in sheet.balanced(part, style, width))
    return sheet.balanced(greeting, style, width)


def _paint_hero(sheet: Sheet, view: IdleView, hero: _Hero, said: _Said, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    sheet.fill(rect, c.hero)
    sheet.witness_box(rect)
    clip = sheet.canvas.get_clip()
    sheet.canvas.set_clip(rect)
    if m.large:
        sheet.fill(Rect(rect.left, rect.bottom - 4, rect.width, 4), c.line)
    else:
        sheet.picture(pictures.hills(m.width, hero.hills, c.hill_far, c.hill_near), (0, rect.bottom - hero.hills))
    pavilion = _pavilion_at(sheet, hero, rect, small=view.banner is not None) if said.pavilion else None
    if pavilion:
        sheet.picture(pictures.picture("sala", pavilion.width), pavilion.topleft)
    sheet.canvas.set_clip(clip)
    y = _paint_top(sheet, view, hero, rect.top + hero.pad, pavilion) + hero.greeting_above
    y += sheet.lines(said.greeting, said.greeting_style, (m.margin, y), pitch=hero.greeting_pitch)
    if m.shape is Shape.TALL:
        y += 4
    inviting = Style(_invitation_size(sheet, hero), Weight.BODY, c.on_hero)
    sheet.lines(said.invitation, inviting, (m.margin, y), pitch=hero.invitation_pitch)
    if view.banner and m.shape is not Shape.TALL:
        height = frame.banner_height(sheet)
        top = rect.bottom - height - hero.pad
        frame.paint_banner(sheet, view.banner, Rect(m.margin, top, m.width - 2 * m.margin, height))


def _pavilion_at(sheet: Sheet, hero: _Hero, rect: Rect, *, small: bool) -> Rect:
    """Where the pavilion stands; in large type it makes room for the line above it."""
    width = 440 if small else hero.sala
    if sheet.m.large and sheet.m.shape is not Shape.TALL:
        width = round(0.78 * width)
    right = (rect.width - width) // 2 if sheet.m.shape is Shape.TALL else hero.sala_right
    height = round(0.625 * width)
    return Rect(rect.right - right - width, rect.bottom + hero.sala_below - height, width, height)


def _paint_top(sheet: Sheet, view: IdleView, hero: _Hero, top: int, pavilion: Rect | None) -> int:
    """Logo, office and sample pill, ending before the spire; returns where the greeting may begin."""
    m, c = sheet.m, sheet.c
    style = Style(_top_size(sheet), Weight.SEMIBOLD, c.on_hero)
    height = max(hero.logo, round(1.3 * style.size))
    logo = pictures.picture("logo", hero.logo, (("currentColor", c.on_hero),))
    sheet.picture(logo, (m.margin, centred(top, height, hero.logo)))
    gap = 18 if m.shape is Shape.TALL else m.gap
    left = m.margin + hero.logo + gap
    meets_spire = pavilion is not None and pavilion.top < top + height
    end = pavilion.centerx - m.gap if pavilion is not None and meets_spire else m.width - m.margin
    word = view.shell.head.sample
    pill = sheet.width(word, Style(round(0.84 * style.size), Weight.STRONG, c.ink)) + style.size + gap if word else 0
    name = sheet.fitting(view.shell.head.office, style, end - left - pill)
    sheet.line(name, style, (left, centred(top, height, round(1.3 * style.size))))
    if word:
        right = left + sheet.width(name, style) + pill
        frame.pill(sheet, word, style.size, right, centred(top, height, frame.pill_height(style.size)))
    return top + height


# ---- the ways to begin


def _tile_height(sheet: Sheet) -> int:
    m = sheet.m
    box = 80 if m.shape is Shape.MEDIUM else 54
    subtitle = 0 if m.large else round(1.26 * m.reference)
    return box + round(1.26 * m.body) + subtitle + (28 if m.shape is Shape.MEDIUM else 14)


def _paint_starts(sheet: Sheet, starts: tuple[Start, ...], room: Rect) -> int:
    """The tiles, side by side or in portrait one above the other; returns what lies below them."""
    m = sheet.m
    if m.shape is Shape.TALL:
        top = room.top
        for start in starts:
            _paint_row(sheet, start, Rect(room.left, top, room.width, 184))
            top += 184 + m.gap
        return top
    gap = 8 if m.shape is Shape.COMPACT else m.gap
    height = min(room.height, 258 if m.shape is Shape.MEDIUM else 154)
    width = (room.width - gap * (len(starts) - 1)) // len(starts)
    top = centred(room.top, room.height, height)
    for n, start in enumerate(starts):
        _paint_tile(sheet, start, Rect(room.left + n * (width + gap), top, width, height))
    return room.bottom


def _start_ground(sheet: Sheet, start: Start, rect: Rect) -> tuple[Style, Style]:
    """Box and pressed colours; returns the styles of title and subtitle."""
    c = sheet.c
    pressed = sheet.target(rect, start.touched)
    if start.primary:
        ground = c.primary_pressed if pressed else c.primary
        sheet.box(rect, ground)
        return sheet.strong(c.on_primary), sheet.ref(c.on_primary if sheet.m.large else c.primary_tint)
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.primary)
    return sheet.strong(), sheet.ref()


def _paint_tile(sheet: Sheet, start: Start, rect: Rect) -> None:
    m = sheet.m
    title, subtitle = _start_ground(sheet, start, rect)
    side, box, below, gap = (24, 80, 6, 4) if m.shape is Shape.MEDIUM else (14, 54, 2, 2)
    side = 12 if m.large else side
    height = box + below + gap + round(1.26 * title.size) + (0 if m.large else round(1.26 * subtitle.size))
    y = centred(rect.top, rect.height, height)
    frame.icon_box(sheet, start.icon, Rect(rect.left + side, y, box, box), primary=start.primary)
    y += box + below + gap
    room = rect.width - 2 * side
    y += sheet.line(sheet.fitting(start.title, title, room), title, (rect.left + side, y), pitch=1.26)
    if not m.large:
        sheet.line(sheet.fitting((start.subtitle,), subtitle, room), subtitle, (rect.left + side, y), pitch=1.26)


def _paint_row(sheet: Sheet, start: Start, rect: Rect) -> None:
    title, subtitle = _start_ground(sheet, start, rect)
    title = title._replace(size=64 if not sheet.m.large else 76)
    frame.icon_box(
        sheet, start.icon, Rect(rect.left + 36, centred(rect.top, rect.height, 116), 116, 116), primary=start.primary
    )
    left = rect.left + 36 + 116 + 36
    room = rect.right - 36 - left
    height = round(1.26 * title.size) + round(1.26 * subtitle.size)
    y = centred(rect.top, rect.height, height)
    y += sheet.line(sheet.fitting(start.title, title, room), title, (left, y), pitch=1.26)
    sheet.line(sheet.fitting((start.subtitle,), subtitle, room), subtitle, (left, y), pitch=1.26)


# ---- floor and help


def _paint_help(sheet: Sheet, view: IdleView, room: Rect) -> None:
    """Portrait: where help is, under the tiles."""
    c = sheet.c
    style = sheet.ref()
    text = sheet.fitting((view.help_line, *view.help[1]), style, room.width - round(1.6 * style.size))
    size = round(1.1 * style.size)
    top = room.top + min(8, max(0, room.height - round(1.5 * style.size)))
    height = round(1.5 * style.size)
    if room.height < height:
        return
    sheet.icon("info", size, c.ink_2, (room.left, centred(top, height, size)))
    sheet.line(text, style, (room.left + round(1.5 * style.size), top), pitch=1.5)


def _paint_floor(sheet: Sheet, view: IdleView) -> None:
    """Language and large type in words; on wide screens also where help is."""
    m, c = sheet.m, sheet.c
    rect = frame.floor_rect(sheet)
    sheet.fill(rect, c.surface)
    sheet.fill(Rect(0, rect.top, rect.width, m.hairline), c.line)
    sheet.witness_box(rect)
    row = Rect(m.margin, rect.top + m.hairline + m.pad, m.width - 2 * m.margin, m.floor - m.hairline - 2 * m.pad)
    row.height = max(row.height, m.target)
    language = Action((view.language_label,), Touched(Button.LANGUAGE), "languages")
    if m.shape is Shape.TALL:
        half = (row.width - m.gap) // 2
        frame.paint_button_in(sheet, language, Rect(row.left, row.top, half, row.height))
        _paint_size_button(sheet, view.large_label, Rect(row.right - half, row.top, half, row.height))
        return
    width = frame.paint_button(sheet, language, row.topleft, row.width // 2, row.height)
    left = row.left + width + m.gap
    width = _size_button_width(sheet, view.large_label)
    _paint_size_button(sheet, view.large_label, Rect(left, row.top, width, row.height))
    left += width + m.gap
    frame.paint_aside(sheet, view.help, "", Rect(left, row.top, row.right - left, row.height))


def _size_runs(sheet: Sheet, label: str) -> tuple[Run, ...]:
    colour = sheet.c.primary if sheet.m.large else sheet.c.ink
    style = frame.button_style(sheet, colour)
    letters = "กก" if any("\u0e00" <= letter <= "\u0e7f" for letter in label) else "AA"
    return (*frame.size_mark(letters, style), Run(label, style, round(0.34 * style.size)))


def _size_button_width(sheet: Sheet, label: str) -> int:
    runs = _size_runs(sheet, label)
    return sheet.runs_width(runs) + runs[-1].style.size


def _paint_size_button(sheet: Sheet, label: str, rect: Rect) -> None:
    c = sheet.c
    pressed = sheet.target(rect, Touched(Button.LARGE))
    sheet.box(rect, c.surface_pressed if pressed else c.surface, c.primary if sheet.m.large else c.line_strong)
    runs = _size_runs(sheet, label)
    top = centred(rect.top, rect.height, round(1.3 * runs[1].style.size))
    sheet.runs(runs, (rect.left, top), align=Align.CENTRE, width=rect.width)


# ---- closed


def paint_closed(sheet: Sheet, view: ClosedView) -> None:
    """10b: when nothing works, say so, and where else."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head)
    room = Rect(m.margin, m.header, m.width - 2 * m.margin, m.height - m.header)
    if m.shape is Shape.TALL:
        picture = Rect(room.left, room.top + m.margin, room.width, 700)
        words = Rect(room.left, picture.bottom + m.margin, room.width, room.bottom - picture.bottom - 2 * m.margin)
    else:
        room = room.inflate(0, -2 * (32 if m.shape is Shape.MEDIUM else 16))
        width = round(0.4375 * m.width)
        picture = Rect(room.right - width, room.top, width, room.height)
        words = Rect(room.left, room.top, room.width - width - m.gap - 4, room.height)
        if _closed_words(sheet, view, words.width).height > words.height:
            picture.width, words = 0, room  # words before pictures
    if picture.width:
        _paint_closed_picture(sheet, picture)
    said = _closed_words(sheet, view, words.width)
    if m.shape is not Shape.TALL:
        words.top = centred(words.top, words.height, said.height)
    paint_words(sheet, said, words, Align.LEFT)


def _closed_words(sheet: Sheet, view: ClosedView, width: int) -> Words:
    size = {Shape.COMPACT: 52, Shape.MEDIUM: 84, Shape.TALL: 112}[sheet.m.shape]
    title = Style(size, Weight.STRONG, sheet.c.ink)
    says = tuple((line, sheet.body()) for line in view.lines)
    return Words.of(sheet, ((view.title, title), *says, (view.contact, sheet.ref())), width)


def _paint_closed_picture(sheet: Sheet, rect: Rect) -> None:
    m, c = sheet.m, sheet.c
    sheet.box(rect, c.hero, c.line if m.large else None, radius=20)
    if not m.large:
        height = round(0.3 * rect.width)
        sheet.picture(pictures.hills(rect.width, height, c.hill_far, c.hill_near), (rect.left, rect.bottom - height))
        _round_again(sheet, rect)
    width = round(0.964 * rect.width)
    sala = pictures.picture("sala", min(width, round((rect.height - 60) * 1.6)))
    at = (centred(rect.left, rect.width, sala.get_width()), rect.bottom - round(0.07 * rect.width) - sala.get_height())
    sheet.picture(sala, at)


def _round_again(sheet: Sheet, rect: Rect) -> None:
    """Give the picture's lower corners back to the paper, which the hills have covered."""
    c, radius = sheet.c, 20
    for left, corner in ((rect.left, 0), (rect.right - radius, radius)):
        square = Rect(left, rect.bottom - radius, radius, radius)
        sheet.fill(square, c.paper)
        sheet.canvas.blit(pictures.disc(2 * radius, c.hill_near), square, (corner, radius, radius, radius))
