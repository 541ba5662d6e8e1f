"""What this process holds open, counted before and after what may leave nothing behind.

Tests share a process. What an earlier one let go of may end only now: a thread on its way out, a descriptor that waits
for the collector. So the collector runs before the first count, and only more than that is a leak: less is somebody
else's.
"""

from __future__ import annotations

import gc
import os
import threading
from typing import NamedTuple


class Held(NamedTuple):
    descriptors: int
    threads: int


def held() -> Held:
    """What is held now, after what nobody needs any more has gone."""
    gc.collect()
    return _count()


def assert_nothing_more_than(before: Held, *, spare_descriptors: int = 0) -> None:
    """Nothing is held that was not ``before``; the collector is not asked first, for a kiosk cannot wait for it.

    ``spare_descriptors`` are those that another thread of the test may have open at the moment of counting.
    """
    now = _count()
    change = f"{before} before, {now} after"
    assert now.descriptors <= before.descriptors + spare_descriptors, f"descriptors were left behind: {change}"
    assert now.threads <= before.threads, f"threads were left behind: {change}"


def _count() -> Held:
    return Held(len(os.listdir("/proc/self/fd")), threading.active_count())  # noqa: PTH208  # counting, not naming
