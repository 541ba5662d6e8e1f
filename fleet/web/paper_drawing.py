"""A kiosk's paper as its page draws it: what was left at the end of each day, now, and its forecast. No query.

It stands in a part that is sent when it changes, so nothing in it moves but once a day, or when the kiosk says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fleet.devices.truth import KioskTruth
from fleet.figures.paper import AHEAD_DAYS, BACK_DAYS, Left, days_of
from fleet.web.charts import WIDTH, Bar, bars
from fleet.web.templatetags.sala import short_date

WORD_EVERY = 7
WORD_HALF = 6.0
"""Per cent that half a word of one syllable takes on a phone."""


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
        return min(self.out_x or 0.0, WIDTH - WORD_HALF)

    @property
    def has_forecast(self) -> bool:
        """Whether any of the days lies ahead; a kiosk that cannot know has none."""
        return any(each.is_ahead for each in self.days)

    @property
    def marked(self) -> list[tuple[Bar, bool]]:
        """Each bar, and whether it lies ahead."""
        ahead = BACK_DAYS + 1
        return [(bar, number >= ahead) for number, bar in enumerate(self.bars)]


def paper(truth: KioskTruth, known: Mapping[date, int], today: date) -> Paper | None:
    """What is ``known`` of the days, and what the kiosk says now; None while there is nothing to draw."""
    days = days_of(truth, known, today)
    if not days:
        return None
    whole = {each.on: each.slips for each in days}
    first = today - timedelta(days=BACK_DAYS)
    drawn_days = [first + timedelta(days=each) for each in range(BACK_DAYS + 1 + AHEAD_DAYS)]
    drawn = bars([(_word(each, today), whole.get(each, 0)) for each in drawn_days])
    out = next((each.on for each in days if each.is_ahead and not each.slips), None)
    return Paper(
        bars=drawn,
        out_x=None if out is None else drawn[(out - first).days].middle,
        most=max(whole.values()),
        days=days,
    )


def _word(on: date, today: date) -> str:
    """``24 พ.ย.`` below every seventh bar, today's among them."""
    return short_date(on).rsplit(" ", 1)[0] if (today - on).days % WORD_EVERY == 0 else ""
