"""How the doctor speaks while it looks: one line at a time, in the technician's language. Not the report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

COUNT_S = 5.0
"""How often a test that waits for a person says how long it still will."""


def _nothing(_line: str) -> None:
    """Where nobody watches, nothing passes by."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one of the two languages. ``write`` takes a line, without its end.

    ``pass_by`` takes one that the next may overwrite: what is being looked at, for whoever watches.
    """

    write: Callable[[str], None]
    is_thai: bool = False
    pass_by: Callable[[str], None] = _nothing

    def say(self, th: str, en: str) -> None:
        """Say it."""
        self.write(th if self.is_thai else en)


class Countdown:
    """The time a test gives a person, said aloud every few seconds."""

    def __init__(self, voice: Voice, time_s: float) -> None:
        self._voice = voice
        self._until_s = time.monotonic() + time_s
        self._say_at_s = time.monotonic() + COUNT_S

    def slice_s(self) -> float:
        """How long to wait before asking again; 0 when the time is over."""
        now_s = time.monotonic()
        left_s = max(0.0, self._until_s - now_s)
        if now_s >= self._say_at_s and left_s > 0:
            self._say_at_s = now_s + COUNT_S
            self._voice.say(f"  ... อีก {left_s:.0f} วินาที", f"  ... {left_s:.0f} s left")
        return min(left_s, max(self._say_at_s - now_s, 0.01))
