"""When the screen may shine less: at night, while nobody is here.

What it is: hours and a share of the light, and the question what it should be now.
What it is not: a timer that turns the screen off; a dark screen is a broken one to whoever comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from fleet.protocol.thai import BANGKOK

FULL_PERCENT = 100

AWAKE_S = 60.0
"""How long the screen stays bright after a touch that led nowhere."""


def _now() -> datetime:
    return datetime.now(BANGKOK)


@dataclass(frozen=True, slots=True)
class Night:
    """From ``begins`` to ``ends``, over midnight if need be; never, while both are the same."""

    begins: time = time()
    ends: time = time()
    percent: int = FULL_PERCENT
    now: Callable[[], datetime] = _now

    @classmethod
    def from_words(cls, hours: str, percent: int, now: Callable[[], datetime] = _now) -> Night:
        """``hours`` as in ``20:00-06:00``, Thai time; empty is never. Raises: ValueError when it names no hours."""
        if not hours:
            return cls(now=now)
        begins, _, ends = hours.partition("-")
        return cls(time.fromisoformat(begins), time.fromisoformat(ends), percent, now)

    def brightness_percent(self, *, is_awake: bool) -> int:
        """What the screen should shine with now."""
        return self.percent if self._is_night() and not is_awake else FULL_PERCENT

    def _is_night(self) -> bool:
        now = self.now().time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


ALWAYS_DAY = Night()
