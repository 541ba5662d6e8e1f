"""Charts as numbers a template draws: bars, and where a span lies across a day. Pure; no word, no colour, no query.

Who draws one says the same in words beside it (a list, or a table for screen readers): a drawing tells nobody alone.
Rules: across, bars go by per cent of whatever room there is, upright by pixels; so a drawing is never scaled, and its
words are as large on a phone as the style says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH = 100.0
"""All the room across, in per cent."""


@dataclass(frozen=True, slots=True)
class Room:
    """The height of a drawing of bars in pixels, and its lines from the top: of the highest bar, of what the bars stand
    on, and of the words below."""

    height: int = 180
    top: int = 28
    floor: int = 150
    words_y: int = 172


ROOM = Room()
ACROSS = 1000.0
"""Width of a strip, in its own units; it is stretched to whatever room there is."""

GAP = 2.0
"""Between the two parts of a bar."""

PART_MIN = 5.0
"""The least height of a part that is told apart: one payment among thousands can still be seen."""

MARK = 3.0
"""The least width of something in a strip: a pixel on a phone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``word`` below it, ``count`` above it."""

    x: float
    y: float
    width: float
    height: float
    word: str
    count: float

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return self.x + self.width / 2

    @property
    def above(self) -> float:
        """The line its count stands on."""
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of two parts: ``whole`` of it, and from its top down as far as ``part``; ``word`` below it."""

    x: float
    y: float
    width: float
    height: float
    part_height: float
    word: str

    @property
    def middle(self) -> float:
        """Where its word stands."""
        return self.x + self.width / 2

    @property
    def rest_y(self) -> float:
        """Where the rest begins: below the part and a gap, so that no colour is needed to see it."""
        return self.y + self.part_height + (GAP if self.part_height else 0)

    @property
    def rest_height(self) -> float:
        """How high the rest is."""
        return max(0.0, ROOM.floor - self.rest_y)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where something lies in a strip, and of which condition it is."""

    x: float
    width: float
    condition: str


def bars(counts: Sequence[tuple[str, float]], most: float | None = None) -> list[Bar]:
    """Words and counts as bars, side by side; the highest (or ``most``) as high as there is room."""
    top = most or max((count for _, count in counts), default=0) or 1
    pitch = WIDTH / max(1, len(counts))
    made = []
    for i, (word, count) in enumerate(counts):
        height = (ROOM.floor - ROOM.top) * count / top
        made.append(Bar(pitch * (i + 0.15), ROOM.floor - height, pitch * 0.7, height, word, count))
    return made


def stacks(counts: Sequence[tuple[str, float, float]]) -> list[Stack]:
    """Words, wholes and the parts of them that are told apart, as bars side by side."""
    top = max((whole for _, whole, _ in counts), default=0) or 1
    pitch = WIDTH / max(1, len(counts))
    made = []
    for i, (word, whole, part) in enumerate(counts):
        height, part_height = ((ROOM.floor - ROOM.top) * each / top for each in (whole, part))
        part_height = max(part_height, min(PART_MIN, height)) if part else 0.0
        made.append(Stack(pitch * (i + 0.15), ROOM.floor - height, pitch * 0.7, height, part_height, word))
    return made


def stretch(first: datetime, last: datetime, day: tuple[datetime, datetime], condition: str) -> Stretch:
    """What went on from ``first`` to ``last``, in the strip of a day: cut at its ends, and never too thin to see."""
    begin, end = day
    whole_s = (end - begin).total_seconds()

    def x(at: datetime) -> float:
        return ACROSS * min(1.0, max(0.0, (at - begin).total_seconds() / whole_s))

    left, right = x(first), x(max(first, last))
    width = max(MARK, right - left)
    return Stretch(min(left, ACROSS - width), width, condition)
