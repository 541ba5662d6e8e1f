"""How often one address may ask. In this process only: a bound against guessing and hammering, not an account."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

ADDRESSES_MAX = 10_000
"""So many addresses are remembered; then all is forgotten at once, which lets a crowd in and no single guesser far."""


class Allowance:
    """At most ``times`` a window of ``window_s`` seconds and address."""

    def __init__(self, times: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._times = times
        self._window_s = window_s
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}

    def permits(self, address: str) -> bool:
        """Whether ``address`` may ask now; asking counts."""
        now = self._clock()
        if len(self._asked) >= ADDRESSES_MAX and address not in self._asked:
            self._asked.clear()
        asked = self._asked.setdefault(address, deque(maxlen=self._times))
        if len(asked) == self._times and now - asked[0] < self._window_s:
            return False
        asked.append(now)
        return True


def too_often(request: HttpRequest, window_s: int) -> HttpResponse:
    """The sentence for one who asks too often."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(window_s)
    return response


def address_of(request: HttpRequest) -> str:
    """The address a request came from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))
