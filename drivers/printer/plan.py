"""Chooses how each stretch of a picture is sent so that the bytes are few: no printer commands, only rows and counts.

A picture is covered from top to bottom by pieces: white rows (fed), rasters (rectangles of rows, sent once where every
two rows or every two columns are the same), and strips (24 rows of columns, several runs side by side with white
between them that is not sent). The cheapest cover is a shortest path over rows. Rules: pieces never overlap; the dots
are the same whatever is chosen. Rows are integers, the leftmost dot the most significant bit: one operation on an
integer looks at a whole row, which keeps planning within a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.printer.port import Raster

MAX_RASTER_ROWS = 128  # cheap printers overflow on tall pictures
STRIP_ROWS = 24
GAP_COLUMNS = 3  # this much white costs less inside a run (3 bytes a column) than a run of its own (9 bytes)

RASTER_BYTES = 12  # GS L and GS v 0
STRIP_BYTES = 3  # ESC J
RUN_BYTES = 9  # ESC $ and ESC *
_COLUMN_BYTES = 3
# What one more piece or run is charged beyond its bytes, so that a printer is not given many tiny ones for nothing.
_PIECE_PRICE_BYTES = 3

# A whole stretch without white rows is looked at besides. More heights would make a slip shorter by a thousandth, and
# planning half as long again.
_HEIGHTS = (2, 8, 16)
_UNREACHED = 1 << 40
_NO_REPEATS = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """``rows`` rows from ``top``. ``wide`` and ``tall``: every two columns, every two rows are the same."""

    top: int
    rows: int
    strip: bool = False
    wide: bool = False
    tall: bool = False


_Choice = tuple[int, bool, int]  # where the piece that ends here begins, whether it is a strip, and its doubling


def pieces(picture: Raster, strips: bool) -> list[Piece]:
    """The inked pieces of ``picture``, top to bottom; what lies between them is white."""
    return _Planner(picture, strips).best()


class _Planner:
    def __init__(self, picture: Raster, strips: bool) -> None:
        stride = (picture.width_px + 7) // 8
        self._bits = stride * 8
        self._height = picture.height_px
        self._strips = strips
        rows = [int.from_bytes(picture.rows[at : at + stride], "big") for at in range(0, len(picture.rows), stride)]
        self._rows = rows
        unions = _unions([*rows, *[0] * STRIP_ROWS])
        self._heights = [(height, unions[height]) for height in _HEIGHTS]
        self._strip_ink = unions[STRIP_ROWS]
        self._look_ahead()

    def best(self) -> list[Piece]:
        """The cheapest cover. Written flat: the inner loop runs some thousand times a slip."""
        bits, height, rows = self._bits, self._height, self._rows
        cost = [_UNREACHED] * (height + 1)
        chosen: list[_Choice | None] = [None] * len(cost)
        cost[0] = 0
        for top in range(height):
            so_far = cost[top]
            if so_far == _UNREACHED:
                continue
            if not rows[top]:
                if so_far < cost[top + 1]:
                    cost[top + 1], chosen[top + 1] = so_far, None
                continue
            so_far += RASTER_BYTES + _PIECE_PRICE_BYTES
            for tall, unions in self._heights:
                end = top + tall
                if end > height:
                    break
                ink = unions[top]
                # As _width_bytes, written out.
                width = (bits - (ink & -ink).bit_length() >> 3) + 1 - (bits - ink.bit_length() >> 3)
                if so_far + tall * width < cost[end]:
                    cost[end] = so_far + tall * width
                    chosen[end] = (top, False, 0)
            for more, tall, strip, mode in self._special_choices(top):
                if so_far + more < cost[top + tall]:
                    cost[top + tall] = so_far + more
                    chosen[top + tall] = (top, strip, mode)
        return _walked_back(chosen, height)

    def _special_choices(self, top: int) -> list[tuple[int, int, bool, int]]:
        """What else can begin at ``top``: bytes beyond a raster's frame, rows, whether a strip, doubling (1 = wide,
        2 = tall)."""
        found = []
        if self._strips and self._height - top >= STRIP_ROWS:
            more = self._strip_cost(self._strip_ink[top]) - RASTER_BYTES - _PIECE_PRICE_BYTES
            found.append((more, STRIP_ROWS, True, 0))
        rows, ink = self._stretch[top]
        if rows <= MAX_RASTER_ROWS:
            found.append((rows * self._width_bytes(ink), rows, False, 0))
        if (repeated := self._runs[top]) != _NO_REPEATS:
            for mode, repeats in enumerate(repeated, start=1):
                if repeats:
                    rows = min(repeats, MAX_RASTER_ROWS)
                    width = self._width_bytes(_union(self._rows[top : top + rows]))
                    width = width // 2 + 1 if mode & 1 else width
                    found.append((width * (rows // 2 if mode & 2 else rows), rows, False, mode))
        return found

    def _strip_cost(self, ink: int) -> int:
        wider = ink | ink >> 1 | ink >> 2 | ink >> 3
        runs = (wider & ~(wider >> 1)).bit_count()
        columns = wider.bit_count() - GAP_COLUMNS * runs
        return _COLUMN_BYTES * columns + (RUN_BYTES + _PIECE_PRICE_BYTES) * runs + STRIP_BYTES + _PIECE_PRICE_BYTES

    def _width_bytes(self, ink: int) -> int:
        left = (self._bits - ink.bit_length()) >> 3
        return (self._bits - (ink & -ink).bit_length() >> 3) + 1 - left

    def _look_ahead(self) -> None:
        """For each row: how many inked rows begin there, and their union; how many from there are wide, tall, and
        both."""
        every_second = int("01" * (self._bits // 2), 2)
        stretch = [(0, 0)] * (self._height + 1)
        repeats = [_NO_REPEATS] * (self._height + 2)
        below = 0
        for y in range(self._height - 1, -1, -1):
            row = self._rows[y]
            if row:
                count, union = stretch[y + 1]
                stretch[y] = count + 1, union | row
                is_wide = not (row >> 1 ^ row) & every_second
                if row == below:
                    _, tall, both = repeats[y + 2]
                    wide = repeats[y + 1][0] + 1 if is_wide else 0
                    repeats[y] = wide, tall + 2, both + 2 if is_wide else 0
                elif is_wide:
                    repeats[y] = repeats[y + 1][0] + 1, 0, 0
            below = row
        self._stretch, self._runs = stretch, repeats


def runs(ink: int, bits: int) -> Iterator[tuple[int, int]]:
    """Where the columns of a strip have ink: first column and the one after the last, small gaps bridged."""
    columns = f"{ink:0{bits}b}"
    first = columns.find("1")
    while first >= 0:
        gap = columns.find("0" * (GAP_COLUMNS + 1), first)
        end = len(columns.rstrip("0")) if gap < 0 else gap
        yield first, end
        first = columns.find("1", end)


def _unions(rows: list[int]) -> dict[int, list[int]]:
    """For each height the union of that many rows from each row on."""
    found = {1: rows}
    for height, half in ((2, 1), (4, 2), (8, 4), (16, 8), (24, 16)):
        found[height] = [a | b for a, b in zip(found[half], found[height - half][half:], strict=False)]
    return found


def _union(rows: list[int]) -> int:
    ink = 0
    for row in rows:
        ink |= row
    return ink


def _walked_back(chosen: list[_Choice | None], end: int) -> list[Piece]:
    found: list[Piece] = []
    while end:
        choice = chosen[end]
        if choice is None:
            end -= 1
        else:
            top, strip, mode = choice
            found.append(Piece(top, end - top, strip, bool(mode & 1), bool(mode & 2)))
            end = top
    found.reverse()
    return found
