"""The picture of the safe mode: a kiosk that is closed, in Thai and English, one bit a pixel."""

from __future__ import annotations

from importlib import resources

from PIL import Image, ImageDraw, ImageFont

WIDTH_PX, HEIGHT_PX = 640, 400
"""Fits the smallest display (800 x 480) once, the 10-inch one (1280 x 800) twice."""

LINES = (
    (48, True, "ตู้นี้ปิดให้บริการชั่วคราว"),
    (24, False, "ขออภัย กรุณาติดต่อเจ้าหน้าที่"),
    (30, True, "This kiosk is closed for now"),
    (22, False, "Please ask an officer"),
)
"""Size in pixels, weight, words."""

LINE = 1.75
"""A line's height in sizes of its letters: room for two marks above a Thai consonant, and one below."""


def closed_picture() -> bytes:
    """As PBM, kind P4: 1 is black."""
    picture = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    draw = ImageDraw.Draw(picture)
    top = (HEIGHT_PX - sum(round(LINE * size) for size, _, _ in LINES)) // 2
    for size, bold, words in LINES:
        file = resources.files("fontpkg_sarabun") / "files" / f"Sarabun-{'Bold' if bold else 'Regular'}.ttf"
        font = ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.RAQM)
        draw.text((WIDTH_PX // 2, top), words, fill=0, font=font, anchor="ma")
        top += round(LINE * size)
    bits = picture.point(lambda grey: 0 if grey < 128 else 255).convert("1", dither=Image.Dither.NONE)
    rows = bytes(~byte & 0xFF for byte in bits.tobytes())
    return b"P4\n%d %d\n" % (WIDTH_PX, HEIGHT_PX) + rows
