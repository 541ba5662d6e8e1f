"""When a light with a pattern is lit: pure, no clock and no pin.

What it is: the rhythms of the lights, in one place.
Rules: patterns are told apart by rhythm alone, so that nobody needs to see a colour. No rhythm has more than three
flashes in any second (WCAG 2.2, 2.3.1: flashing can cause seizures).
"""

from __future__ import annotations

from drivers.panel.port import Pattern
from drivers.panel.rhythm import ALWAYS, NEVER, Rhythm

RHYTHMS = {
    Pattern.OFF: NEVER,
    Pattern.ON: ALWAYS,
    Pattern.SLOW: Rhythm((1.0, 1.0), repeats=True),
    Pattern.FAST: Rhythm((0.2, 0.2), repeats=True),
    Pattern.DOUBLE: Rhythm((0.2, 0.2, 0.2, 1.4), repeats=True),
}
"""Slow invites; fast, 2.5 flashes a second, calls; double, two flashes and a pause, says that something is wrong."""


def is_lit(pattern: Pattern, age_s: float) -> bool:
    """Whether the light is lit ``age_s`` seconds after it was told to shine so; a blinking one begins lit."""
    return RHYTHMS[pattern].is_on(age_s)


def next_change_s(pattern: Pattern, age_s: float) -> float | None:
    """The age in seconds at which it changes next; None when it never does."""
    return RHYTHMS[pattern].next_change_s(age_s)
