"""``make screens``: every screen, language and size as a picture; a sheet for each size, and one with all of them.

    python -m kiosk.screens.gallery OUT_DIR

Opens no window. For designers, translators and reviewers; nothing in the kiosk uses it.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pygame

from kiosk.screens.draw import Painter
from kiosk.screens.present import view
from kiosk.screens.samples import DESK, Sample, samples
from kiosk.screens.typeset import Style, Typesetter, Weight
from kiosk.visits.desk import Desk, Language

log = logging.getLogger(__name__)

_GAP_PX = 12
_GROUND = "#E6E2D8"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a contact sheet is laid out; sizes in pixels."""

    columns: int
    thumb_px: int
    caption_px: int


_ONE_SIZE = Sheet(columns=6, thumb_px=420, caption_px=18)
_ALL = Sheet(columns=20, thumb_px=160, caption_px=9)


@dataclass(frozen=True, slots=True)
class Size:
    """One of the sizes every screen is drawn in."""

    name: str
    px: tuple[int, int]
    large: bool


SIZES = (
    Size("7in", (800, 480), False),
    Size("10in", (1280, 800), False),
    Size("21in", (1080, 1920), False),
    Size("10in-large", (1280, 800), True),
    Size("7in-large", (800, 480), True),
    Size("21in-large", (1080, 1920), True),
)


def desk_of(size: Size, language: Language) -> Desk:
    """The sample desk in a language and type size."""
    return replace(DESK, language=language, large=size.large)


def frames(size: Size, language: Language) -> Iterator[tuple[Sample, pygame.Surface]]:
    """Every sample drawn at one size in one language; each canvas is the caller's to keep."""
    painter = Painter(size.px)
    for sample in samples():
        told = sample.on(desk_of(size, language))
        canvas = pygame.Surface(size.px)
        painter.draw(view(told.state, told.moment), canvas)
        yield sample, canvas


def write(out: Path, only: str = "") -> int:
    """Write the pictures, ``contact-<size>-<language>.png`` and ``contact.png``; returns how many pictures."""
    out.mkdir(parents=True, exist_ok=True)
    small: list[tuple[str, pygame.Surface]] = []
    for size in SIZES:
        for language in Language:
            thumbs: list[tuple[str, pygame.Surface]] = []
            for sample, canvas in frames(size, language):
                name = f"{sample.name}-{language.value}-{size.name}"
                if only not in name:
                    continue
                pygame.image.save(canvas, out / f"{name}.png")
                thumbs.append((sample.name, _scaled(canvas, _ONE_SIZE)))
                small.append((name, _scaled(canvas, _ALL)))
            if thumbs:
                pygame.image.save(_contact(thumbs, _ONE_SIZE), out / f"contact-{size.name}-{language.value}.png")
    pygame.image.save(_contact(small, _ALL), out / "contact.png")
    return len(small)


def _scaled(canvas: pygame.Surface, sheet: Sheet) -> pygame.Surface:
    return pygame.transform.smoothscale_by(canvas, sheet.thumb_px / canvas.get_width())


def _contact(thumbs: Sequence[tuple[str, pygame.Surface]], layout: Sheet) -> pygame.Surface:
    """All pictures, small, in rows of one height, each with its name under it."""
    rows: list[list[tuple[str, pygame.Surface]]] = []
    for name, thumb in thumbs:
        fits = rows and len(rows[-1]) < layout.columns and rows[-1][0][1].get_height() == thumb.get_height()
        if fits:
            rows[-1].append((name, thumb))
        else:
            rows.append([(name, thumb)])
    caption_px = 2 * layout.caption_px
    width = _GAP_PX + layout.columns * (layout.thumb_px + _GAP_PX)
    height = _GAP_PX + sum(row[0][1].get_height() + caption_px + _GAP_PX for row in rows)
    sheet = pygame.Surface((width, height))
    sheet.fill(_GROUND)
    typesetter, style, y = Typesetter(), Style(layout.caption_px, Weight.BODY, "#1B2333"), _GAP_PX
    for row in rows:
        for n, (name, thumb) in enumerate(row):
            x = _GAP_PX + n * (layout.thumb_px + _GAP_PX)
            sheet.blit(thumb, (x, y))
            sheet.blit(typesetter.surface(name, style), (x, y + thumb.get_height()))
        y += row[0][1].get_height() + caption_px + _GAP_PX
    return sheet


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.screens.gallery", description="Draw every screen.")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--only", default="", help="draw only pictures whose name holds this")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info("%s pictures in %s", write(options.out, options.only), options.out)


if __name__ == "__main__":
    main()
