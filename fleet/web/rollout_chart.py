"""How many kiosks have passed over time, as the lines of a drawing. Pure; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 640.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 20.0, 14.0, 26.0
POINTS_MAX = 160
"""Finer than a screen's pixels there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``line``: points of a polyline; ``x``, ``y``: where it ends; ``hours``: when, for the lower axis."""

    line: str
    x: float
    y: float
    heights: tuple[Mark, ...]
    hours: tuple[tuple[float, datetime], ...]


def chart(passed_at: Sequence[datetime], size: int, began: datetime, now: datetime) -> Chart:
    """The steps of ``passed_at`` (in order) towards ``size``, from ``began`` to ``now``."""
    span_s = max(60.0, (now - began).total_seconds())
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: datetime) -> float:
        return LEFT + across * min(1.0, max(0.0, (at - began).total_seconds() / span_s))

    def y(count: float) -> float:
        return TOP + down * (1 - count / max(1, size))

    every = max(1, -(-len(passed_at) // POINTS_MAX))
    corners = [(LEFT, y(0))]
    for count in [*range(every, len(passed_at), every), *([len(passed_at)] if passed_at else [])]:
        at = x(passed_at[count - 1])
        corners += [(at, corners[-1][1]), (at, y(count))]
    corners.append((x(now), corners[-1][1]))
    return Chart(
        line=" ".join(f"{left:.1f},{top:.1f}" for left, top in corners),
        x=corners[-1][0],
        y=corners[-1][1],
        heights=tuple(Mark(y(count), f"{count:,}") for count in sorted({0, size // 2, size})),
        hours=tuple((LEFT + across * share, began + (now - began) * share) for share in (0.0, 0.5, 1.0)),
    )
