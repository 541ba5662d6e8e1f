"""Contact sheets: many pictures of pages on one, small, with their names, so that a person looks at all of them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

A_SHEET = 12
COLUMNS = 6
THUMB_WIDTH, THUMB_HEIGHT = 330, 620
LABEL_HEIGHT = 18


def draw_sheets(folder: Path) -> list[Path]:
    """The sheets of all pictures in a folder, beside it: ``<folder>-1.png`` and so on. Long pages show their top."""
    sheets = []
    pictures = sorted(folder.glob("*.jpg"))
    for number, first in enumerate(range(0, len(pictures), A_SHEET), 1):
        names = pictures[first : first + A_SHEET]
        rows = -(-len(names) // COLUMNS)
        size = (COLUMNS * (THUMB_WIDTH + 8), rows * (THUMB_HEIGHT + LABEL_HEIGHT + 8))
        sheet = Image.new("RGB", size, "#888")
        for place, name in enumerate(names):
            x, y = place % COLUMNS * (THUMB_WIDTH + 8), place // COLUMNS * (THUMB_HEIGHT + LABEL_HEIGHT + 8)
            ImageDraw.Draw(sheet).text((x + 4, y + 2), name.stem, fill="white")
            sheet.paste(_thumb(name), (x, y + LABEL_HEIGHT))
        path = folder.with_name(f"{folder.name}-{number}.png")
        sheet.save(path)
        sheets.append(path)
    return sheets


def _thumb(name: Path) -> Image.Image:
    with Image.open(name) as picture:
        picture.load()
    small = picture.resize((THUMB_WIDTH, max(1, picture.height * THUMB_WIDTH // picture.width)))
    return ImageOps.pad(
        small.crop((0, 0, THUMB_WIDTH, min(small.height, THUMB_HEIGHT))),
        (THUMB_WIDTH, THUMB_HEIGHT), color="#bbb", centering=(0, 0),
    )  # fmt: skip
