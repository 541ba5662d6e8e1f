"""The life of an alert: opened, worse, returned, escalated, closed by itself. Pure.

Rules: what is not known (``held``) changes nothing. Over is only what was clear for a while, longer after each return,
and the same again soon after is the old alert: a trouble that comes and goes is one alert, not twenty. What a person
must have seen is not over before. Done twice with the same findings, the second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.alerts.findings import NEEDS_A_PERSON, Finding, Place, Rule
from fleet.alerts.policy import AlertPolicy, Calm

SETTLE_MAX = timedelta(hours=1)
LEVEL_MAX = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert on record: open (``closed_at`` None), or closed not long ago."""

    number: int
    key: str
    rule: Rule
    part: str
    place: Place
    condition: str
    said: Mapping[str, object]
    opened_at: datetime
    level: int
    level_since: datetime
    returns: int = 0
    acked: bool = False
    clear_since: datetime | None = None
    closed_at: datetime | None = None


class What(StrEnum):
    """What happens to an alert."""

    OPENED = "opened"
    RETURNED = "returned"
    WORSE = "worse"
    CHANGED = "changed"
    """Other facts; nobody is told."""
    CLEAR = "clear"
    UNCLEAR = "unclear"
    """Clear for a moment only; nobody is told of either."""
    ESCALATED = "escalated"
    CLOSED = "closed"
    GROUPED = "grouped"
    """Closed, because a wider one stands for it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of one alert. ``number`` is None for a new one."""

    what: What
    number: int | None
    finding: Finding | None = None
    level: int = 1


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at everything found. ``held``: whether nothing is known of this trouble now; ``muted``: whether a
    place is under maintenance."""

    now: datetime
    findings: Mapping[str, Finding]
    held: Callable[[Standing], bool]
    muted: Callable[[Place], bool]
    policy: Callable[[Place], AlertPolicy]


def steps(standing: Collection[Standing], look: Look) -> Iterator[Change]:
    """Everything that happens now."""
    is_open = {each.key: each for each in standing if each.closed_at is None}
    ended = sorted((each for each in standing if each.closed_at is not None), key=lambda each: each.number)
    closed = {each.key: each for each in ended}  # of several with one key the latest
    wide = [each for each in look.findings.values() if each.members]
    for each in is_open.values():
        yield from _of_open(each, look, wide)
    for key, finding in look.findings.items():
        if key not in is_open and finding.opens and not look.muted(finding.place):
            yield _begun(finding, closed.get(key), look)


def _begun(finding: Finding, before: Standing | None, look: Look) -> Change:
    within = timedelta(minutes=look.policy(finding.place).calm.return_min)
    if before is not None and before.closed_at is not None and look.now - before.closed_at < within:
        return Change(What.RETURNED, before.number, finding)
    return Change(What.OPENED, None, finding)


def _of_open(each: Standing, look: Look, wide: Sequence[Finding]) -> Iterator[Change]:
    finding = look.findings.get(each.key)
    if finding is None:
        yield from _gone(each, look, wide)
        return
    if each.clear_since is not None:
        yield Change(What.UNCLEAR, each.number, finding)
    if finding.condition != each.condition and finding.condition == "failing":
        yield Change(What.WORSE, each.number, finding)
    elif finding.condition != each.condition or dict(finding.facts) != dict(each.said):
        yield Change(What.CHANGED, each.number, finding)
    if not each.acked and not look.muted(each.place) and (level := next_level(each, look)) is not None:
        yield Change(What.ESCALATED, each.number, finding, level)


def next_level(each: Standing, look: Look) -> int | None:
    """The level it goes up to now; None while it stays."""
    said = look.policy(each.place).escalation
    wait_min = {1: said.second_min, 2: said.third_min}.get(each.level, 0)
    if not wait_min or look.now - each.level_since < timedelta(minutes=wait_min):
        return None
    return each.level + 1


def _gone(each: Standing, look: Look, wide: Sequence[Finding]) -> Iterator[Change]:
    if any(one.rule == each.rule and one.part == each.part and one.place.holds(each.place) for one in wide):
        yield Change(What.GROUPED, each.number)
    elif look.held(each):
        return
    elif each.clear_since is None:
        yield Change(What.CLEAR, each.number)
    elif each.rule in NEEDS_A_PERSON and not each.acked:
        return
    elif look.now - each.clear_since >= settle(look.policy(each.place).calm, each.returns):
        yield Change(What.CLOSED, each.number)


def settle(calm: Calm, returns: int) -> timedelta:
    """How long an alert must be clear to be over, after so many returns."""
    return min(timedelta(minutes=calm.settle_min) * (1 << min(returns, 8)), SETTLE_MAX)
