"""What a person sees in a picture: the QR codes in it, and its Thai and English text."""

from __future__ import annotations

import io
import re
import subprocess

import zxingcpp
from PIL import Image


def codes_in(png: bytes) -> list[str]:
    """The text of every QR code in a picture. No other kind is looked for: strokes of letters pass for a barcode."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [found.text for found in zxingcpp.read_barcodes(picture, formats)]


MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


def text_in(png: bytes, *, scale: float = 1.0) -> str:
    """What tesseract reads in a picture, Thai and English, one line a line, spaces squeezed.

    ``scale``: large type is read better when it is made smaller first.
    """
    picture = Image.open(io.BytesIO(png)).convert("L")
    if scale != 1.0:
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    page = Image.new("L", (picture.width + 80, picture.height + 80), 255)  # tesseract wants a margin
    page.paste(picture, (40, 40))
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    done = subprocess.run(
        ["tesseract", "-", "-", "-l", "tha+eng", "--psm", "6"],
        input=buffer.getvalue(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.decode("utf-8").splitlines()
    # Tesseract writes sara am as two signs.
    return "\n".join(re.sub(r"\s+", " ", line).strip().replace("ํา", "ำ") for line in lines if line.strip())


def reads(words: str, text: str) -> bool:
    """Whether ``words`` stand in what was read, small marks and spaces aside, which tesseract often loses."""
    return _bare(words) in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", MARKS.sub("", text.replace("ำ", "า")))
