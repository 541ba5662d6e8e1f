"""Colours and sizes of the screen, read from ``tokens.json``; nothing here draws.

Rules: a colour or size used on a screen comes from here. A display not in the tokens gets its sizes from its pixels
and its true width (``Metrics.derived``).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

TOKENS = Path(__file__).with_name("tokens.json")

Colour = str
"""Always ``#RRGGBB``: no alpha anywhere on the screen."""


class Shape(StrEnum):
    """How a screen is laid out: three arrangements serve every display."""

    COMPACT = "compact"
    MEDIUM = "medium"
    TALL = "tall"


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette. ``x_tint`` is the ground on which ``x`` is written."""

    paper: Colour
    surface: Colour
    surface_pressed: Colour
    ink: Colour
    ink_2: Colour
    line: Colour
    line_strong: Colour
    primary: Colour
    primary_pressed: Colour
    primary_tint: Colour
    on_primary: Colour
    accent: Colour
    on_accent: Colour
    ok: Colour
    ok_tint: Colour
    attention: Colour
    attention_tint: Colour
    failing: Colour
    failing_tint: Colour
    hill_far: Colour
    hill_near: Colour
    hero: Colour
    on_hero: Colour
    icon_ground: Colour


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in pixels; type sizes are ems. ``target`` is the least edge of anything that can be touched."""

    width: int
    height: int
    shape: Shape
    large: bool
    px_per_mm: float
    body: int
    reference: int
    question: int
    amount: int
    header: int
    floor: int
    target: int
    margin: int
    gap: int
    radius: int
    border: int
    icon: int

    @property
    def pad(self) -> int:
        """Between the edges of floor or main and what stands in them."""
        return {Shape.COMPACT: 8, Shape.MEDIUM: 16, Shape.TALL: 36}[self.shape]

    @property
    def hairline(self) -> int:
        """The lines under the header and above the floor."""
        return 4 if self.large else 2

    @classmethod
    def derived(cls, size: tuple[int, int], width_mm: float) -> Metrics:
        """Sizes for a display that is not in the tokens.

        A capital H is seen under 0.7 degrees from the usual distance and is 4.8 mm at the least (EN 301 549 5.1.4,
        ADA 707); reference text is 0.78 of that; a target is 20 mm.
        """
        width, height = size
        scale = width / width_mm
        distance_mm = 400 if width_mm <= 170 else 500 if width_mm <= 230 else 700
        h_mm = max(4.8, distance_mm * math.radians(0.7))
        body = 2 * math.ceil(h_mm / 0.70 * scale / 2)
        shape = Shape.TALL if height > width else Shape.COMPACT if height < 600 else Shape.MEDIUM
        target = round(20 * scale)
        pad = {Shape.COMPACT: 8, Shape.MEDIUM: 16, Shape.TALL: 36}[shape]
        return cls(
            width=width,
            height=height,
            shape=shape,
            large=False,
            px_per_mm=scale,
            body=body,
            reference=round(0.78 * body),
            question=round(1.17 * body),
            amount=2 * body,
            header=round(1.4 * body),
            floor=target + 2 * pad + 2,
            target=target,
            margin=round(0.03 * width),
            gap=round(0.0125 * width),
            radius=round(0.0125 * width),
            border=3,
            icon=round(1.36 * body),
        )


@dataclass(frozen=True, slots=True)
class Theme:
    """What a painter paints with."""

    colours: Colours
    metrics: Metrics


@cache
def _tokens() -> dict[str, Any]:
    return json.loads(TOKENS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]  # our own file


def colours(*, large: bool) -> Colours:
    """The palette: light, or high contrast in the large mode."""
    palette = _tokens()["high_contrast" if large else "light"]
    return Colours(**{field.name: palette[field.name] for field in fields(Colours)})


def metrics(size: tuple[int, int], *, large: bool, width_mm: float | None = None) -> Metrics:
    """The sizes for a display of ``size`` pixels; ``width_mm`` is asked of a display the tokens do not know."""
    for name, entry in _tokens()["displays"].items():
        if tuple(entry["px"]) == size and name.endswith("_large") is large:
            return _from_tokens(entry, large=large)
    plain = Metrics.derived(size, width_mm or size[0] / 6)
    return _enlarged(plain) if large else plain


def theme(size: tuple[int, int], *, large: bool, width_mm: float | None = None) -> Theme:
    """Palette and sizes together."""
    return Theme(colours(large=large), metrics(size, large=large, width_mm=width_mm))


def _from_tokens(entry: dict[str, Any], *, large: bool) -> Metrics:
    width, height = entry["px"]
    shape = Shape.TALL if height > width else Shape.COMPACT if height < 600 else Shape.MEDIUM
    sizes = {field.name: entry[field.name] for field in fields(Metrics) if field.name in entry}
    return Metrics(width=width, height=height, shape=shape, large=large, **sizes)


def _enlarged(plain: Metrics) -> Metrics:
    values = {field.name: getattr(plain, field.name) for field in fields(Metrics)}
    bigger = {name: round(1.2 * values[name]) for name in ("body", "reference", "question", "amount", "header")}
    return Metrics(**{**values, **bigger, "large": True, "border": 4})
