"""How many kiosks have passed over time, as the lines of a drawing. Pure; the template draws them.

As in ``charts``, only the line is stretched to the room there is; words stand beside it, and are never scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.web.charts import ACROSS, WIDTH

HEIGHT = 140
TOP, BOTTOM = 12.0, 8.0
"""Pixels that are kept free, for the half of a word and of the dot at its end."""

POINTS_MAX = 160
"""Finer than a screen's pixels there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``line``: points of a polyline, ``ACROSS`` wide; ``x``, ``y``: where it ends, in per cent and in pixels.

    ``hours``: the times at the left, in the middle and at the right.
    """

    line: str
    x: float
    y: float
    heights: tuple[Mark, ...]
    hours: tuple[datetime, ...]
    height: int = HEIGHT
    across: float = ACROSS


def chart(passed_at: Sequence[datetime], size: int, began: datetime, now: datetime) -> Chart:
    """The steps of ``passed_at`` (in order) towards ``size``, from ``began`` to ``now``."""
    span_s = max(60.0, (now - began).total_seconds())
    down = HEIGHT - TOP - BOTTOM

    def x(at: datetime) -> float:
        return ACROSS * min(1.0, max(0.0, (at - began).total_seconds() / span_s))

    def y(count: float) -> float:
        return TOP + down * (1 - count / max(1, size))

    every = max(1, -(-len(passed_at) // POINTS_MAX))
    corners = [(0.0, y(0))]
    for count in [*range(every, len(passed_at), every), *([len(passed_at)] if passed_at else [])]:
        at = x(passed_at[count - 1])
        corners += [(at, corners[-1][1]), (at, y(count))]
    corners.append((x(now), corners[-1][1]))
    return Chart(
        line=" ".join(f"{left:.1f},{top:.1f}" for left, top in corners),
        x=WIDTH * corners[-1][0] / ACROSS,
        y=corners[-1][1],
        heights=tuple(Mark(y(count), f"{count:,}") for count in sorted({0, size // 2, size})),
        hours=tuple(began + (now - began) * share for share in (0.0, 0.5, 1.0)),
    )
