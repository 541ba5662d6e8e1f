"""Gives memory that lies idle in the C library's heap back to the machine, once a minute.

What it is: `malloc_trim(3)` of glibc, for processes that run for months and are busy by fits: what a burst took (the
documents of ten thousand kiosks, the statements that wrote them) leaves holes that glibc keeps for ever. Measured with
10,000 kiosks: 3 MB in ingest, 2 in conduct (`tests/bench/crowd.py`). What it is not: Python's own memory; that goes
back by itself. Rule: elsewhere than on glibc it does nothing.
"""

from __future__ import annotations

import ctypes
import time

EVERY_S = 60.0


class IdleMemory:
    """``turn`` it in a loop that never ends."""

    def __init__(self) -> None:
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._due_s = time.monotonic() + EVERY_S

    def turn(self) -> None:
        """Give back, if a minute has passed; a few milliseconds."""
        if self._trim is not None and (now_s := time.monotonic()) >= self._due_s:
            self._due_s = now_s + EVERY_S
            self._trim(0)
