"""When a system that keeps failing is left alone for a while. Pure: whoever asks says what time it is.

Closed, every question goes out. After ``FAILURES_MAX`` failures in a row it opens: nobody asks until ``rests_until``.
Then one question goes out as a trial; it is answered and all is forgotten, or the rest is twice as long, up to
``REST_MAX``. So a visitor waits for a dead system a few times, not every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES_MAX = 3
"""One is chance, two is a hiccup; a person has waited three times by then."""

REST = timedelta(seconds=30)
REST_MAX = timedelta(minutes=15)
"""A system that is back is noticed within a quarter of an hour at the worst."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """``failures`` in a row, and until when nobody asks."""

    failures: int = 0
    rests_until: datetime | None = None

    def may_ask(self, now: datetime) -> bool:
        """Whether a question may go out."""
        return self.rests_until is None or now >= self.rests_until

    def trying(self, now: datetime, patience: timedelta) -> Breaker:
        """One question is on its way. While it rests no other may follow: that one is the trial."""
        if self.rests_until is None:
            return self
        return Breaker(self.failures, now + patience)

    def failed(self, now: datetime) -> Breaker:
        """The question was not answered."""
        failures = self.failures + 1
        if failures < FAILURES_MAX:
            return Breaker(failures)
        doubled = min(failures - FAILURES_MAX, 8)  # past the longest rest already; a larger power would overflow
        return Breaker(failures, now + min(REST * 2**doubled, REST_MAX))

    def answered(self) -> Breaker:
        """It answers again."""
        return Breaker()
