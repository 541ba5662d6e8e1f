"""When a kiosk whose link is down tries again: what ten thousand of them must agree on, real and simulated.

Full jitter: each pause is drawn from nothing to a bound that doubles. Not here: the trying. ``tests/unit/protocol``
shows that it brings ten thousand back within two minutes.
"""

from __future__ import annotations

from collections.abc import Callable

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 30.0
"""Bounds of the first and of the longest pause. Ten thousand kiosks whose broker restarts come 5,000 a second at first;
with half a second it would be all of them at once."""

GREETING_TIMEOUT_S = 15.0
"""How long a try may last until the broker has greeted us: who gives up early comes again and makes it slower. With
paho's own 5 s ten thousand at 500 greetings a second need 139 s, with this 36 s (reckoned, a restart of half a second).
"""


class Returning:
    """The pauses of one kiosk. ``draw(0, bound)`` is ``random.uniform``, or a seeded one's."""

    def __init__(self, draw: Callable[[float, float], float]) -> None:
        self._draw, self._bound_s = draw, FIRST_PAUSE_S

    def pause_s(self) -> float:
        """How long to wait before the next try."""
        bound_s, self._bound_s = self._bound_s, min(2 * self._bound_s, LONGEST_PAUSE_S)
        return self._draw(0.0, bound_s)

    def welcomed(self) -> None:
        """The broker took us in: the next loss is a first one."""
        self._bound_s = FIRST_PAUSE_S
