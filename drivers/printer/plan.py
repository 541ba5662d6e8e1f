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

_HEIGHTS = (2, 4, 8, 12, 16, 32, 64, MAX_RASTER_ROWS)


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
        self._ink = _unions([*rows, *[0] * MAX_RASTER_ROWS])
        self._stretch = self._stretches()
        self._runs = self._repeats()

    def best(self) -> list[Piece]:
        """The cheapest cover."""
        unreached = 1 << 40
        cost = [unreached] * (self._height + 1)
        chosen: list[_Choice | None] = [None] * len(cost)
        cost[0] = 0
        for top in range(self._height):
            so_far = cost[top]
            if so_far == unreached:
                continue
            if not self._rows[top]:
                if so_far < cost[top + 1]:
                    cost[top + 1], chosen[top + 1] = so_far, None
                continue
            for more, rows, strip, mode in self._choices(top):
                if so_far + more < cost[top + rows]:
                    cost[top + rows] = so_far + more
                    chosen[top + rows] = (top, strip, mode)
        return _walked_back(chosen, self._height)

    def _choices(self, top: int) -> Iterator[tuple[int, int, bool, int]]:
        """What can begin at ``top``: bytes, rows, whether a strip, doubling (1 = wide, 2 = tall)."""
        left_px = self._height - top
        if self._strips and left_px >= STRIP_ROWS:
            yield self._strip_cost(self._ink[STRIP_ROWS][top]), STRIP_ROWS, True, 0
        base = RASTER_BYTES + _PIECE_PRICE_BYTES
        bits = self._bits
        rows, ink = self._stretch[top]
        if rows <= MAX_RASTER_ROWS:
            yield base + rows * self._width_bytes(ink), rows, False, 0
        for rows in _HEIGHTS:
            if rows > left_px:
                break
            ink = self._ink[rows][top]
            # As _width_bytes, written out: this line runs ten thousand times a slip.
            width = (bits - (ink & -ink).bit_length() >> 3) + 1 - (bits - ink.bit_length() >> 3)
            yield base + rows * width, rows, False, 0
        for mode, repeats in enumerate(self._runs[top], start=1):
            if repeats:
                rows = min(repeats, MAX_RASTER_ROWS)
                width = self._width_bytes(_union(self._rows[top : top + rows]))
                width = width // 2 + 1 if mode & 1 else width
                yield base + width * (rows // 2 if mode & 2 else rows), rows, False, mode

    def _strip_cost(self, ink: int) -> int:
        wider = ink | ink >> 1 | ink >> 2 | ink >> 3
        runs = (wider & ~(wider >> 1)).bit_count()
        columns = wider.bit_count() - GAP_COLUMNS * runs
        return _COLUMN_BYTES * columns + (RUN_BYTES + _PIECE_PRICE_BYTES) * runs + STRIP_BYTES + _PIECE_PRICE_BYTES

    def _width_bytes(self, ink: int) -> int:
        left = (self._bits - ink.bit_length()) >> 3
        return (self._bits - (ink & -ink).bit_length() >> 3) + 1 - left

    def _stretches(self) -> list[tuple[int, int]]:
        """For each row how many inked rows begin there, and their union."""
        found = [(0, 0)] * (self._height + 1)
        for y in range(self._height - 1, -1, -1):
            if row := self._rows[y]:
                found[y] = found[y + 1][0] + 1, found[y + 1][1] | row
        return found

    def _repeats(self) -> list[tuple[int, int, int]]:
        """For each row how many from there are wide, tall, and both."""
        every_second = int("01" * (self._bits // 2), 2)
        found = [(0, 0, 0)] * (self._height + 2)
        for y in range(self._height - 1, -1, -1):
            row = self._rows[y]
            if not row:
                continue
            is_wide = (row >> 1) & every_second == row & every_second
            is_tall = y + 1 < self._height and self._rows[y + 1] == row
            found[y] = (
                found[y + 1][0] + 1 if is_wide else 0,
                found[y + 2][1] + 2 if is_tall else 0,
                found[y + 2][2] + 2 if is_wide and is_tall else 0,
            )
        return found


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
    for height, half in ((2, 1), (4, 2), (8, 4), (6, 4), (12, 8), (16, 8), (24, 16), (32, 16), (64, 32), (128, 64)):
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
