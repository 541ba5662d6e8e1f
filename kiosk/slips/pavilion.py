"""The mark of Sala, a pavilion, in black.

The curves are those of the project's logo on its 64-unit square, drawn eight times too large and cut at half.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

_UNITS = 64
_OVERSIZE = 8
_STEPS = 16

Point = tuple[float, float]

# Each roof: start, then curves as their control points and end (one control point: quadratic, two: cubic).
_ROOFS: tuple[tuple[tuple[Point, ...], ...], ...] = (
    (
        ((32, 3),),
        ((31, 16), (25, 24), (16, 27)),
        ((12, 27), (12, 22)),
        ((9, 31), (16, 31)),
        ((48, 31),),
        ((55, 31), (52, 22)),
        ((52, 27), (48, 27)),
        ((39, 24), (33, 16), (32, 3)),
    ),
    (
        ((22, 29),),
        ((18, 34), (13, 37), (7, 39)),
        ((3, 39), (3, 34)),
        ((0, 43), (7, 43)),
        ((57, 43),),
        ((64, 43), (61, 34)),
        ((61, 39), (57, 39)),
        ((51, 37), (46, 34), (42, 29)),
    ),
)
_POSTS_AND_FLOOR = ((11, 45, 5, 11), (29.5, 45, 5, 11), (48, 45, 5, 11), (5, 56, 54, 5))


@lru_cache(maxsize=4)
def pavilion(size_dots: int) -> Image.Image:
    """The mark in a square of ``size_dots``; 255 = ink."""
    scale = size_dots * _OVERSIZE / _UNITS
    large = Image.new("L", (size_dots * _OVERSIZE, size_dots * _OVERSIZE))
    draw = ImageDraw.Draw(large)
    for roof in _ROOFS:
        draw.polygon([(x * scale, y * scale) for x, y in _outline(roof)], fill=255)
    for x, y, width, height in _POSTS_AND_FLOOR:
        draw.rectangle((x * scale, y * scale, (x + width) * scale - 1, (y + height) * scale - 1), fill=255)
    small = large.resize((size_dots, size_dots), Image.Resampling.BOX)
    return small.point([0] * 128 + [255] * 128)


def _outline(curves: tuple[tuple[Point, ...], ...]) -> list[Point]:
    points = [curves[0][0]]
    for curve in curves[1:]:
        corners = [points[-1], *curve]
        points += [_on_curve(corners, step / _STEPS) for step in range(1, _STEPS + 1)]
    return points


def _on_curve(corners: list[Point], t: float) -> Point:
    """De Casteljau's point at ``t``; a line, a quadratic or a cubic by the number of corners."""
    while len(corners) > 1:
        corners = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(corners)]
    return corners[0]
