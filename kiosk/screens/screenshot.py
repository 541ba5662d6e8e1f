"""A screen as a small PNG, for somebody far away: drawn anew from a masked view, never copied from the glass."""

from __future__ import annotations

import io

import pygame
from PIL import Image

from kiosk.screens.draw import Painter
from kiosk.screens.masking import masked
from kiosk.screens.views import HoldView, View

COLOURS = 64
"""Flat colours and smoothed letters: nobody sees a difference, and the picture is a third as large."""


def screenshot(painter: Painter, view: View, size_px: tuple[int, int]) -> bytes:
    """``view`` as a masked PNG.

    Raises: ValueError for a ``HoldView``, which is no picture of its own; ask again in a moment.
    """
    if isinstance(view, HoldView):
        raise ValueError("the screen is about to change")
    canvas = pygame.Surface(size_px)
    painter.draw(masked(view), canvas)
    image = Image.frombytes("RGB", size_px, pygame.image.tobytes(canvas, "RGB"))
    png = io.BytesIO()
    image.quantize(COLOURS).save(png, "PNG", optimize=True)
    return png.getvalue()
