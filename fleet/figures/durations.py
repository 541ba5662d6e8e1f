"""Many durations as a few counts, from which a median can still be told. Pure.

Medians cannot be added up, counts can: a day of an office is one row however many came, and a year of the nation is
the sum of its rows. The price: a median is known to the step it falls into, and is told as that step's middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

STEP_S = 5
"""Fine enough for a figure people compare in tens of seconds."""

STEPS = 361
"""Half an hour; the last step holds whatever took longer."""

Counts = tuple[int, ...]
"""How many fell into each step, without the zeros at the end."""


def step_of(duration_s: float) -> int:
    """The step a duration falls into; one below zero, from a clock that was set back, counts as the shortest."""
    return min(max(0, int(duration_s // STEP_S)), STEPS - 1)


def counted(durations_s: Iterable[float]) -> Counts:
    """The counts of some durations."""
    counts = [0] * STEPS
    for each in durations_s:
        counts[step_of(each)] += 1
    return _short(counts)


def added(*some: Sequence[int]) -> Counts:
    """All of them together."""
    counts = [0] * STEPS
    for each in some:
        for step, count in enumerate(each):
            counts[step] += count
    return _short(counts)


def median_s(counts: Sequence[int]) -> float | None:
    """The middle of the step in which the median lies; None when there is none."""
    total, passed = sum(counts), 0
    for step, count in enumerate(counts):
        passed += count
        if count and 2 * passed >= total:
            return step * STEP_S + STEP_S / 2
    return None


def saved_s(counts: Sequence[int], at_counter_s: int) -> float:
    """Seconds saved by all of them together, had each taken ``at_counter_s`` at a counter; never less than none."""
    return sum(count * max(0.0, at_counter_s - (step + 0.5) * STEP_S) for step, count in enumerate(counts))


def _short(counts: list[int]) -> Counts:
    end = len(counts)
    while end and not counts[end - 1]:
        end -= 1
    return tuple(counts[:end])
