"""Days as an address says them: local ones, C.E., ``YYYY-MM-DD``, of this century."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils import timezone
from ninja import Path, Query

from fleet.acting.days import day_named
from fleet.api.rest.problems import RefusedError

_SHAPE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

Day = Annotated[str, Path(..., pattern=f"^{_SHAPE}$", examples=["2026-11-19"])]
Last = Annotated[str, Query("", pattern=f"^({_SHAPE})?$", description="the last day; today without one")]

First = Annotated[str, Query("", pattern=f"^({_SHAPE})?$", description="from this day on")]
Until = Annotated[str, Query("", pattern=f"^({_SHAPE})?$", description="up to this day, included")]
"""Ends of a span, called ``first`` and ``last`` in addresses; without them it has none."""


def day_said(said: str) -> date:
    """The day, or today if nothing is said. Raises: RefusedError for one there never is, or of another century."""
    return day_wished(said) or timezone.localdate()


def day_wished(said: str) -> date | None:
    """The day, or None if nothing is said. Raises: as ``day_said``."""
    found = day_named(said)
    if said and found is None:
        raise RefusedError(422, "no-day", "Give the day as YYYY-MM-DD, a day of this century.")
    return found
