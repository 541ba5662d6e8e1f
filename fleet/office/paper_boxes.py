"""Boxes on paper that is laid out to the millimetre: words and codes, each at its place. Pure."""

from __future__ import annotations

from fleet.office.picture_codes import Drawn

BoxMm = tuple[float, float, float, float]
"""Left, top, width and height."""


def words_at(name: str, box_mm: BoxMm, inside: str) -> str:
    """What stands in ``inside`` (escaped by whoever made it), in a style of this name."""
    return f'<div class="{name}" style="{style_of(box_mm)}">{inside}</div>'


def code_at(code: Drawn, box_mm: BoxMm) -> str:
    """A QR or bars, over all of the box; its quiet zone is part of it."""
    return (
        f'<div style="{style_of(box_mm)}"><svg viewBox="0 0 {code.width} {code.height}" preserveAspectRatio="none"'
        f' width="{box_mm[2]:g}mm" height="{box_mm[3]:g}mm">'
        f'<path d="{code.path}" stroke="#000" fill="none"/></svg></div>'
    )


def style_of(box_mm: BoxMm) -> str:
    """Where it is, as CSS."""
    left, top, width, height = box_mm
    return f"left:{left:g}mm;top:{top:g}mm;width:{width:g}mm;height:{height:g}mm"
