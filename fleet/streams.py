"""How many open pages are told of changes by this process, and how many it let in no more.

Written where streams begin and end (``web.watching``), told by ``/metrics``; each process of several counts its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Why = Literal["full", "not-allowed"]
"""As many as there may be watch already; or whoever asked may not watch that page, or not any more."""


@dataclass(slots=True)
class Streams:
    """``open``: now; ``refused``: since the process began."""

    open: int = 0
    refused: Counter[Why] = field(default_factory=lambda: Counter[Why]({"full": 0, "not-allowed": 0}))


STREAMS = Streams()
