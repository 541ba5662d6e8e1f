"""When a light with a pattern is lit: pure, no clock and no pin.

What it is: the rhythms, in one place.
Rule: no rhythm is faster than three flashes in a second (WCAG 2.2, 2.3.1: flashing can cause seizures).
"""

from __future__ import annotations

from drivers.panel.port import Pattern

HALF_PERIOD_S = {Pattern.SLOW: 1.0, Pattern.FAST: 0.2}
"""Seconds lit, and then seconds dark. Slow invites; fast, 2.5 flashes a second, calls."""


def is_lit(pattern: Pattern, age_s: float) -> bool:
    """Whether the light is lit ``age_s`` seconds after it was told to shine so; a blinking one begins lit."""
    half_s = HALF_PERIOD_S.get(pattern)
    if half_s is None:
        return pattern is Pattern.ON
    return int(age_s / half_s) % 2 == 0


def next_change_s(pattern: Pattern, age_s: float) -> float | None:
    """The age in seconds at which it changes next; None when it never does."""
    half_s = HALF_PERIOD_S.get(pattern)
    return None if half_s is None else (int(age_s / half_s) + 1) * half_s
