"""Thai and Latin type in Sarabun: rendering, measuring, breaking and cutting lines. Knows no screen.

Rules: every surface of a font has one height and one baseline, whatever marks its text carries, because it is
rendered with the tallest and deepest letters behind it and cut off before them. Lines break where ICU says
and ``breaking`` lets them. U+2060 keeps together what ICU would split and is taken out before drawing. Fonts are
opened when first used; surfaces are kept, the least used thrown away first.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import pygame

from kiosk.screens.breaking import held
from kiosk.screens.theme import Colour

_TALLEST = " ฟื้ฏู"
"""Ink of every Sarabun text lies between the top of ฟื้ and the foot of ฏู (measured, Medium to ExtraBold)."""

_OVERHANG_EM = 0.06
"""How far a last letter may lean over its advance; the space before ``_TALLEST`` leaves room for it."""

JOINER = "\u2060"
ELLIPSIS = "…"


class Weight(StrEnum):
    """Weights of Sarabun; never under Medium on a kiosk."""

    BODY = "Medium"
    SEMIBOLD = "SemiBold"
    STRONG = "Bold"
    AMOUNT = "ExtraBold"


class Style(NamedTuple):
    """How a text looks. ``size``: em in pixels."""

    size: int
    weight: Weight
    colour: Colour


class Typesetter:
    """Renders and measures; belongs to one thread. ``cache_px``: how many pixels of text to keep."""

    def __init__(self, cache_px: int = 6_000_000) -> None:
        self._fonts: dict[tuple[int, Weight], pygame.font.Font] = {}
        self._surfaces: OrderedDict[tuple[str, Style], pygame.Surface] = OrderedDict()
        self._cached_px, self._cache_px = 0, cache_px
        self.width = lru_cache(maxsize=2048)(self._width)
        self.wrap = lru_cache(maxsize=512)(self._wrap)
        self._level = lru_cache(maxsize=64)(self._measure)
        self.ink = lru_cache(maxsize=256)(self._ink)

    def baseline(self, size: int, weight: Weight) -> int:
        """Rows from the top of a surface of this font to its baseline."""
        return self._level(size, weight)[1]

    def _measure(self, size: int, weight: Weight) -> tuple[int, int]:
        """Height and baseline of every surface of a font: those of an H with the tallest letters behind it."""
        font = self._font(size, weight)
        whole = font.render("H" + _TALLEST, True, "#000000")
        letter = whole.subsurface((0, 0, font.size("H")[0], whole.get_height()))
        return whole.get_height(), letter.get_bounding_rect().bottom

    def _ink(self, text: str, size: int, weight: Weight) -> tuple[int, int]:
        """How far the ink of ``text`` reaches above and below its baseline, in pixels."""
        ink = self.surface(text, Style(size, weight, "#000000")).get_bounding_rect()
        return self.baseline(size, weight) - ink.top, ink.bottom - self.baseline(size, weight)

    def meet(self, upper: tuple[str, Style], lower: tuple[str, Style], offset: tuple[int, int]) -> bool:
        """Whether the ink of two lines touches. ``offset``: of the lower one's start and baseline from the upper's."""
        masks = [pygame.mask.from_surface(self.surface(text, style), 60) for text, style in (upper, lower)]
        baselines = [self.baseline(style.size, style.weight) for _, style in (upper, lower)]
        return masks[0].overlap(masks[1], (offset[0], offset[1] + baselines[0] - baselines[1])) is not None

    def reaches(self, text: str, style: Style, box: pygame.Rect) -> bool:
        """Whether the ink of a line lies in ``box``, whose place is told from the line's start and baseline."""
        baseline = self.baseline(style.size, style.weight)
        filled = pygame.mask.Mask(box.size, fill=True)
        return (
            pygame.mask.from_surface(self.surface(text, style), 60).overlap(filled, (box.x, box.y + baseline))
            is not None
        )

    def surface(self, text: str, style: Style) -> pygame.Surface:
        """``text`` on one line, transparent around the letters."""
        key = (text, style)
        kept = self._surfaces.get(key)
        if kept is not None:
            self._surfaces.move_to_end(key)
            return kept
        made = self._render(text.replace(JOINER, ""), style)
        self._surfaces[key] = made
        self._cached_px += made.get_width() * made.get_height()
        while self._cached_px > self._cache_px and len(self._surfaces) > 1:
            _, old = self._surfaces.popitem(last=False)
            self._cached_px -= old.get_width() * old.get_height()
        return made

    def _render(self, text: str, style: Style) -> pygame.Surface:
        font = self._font(style.size, style.weight)
        whole = font.render(text + _TALLEST, True, style.colour)
        width = min(whole.get_width(), font.size(text)[0] + round(_OVERHANG_EM * style.size))
        height, baseline = self._level(style.size, style.weight)
        if whole.get_height() == height:
            return whole.subsurface((0, 0, width, height)).copy()
        # Marks piled up as no word has them, from records gone wrong: the line keeps its height and baseline.
        marked = font.render(text + _TALLEST + " H", True, style.colour)
        end = font.size("H")[0]
        lowest = marked.subsurface((marked.get_width() - end, 0, end, marked.get_height())).get_bounding_rect().bottom
        level = pygame.Surface((width, height), pygame.SRCALPHA)
        level.blit(marked, (0, baseline - lowest), (0, 0, width, marked.get_height()))
        return level

    def _width(self, text: str, size: int, weight: Weight) -> int:
        """How far ``text`` advances, in pixels."""
        return int(self._font(size, weight).size(text.replace(JOINER, ""))[0])

    def _wrap(self, text: str, size: int, weight: Weight, width: int) -> tuple[str, ...]:
        """``text`` in as few lines as fit into ``width``. A piece that cannot be broken may stand out."""
        return tuple(
            line
            for part in text.split("\n")
            for line in self._filled(self._pieces(part, size, weight, width), size, weight, width)
        )

    def _pieces(self, text: str, size: int, weight: Weight, width: int) -> tuple[str, ...]:
        """``text`` in words that stay together; one that is too wide for a line as ICU cuts it."""
        return tuple(
            part
            for word in pieces(text)
            for part in ((word,) if self.width(word.rstrip(" "), size, weight) <= width else icu_pieces(word))
        )

    def _filled(self, parts: tuple[str, ...], size: int, weight: Weight, width: int) -> tuple[str, ...]:
        lines: list[str] = []
        line = ""
        for part in parts:
            if line and self.width((line + part).rstrip(" "), size, weight) > width:
                lines.append(line.rstrip(" "))
                line = part
            else:
                line += part
        return (*lines, line.rstrip(" "))

    def balanced(self, text: str, size: int, weight: Weight, width: int) -> tuple[str, ...]:
        """As ``wrap``, but broken between phrases if that takes no more lines, and the lines as even as they get.

        Thai puts its spaces between phrases, so a break there reads best, and no single word stands on the last line.
        """
        lines = self.wrap(text, size, weight, width)
        if len(lines) < 2 or "\n" in text:
            return lines
        for parts in (phrases(text), self._pieces(text, size, weight, width)):
            if self._fits(parts, size, weight, width, len(lines)):
                low, high = width // len(lines), width
                while high - low > 4:
                    middle = (low + high) // 2
                    fits = self._fits(parts, size, weight, middle, len(lines))
                    low, high = (low, middle) if fits else (middle, high)
                return self._filled(parts, size, weight, high)
        return lines

    def _fits(self, parts: tuple[str, ...], size: int, weight: Weight, width: int, most: int) -> bool:
        lines = self._filled(parts, size, weight, width)
        return len(lines) <= most and all(self.width(line, size, weight) <= width for line in lines)

    def cut(self, text: str, size: int, weight: Weight, width: int) -> str:
        """``text``, or as many of its words as fit into ``width`` and an ellipsis."""
        if self.width(text, size, weight) <= width:
            return text
        kept = ""
        for piece in pieces(text):
            if self.width((kept + piece).rstrip(" ") + ELLIPSIS, size, weight) > width:
                break
            kept += piece
        return kept.rstrip(" ") + ELLIPSIS

    def first_that_fits(self, texts: tuple[str, ...], size: int, weight: Weight, width: int) -> str:
        """The first of ``texts``, longest first, that fits; else the last one, cut."""
        for text in texts:
            if self.width(text, size, weight) <= width:
                return text
        return self.cut(texts[-1], size, weight, width)

    def _font(self, size: int, weight: Weight) -> pygame.font.Font:
        font = self._fonts.get((size, weight))
        if font is None:
            from fontpkg_sarabun import ROOT  # opened when the first letter is drawn, not when we are imported

            if not pygame.font.get_init():
                pygame.font.init()
            font = pygame.font.Font(ROOT / "files" / f"Sarabun-{weight}.ttf", size)
            font.set_script("Thai")  # without it HarfBuzz does not place tone marks above upper vowels
            self._fonts[size, weight] = font
        return font


@lru_cache(maxsize=512)
def pieces(text: str) -> tuple[str, ...]:
    """``text`` cut at every place where a line may break."""
    return held(icu_pieces(text))


def icu_pieces(text: str) -> tuple[str, ...]:
    """``text`` cut at every place where ICU would break it."""
    import icu  # 15 ms and 30 MB of data, not needed for the first frame of most displays

    breaks = icu.BreakIterator.createLineInstance(icu.Locale("th"))
    breaks.setText(text)
    # ICU counts UTF-16 units; Thai, Latin and our signs are one unit each, and anything else is cut where it falls.
    ends = [int(end) for end in breaks]
    return tuple(text[start:end] for start, end in zip([0, *ends], ends, strict=False))


def phrases(text: str) -> tuple[str, ...]:
    """``text`` cut behind those of its spaces at which a line may break."""
    found = [""]
    for piece in pieces(text):
        found[-1] += piece
        if piece.endswith(" "):
            found.append("")
    return tuple(found)
