"""QR codes as matrices and surfaces. What stands in them is the caller's affair.

Rules: black on white whatever the theme; a whole number of pixels a module; four modules of quiet zone; error
level M, or Q where a badge covers the middle.
"""

from __future__ import annotations

from functools import lru_cache

import pygame

QUIET_MODULES = 4
"""The quiet zone ISO/IEC 18004 asks for."""

_MASK = 4
"""A fixed mask pattern: scoring all eight takes five times as long, and any of them is valid."""

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=8)
def matrix(payload: str, *, badge: bool) -> Matrix:
    """The dark modules of ``payload``, quiet zone included, row by row."""
    from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q  # 35 ms; not before the first QR is due
    from qrcode.main import QRCode

    level = ERROR_CORRECT_Q if badge else ERROR_CORRECT_M
    code = QRCode(error_correction=level, border=QUIET_MODULES, mask_pattern=_MASK)
    code.add_data(payload)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


@lru_cache(maxsize=8)
def surface(payload: str, room_px: int, *, badge: bool) -> pygame.Surface:
    """``payload`` as large as ``room_px`` allows, quiet zone included; smaller than ``room_px`` by the remainder."""
    modules = matrix(payload, badge=badge)
    one = pygame.Surface((len(modules), len(modules)))
    one.fill("#FFFFFF")
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                one.set_at((x, y), "#000000")
    scale = max(1, room_px // len(modules))
    return pygame.transform.scale_by(one, scale)
