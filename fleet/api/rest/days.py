"""Days as an address says them: local ones, C.E., ``YYYY-MM-DD``, of this century."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils import timezone
from ninja import Path, Query

from fleet.api.rest.problems import RefusedError

_SHAPE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

Day = Annotated[str, Path(..., pattern=f"^{_SHAPE}$", examples=["2026-11-19"])]
Last = Annotated[str, Query("", pattern=f"^({_SHAPE})?$", description="the last day; today without one")]


def day_said(said: str) -> date:
    """The day, or today if nothing is said. Raises: RefusedError for one there never is, or of another century."""
    if not said:
        return timezone.localdate()
    try:
        found = date.fromisoformat(said)
    except ValueError:
        found = date.min
    if not date(2000, 1, 1) <= found <= date(2099, 12, 31):
        raise RefusedError(422, "no-day", "Give the day as YYYY-MM-DD, a day of this century.")
    return found
