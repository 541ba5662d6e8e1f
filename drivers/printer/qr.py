"""QR codes as dark and light modules, for printers that draw none of their own.

Pure. The ``qrcode`` package does the drawing; here is what both sides of the cable must agree on: the number of modules
is the smallest that holds the payload, exactly as a printer chooses it (Epson's note to ``GS ( k`` function 180), so
that a slip is as long from a printer with QR codes as from one without.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from drivers.printer.qr_mask import best_mask


class Correction(StrEnum):
    """How much of a symbol may be lost and still be read: 7, 15, 25, 30 %."""

    L = "L"
    M = "M"
    Q = "Q"
    H = "H"


_FIRST_WITH_NUMBER = 7  # symbols of this version and larger have their version written in them

QUIET_MODULES = 4
"""White around a symbol, on every side (ISO/IEC 18004)."""


def side_modules(payload: str, correction: Correction) -> int:
    """How many modules a side the smallest symbol for ``payload`` has, without its white border.

    Raises: ValueError when no symbol is large enough.
    """
    from qrcode.exceptions import DataOverflowError

    try:
        version: int = _symbol(payload, correction).best_fit(start=1)
    except (DataOverflowError, ValueError) as err:  # it says either, according to the version it stumbles at
        raise ValueError(f"{len(payload)} characters are too many for a QR code") from err
    return 17 + 4 * version


def rows(payload: str, correction: Correction) -> list[int]:
    """The symbol's rows, top to bottom, the leftmost module the most significant bit, 1 = dark.

    Raises: ValueError when no symbol is large enough.
    """
    from qrcode.main import precomputed_qr_blanks

    side = side_modules(payload, correction)
    symbol = _symbol(payload, correction)
    symbol.best_fit(start=1)
    symbol.makeImpl(test=True, mask_pattern=0)
    drawn = _as_integer(symbol.modules, bool)
    symbol.modules = [row[:] for row in precomputed_qr_blanks[symbol.version]]
    symbol.setup_type_info(True, 0)
    if symbol.version >= _FIRST_WITH_NUMBER:
        symbol.setup_type_number(True)
    data = _as_integer(symbol.modules, lambda module: module is None)
    symbol.makeImpl(test=False, mask_pattern=best_mask(drawn, data, side))
    return [int("".join("1" if dark else "0" for dark in row), 2) for row in symbol.modules]


def _as_integer(modules: list[list[bool | None]], chosen: Callable[[bool | None], bool]) -> int:
    """The chosen modules as ``qr_mask`` wants them."""
    return int("".join("1" if chosen(module) else "0" for row in reversed(modules) for module in reversed(row)), 2)


def _symbol(payload: str, correction: Correction):  # type: ignore[no-untyped-def]  # qrcode is imported on use only
    import qrcode

    levels = {
        Correction.L: qrcode.constants.ERROR_CORRECT_L,
        Correction.M: qrcode.constants.ERROR_CORRECT_M,
        Correction.Q: qrcode.constants.ERROR_CORRECT_Q,
        Correction.H: qrcode.constants.ERROR_CORRECT_H,
    }
    symbol: qrcode.QRCode = qrcode.QRCode(error_correction=levels[correction], border=0)
    symbol.add_data(payload)
    return symbol
