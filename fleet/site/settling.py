"""Keeps Python's garbage collector from looking through all of Django again and again, in the process of the pages.

What a page needs is loaded by the first request that asks for it: some 300,000 objects that never go. A full collection
looks at each of them, 0.1 s in which every request waits, and came once in some sixty pages. After some requests what
is there is set aside (``gc.freeze``); what comes and goes later is collected as before.
"""

from __future__ import annotations

import gc
from itertools import count
from typing import Any

from django.core.signals import request_finished

SETTLED_AFTER = frozenset({1, 30, 300})
"""Requests: the first brings most, the next thirty nearly all of the pages that are in use, some a day later."""


class Settling:
    """Counts requests. ``listen`` once a process."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def listen(self) -> None:
        """Be told of every request that is over."""
        request_finished.connect(self._over, weak=False)

    def _over(self, **_said: Any) -> None:
        if next(self._numbers) in SETTLED_AFTER:
            gc.collect()
            gc.freeze()
