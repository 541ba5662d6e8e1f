"""The paper of one simulated kiosk: a roll that gets shorter with each slip, and somebody who puts in another.

Pure: chance and times are given, in seconds of the crowd's clock. What is said of it, and when nothing can be known, is
as a real kiosk has it (``kiosk.paper_forecast``), but that these halls are open day and night.
Rules: a crowd begins as one that has stood there for months: some rolls new, some near their end, a few at it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

SLIPS_A_ROLL = 400
"""80 m of paper, 200 mm a slip with its cut feed: what a real kiosk takes for granted until it has measured."""

LOW_SLIPS = 25
"""Left when the sensor trips: 5 m."""

SHARE_RUNS_OUT = 0.1
"""Of rolls that nobody changes before their end."""

SHARE_UNKNOWN = 0.1
"""Of kiosks that begin with a roll which nobody saw put in: until its sensor speaks they cannot know."""

SHARE_OUT = 0.005
"""Of kiosks that begin without paper."""

WITHOUT_S = (10 * 60.0, 4 * 3600.0)
"""How long it takes until somebody comes with a roll."""

HORIZON = timedelta(days=120)
"""Further ahead no kiosk looks."""


class SimulatedPaper:
    """A roll, and the rolls after it. ``an_hour``: slips, on average; the forecast goes by it."""

    __slots__ = ("_an_hour", "_chance", "_changed_at", "_comes_s", "_is_known", "_left")

    def __init__(self, an_hour: float, chance: random.Random) -> None:
        self._an_hour, self._chance = an_hour, chance
        self._comes_s: float | None = None
        self._is_known = chance.random() >= SHARE_UNKNOWN
        self._left = 0 if chance.random() < SHARE_OUT else chance.randint(1, SLIPS_A_ROLL)
        self._changed_at = min(self._when_changed(), self._left)

    def _when_changed(self) -> int:
        """With how many slips left this roll is taken out; 0 is when there are none."""
        return 0 if self._chance.random() < SHARE_RUNS_OUT else self._chance.randint(1, LOW_SLIPS)

    @property
    def word(self) -> str:
        """What the printer says of it."""
        return "full" if self._left > LOW_SLIPS else "low" if self._left else "out"

    @property
    def slips_left(self) -> int | None:
        """What the kiosk reckons; None while it cannot know."""
        return self._left if self._is_known or self._left <= LOW_SLIPS else None

    def out_at(self, now: datetime) -> datetime | None:
        """When it will have ended; None when nobody can know, or it has, or that is too far ahead to say."""
        if not self.slips_left or not self._an_hour:
            return None
        hours = self._left / self._an_hour
        return now + timedelta(hours=hours) if hours <= HORIZON / timedelta(hours=1) else None

    def prints(self) -> bool:
        """A slip, if there is paper; whether the printer now says something else of it."""
        if not self._left:
            return False
        was = self.word
        self._left -= 1
        if 0 < self._left <= self._changed_at:
            self._new_roll()
        return self.word != was

    def attended(self, now_s: float) -> None:
        """Whoever is on the way with a roll comes at some time after it has ended; called now and then."""
        if self._left:
            return
        if self._comes_s is None:
            self._comes_s = now_s + self._chance.uniform(*WITHOUT_S)
        elif now_s >= self._comes_s:
            self._new_roll()

    def _new_roll(self) -> None:
        self._left, self._is_known, self._comes_s = SLIPS_A_ROLL, True, None
        self._changed_at = self._when_changed()
