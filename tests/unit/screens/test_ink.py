"""Nothing on any screen touches what it should not: every sample, language and size is drawn and looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pygame
import pytest

from kiosk.screens.draw import Painter, Target
from kiosk.screens.gallery import SIZES, Size, desk_of
from kiosk.screens.present import view
from kiosk.screens.samples import Sample, samples
from kiosk.screens.sheet import Sheet, Written
from kiosk.screens.theme import Metrics, Shape, metrics, theme
from kiosk.screens.typeset import ELLIPSIS, Typesetter
from kiosk.screens.views import HoldView
from kiosk.visits.desk import Language
from kiosk.visits.events import Button, Touched

_BASELINE = 1.29 / 1.84
"""Where the baseline of every rendered text is, as part of its height."""

GRID = [pytest.param(size, language, id=f"{size.name}-{language.value}") for size in SIZES for language in Language]


def drawn(size: Size, language: Language) -> list[tuple[Sample, Sheet]]:
    painter, canvas = Painter(size.px), pygame.Surface(size.px)
    sheets = []
    for sample in samples():
        told = sample.on(desk_of(size, language))
        shown = view(told.state, told.moment)
        assert not isinstance(shown, HoldView)
        sheets.append((sample, painter.sheet(shown, canvas, witness=True)))
    return sheets


def ink(written: Written) -> pygame.Rect:
    return written.surface.get_bounding_rect().move(written.at)


def texts(sheet: Sheet) -> list[Written]:
    return [each for each in sheet.witnessed or () if isinstance(each, Written)]


def overlap(one: Written, other: Written) -> bool:
    if not ink(one).colliderect(ink(other)):
        return False
    offset = (other.at[0] - one.at[0], other.at[1] - one.at[1])
    masks = [pygame.mask.from_surface(each.surface, 60) for each in (one, other)]
    return masks[0].overlap(masks[1], offset) is not None


def crossings(sheet: Sheet) -> list[str]:
    """Texts that cross the edge of a box, or over which a box was drawn."""
    found, before = [], []
    for each in sheet.witnessed or ():
        if isinstance(each, Written):
            before.append(each)
            continue
        found += [f"{text.text!r} under a box" for text in before if ink(text).colliderect(each)]
    boxes = [each for each in sheet.witnessed or () if isinstance(each, pygame.Rect)]
    for text in texts(sheet):
        found += [
            f"{text.text!r} across {box}" for box in boxes if ink(text).colliderect(box) and not box.contains(ink(text))
        ]
    return found


def faults(sheet: Sheet) -> list[str]:
    screen = sheet.canvas.get_rect()
    found = [f"{text.text!r} leaves the screen" for text in texts(sheet) if not screen.contains(ink(text))]
    found += [f"{a.text!r} meets {b.text!r}" for a, b in combinations(texts(sheet), 2) if overlap(a, b)]
    return found + crossings(sheet)


FIGURES = 11
"""Keys of a telephone, and one more beside its nought; more of them are a keyboard of letters."""

KEY_MM = {Shape.COMPACT: (11.9, 10.0), Shape.MEDIUM: (15.5, 13.9), Shape.TALL: (19.5, 31.7)}
"""The least width and height of a letter on the keyboard: twelve must stand in a row.

