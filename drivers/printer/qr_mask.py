"""Which of the eight masks of a QR code is best, by the penalties of ISO/IEC 18004, 7.8.3.

Pure. The ``qrcode`` package draws the whole symbol eight times to find out, four milliseconds a slip; here the symbol
is one integer (module x of row y is bit ``y * side + x``), and a penalty a few operations on it. The answer is the
package's: tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable

_PERIOD = 12  # rows and columns after which every mask repeats

# What is turned over at row i, column j (ISO/IEC 18004, table 10).
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: (i * j % 3 + (i + j) % 2) % 2 == 0,
)


def best_mask(drawn: int, data: int, side: int) -> int:
    """The number of the best mask. ``drawn``: the symbol under mask 0; ``data``: the modules that masks turn over."""
    bare = drawn ^ (data & _mask(0, side))
    return min(range(len(_MASKS)), key=lambda n: penalty(bare ^ (data & _mask(n, side)), side))


def penalty(symbol: int, side: int) -> int:
    """How hard a symbol is to read, in the standard's points."""
    whole = (1 << side * side) - 1
    light = whole & ~symbol
    points = _square_points(symbol, side)
    for step, inside in ((1, _columns_before(side)), (side, _rows_before(side))):
        same = ~(symbol ^ symbol >> step) & inside[1]
        five = same & same >> step & same >> 2 * step & same >> 3 * step & inside[4]
        points += five.bit_count() + 2 * (five & ~(five >> step & inside[1])).bit_count()
        finder = symbol & light >> step & symbol >> 2 * step & symbol >> 3 * step & symbol >> 4 * step
        finder &= light >> 5 * step & symbol >> 6 * step & inside[6]
        if finder:
            quiet = light & light >> step & light >> 2 * step & light >> 3 * step & inside[3]
            lookalikes = (finder & quiet >> 7 * step & inside[10]).bit_count()
            points += 40 * (lookalikes + (quiet & finder >> 4 * step & inside[10]).bit_count())
    return points + 10 * int(abs(symbol.bit_count() / (side * side) * 100 - 50) / 5)


def _square_points(symbol: int, side: int) -> int:
    beside = ~(symbol ^ symbol >> 1) & _columns_before(side)[1]
    below = ~(symbol ^ symbol >> side) & _rows_before(side)[1]
    return 3 * (beside & below & below >> 1).bit_count()


def _columns_before(side: int) -> list[int]:
    """For each k the modules that have k more at their right."""
    every_row = sum(1 << y * side for y in range(side))
    return [((1 << side - k) - 1) * every_row for k in range(11)]


def _rows_before(side: int) -> list[int]:
    """For each k the modules that have k more below."""
    return [(1 << side * (side - k)) - 1 for k in range(11)]


def _mask(number: int, side: int) -> int:
    turned = _MASKS[number]
    rows = []
    for i in range(_PERIOD):
        unit = sum(turned(i, j) << j for j in range(_PERIOD))
        rows.append(sum(unit << at for at in range(0, side, _PERIOD)) & (1 << side) - 1)
    return sum(rows[y % _PERIOD] << y * side for y in range(side))
