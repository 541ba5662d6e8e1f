"""A day that somebody named: in an address of a page, or of an operation."""

from __future__ import annotations

from datetime import date

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
"""The days of this century. Nothing here was on any other, and midnights before all times are none."""


def day_named(text: str) -> date | None:
    """The day of this century that a text names, as 2026-11-23; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
