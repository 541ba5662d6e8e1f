"""Contact sheets: many pictures of pages on one, small, with their names, so that a person looks at all of them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

SHEET_WIDTH = 2000
COLUMNS = ((500, 6), (1000, 4), (9999, 3))
"""Up to this width of a page, so many side by side: what is on it must still be read."""

ROWS = 2
THUMB_HEIGHT = 620
LABEL_HEIGHT = 18


def draw_sheets(folder: Path) -> list[Path]:
    """The sheets of all pictures in a folder, beside it: ``<folder>-1.png`` and so on. Long pages show their top."""
    sheets: list[Path] = []
    pictures = sorted(folder.glob("*.jpg"))
    if not pictures:
        return sheets
    with Image.open(pictures[0]) as one:
        columns = next(count for width, count in COLUMNS if one.width <= width)
    width, height = SHEET_WIDTH // columns, THUMB_HEIGHT + LABEL_HEIGHT + 8
    for number, first in enumerate(range(0, len(pictures), columns * ROWS), 1):
        names = pictures[first : first + columns * ROWS]
        sheet = Image.new("RGB", (SHEET_WIDTH, -(-len(names) // columns) * height), "#888")
        for place, name in enumerate(names):
            x, y = place % columns * width, place // columns * height
            ImageDraw.Draw(sheet).text((x + 4, y + 2), name.stem, fill="white")
            sheet.paste(_thumb(name, width - 8), (x, y + LABEL_HEIGHT))
        path = folder.with_name(f"{folder.name}-{number}.png")
        sheet.save(path)
        sheets.append(path)
    return sheets


def _thumb(name: Path, width: int) -> Image.Image:
    with Image.open(name) as picture:
        picture.load()
    small = picture.resize((width, max(1, picture.height * width // picture.width)))
    top = small.crop((0, 0, width, min(small.height, THUMB_HEIGHT)))
    return ImageOps.expand(top, (0, 0, 0, THUMB_HEIGHT - top.height), fill="#bbb")
