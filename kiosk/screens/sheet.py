"""The sheet a screen is painted on: boxes, lines of type, icons, and what on it can be touched.

Positions follow the boxes of the drawings this look comes from: a line of type has a box of ``pitch`` times its size,
its baseline where CSS would put it. Nothing is clipped, faded or scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pygame import Rect, Surface

from kiosk.screens import pictures
from kiosk.screens.theme import Colour, Theme
from kiosk.screens.typeset import Style, Typesetter, Weight
from kiosk.visits.events import Touched

CONTENT_EM = 1.30
BASELINE_EM = 1.068
"""Height of Sarabun's own line, and where in it the baseline lies; CSS centres this in the line box."""


@dataclass(frozen=True, slots=True)
class Target:
    """A part of the screen that can be tapped, and what that means. ``rect``: left, top, width, height in pixels."""

    rect: tuple[int, int, int, int]
    touched: Touched

    def holds(self, x: int, y: int) -> bool:
        """Whether pixel (``x``, ``y``) lies on it."""
        left, top, width, height = self.rect
        return left <= x < left + width and top <= y < top + height


class Align(StrEnum):
    """Where a line stands in its width."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Run(NamedTuple):
    """A part of a line with a style of its own; ``before``: pixels left free in front of it."""

    text: str
    style: Style
    before: int = 0


class Written(NamedTuple):
    """A text as it was drawn, for tests: its surface and where it went."""

    text: str
    surface: Surface
    at: tuple[int, int]


class Sheet:
    """One canvas being painted. Collects targets; with ``witness`` also every text and box, for tests."""

    def __init__(
        self, canvas: Surface, theme: Theme, typesetter: Typesetter, pressed: Target | None, *, witness: bool = False
    ) -> None:
        self.canvas = canvas
        self.c, self.m = theme.colours, theme.metrics
        self.type = typesetter
        self.pressed = pressed
        self.targets: list[Target] = []
        self.witnessed: list[Written | Rect] | None = [] if witness else None

    # ---- styles of the roles

    def body(self, colour: Colour | None = None, weight: Weight = Weight.BODY) -> Style:
        """Choices, deadlines, warnings, buttons."""
        return Style(self.m.body, weight, colour or self.c.ink)

    def strong(self, colour: Colour | None = None) -> Style:
        """Body that is read first."""
        return self.body(colour, Weight.STRONG)

    def ref(self, colour: Colour | None = None, weight: Weight = Weight.BODY) -> Style:
        """Office name, dates under a title, reference numbers, help."""
        return Style(self.m.reference, weight, colour or self.c.ink_2)

    def question(self, colour: Colour | None = None) -> Style:
        """The one question of a screen."""
        return Style(self.m.question, Weight.STRONG, colour or self.c.ink)

    # ---- shapes

    def fill(self, rect: Rect, colour: Colour) -> None:
        """A plain rectangle."""
        self.canvas.fill(colour, rect)

    def rounded(self, rect: Rect, colour: Colour, radius: int) -> None:
        """A filled rectangle with round corners."""
        radius = min(radius, rect.width // 2, rect.height // 2)
        if radius <= 0:
            self.fill(rect, colour)
            return
        disc = pictures.disc(2 * radius, colour)
        for from_x, x in ((0, rect.left), (radius, rect.right - radius)):
            for from_y, y in ((0, rect.top), (radius, rect.bottom - radius)):
                self.canvas.blit(disc, (x, y), (from_x, from_y, radius, radius))
        self.fill(Rect(rect.left + radius, rect.top, rect.width - 2 * radius, rect.height), colour)
        self.fill(Rect(rect.left, rect.top + radius, rect.width, rect.height - 2 * radius), colour)

    def box(
        self,
        rect: Rect,
        ground: Colour,
        edge: Colour | None = None,
        *,
        radius: int | None = None,
        width: int | None = None,
    ) -> None:
        """A box with an edge of ``width`` pixels inside ``rect``."""
        radius = self.m.radius if radius is None else radius
        if edge is None or edge == ground:
            self.rounded(rect, ground, radius)
        else:
            width = self.m.border if width is None else width
            self.rounded(rect, edge, radius)
            self.rounded(rect.inflate(-2 * width, -2 * width), ground, max(0, radius - width))
        self.witness_box(rect)

    def witness_box(self, rect: Rect) -> None:
        """Remember that no ink may cross the edge of ``rect``."""
        if self.witnessed is not None:
            self.witnessed.append(Rect(rect))

    def picture(self, surface: Surface, at: tuple[int, int]) -> Rect:
        """Put a picture down, left top corner at ``at``."""
        return self.canvas.blit(surface, at)

    def icon(self, name: str, size: int, colour: Colour, at: tuple[int, int], stroke: float = 2.0) -> None:
        """A Lucide icon."""
        self.canvas.blit(pictures.icon(name, size, colour, stroke), at)

    def sign(self, name: str, size: int, colour: Colour, ground: Colour, at: tuple[int, int]) -> None:
        """A sign of state: ok, attention or failing."""
        self.canvas.blit(pictures.sign(name, size, colour, ground), at)

    # ---- type

    def width(self, text: str, style: Style) -> int:
        """How wide ``text`` is."""
        return self.type.width(text, style.size, style.weight)

    def line(  # noqa: PLR0913 - text, style, place and box are what a line is
        self,
        text: str,
        style: Style,
        at: tuple[int, int],
        *,
        pitch: float = 1.3,
        align: Align = Align.LEFT,
        width: int = 0,
    ) -> int:
        """One line; returns the height of its box, ``pitch`` times the size. ``width`` matters unless LEFT."""
        return self.runs((Run(text, style),), at, pitch=pitch, align=align, width=width)

    def runs(
        self,
        runs: Sequence[Run],
        at: tuple[int, int],
        *,
        pitch: float = 1.3,
        align: Align = Align.LEFT,
        width: int = 0,
    ) -> int:
        """Texts of several styles on one baseline; the largest sets the height, which is returned."""
        size = max(run.style.size for run in runs)
        height = round(pitch * size)
        x, top = at
        if align is not Align.LEFT:
            spare = width - self.runs_width(runs)
            x += spare if align is Align.RIGHT else spare // 2
        baseline = top + round((pitch - CONTENT_EM) / 2 * size + BASELINE_EM * size)
        for run in runs:
            x += run.before
            self._letters(run.text, run.style, (x, baseline - self.type.baseline(run.style.size, run.style.weight)))
            x += self.width(run.text, run.style)
        return height

    def line_within(self, text: str, style: Style, at: tuple[int, int], height: int) -> None:
        """One line in the middle of a strip of ``height``, moved as little as keeps its marks inside."""
        y = centred(0, height, round(CONTENT_EM * style.size)) + self.sinks(text, style, height)
        self.line(text, style, (at[0], at[1] + y))

    def sinks(self, text: str, style: Style, height: int) -> int:
        """By how much ``line_within`` lowers ``text`` to keep its marks in a strip of ``height``; negative: lifts."""
        above, below = self.type.ink(text, style.size, style.weight)
        baseline = centred(0, height, round(CONTENT_EM * style.size)) + round(BASELINE_EM * style.size)
        return max(0, above - baseline) or -max(0, baseline + below - height)

    def ink_of(self, lines: Sequence[str], style: Style, pitch: float) -> tuple[int, int]:
        """How far below the top of their box the ink of ``lines`` begins (negative: above it), and how high it is."""
        above, _ = self.type.ink(lines[0], style.size, style.weight)
        _, below = self.type.ink(lines[-1], style.size, style.weight)
        baseline = round((pitch - CONTENT_EM) / 2 * style.size + BASELINE_EM * style.size)
        return baseline - above, above + (len(lines) - 1) * round(pitch * style.size) + below

    def ink_height(self, text: str, style: Style) -> int:
        """How high the ink of ``text`` is, marks and tails included."""
        return sum(self.type.ink(text, style.size, style.weight))

    def runs_width(self, runs: Sequence[Run]) -> int:
        """How wide a line of ``runs`` is."""
        return sum(run.before + self.width(run.text, run.style) for run in runs)

    def lines(  # noqa: PLR0913 - as for line
        self,
        lines: Sequence[str],
        style: Style,
        at: tuple[int, int],
        *,
        pitch: float = 1.5,
        align: Align = Align.LEFT,
        width: int = 0,
    ) -> int:
        """Several lines under each other; returns their height."""
        x, y = at
        for text in lines:
            y += self.line(text, style, (x, y), pitch=pitch, align=align, width=width)
        return y - at[1]

    def wrap(self, text: str, style: Style, width: int) -> tuple[str, ...]:
        """``text`` broken into lines of at most ``width``."""
        return self.type.wrap(text, style.size, style.weight, width)

    def balanced(self, text: str, style: Style, width: int) -> tuple[str, ...]:
        """``text`` broken into as few lines of at most ``width``, and those as even as they get."""
        return self.type.balanced(text, style.size, style.weight, width)

    def fitting(self, texts: tuple[str, ...], style: Style, width: int) -> str:
        """The first of ``texts`` that fits on one line of ``width``; else the last, cut at a word."""
        return self.type.first_that_fits(texts, style.size, style.weight, width)

    def _letters(self, text: str, style: Style, at: tuple[int, int]) -> None:
        if not text:
            return
        surface = self.type.surface(text, style)
        self.canvas.blit(surface, at)
        if self.witnessed is not None:
            self.witnessed.append(Written(text, surface, at))

    # ---- touch

    def target(self, rect: Rect, touched: Touched) -> bool:
        """Declare ``rect`` touchable; True when a finger is on it now."""
        target = Target((rect.left, rect.top, rect.width, rect.height), touched)
        self.targets.append(target)
        return target == self.pressed


def centred(top: int, room: int, height: int) -> int:
    """Where a block of ``height`` begins to stand in the middle of ``room``."""
    return top + (room - height) // 2
