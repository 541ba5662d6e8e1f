"""The notice before a card is read (11), and what is given at the end: a QR or a sign, and what stands beside it."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.paint_pay import fact_rows, paint_facts, paint_qr_card
from kiosk.screens.paint_visit import main_below_question
from kiosk.screens.parts import Tone
from kiosk.screens.sheet import BASELINE_EM, CONTENT_EM, Align, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views_writing import GiveView, PrivacyView


def paint_privacy(sheet: Sheet, view: PrivacyView) -> None:
    """11: six lines, each with its icon, its name and what is so."""
    m, c = sheet.m, sheet.c
    compact = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, view.title if compact else ())
    frame.paint_floor(sheet, view.shell.floor)
    if compact:
        room = frame.main_rect(sheet).inflate(0, -8)
    else:
        room = main_below_question(sheet, view.title)
        room.top -= m.gap if m.shape is Shape.MEDIUM else 0
        room.height += m.gap if m.shape is Shape.MEDIUM else 0
    pitch = min(room.height // len(view.lines), round(3.6 * m.reference))
    size = min(m.reference, round(0.72 * pitch))
    name, value = Style(size, Weight.STRONG, c.ink), Style(size, Weight.BODY, c.ink)
    icon = round(1.2 * size)
    names = max(sheet.width(each, name) for _, each, _ in view.lines)
    middle = room.left + icon + size // 2 + names + size
    stacked = m.shape is Shape.TALL and pitch >= round(2.8 * size)
    for n, (picture, what, says) in enumerate(view.lines):
        y = room.top + n * pitch
        if n:
            sheet.fill(Rect(room.left, y, room.width, 2), c.line)
        sheet.icon(picture, icon, c.primary, (room.left, centred(y, pitch, icon)))
        left = room.left + icon + size // 2
        if stacked:
            top = centred(y, pitch, round(2.7 * size))
            sheet.line(what, name, (left, top), pitch=1.35)
            text = sheet.fitting((says,), value, room.right - left)
            sheet.line(text, value, (left, top + round(1.35 * size)), pitch=1.35)
            continue
        room_left = room.right - middle
        fitted = value
        while fitted.size > 14 and sheet.width(says, fitted) > room_left:
            fitted = fitted._replace(size=fitted.size - 1)
        _paint_pair(sheet, ((what, name, left), (says, fitted, middle)), y, pitch)


def _paint_pair(sheet: Sheet, texts: tuple[tuple[str, Style, int], ...], top: int, height: int) -> None:
    """Texts, each with where it begins, on one baseline in a strip of ``height``; moved together to keep it."""
    inks = [sheet.type.ink(text, style.size, style.weight) for text, style, _ in texts]
    above, below = max(up for up, _ in inks), max(down for _, down in inks)
    size = max(style.size for _, style, _ in texts)
    wanted = centred(0, height, round(CONTENT_EM * size)) + round(BASELINE_EM * size)
    spare = max(0, height - above - below)
    baseline = min(max(wanted, above + spare // 4), height - below - spare // 4)
    for text, style, left in texts:
        sheet.line(text, style, (left, top + baseline - round(BASELINE_EM * style.size)))


def paint_give(sheet: Sheet, view: GiveView) -> None:
    """A QR at the left, or the sign of how it stands; the words at the right. Portrait: under each other."""
    m = sheet.m
    tall = m.shape is Shape.TALL
    frame.paint_head(sheet, view.shell.head, () if tall else view.title)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    words = ("", view.sample_band, None)
    if tall:
        y = frame.paint_band(sheet, view.title[0])
        if view.payload:
            side = 560 if not m.large else 460
            rect = Rect(centred(0, m.width, 640), y + 4, 640, side)
            paint_qr_card(sheet, view.payload, words, rect)
            y = rect.bottom + 16
        else:
            _paint_sign(sheet, view, (centred(0, m.width, 240), y), 240)
            y += 264
        _paint_beside(sheet, view, Rect(main.left, y, main.width, main.bottom - y - 16))
        return
    main = main.inflate(0, -16)
    width = {Shape.COMPACT: 296, Shape.MEDIUM: 440}[m.shape] if view.payload else round(0.15 * m.width)
    if view.payload:
        paint_qr_card(sheet, view.payload, words, Rect(main.left, main.top, width, main.height))
    else:
        _paint_sign(sheet, view, (main.left, centred(main.top, main.height, width)), width)
    left = main.left + width + (18 if m.shape is Shape.COMPACT else 36)
    _paint_beside(sheet, view, Rect(left, main.top, main.right - left, main.height))


def _paint_sign(sheet: Sheet, view: GiveView, at: tuple[int, int], size: int) -> None:
    c = sheet.c
    colour = {Tone.OK: c.ok, Tone.ATTENTION: c.attention, Tone.FAILING: c.failing, Tone.PLAIN: c.ink}[view.tone]
    name = view.tone.value if view.tone is not Tone.PLAIN else "ok"
    sheet.sign(name, size, colour, c.paper, at)


def _paint_beside(sheet: Sheet, view: GiveView, room: Rect) -> None:
    """Facts first, then what it is for, then how the slip stands: the last may not be left out."""
    m = sheet.m
    small = m.large and m.shape is not Shape.TALL
    says = sheet.ref(sheet.c.ink) if small or m.shape is Shape.COMPACT else sheet.body()
    stands = sheet.ref(sheet.c.ink, Weight.STRONG) if small or m.shape is Shape.COMPACT else sheet.strong()
    size = m.reference
    advice = sheet.balanced(view.advice, says, room.width) if view.advice else ()
    note = sheet.balanced(view.note, stands, room.width) if view.note else ()
    facts = fact_rows(sheet, view.facts, room.width, size)
    pitch = 1.36
    gap = round(0.3 * m.body)

    def height() -> int:
        lines = round(pitch * size) * len(facts) + round(pitch * says.size) * len(advice)
        return lines + round(pitch * stands.size) * len(note) + 2 * gap

    while facts and height() > room.height and len(facts) > 2:
        facts = facts[:-1]
    if height() > room.height:
        advice = ()
    y = centred(room.top, room.height, min(height(), room.height))
    paint_facts(sheet, facts, Rect(room.left, y, room.width, room.height), pitch, size)
    y += round(pitch * size) * len(facts) + (gap if facts else 0)
    y += sheet.lines(advice, says, (room.left, y), pitch=pitch, align=Align.LEFT) + gap
    sheet.lines(note, stands, (room.left, y), pitch=pitch)
