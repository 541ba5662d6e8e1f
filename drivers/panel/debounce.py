"""A contact's level out of samples: pure, no clock and no pin.

What it is: an integrator. Each sample moves a count up or down; the level changes only at either end.
What it is not: gpiozero's ``bounce_time``, which drops edges and can leave the level wrong for good (gpiozero 1039,
550, 697).
"""

from __future__ import annotations

SAMPLES = 3
"""Net samples of the other level that make a change: 20 ms at one every 10 ms, longer than switches bounce."""


class Debouncer:
    """One contact; begins open (inactive) and settled."""

    def __init__(self) -> None:
        self._count = 0
        self._is_active = False

    def sample(self, is_active: bool) -> bool | None:
        """Take one sample; returns the new level when it has just changed, else None."""
        self._count = min(self._count + 1, SAMPLES) if is_active else max(self._count - 1, 0)
        level = self._count == SAMPLES if not self._is_active else self._count > 0
        if level == self._is_active:
            return None
        self._is_active = level
        return level

    @property
    def is_settling(self) -> bool:
        """Whether the samples disagree with each other: look again soon."""
        return 0 < self._count < SAMPLES
