"""No storm, ever: how many messages may leave for one person now, and which of them as one. Pure.

The rule: within any hour at most ``most`` leave, tries that failed counted too, because nobody knows whether they
arrived. While more waits than has room, the last place is kept for one message that sums up all the rest. Nothing is
dropped: what has no room waits until the oldest of the hour is an hour old.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits."""

    number: int
    made_at: datetime
    is_failing: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The next letter's messages, of one or of many; empty when none may leave before ``again_at`` (None: no limit)."""

    numbers: tuple[int, ...] = ()
    again_at: datetime | None = None


def next_letter(waiting: Sequence[Waiting], left_at: Collection[datetime], most: int, now: datetime) -> Plan:
    """What leaves next. ``left_at``: when tries for this person began, all of the last hour among them."""
    if not waiting:
        return Plan()
    recent = sorted(at for at in left_at if now - at < HOUR)
    room = most - len(recent)
    if room <= 0:
        return Plan(again_at=recent[len(recent) - most] + HOUR)
    first = sorted(waiting, key=lambda each: (not each.is_failing, each.made_at, each.number))
    if room > 1 or len(first) == 1:
        return Plan((first[0].number,))
    return Plan(tuple(each.number for each in first))
