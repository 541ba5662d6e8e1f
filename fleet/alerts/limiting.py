"""No storm, ever: how many messages may leave for one person now, and which of them as one. Pure.

The rule: within any hour at most ``most`` leave, tries that failed counted too, because nobody knows whether they
arrived. While more waits than has room, the last place is kept for one message that sums up all the rest. Nothing is
dropped: what has no room waits until the oldest of the hour is an hour old.

Calls at once go past that limit, all that wait in one message, ``CALLS_MOST`` an hour; without room of their own they
are the first of all others. So no more than both limits together leave within any hour.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)

CALLS_MOST = 4
"""Tries within any hour past the limit: those of one call that nobody takes (``sending.RETRIES``), or four calls."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits; ``at_once``: one that the limit does not hold."""

    number: int
    made_at: datetime
    is_failing: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The next letter's messages, of one or of many; empty when none may leave.

    ``is_past``: past the limit. ``again_at``, ``calls_again_at``: when either limit has room again; None where it has.
    """

    numbers: tuple[int, ...] = ()
    is_past: bool = False
    again_at: datetime | None = None
    calls_again_at: datetime | None = None


def next_letter(
    waiting: Sequence[Waiting],
    left_at: Collection[datetime],
    most: int,
    now: datetime,
    past_at: Collection[datetime] = (),
) -> Plan:
    """What leaves next. ``left_at``, ``past_at``: when tries for this person began within and past the limit, all of
    the last hour among them."""
    if not waiting:
        return Plan()
    first = sorted(waiting, key=lambda each: (not each.at_once, not each.is_failing, each.made_at, each.number))
    calls = tuple(each.number for each in first if each.at_once)
    recent, past = _recent(left_at, now), _recent(past_at, now)
    if calls and len(past) < CALLS_MOST:
        return Plan(calls, is_past=True)
    calls_again_at = past[len(past) - CALLS_MOST] + HOUR if calls else None
    room = most - len(recent)
    if room <= 0:
        return Plan(again_at=recent[len(recent) - most] + HOUR, calls_again_at=calls_again_at)
    some = first[:1] if room > 1 else first
    return Plan(tuple(each.number for each in some), calls_again_at=calls_again_at)


def _recent(at: Collection[datetime], now: datetime) -> list[datetime]:
    return sorted(each for each in at if now - each < HOUR)
