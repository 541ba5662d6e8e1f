"""Our clock against the fleet's answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.fleet_clock import ahead_s

_DATE = "Sun, 22 Nov 2026 08:00:00 GMT"
_AT = datetime(2026, 11, 22, 8, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("off_s", [-400.0, -1.5, 0.0, 2.0, 86_400.0])
def test_the_middle_of_the_round_trip_counts(off_s: float) -> None:
    here = _AT + timedelta(seconds=off_s)
    assert ahead_s(_DATE, here - timedelta(seconds=3), here + timedelta(seconds=3)) == off_s


@pytest.mark.parametrize("said", [None, "", "yesterday", "22 Nov 2026 08:00:00"])
def test_what_is_no_time_tells_nothing(said: str | None) -> None:
    assert ahead_s(said, _AT, _AT) is None
