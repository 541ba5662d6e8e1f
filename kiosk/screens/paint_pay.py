"""The payment QR: the framed code, how much, to whom, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from pygame import Rect

from kiosk.screens import frame, qr
from kiosk.screens.parts import Fact
from kiosk.screens.sheet import Align, Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.typeset import Style, Weight
from kiosk.screens.views_paying import PayView

_NOTE_PITCH = 1.34
"""Line pitch of the note: its sentences are fixed, and the ink of their lines is tested not to meet."""


@dataclass(frozen=True, slots=True)
class _QrCard:
    """Sizes of the framed QR: width of the frame, type and pitch of the two bands."""

    width: int
    cap: int
    band: int
    pitch: float


_QR_CARDS = {
    (Shape.MEDIUM, False): _QrCard(470, 44, 38, 1.3),
    (Shape.COMPACT, False): _QrCard(296, 28, 25, 1.36),
    (Shape.TALL, False): _QrCard(720, 46, 46, 1.5),
    (Shape.MEDIUM, True): _QrCard(486, 54, 44, 1.34),
    (Shape.COMPACT, True): _QrCard(296, 28, 24, 1.3),
    (Shape.TALL, True): _QrCard(720, 52, 46, 1.4),
}


def paint_pay(sheet: Sheet, view: PayView) -> None:
    """05: the QR, how much, to whom, and for how long."""
    m = sheet.m
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        frame.paint_head(sheet, view.shell.head)
        frame.paint_floor(sheet, view.shell.floor)
        _paint_pay_tall(sheet, view, main)
        return
    main = main.inflate(0, -12 if m.shape is Shape.COMPACT else -18)
    width = _QR_CARDS[m.shape, m.large].width
    left = main.left + width + (18 if m.shape is Shape.COMPACT else 36)
    room = Rect(left, main.top, main.right - left, main.height)
    parts = _Parts(sheet, view, room.width)
    frame.paint_head(sheet, view.shell.head, view.question if parts.question_in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    card = Rect(main.left, main.top, width, main.height)
    paint_qr_card(sheet, view.payload, (view.cap, view.sample_band, view.badge), card)
    parts.paint(room)


def paint_qr_card(sheet: Sheet, payload: str, words: tuple[str, str | None, str | None], rect: Rect) -> None:
    """A framed QR: cap above, sample band below, badge inside. ``words``: cap, band, badge."""
    m, c = sheet.m, sheet.c
    cap, band, badge = words
    card = _QR_CARDS[m.shape, m.large]
    edge = 6 if m.large else m.border
    sheet.box(rect, "#FFFFFF", c.primary, width=edge)
    inner = rect.inflate(-2 * edge, -2 * edge)
    radius = max(0, m.radius - edge)
    cap_height = round(card.pitch * card.cap) if cap else 0
    style = Style(card.cap, Weight.STRONG, c.primary if m.large else c.on_primary)
    if cap:
        top = Rect(inner.left, inner.top, inner.width, cap_height)
        _banded(sheet, top, c.paper if m.large else c.primary, radius, upper=True)
        sheet.line(
            sheet.fitting((cap,), style, inner.width - 8),
            style,
            top.topleft,
            pitch=card.pitch,
            align=Align.CENTRE,
            width=top.width,
        )
    band_height = round(card.pitch * card.band) if band else 0
    if band:
        low = Rect(inner.left, inner.bottom - band_height, inner.width, band_height)
        _banded(sheet, low, c.accent, radius, upper=False)
        style = Style(card.band, Weight.STRONG, c.on_accent)
        sheet.line(
            sheet.fitting((band,), style, inner.width - 8),
            style,
            low.topleft,
            pitch=card.pitch,
            align=Align.CENTRE,
            width=low.width,
        )
    room = Rect(inner.left, inner.top + cap_height, inner.width, inner.height - cap_height - band_height)
    paint_qr(sheet, payload, badge, room)


def _banded(sheet: Sheet, rect: Rect, colour: str, radius: int, *, upper: bool) -> None:
    """A band that follows the round corners of its frame above or below, and is square at the other side."""
    sheet.rounded(rect, colour, radius)
    half = rect.height // 2
    sheet.fill(Rect(rect.left, rect.top + (half if upper else 0), rect.width, rect.height - half), colour)


def paint_qr(sheet: Sheet, payload: str, badge: str | None, room: Rect) -> None:
    """The QR in the middle of ``room``; ``badge`` stands on its middle, which level Q can spare."""
    code = qr.surface(payload, min(room.width, room.height), badge=badge is not None)
    at = (centred(room.left, room.width, code.get_width()), centred(room.top, room.height, code.get_height()))
    sheet.picture(code, at)
    if badge:
        one = code.get_width() / len(qr.matrix(payload, badge=True))
        plate = Rect(0, 0, round(18 * one), round(5.6 * one))
        plate.center = (at[0] + code.get_width() // 2, at[1] + code.get_height() // 2)
        sheet.rounded(plate.inflate(round(1.2 * one), round(1.2 * one)), "#FFFFFF", round(one))
        sheet.rounded(plate, "#F2B233", round(0.8 * one))
        style = Style(round(4.05 * one), Weight.AMOUNT, "#1B2333")
        sheet.line(
            badge,
            style,
            (plate.left, centred(plate.top, plate.height, round(1.3 * style.size))),
            align=Align.CENTRE,
            width=plate.width,
        )


class _Parts:
    """The right-hand side of the payment in ``width`` pixels: question or note, amount, facts, time left."""

    def __init__(self, sheet: Sheet, view: PayView, width: int) -> None:
        self._sheet, self._view = sheet, view
        m = sheet.m
        # In large type the facts give way; they stand on the slip, and normal type is one tap away.
        facts = view.facts if not m.large or m.shape is Shape.TALL else ()
        self._facts = fact_rows(sheet, facts, width, m.reference)
        long_name = bool(facts) and m.shape is Shape.MEDIUM and self._name_is_long()
        self._notes = view.note or ((view.payer_for,) if long_name else ())
        self._tight = bool(self._notes) or len(self._facts) > len(facts)
        self.question_in_head = m.shape is Shape.COMPACT or (m.shape is Shape.MEDIUM and self._tight)

    def _name_is_long(self) -> bool:
        """Whether the list before had to cut the name: it is shown in full once, here."""
        m = self._sheet.m
        return self._sheet.width(self._view.payer_for, self._sheet.strong()) > 0.55 * m.width

    def paint(self, room: Rect) -> None:
        """Everything from the top of ``room`` to its bottom, spare height shared between the blocks."""
        sheet, view, m = self._sheet, self._view, self._sheet.m
        question = Style(62 if not m.large else m.question, Weight.STRONG, sheet.c.ink)
        lines = () if self.question_in_head else sheet.wrap(view.question[0], question, room.width)
        size = {Shape.COMPACT: m.amount, Shape.MEDIUM: 100 if not m.large else m.amount, Shape.TALL: 136}[m.shape]
        pitch = 1.22 if self._tight else 1.34 if m.shape is Shape.COMPACT else 1.3
        facts = round(pitch * m.reference) * len(self._facts)
        below = self.countdown_height()
        fixed = round(1.14 * size) + facts + below
        marks = round(0.15 * m.reference) if self._notes else 0
        note = self._note_lines(room, room.height - fixed - marks - round(1.3 * question.size) * len(lines))
        y = room.top + marks
        y += sheet.lines(lines, question, (room.left, y), pitch=1.3)
        y += self._paint_note(note, (room.left, y))
        spare = max(0, room.bottom - y - fixed)
        above = spare // 4 if not lines else 0
        y += frame.figures(sheet, (view.amount, view.unit), size, (room.left, y + above, room.width)) + above
        top = y + (room.bottom - below - y - facts) // 2
        paint_facts(sheet, self._facts, Rect(room.left, top, room.width, facts), pitch, m.reference)
        self.paint_countdown(Rect(room.left, room.bottom - below, room.width, below))

    def _note_style(self) -> Style:
        c = self._sheet.c
        return self._sheet.ref(c.attention if self._view.note else c.ink, Weight.STRONG)

    def _note_lines(self, room: Rect, height: int) -> tuple[str, ...]:
        """The fullest form of the note that fits into ``height``; else as much of the last as does."""
        style = self._note_style()
        width = room.width - (round(1.3 * style.size) if self._view.note else 0)
        most = height // round(_NOTE_PITCH * style.size)
        lines: tuple[str, ...] = ()
        for form in self._notes:
            lines = self._sheet.balanced(form, style, width)
            if len(lines) <= most:
                return lines
        if not lines or most <= 0:
            return ()
        lines = self._sheet.wrap(self._notes[-1], style, width)
        return (*lines[: most - 1], self._sheet.fitting((" ".join(lines[most - 1 :]),), style, width))

    def _paint_note(self, lines: tuple[str, ...], at: tuple[int, int]) -> int:
        if not lines:
            return 0
        style, left = self._note_style(), at[0]
        if self._view.note:
            top = centred(at[1], round(_NOTE_PITCH * style.size), style.size)
            self._sheet.sign("attention", style.size, self._sheet.c.attention, self._sheet.c.surface, (left, top))
            left += round(1.3 * style.size)
        return self._sheet.lines(lines, style, (left, at[1]), pitch=_NOTE_PITCH)

    def _countdown_style(self) -> Style:
        size = 32 if self._sheet.m.shape is Shape.COMPACT and not self._sheet.m.large else self._sheet.m.body
        return Style(size, Weight.STRONG, self._sheet.c.ink)

    def _bar(self) -> int:
        m = self._sheet.m
        if m.large:
            return round(0.5 * m.body)
        return {Shape.COMPACT: 12, Shape.MEDIUM: 18, Shape.TALL: 26}[m.shape]

    def countdown_height(self) -> int:
        """How high time and bar are together."""
        return round(1.25 * self._countdown_style().size) + self._bar() + (6 if self._sheet.m.large else 0)

    def paint_countdown(self, rect: Rect) -> None:
        """Time left in words and as a bar."""
        sheet, view, style = self._sheet, self._view, self._countdown_style()
        height = round(1.25 * style.size)
        sheet.icon("timer", style.size, style.colour, (rect.left, centred(rect.top, height, style.size)), 2.2)
        left = rect.left + round(1.4 * style.size)
        time = sheet.width(view.left, style)
        label = sheet.fitting(view.left_label, style, rect.right - left - time - round(0.7 * style.size))
        sheet.line(label, style, (left, rect.top), pitch=1.25)
        sheet.line(view.left, style, (rect.right - time, rect.top), pitch=1.25)
        bar = Rect(rect.left, rect.bottom - self._bar(), rect.width, self._bar())
        ground = sheet.c.paper if sheet.m.large else sheet.c.line
        share = view.left_s / max(1, view.whole_s)
        frame.paint_track(sheet, bar, share, ground, 4 if sheet.m.large else 2)


def fact_rows(sheet: Sheet, facts: tuple[Fact, ...], width: int, size: int) -> tuple[tuple[str, str], ...]:
    """Facts as lines of name and value. A value too long to stand beside its name takes whole lines, uncut.

    Its name stays beside the first of several lines, unless the value would need one more for that.
    """
    rows: list[tuple[str, str]] = []
    for fact in facts:
        beside = width - sheet.width(fact.name, Style(size, Weight.BODY, "")) - round(0.6 * size)
        value = Style(size, Weight.SEMIBOLD, "")
        for form in fact.value:
            if sheet.width(form, value) <= beside:
                rows.append((fact.name, form))
                break
        else:
            short = next((form for form in fact.value if sheet.width(form, value) <= width), fact.value[0])
            lines = sheet.balanced(short, value, width)
            narrow = sheet.balanced(short, value, beside) if beside > 0 else ()
            if len(narrow) == len(lines) and all(sheet.width(line, value) <= beside for line in narrow):
                rows.extend(zip((fact.name, *("" for _ in narrow[1:])), narrow, strict=True))
            else:
                rows.extend(("", line) for line in lines)
    return tuple(rows)


def paint_facts(sheet: Sheet, rows: tuple[tuple[str, str], ...], room: Rect, pitch: float, size: int) -> None:
    """Names on the left, values on the right."""
    name, value = Style(size, Weight.BODY, sheet.c.ink_2), Style(size, Weight.SEMIBOLD, sheet.c.ink)
    y = room.top
    for left, right in rows:
        sheet.line(left, name, (room.left, y), pitch=pitch)
        y += sheet.line(right, value, (room.left, y), pitch=pitch, align=Align.RIGHT, width=room.width)


def _paint_pay_tall(sheet: Sheet, view: PayView, main: Rect) -> None:
    """Portrait: the QR above, where nobody has to reach; the rest below it."""
    m, c = sheet.m, sheet.c
    parts = _Parts(sheet, view, main.width)
    long_name = sheet.width(view.payer_for, sheet.strong()) > 0.45 * m.width
    notes = view.note[:1] or ((view.payer_for,) if long_name else ())
    ref = sheet.ref(c.attention if view.note else c.ink, Weight.STRONG)
    lines = sheet.balanced(notes[0], ref, main.width) if notes else ()
    fact_size = 46 if not m.large else m.reference
    facts = fact_rows(sheet, view.facts, main.width, fact_size)
    card = _QR_CARDS[m.shape, m.large]
    bands = sum(round(card.pitch * size) for size in (card.cap, card.band if view.sample_band else 0))
    extra = 62 * len(lines) + 60 * (len(facts) - len(view.facts)) + (110 if m.large else 0)
    rect = Rect(centred(0, m.width, card.width), main.top + 34, card.width, 600 - extra + bands + 12)
    paint_qr_card(sheet, view.payload, (view.cap, view.sample_band, view.badge), rect)
    y = rect.bottom + 22
    title = sheet.question()
    text = sheet.fitting(view.question, title, main.width)
    y += sheet.line(text, title, (main.left, y), pitch=1.36, align=Align.CENTRE, width=main.width)
    size = 136 if not m.large else m.amount
    y += frame.figures(sheet, (view.amount, view.unit), size, (main.left, y, main.width), Align.CENTRE)
    y += round(0.4 * ref.size) if lines else 0
    y += sheet.lines(lines, ref, (main.left, y), pitch=1.4, align=Align.CENTRE, width=main.width) + 22
    sheet.fill(Rect(main.left, y, main.width, m.hairline), c.line)
    y += m.hairline + 14
    below = parts.countdown_height()
    pitch = min(1.5, (main.bottom - 30 - below - y) / (fact_size * max(1, len(facts))))
    room = Rect(main.left, y, main.width, round(pitch * fact_size) * len(facts))
    paint_facts(sheet, facts, room, pitch, fact_size)
    parts.paint_countdown(Rect(main.left, main.bottom - 30 - below, main.width, below))
