"""Payment codes as one stroke of a pen: SVG path data whose lines are one module thick.

A row of a QR or a bar is a line, not a rectangle: half the points to place, of five thousand letters. Pure.
Not here: what the codes say (``fleet.protocol.payment``) and how large they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

QUIET_MODULES = 4
"""Around a QR (ISO/IEC 18004)."""

BAR_QUIET_MODULES = 10
"""Left and right of a Code 128 (ISO/IEC 15417)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Path data (``stroke-width`` 1) and the modules it lies in, quiet zone included."""

    path: str
    width: int
    height: int


def qr(text: str, *, covered: bool) -> Drawn:
    """A QR; ``covered``: a label will hide its middle, so it is made to bear that (level H, else M)."""
    from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M  # some MB, for those who draw
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_H if covered else ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = [_strokes(row, QUIET_MODULES, QUIET_MODULES + y) for y, row in enumerate(code.get_matrix())]
    side = len(rows) + 2 * QUIET_MODULES
    return Drawn("".join(rows), side, side)


def bars(text: str) -> Drawn:
    """A Code 128 one module high; carriage returns are letters to it like any other."""
    from barcode import Code128

    row = [module == "1" for module in Code128(text).build()[0]]
    return Drawn(_strokes(row, BAR_QUIET_MODULES, 0), len(row) + 2 * BAR_QUIET_MODULES, 1)


def _strokes(row: list[bool], left: int, top: int) -> str:
    strokes, x = "", left
    for dark, run in groupby(row):
        length = len(list(run))
        strokes += f"M{x} {top}.5h{length}" if dark else ""
        x += length
    return strokes
