"""A QR code as modules, and what it may say so that every printer draws the same.

Knows no paper: how large a module is, and where the symbol stands, is the layout's business.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

import qrcode
from PIL import Image
from qrcode.util import MODE_8BIT_BYTE, QRData

QUIET_MODULES = 4
"""White around a symbol, on every side (ISO/IEC 18004)."""
_SMALLEST_VERSION = 3
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def printable(payload: str) -> str:
    """``payload`` in printable ASCII, which is all that every printer's own QR codes can say: an address in its ASCII
    form (IDNA, percent signs) opens the same page."""
    if payload.isascii() and payload.isprintable():
        return payload
    scheme, slashes, rest = payload.partition("://")
    host, slash, path = rest.partition("/")
    with suppress(UnicodeError):  # not the name of a host: it gets percent signs like the rest
        host = host.encode("idna").decode("ascii")
    return quote(f"{scheme}{slashes}{host}{slash}{path}", safe=_PRINTABLE)


def side_modules(payload: str, *, bytewise: bool) -> int:
    """Modules across the symbol. ``bytewise``: as of a printer that packs capitals and figures no tighter than other
    letters, as some do: what it draws must fit on the paper, or it draws nothing."""
    code = _empty(version=None)
    code.add_data(QRData(payload.encode(), mode=MODE_8BIT_BYTE) if bytewise else payload)
    return 17 + 4 * int(code.best_fit(start=_SMALLEST_VERSION))


def modules_of(payload: str) -> Image.Image:
    """The symbol, a dot a module, 255 = dark, without white around it."""
    code = _empty(version=_SMALLEST_VERSION)
    code.add_data(payload)
    code.make(fit=True)
    rows = [bytes(255 if dark else 0 for dark in row) for row in code.get_matrix()]
    return Image.frombytes("L", (len(rows), len(rows)), b"".join(rows))


def _empty(version: int | None) -> qrcode.QRCode:
    return qrcode.QRCode(version=version, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
