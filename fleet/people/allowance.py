"""How often one may ask. In this process only: a bound against guessing and hammering, not an account."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

ADDRESSES_MAX = 10_000
"""So many addresses are remembered; then all is forgotten at once, which lets a crowd in and no single guesser far."""


class Allowance:
    """At most ``times`` a window of ``window_s`` seconds and address (or whatever else asks)."""

    def __init__(self, times: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._times = times
        self._window_s = window_s
        self._clock = clock
        self._counted: dict[str, deque[float]] = {}

    def is_used_up(self, address: str) -> bool:
        """Whether ``address`` must wait."""
        counted = self._counted.get(address)
        return counted is not None and len(counted) == self._times and self._clock() - counted[0] < self._window_s

    def count(self, address: str) -> None:
        """Once more, by ``address``."""
        if len(self._counted) >= ADDRESSES_MAX and address not in self._counted:
            self._counted.clear()
        self._counted.setdefault(address, deque(maxlen=self._times)).append(self._clock())

    def permits(self, address: str) -> bool:
        """Whether ``address`` may ask now; asking counts."""
        if self.is_used_up(address):
            return False
        self.count(address)
        return True
