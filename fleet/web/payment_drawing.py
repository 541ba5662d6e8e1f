"""The payments' days as a page draws them: two drawings, amounts and counts, and the same as a table. No query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from fleet.payments.days import Received, together
from fleet.protocol.thai import format_baht
from fleet.web.charts import Stack, stacks
from fleet.web.templatetags.sala import short_date

WORD_EVERY, WORD_OFF = 7, 3
"""Below each seventh bar stands its day, and never below the outermost, where it would not fit."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What stands in one drawing: its bars, the line at the height of the highest, and all of it in a sentence."""

    bars: list[Stack]
    top: str
    says: str


@dataclass(frozen=True, slots=True)
class Money:
    """Both drawings, and the days of the table, the newest first: those on which anything came."""

    last: date
    amounts: Drawing
    counts: Drawing
    days: list[Received]
    waiting: int


def money(days: Sequence[Received]) -> Money | None:
    """The drawings of these days; None where nothing came."""
    count, satang, waiting, waiting_satang = together(days)
    if not count:
        return None
    words = [_word(each.day, len(days) - 1 - number) for number, each in enumerate(days)]
    best, most = max(days, key=lambda each: each.satang), max(days, key=lambda each: each.count)
    amounts = [(word, each.satang, each.waiting_satang) for word, each in zip(words, days, strict=True)]
    counts = [(word, each.count, each.waiting) for word, each in zip(words, days, strict=True)]
    return Money(
        last=days[-1].day,
        amounts=Drawing(
            stacks(amounts),
            _("มากสุด %(baht)s บาท · %(day)s") % {"baht": format_baht(best.satang), "day": short_date(best.day)},
            _("รับ %(baht)s บาท รอคนดูแล %(waiting)s บาท")
            % {"baht": format_baht(satang), "waiting": format_baht(waiting_satang)},
        ),
        counts=Drawing(
            stacks(counts),
            _("มากสุด %(count)s รายการ · %(day)s") % {"count": f"{most.count:,}", "day": short_date(most.day)},
            _("รับ %(count)s รายการ รอคนดูแล %(waiting)s รายการ") % {"count": f"{count:,}", "waiting": f"{waiting:,}"},
        ),
        days=[each for each in reversed(days) if each.count],
        waiting=waiting,
    )


def _word(on: date, from_last: int) -> str:
    """``24 พ.ย.``; nothing below most of them."""
    return short_date(on).rsplit(" ", 1)[0] if from_last % WORD_EVERY == WORD_OFF else ""
