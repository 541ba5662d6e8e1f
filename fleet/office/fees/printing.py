"""Letters become PDF: many to a file, which then holds each font once and was thought about once.

WeasyPrint lays a page out in about a twentieth of a second; reading style and fonts takes longer than that, so it is
done for a file and not for a page. Fonts come from ``fontpkg-sarabun``; nothing is fetched from the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from fleet.office.fees.letter import STYLE, Letter, page

LETTERS_A_FILE = 100
"""Memory grows with a file's pages (about 1 MB each while it is laid out), the share of fonts in a page shrinks."""

_WEIGHTS = {400: "Regular", 700: "Bold", 800: "ExtraBold"}


def html(letters: Sequence[Letter]) -> str:
    """The document that is laid out."""
    pages = "".join(map(page, letters))
    head = f"<head><title>ใบแจ้ง</title><style>{_fonts()}{STYLE}</style></head>"
    return f'<!doctype html><html lang="th">{head}<body>{pages}</body></html>'


def pdf(letters: Sequence[Letter]) -> bytes:
    """The letters as one PDF, a page each."""
    from weasyprint import HTML  # a fifth of a second and 60 MB, for those who print
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    document = HTML(string=html(letters), url_fetcher=URLFetcher(allowed_protocols=("file",)))
    printed: bytes = document.write_pdf(font_config=FontConfiguration())
    return printed


def _fonts() -> str:
    folder = files("fontpkg_sarabun") / "files"
    return "".join(
        f'@font-face{{font-family:Sarabun;font-weight:{weight};src:url("file://{folder / f"Sarabun-{name}.ttf"}")}}'
        for weight, name in _WEIGHTS.items()
    )
