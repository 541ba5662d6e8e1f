"""Pages of A4 and A5 from HTML: the one place that knows the printer of pages, its fonts, and pictures of its pages.

WeasyPrint lays out; fonts come from ``fontpkg-sarabun``; nothing is fetched from the network. Pictures of pages are
poppler's (``decisions/0002-pictures-of-pages.md``).
"""

from __future__ import annotations

import subprocess
from importlib.resources import files

_WEIGHTS = {400: "Regular", 700: "Bold", 800: "ExtraBold"}

PICTURE_TIMEOUT_S = 20.0
"""A page takes a fifth of a second; what takes this long is not coming."""


class PictureError(Exception):
    """There is no picture: the program is not installed, or could not read the page. Offer the PDF instead."""


def document(title: str, style: str, body: str) -> str:
    """A whole document in Thai, with our fonts."""
    head = f"<head><title>{title}</title><style>{_fonts()}{style}</style></head>"
    return f'<!doctype html><html lang="th">{head}<body>{body}</body></html>'


def pdf_of(html: str) -> bytes:
    """The document as PDF."""
    from weasyprint import HTML  # a fifth of a second and 60 MB, for those who print
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    laid_out = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("file",)))
    printed: bytes = laid_out.write_pdf(font_config=FontConfiguration())
    return printed


def png_of(pdf: bytes, width_px: int) -> bytes:
    """The first page of one of our own PDFs as a picture so many pixels wide.

    Raises: PictureError.
    """
    asked = ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(width_px), "-scale-to-y", "-1", "-"]
    try:
        done = subprocess.run(asked, input=pdf, capture_output=True, timeout=PICTURE_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError) as err:
        raise PictureError(type(err).__name__) from err
    if not done.stdout.startswith(b"\x89PNG"):
        raise PictureError("no picture came out")
    return done.stdout


def _fonts() -> str:
    folder = files("fontpkg_sarabun") / "files"
    return "".join(
        f'@font-face{{font-family:Sarabun;font-weight:{weight};src:url("file://{folder / f"Sarabun-{name}.ttf"}")}}'
        for weight, name in _WEIGHTS.items()
    )
