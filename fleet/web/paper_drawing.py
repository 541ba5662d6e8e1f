"""A kiosk's paper as its page draws it: what was left at the end of each day, now, and its forecast. No query.

It stands in a part that is sent when it changes, so nothing in it moves but once a day, or when the kiosk says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from fleet.devices.truth import KioskTruth
from fleet.web.charts import SIZE, Bar, bars
from fleet.web.templatetags.sala import short_date

BACK_DAYS, AHEAD_DAYS = 20, 9
"""Three weeks have more than one roll in them; of what lies ahead, next week is what somebody can still act on."""

WORD_EVERY = 7
WORD_HALF = 50.0


@dataclass(frozen=True, slots=True)
class Left:
    """Slips left at the end of a day; ``is_ahead``: as the kiosk expects it."""

    on: date
    slips: int
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The drawing, and the same as rows. ``out_x``: the middle of the day on which none will be left, if drawn."""

    bars: list[Bar]
    out_x: float | None
    most: int
    days: list[Left]

    @property
    def out_word_x(self) -> float:
        """Where its word stands: there, but never beyond the edge."""
        return min(self.out_x or 0.0, SIZE[0] - WORD_HALF)

    @property
    def marked(self) -> list[tuple[Bar, bool]]:
        """Each bar, and whether it lies ahead."""
        ahead = BACK_DAYS + 1
        return [(bar, number >= ahead) for number, bar in enumerate(self.bars)]


def paper(truth: KioskTruth, known: Mapping[date, int], today: date) -> Paper | None:
    """What is ``known`` of the days, and what the kiosk says now; None while there is nothing to draw."""
    first = today - timedelta(days=BACK_DAYS)
    past = {day: slips for day, slips in known.items() if first <= day <= today}
    if truth.paper_slips_left is not None and truth.online:
        past[today] = truth.paper_slips_left
    ahead = _ahead(truth, today)
    if not past:
        return None
    whole = past | ahead
    days = [first + timedelta(days=each) for each in range(BACK_DAYS + 1 + AHEAD_DAYS)]
    drawn = bars([(_word(each, today), whole.get(each, 0)) for each in days])
    out = next((each for each, slips in ahead.items() if not slips), None)
    return Paper(
        bars=drawn,
        out_x=None if out is None else drawn[(out - first).days].middle,
        most=max(whole.values()),
        days=[Left(each, whole[each], each > today) for each in days if each in whole],
    )


def _ahead(truth: KioskTruth, today: date) -> dict[date, int]:
    """Evenly down to none on the day that the kiosk names; as far as is drawn."""
    slips = truth.paper_slips_left
    if not slips or truth.paper_out_at is None:
        return {}
    until = (timezone.localdate(truth.paper_out_at) - today).days
    return {
        today + timedelta(days=each): round(slips * (until - each) / until)
        for each in range(1, min(until, AHEAD_DAYS) + 1)
    }


def _word(on: date, today: date) -> str:
    """``24 พ.ย.`` below every seventh bar, today's among them."""
    return short_date(on).rsplit(" ", 1)[0] if (today - on).days % WORD_EVERY == 0 else ""
