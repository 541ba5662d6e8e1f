"""On and off in time: what lights and buzzer have in common. Pure, no clock and no pin.

What it is: steps that alternate between on and off, beginning with on, once or for ever.
What it is not: a list of rhythms; those are named in ``lights`` and ``sounds``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``steps_s``: seconds on, off, on, ... A rhythm that repeats has as many off as on."""

    steps_s: tuple[float, ...] = ()
    repeats: bool = False

    @property
    def length_s(self) -> float:
        """Seconds from the beginning to the end, or to the next beginning."""
        return sum(self.steps_s)

    def is_on(self, age_s: float) -> bool:
        """Whether it is on ``age_s`` seconds after it began."""
        step = self._step(age_s)
        return step is not None and step[0] % 2 == 0

    def next_change_s(self, age_s: float) -> float | None:
        """The age in seconds at which it changes next; None when it never does."""
        step = self._step(age_s)
        return None if step is None or step[1] == math.inf else step[1]

    def _step(self, age_s: float) -> tuple[int, float] | None:
        """The number of the step that ``age_s`` lies in, and the age at which it ends; None behind the last."""
        edge_s = math.floor(age_s / self.length_s) * self.length_s if self.repeats else 0.0
        for number, length_s in enumerate(self.steps_s):
            edge_s += length_s
            if age_s < edge_s:
                return number, edge_s
        return (0, edge_s + self.steps_s[0]) if self.repeats else None  # rounded down by a hair: the next round


NEVER = Rhythm()
ALWAYS = Rhythm((math.inf,))
