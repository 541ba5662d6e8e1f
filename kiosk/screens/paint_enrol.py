"""The screen of a kiosk that is nobody yet: the QR a technician scans, and the code they compare."""

from __future__ import annotations

from pygame import Rect

from kiosk.screens import frame
from kiosk.screens.paint_pay import paint_qr
from kiosk.screens.paint_visit import Words, paint_words
from kiosk.screens.sheet import Align, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views import EnrolView

_CODE_PX = {Shape.COMPACT: 64, Shape.MEDIUM: 104, Shape.TALL: 168}
_QR_PX = {Shape.COMPACT: 300, Shape.MEDIUM: 440, Shape.TALL: 720}


def paint_enrol(sheet: Sheet, view: EnrolView) -> None:
    """Words and code on the left, the QR on the right; in portrait the QR above them."""
    m = sheet.m
    frame.paint_head(sheet, view.shell.head)
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet).inflate(0, -2 * m.pad)
    room = main
    if view.address:
        side = min(_QR_PX[m.shape], main.height)
        if m.shape is Shape.TALL:
            card = Rect(centred(main.left, main.width, side), main.top, side, side)
            room = Rect(main.left, card.bottom + m.gap, main.width, main.bottom - card.bottom - m.gap)
        else:
            card = Rect(main.right - side, centred(main.top, main.height, side), side, side)
            room = Rect(main.left, main.top, card.left - 2 * m.gap - main.left, main.height)
        sheet.box(card, "#FFFFFF", sheet.c.line_strong)
        paint_qr(sheet, view.address, None, card.inflate(-m.radius, -m.radius))
    _paint_words(sheet, view, room)


def _paint_words(sheet: Sheet, view: EnrolView, room: Rect) -> None:
    """As many of the steps as leave room for the code, the last left out first: the phone says them again."""
    code = Style(_CODE_PX[sheet.m.shape], Weight.AMOUNT, sheet.c.primary)
    while view.code and sheet.width(view.code, code) > room.width:
        code = code._replace(size=code.size - 2)
    lead = sheet.ref(sheet.c.ink_2)
    code_height = round(1.45 * lead.size) + round(1.2 * code.size) if view.code else 0
    title = sheet.question() if sheet.m.shape is Shape.TALL else sheet.strong()
    steps = list(view.steps)
    while True:
        said = [(view.title, title), *((step, sheet.ref()) for step in steps)]
        words = Words.of(sheet, said, room.width)
        if words.height + sheet.m.gap + code_height <= room.height or not steps:
            break
        steps.pop()
    top = room.top
    if sheet.m.shape is not Shape.TALL or not view.address:
        top = centred(room.top, room.height, words.height + sheet.m.gap + code_height)
    paint_words(sheet, words, Rect(room.left, top, room.width, words.height), Align.LEFT)
    if view.code:
        y = top + words.height + sheet.m.gap
        y += sheet.line(sheet.fitting((view.code_lead,), lead, room.width), lead, (room.left, y), pitch=1.45)
        sheet.line(view.code, code, (room.left, y), pitch=1.2)
