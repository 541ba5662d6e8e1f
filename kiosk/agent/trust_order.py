"""What the agent says to the process that verifies signed metadata, and how that one's end is read.

A module of its own, so that the agent does without the libraries that verify.
"""

from __future__ import annotations

import msgspec

from kiosk.config import Link

DEADLINE_S = 120.0
"""For one refresh: over the slowest line there is (GPRS, about 10 kbit/s) it takes several, and each goes on where the
one before it ended, because what was verified is kept."""

UNREACHABLE, REFUSED = 3, 4
"""Exit codes: the fleet could not be asked; it could, and something was not believed. 0: all is as it should be."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh needs to know. ``root``: the metadata this kiosk was given to begin with."""

    data_dir: str
    link: Link
    root: str
    dopa_code: int = 0