Medium as the look draws it (98 by 88 px at 6.3 px per mm). The others: a twelfth of the glass less the gaps, and as
high as a line of text, the keys' four rows and full-size buttons leave it; portrait keys are as high as any target.
"""


def least(m: Metrics, touched: Touched, *, letters: bool) -> tuple[float, float]:
    """The least width and height of what is ``touched``; ``letters``: it stands on a keyboard of letters."""
    if letters and touched.value != " " and touched.button in (Button.KEY, Button.SHIFT, Button.ERASE):
        width_mm, height_mm = KEY_MM[m.shape]
        return width_mm * m.px_per_mm, height_mm * m.px_per_mm
    toggles = touched.button in (Button.LANGUAGE, Button.LARGE)
    return (108 if m.shape is Shape.TALL and toggles else m.target), m.target


def target_faults(size: Size, targets: list[Target]) -> list[str]:
    m = metrics(size.px, large=size.large)
    found = []
    letters = sum(target.touched.button is Button.KEY for target in targets) > FIGURES
    for target in targets:
        width, height = least(m, target.touched, letters=letters)
        if target.rect[2] < width or target.rect[3] < height:
            found.append(f"{target} is small")
    rects = [pygame.Rect(target.rect) for target in targets]
    found += [f"{a} and {b} overlap" for a, b in combinations(rects, 2) if a.colliderect(b)]
    return found


def head_faults(sheet: Sheet) -> list[str] | None:
    """Words of the header that stand too low, or at the edge of the glass; None where it has no clock to go by."""
    words = [each for each in texts(sheet) if each.at[1] + each.surface.get_height() // 2 < sheet.m.header]
    lines = {each.text: each.at[1] + each.surface.get_height() * _BASELINE for each in words}
    clock = next((y for text, y in lines.items() if re.fullmatch(r"[0-9]{2}:[0-9]{2}", text)), None)
    if clock is None:
        return None
    low = [f"{text} is low" for text, y in lines.items() if y - clock > sheet.m.header / 5]
    return low + [f"{each.text} is at the edge" for each in words if ink(each).top < 1]


@dataclass(frozen=True)
class Findings:
    """What is wrong on the screens of one size and language, by sample.

    ``touchable``: how many have targets; ``headed``: how many a header with a clock.
    """

    ink: dict[str, list[str]]
    targets: dict[str, list[str]]
    cut: dict[str, list[str]]
    heads: dict[str, list[str]]
    touchable: int
    headed: int


@cache
def findings(size: Size, language: Language) -> Findings:
    found = Findings({}, {}, {}, {}, 0, 0)
    touchable = headed = 0
    for sample, sheet in drawn(size, language):
        found.ink[sample.name] = faults(sheet)
        found.targets[sample.name] = target_faults(size, sheet.targets)
        found.cut[sample.name] = [text.text for text in texts(sheet) if text.text.endswith(ELLIPSIS)]
        touchable += bool(sheet.targets)
        if (heads := head_faults(sheet)) is not None:
            found.heads[sample.name] = heads
            headed += 1
    return replace(found, touchable=touchable, headed=headed)


def only_wrong(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: faulty for name, faulty in found.items() if faulty}


@pytest.mark.parametrize(("size", "language"), GRID)
def test_no_ink_meets_other_ink_or_the_edge_of_a_box(size: Size, language: Language) -> None:
    assert only_wrong(findings(size, language).ink) == {}


@pytest.mark.parametrize(("size", "language"), GRID)
def test_targets_are_large_enough_and_apart(size: Size, language: Language) -> None:
    found = findings(size, language)
    assert only_wrong(found.targets) == {}
    assert found.touchable > 40


@pytest.mark.parametrize(("size", "language"), GRID)
def test_only_what_is_too_long_is_cut(size: Size, language: Language) -> None:
    cut = {name for name, texts in findings(size, language).cut.items() if texts and not name.startswith("99-long")}
    # In large type on the smallest glass an ordinary name is too long for its row.
    assert cut <= ({"04-notices"} if size.large and size.px == (800, 480) else set())


@pytest.mark.parametrize(("size", "language"), GRID)
def test_a_question_in_the_header_keeps_near_the_line_of_its_clock(size: Size, language: Language) -> None:
    """Stacked Thai marks must not push it down to the header's edge; the type is set smaller instead."""
    found = findings(size, language)
    assert only_wrong(found.heads) == {}
    assert found.headed > 100


def test_the_checks_bite() -> None:
    """Two texts on one place, a text across an edge, off the screen, and a small target are each found."""
    size = SIZES[0]
    sheet = Sheet(pygame.Surface(size.px), theme(size.px, large=False), Typesetter(), None, witness=True)
    sheet.line("น้ำ", sheet.body(), (300, 100))
    sheet.line("ที่", sheet.body(), (310, 104))
    sheet.box(pygame.Rect(100, 200, 100, 60), "#FFFFFF", "#000000")
    sheet.line("ข้าม", sheet.body(), (170, 200))
    sheet.line("ขอบ", sheet.body(), (780, 300))
    assert len(faults(sheet)) == 3
    sheet.target(pygame.Rect(10, 10, 60, 94), Touched(Button.HOME))
    sheet.target(pygame.Rect(50, 10, 94, 94), Touched(Button.BACK))
    assert len(target_faults(size, sheet.targets)) == 2
