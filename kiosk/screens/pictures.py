"""Icons and pictures: SVG files under ``art/`` as surfaces of exactly the size and colour wanted. Knows no screen.

SDL draws ``currentColor`` grey, so the colour is written into the file's text before SDL sees it. A drawing takes
about a millisecond and is kept.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path

import pygame

from kiosk.screens.theme import Colour

ART = Path(__file__).with_name("art")

Swaps = tuple[tuple[str, str], ...]
"""Pairs of colours: the one in the file, the one to draw."""


@lru_cache(maxsize=64)
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _rasterise(svg: str, size: tuple[int, int]) -> pygame.Surface:
    return pygame.image.load_sized_svg(io.BytesIO(svg.encode()), size)


@lru_cache(maxsize=128)
def icon(name: str, size: int, colour: Colour, stroke: float = 2.0) -> pygame.Surface:
    """A Lucide icon, ``size`` pixels square; ``stroke`` in its 24 units."""
    svg = _source(ART / "icons" / f"{name}.svg").replace("currentColor", colour)
    return _rasterise(svg.replace('stroke-width="2"', f'stroke-width="{stroke}"'), (size, size))


@lru_cache(maxsize=32)
def sign(name: str, size: int, colour: Colour, ground: Colour) -> pygame.Surface:
    """A filled sign of state (ok, attention, failing) with its glyph cut out in ``ground``."""
    svg = _source(ART / f"{name}.svg").replace("currentColor", colour).replace("groundColor", ground)
    return _rasterise(svg, (size, size))


@lru_cache(maxsize=24)
def picture(name: str, width: int, swaps: Swaps = ()) -> pygame.Surface:
    """A picture ``width`` pixels wide, its height following."""
    svg = _source(ART / f"{name}.svg")
    for old, new in swaps:
        svg = svg.replace(old, new)
    return _rasterise(svg, (width, round(width * _aspect(svg))))


@lru_cache(maxsize=8)
def hills(width: int, height: int, far: Colour, near: Colour) -> pygame.Surface:
    """The two hills, stretched to the size."""
    svg = _source(ART / "hills.svg").replace("#31498F", far).replace("#1A2B5E", near)
    svg = svg.replace('viewBox="0 0 1280 180"', f'viewBox="0 0 {width} {height}"')
    return _rasterise(svg.replace("scale(1 1)", f"scale({width / 1280:.5f} {height / 180:.5f})"), (width, height))


@lru_cache(maxsize=128)
def disc(diameter: int, colour: Colour) -> pygame.Surface:
    """A filled circle with smooth edges."""
    half = diameter / 2
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {diameter} {diameter}">'
    return _rasterise(f'{svg}<circle cx="{half}" cy="{half}" r="{half}" fill="{colour}"/></svg>', (diameter, diameter))


def _aspect(svg: str) -> float:
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    if found is None:
        raise ValueError("a picture of ours opens with a viewBox from 0 0")
    return int(found[2]) / int(found[1])
