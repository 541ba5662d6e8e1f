"""Colours that can be told apart, type of one height, lines broken where they may be, and a finger that is seen."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.screens.draw import Painter
from kiosk.screens.present import view
from kiosk.screens.samples import DESK, WALL, samples
from kiosk.screens.telling import Moment
from kiosk.screens.theme import Metrics, colours, metrics
from kiosk.screens.typeset import ELLIPSIS, JOINER, Style, Typesetter, Weight
from kiosk.screens.views import HoldView
from kiosk.visits.states import Idle

TEXT_PAIRS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink_2", "paper"),
    ("ink_2", "surface"),
    ("on_primary", "primary"),
    ("on_primary", "primary_pressed"),
    ("primary", "surface"),
    ("primary", "primary_tint"),
    ("primary", "surface_pressed"),
    ("ink", "surface_pressed"),
    ("ink_2", "surface_pressed"),
    ("on_accent", "accent"),
    ("ink", "ok_tint"),
    ("ink", "attention_tint"),
    ("attention", "paper"),
    ("failing", "failing_tint"),
    ("failing", "paper"),
    ("on_hero", "hero"),
]
EDGE_PAIRS = [("line_strong", "paper"), ("primary", "paper"), ("attention", "attention_tint"), ("ok", "paper")]


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0)])
def test_contrast(pairs: list[tuple[str, str]], least: float, large: bool) -> None:
    palette = colours(large=large)
    poor = {pair: ratio for pair in pairs if (ratio := contrast(*(getattr(palette, name) for name in pair))) < least}
    assert poor == {}


@pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1080, 1920)])
def test_large_type_is_larger(size: tuple[int, int]) -> None:
    plain, large = metrics(size, large=False), metrics(size, large=True)
    assert large.body >= 1.2 * plain.body
    assert large.reference > plain.reference


def test_an_unknown_display_gets_sizes_for_eyes_and_fingers() -> None:
    derived = Metrics.derived((1024, 600), 154)
    assert derived.body * 0.70 / derived.px_per_mm >= 4.8
    assert derived.target / derived.px_per_mm >= 19.9


THAI = st.text(alphabet="กขคฟผญฏุูิีึืั่้๊๋์ำา AaZ09.,", min_size=1, max_size=24)


@given(THAI)
def test_all_type_of_a_font_has_one_height_and_baseline(text: str) -> None:
    typesetter = Typesetter()
    surface = typesetter.surface(text, Style(56, Weight.BODY, "#000000"))
    assert surface.get_height() == typesetter.surface("ฟื้ฏู", Style(56, Weight.BODY, "#000000")).get_height()


def test_lines_fit_and_lose_nothing() -> None:
    typesetter = Typesetter()
    text = "อ่านเฉพาะเลขประจำตัวและวันหมดอายุ ไม่เก็บไว้ในเครื่อง ผลจะแสดงเมื่อสแกน QR บนใบ"
    for break_lines in (typesetter.wrap, typesetter.balanced):
        lines = break_lines(text, 44, Weight.BODY, 500)
        assert all(typesetter.width(line, 44, Weight.BODY) <= 500 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_is_joined_is_not_broken() -> None:
    lines = Typesetter().wrap(f"วัน{JOINER}หมด{JOINER}อายุ 24\u00a0พ.ย.\u00a02569", 44, Weight.BODY, 10)
    assert lines == (f"วัน{JOINER}หมด{JOINER}อายุ", "24\u00a0พ.ย.\u00a02569")


def test_names_are_cut_at_a_word() -> None:
    cut = Typesetter().cut("บริษัท ตัวอย่างอุตสาหกรรมแปรรูป จำกัด", 56, Weight.STRONG, 420)
    assert cut == f"บริษัท ตัวอย่าง{ELLIPSIS}"


def test_a_finger_is_seen_on_what_it_touches_and_nowhere_else() -> None:
    painter, plain, pressed = Painter((800, 480)), pygame.Surface((800, 480)), pygame.Surface((800, 480))
    for sample in samples():
        shown = view(sample.state, sample.moment)
        for target in painter.draw(shown, plain):
            painter.draw(shown, pressed, target)
            changed = pygame.mask.from_threshold(plain, (0, 0, 0), (1, 1, 1, 255), pressed)
            changed.invert()
            rects = changed.get_bounding_rects()
            assert rects, f"{sample.name}: {target.touched} shows no finger"
            assert all(pygame.Rect(target.rect).contains(rect) for rect in rects), f"{sample.name}: {target.touched}"


def test_a_target_holds_its_pixels_and_no_others() -> None:
    for target in Painter((1280, 800)).draw(view(Idle(DESK), Moment(WALL)), pygame.Surface((1280, 800))):
        left, top, width, height = target.rect
        assert target.holds(left, top)
        assert target.holds(left + width - 1, top + height - 1)
        assert not target.holds(left + width, top)
        assert not target.holds(left, top - 1)


def test_holding_leaves_the_canvas_and_takes_no_touch() -> None:
    canvas = pygame.Surface((1280, 800))
    canvas.fill("#123456")
    before = pygame.image.tobytes(canvas, "RGB")
    assert Painter((1280, 800)).draw(HoldView(), canvas) == ()
    assert pygame.image.tobytes(canvas, "RGB") == before


def test_drawing_twice_draws_the_same() -> None:
    painter, first, second = Painter((1280, 800)), pygame.Surface((1280, 800)), pygame.Surface((1280, 800))
    second.fill("#FF00FF")
    for sample in samples():
        shown = view(sample.state, sample.moment)
        painter.draw(shown, first)
        painter.draw(shown, second)
        assert pygame.image.tobytes(first, "RGB") == pygame.image.tobytes(second, "RGB"), sample.name
