"""Sheets of labels on A4 as shops sell them: pure geometry, in millimetres. A format is a line of data.

Labels stand in the middle of the sheet, so the margins follow from their size, number and gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

A4_MM = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """``key`` is what commands and addresses call it."""

    key: str
    columns: int
    rows: int
    width_mm: float
    height_mm: float
    gap_mm: float = 0.0
    """Between two columns; rows have none in any of these."""

    @property
    def labels(self) -> int:
        """How many are on it."""
        return self.columns * self.rows

    def place_mm(self, number: int) -> tuple[float, float]:
        """Left and top of label ``number``, counted from 0 along the rows."""
        across, down = number % self.columns, number // self.columns
        left = (A4_MM[0] - self.columns * self.width_mm - (self.columns - 1) * self.gap_mm) / 2
        top = (A4_MM[1] - self.rows * self.height_mm) / 2
        return left + across * (self.width_mm + self.gap_mm), top + down * self.height_mm

    def places(self, count: int, first: int) -> Iterator[tuple[int, float, float]]:
        """Page, left and top of each of ``count`` labels; ``first`` is the first free label, counted from 1."""
        for number in range(first - 1, first - 1 + count):
            yield number // self.labels, *self.place_mm(number % self.labels)


SHEETS = {
    each.key: each
    for each in (
        Sheet("3x8", 3, 8, 70.0, 37.0),
        Sheet("3x7", 3, 7, 63.5, 38.1, 2.5),
        Sheet("2x7", 2, 7, 99.1, 38.1, 2.5),
    )
}
"""The three sizes that are sold everywhere as 24, 21 and 14 a sheet."""
