"""Letters become PDF: many to a file, which then holds each font once and was thought about once.

WeasyPrint lays a page out in about a twentieth of a second; reading style and fonts takes longer than that, so it is
done for a file and not for a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleet.office.fees.letter import STYLE, Letter, page
from fleet.office.paper import document, pdf_of

LETTERS_A_FILE = 100
"""Memory grows with a file's pages (about 1 MB each while it is laid out), the share of fonts in a page shrinks."""


def html(letters: Sequence[Letter]) -> str:
    """The document that is laid out."""
    return document("ใบแจ้ง", STYLE, "".join(map(page, letters)))


def pdf(letters: Sequence[Letter]) -> bytes:
    """The letters as one PDF, a page each."""
    return pdf_of(html(letters))
