"""What each kind of printer can do, by the name that stands in its address (``?profile=80mm``).

Only what decides about bytes is here. Rules: a profile claims an ability only where the maker's manual does; a name
that says a paper width and nothing more is safe on every printer of that width, clones included; 203 dpi throughout.
Every printer must know ``DLE EOT`` and ``GS r`` (decisions/0001): without them nothing could be known to be printed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """``width_px``: printable dots across. ``strips``: 24-dot columns (``ESC *`` 33). ``native_qr``: QR codes
    (``GS ( k``). ``stored_logo``: pictures kept in its memory by key (``GS ( L`` 64, 67, 69). ``counters``: lifetime
    counts of lines and cuts (``GS g 2``)."""

    width_px: int
    strips: bool = True
    native_qr: bool = False
    stored_logo: bool = False
    counters: bool = False


DEFAULT = "80mm"

PROFILES = {
    "80mm": Profile(576),
    "58mm": Profile(384),
    # Clones whose command list has GS ( k: nearly all made since 2015.
    "80mm-qr": Profile(576, native_qr=True),
    "58mm-qr": Profile(384, native_qr=True),
    # Epson's 203 dpi models with an autocutter (TM-T20II, T20III, T82II, T82III; TM-m30, m30II, m30III). Not the
    # TM-T88: it has 180 dpi.
    "epson-tm-t20": Profile(576, native_qr=True, stored_logo=True, counters=True),
    "epson-tm-m30": Profile(576, native_qr=True, stored_logo=True, counters=True),
}
"""80 mm paper has 72 mm of it printable, 58 mm paper 48 mm; 8 dots a millimetre."""
