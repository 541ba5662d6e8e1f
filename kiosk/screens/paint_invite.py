"""Put the card in, or scan: the picture, two steps, and what is read, which is never left out.

Where all of it does not fit, the picture gives way first, then what is read is said in fewer words.
"""

from __future__ import annotations

from dataclasses import dataclass

from pygame import Rect

from kiosk.screens import frame, pictures
from kiosk.screens.paint_visit import badge_number, swaps
from kiosk.screens.sheet import Sheet, centred
from kiosk.screens.theme import Shape
from kiosk.screens.views import Invitation, InviteView

_PICTURES = (0.356, 0.26, 0.2, 0.15, 0.0)
"""Of the width, largest first; in large type from the second on. At the last there is none."""


def paint_invite(sheet: Sheet, view: InviteView) -> None:
    """03: the picture beside the steps, in portrait above them."""
    m = sheet.m
    in_head = m.shape is Shape.COMPACT or (m.large and m.shape is Shape.MEDIUM)
    frame.paint_head(sheet, view.shell.head, view.question if in_head else ())
    frame.paint_floor(sheet, view.shell.floor)
    main = frame.main_rect(sheet)
    if m.shape is Shape.TALL:
        top = frame.paint_band(sheet, view.question[0])
        picture = 420 if m.large else 500
        _paint_invitation(sheet, view, Rect(centred(0, m.width, picture), top + 8, picture, picture))
        room = Rect(main.left, top + picture + 20, main.width, main.bottom - top - picture - 40)
        _paint_steps(sheet, _fitting(sheet, view, room, ""), room)
        return
    main = main.inflate(0, -2 * m.pad if not m.large else -m.pad)
    question = "" if in_head else view.question[0]
    for share in _PICTURES[1 if m.large else 0 :]:
        picture = min(main.height, round(share * m.width))
        left = main.left + (picture + 3 * m.gap if picture else 0)
        room = Rect(left, main.top, main.right - left, main.height)
        steps = _fitting(sheet, view, room, question)
        if steps.height <= room.height:
            break
    if picture:
        _paint_invitation(sheet, view, Rect(main.left, centred(main.top, main.height, picture), picture, picture))
    _paint_steps(sheet, steps, room)


def _paint_invitation(sheet: Sheet, view: InviteView, rect: Rect) -> None:
    """Picture and arrow; the arrow stands higher or lower, second by second."""
    card = view.invitation is Invitation.CARD
    sheet.picture(pictures.picture("insert-card" if card else "scan-notice", rect.width, swaps(sheet)), rect.topleft)
    scale = rect.width / 520
    arrow = pictures.picture("arrow-down", round(98 * scale), swaps(sheet))
    top = 93 + (24 if view.beat else 0)
    sheet.picture(arrow, (rect.left + round(413 * scale), rect.top + round(top * scale)))


@dataclass(frozen=True, slots=True)
class _Steps:
    """Question, steps and what is read, broken into lines; ``number``: how wide the disc of a number is."""

    heads: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    heights: tuple[int, ...]
    privacy: tuple[str, ...]
    number: int
    height: int
    box: int

    @classmethod
    def of(cls, sheet: Sheet, view: InviteView, width: int, question: str, privacy: str) -> _Steps:
        """Break them into lines of ``width``."""
        m = sheet.m
        body, ref, number = sheet.body(), sheet.ref(), round(1.22 * m.body)
        steps = tuple(sheet.balanced(step, body, width - number - round(0.36 * m.body)) for step in view.steps)
        heights = tuple(max(number, round(1.3 * body.size) * len(lines)) for lines in steps)
        inside = width - 2 * round(0.36 * m.body) - round(1.3 * ref.size) - round(0.32 * m.body)
        lines = sheet.balanced(privacy, ref, inside)
        box = round(1.4 * ref.size) * len(lines) + round(0.5 * m.body)
        heads = sheet.balanced(question, sheet.question(), width) if question else ()
        gap, above = round(0.18 * m.body), round(0.46 * m.body)
        height = round(1.36 * m.question) * len(heads) + sum(heights) + gap * (len(steps) - 1) + above + box
        return cls(heads, steps, heights, lines, number, height + (gap if heads else 0), box)


def _fitting(sheet: Sheet, view: InviteView, room: Rect, question: str) -> _Steps:
    """All of it, in as many words as fit; in the fewest where none do."""
    forms = [view.privacy, view.privacy_short] if view.privacy_short else [view.privacy]
    made = [_Steps.of(sheet, view, room.width, question, form) for form in forms]
    return next((each for each in made if each.height <= room.height), made[-1])


def _paint_steps(sheet: Sheet, steps: _Steps, room: Rect) -> None:
    m, c = sheet.m, sheet.c
    title, body, ref = sheet.question(), sheet.body(), sheet.ref(c.ink)
    gap, above, number = round(0.18 * m.body), round(0.46 * m.body), steps.number
    icon, pad = round(1.3 * ref.size), round(0.36 * m.body)
    y = centred(room.top, room.height, min(steps.height, room.height)) if m.shape is not Shape.TALL else room.top
    if steps.heads:
        y += sheet.lines(steps.heads, title, (room.left, y), pitch=1.36) + gap
    for n, (lines, height) in enumerate(zip(steps.steps, steps.heights, strict=True)):
        badge_number(sheet, n + 1, Rect(room.left, centred(y, height, number), number, number))
        left = room.left + number + round(0.36 * m.body)
        sheet.lines(lines, body, (left, centred(y, height, round(1.3 * body.size) * len(lines))), pitch=1.3)
        y += height + gap
    rect = Rect(room.left, y - gap + above, room.width, steps.box)
    sheet.box(rect, c.primary_tint, c.line if m.large else None)
    top = rect.top + round(0.25 * m.body)
    sheet.icon("shield-check", icon, c.primary, (rect.left + pad, top + round(0.05 * m.body)))
    sheet.lines(steps.privacy, ref, (rect.left + pad + icon + round(0.32 * m.body), top), pitch=1.4)
