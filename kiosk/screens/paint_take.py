"""Taking leave: slip and card to take, or a screen worth a photograph when no slip came out."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame, pictures
from kiosk.screens.paint_pay import fact_rows, paint_facts, paint_qr_card
from kiosk.screens.paint_visit import badge_number, swaps
from kiosk.screens.sheet import Align, Run, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.views_paying import KeepView, Taken, TakeView


def paint_take(sheet: Sheet, view: TakeView) -> None:
    """08: a card a thing, in the order in which they come out."""
    m, c = sheet.m, sheet.c
    in_head = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, view.title if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    title, body = sheet.question(c.failing if view.alarmed and m.shape is not Shape.TALL else None), sheet.body()
    pad = {Shape.COMPACT: 8, Shape.MEDIUM: 14, Shape.TALL: 24}[m.shape]
    if m.shape is Shape.TALL:
        y = frame.paint_band(sheet, view.title[0])
    else:
        y = main.top + pad
        if not in_head:
            text = sheet.fitting(view.title, title, main.width)
            y += sheet.line(text, title, (main.left, y), pitch=1.36, align=Align.CENTRE, width=main.width) + m.gap // 2
    bottom = main.bottom - pad
    note = sheet.wrap(view.note, body, main.width) if view.note else ()
    if note:
        height = round(1.4 * body.size) * len(note)
        bottom -= height
        sheet.lines(note, body, (main.left, bottom + pad // 2), pitch=1.4, align=Align.CENTRE, width=main.width)
    room = Rect(main.left, y, main.width, bottom - y)
    if view.things:
        _paint_things(sheet, view.things, room, alarmed=view.alarmed)
    else:
        size = min(round(0.22 * m.width), room.height - 2 * pad)
        sheet.sign("ok", size, c.ok, c.paper, (centred(0, m.width, size), centred(room.top, room.height, size)))


def _paint_things(sheet: Sheet, things: tuple[Taken, ...], room: Rect, *, alarmed: bool) -> None:
    m = sheet.m
    gap = round(1.5 * m.gap)
    numbered = len(things) > 1
    if m.shape is Shape.TALL:
        height = min(460, (room.height - gap * (len(things) - 1)) // len(things))
        for n, thing in enumerate(things):
            rect = Rect(room.left, room.top + n * (height + gap), room.width, height)
            _paint_thing(sheet, thing, n + 1 if numbered else 0, rect, alarmed=alarmed)
        return
    width = (room.width - gap) // 2
    left = room.left if numbered else centred(room.left, room.width, width)
    for n, thing in enumerate(things):
        rect = Rect(left + n * (width + gap), room.top, width, room.height)
        _paint_thing(sheet, thing, n + 1 if numbered else 0, rect, alarmed=alarmed)


def _paint_thing(sheet: Sheet, thing: Taken, number: int, rect: Rect, *, alarmed: bool) -> None:
    """Picture, number and name, and what is said beneath where there is room."""
    m, c = sheet.m, sheet.c
    sheet.box(rect, c.surface, c.failing if alarmed else c.line_strong)
    name, ref = sheet.strong(), sheet.ref()
    below = round(1.36 * ref.size) if not m.large or m.shape is Shape.TALL else 0
    words = round(1.32 * name.size) + below
    gap = round(0.14 * m.body)
    picture = min(round(0.92 * rect.height) - words - gap, round(rect.width / 1.35))
    surface = pictures.picture(thing.picture, round(picture * 360 / 300), swaps(sheet))
    height = surface.get_height() + gap + words
    y = centred(rect.top, rect.height, height)
    sheet.picture(surface, (centred(rect.left, rect.width, surface.get_width()), y))
    y += surface.get_height() + gap
    badge, space = (round(1.14 * m.body), round(0.29 * m.body)) if number else (0, 0)
    text = sheet.fitting((thing.title,), name, rect.width - badge - space - 2 * m.border)
    x = centred(rect.left, rect.width, sheet.runs_width((Run(text, name),)) + badge + space)
    line = round(1.32 * name.size)
    if number:
        badge_number(sheet, number, Rect(x, centred(y, line, badge), badge, badge))
    sheet.line(text, name, (x + badge + space, y), pitch=1.32)
    if below:
        subtitle = sheet.fitting((thing.subtitle,), ref, rect.width - 2 * m.border - m.gap)
        sheet.line(subtitle, ref, (rect.left, y + line), pitch=1.36, align=Align.CENTRE, width=rect.width)


def paint_keep(sheet: Sheet, view: KeepView) -> None:
    """No slip: the facts and the tracking QR, to be photographed."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head, view.title if m.shape is not Shape.TALL else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    words = ("", view.sample_band, view.badge)
    if m.shape is Shape.TALL:
        y = frame.paint_band(sheet, view.title[0])
        side = 460 if not m.large else 400
        rect = Rect(centred(0, m.width, 620), y + 4, 620, side)
        paint_qr_card(sheet, view.payload, words, rect)
        _paint_kept(sheet, view, Rect(main.left, rect.bottom + 16, main.width, main.bottom - rect.bottom - 32))
        return
    main = main.inflate(0, -16)
    width = {Shape.COMPACT: 296, Shape.MEDIUM: 440}[m.shape]
    paint_qr_card(sheet, view.payload, words, Rect(main.left, main.top, width, main.height))
    left = main.left + width + (18 if m.shape is Shape.COMPACT else 36)
    _paint_kept(sheet, view, Rect(left, main.top, main.right - left, main.height))


def _paint_kept(sheet: Sheet, view: KeepView, room: Rect) -> None:
    m, c = sheet.m, sheet.c
    body = sheet.body()
    says = sheet.ref(c.ink) if m.large and m.shape is Shape.COMPACT else body
    advice = sheet.balanced(view.advice, says, room.width)
    pitch, fact_pitch = 1.36, 1.3
    size = m.question if m.shape is not Shape.TALL else m.amount
    card = round(1.3 * body.size) if view.card else 0
    facts = fact_rows(sheet, view.facts, room.width, m.reference)
    fixed = round(pitch * says.size) * len(advice) + round(0.15 * says.size) + round(1.14 * size) + card
    while facts and fixed + round(fact_pitch * m.reference) * len(facts) > room.height:
        facts = facts[:-1]
    total = fixed + round(fact_pitch * m.reference) * len(facts)
    gap = max(0, min(24, (room.height - total) // 4))
    y = room.top + round(0.15 * says.size) + gap // 2
    y += sheet.lines(advice, says, (room.left, y), pitch=pitch) + gap
    y += frame.figures(sheet, (view.amount, view.unit), size, (room.left, y, room.width))
    height = round(fact_pitch * m.reference) * len(facts)
    paint_facts(sheet, facts, Rect(room.left, y, room.width, height), fact_pitch, m.reference)
    y += height + gap
    if card:
        icon = round(1.1 * body.size)
        sheet.icon("id-card", icon, c.primary, (room.left, centred(y, card, icon)))
        sheet.line(view.card, sheet.strong(), (room.left + round(1.4 * body.size), y))
