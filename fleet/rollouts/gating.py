"""When a roll-out goes on, and when it stops: from tallies of its waves to a decision. Pure.

The rule that bounds the harm (``may_ask``): those at it and those lost are never more than ``harm_max`` and those that
have passed, together. So a bundle with which nobody passes reaches ``harm_max`` kiosks and not one more, however many
are allowed at once; and one that is good doubles its pace with every round until it is at the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.rollouts.plan import Plan, lanes


class RolloutState(StrEnum):
    """``HALTED`` is a stop by itself; ``PAUSED`` is a person's. ``DONE`` still takes in who comes late."""

    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    DONE = "done"
    CANCELLED = "cancelled"
    ROLLING_BACK = "rolling-back"
    ROLLED_BACK = "rolled-back"
    SUPERSEDED = "superseded"


class Because(StrEnum):
    """Why it stopped by itself; or ``UNSIGNED``, why it runs and asks nobody."""

    NOTHING = ""
    UNSIGNED = "unsigned"
    SHARE = "share"
    HARM = "harm"
    GATE = "gate"


OPEN = frozenset({RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.HALTED, RolloutState.ROLLING_BACK})
"""A kiosk is in one of these of a kind at most."""

WATCHED = OPEN | {RolloutState.DONE, RolloutState.ROLLED_BACK, RolloutState.CANCELLED}
"""What is stepped: also those in which only news of their kiosks can come. ``SUPERSEDED`` is history."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The kiosks of one wave. ``ready``: wait, and are heard; ``away``: wait, and are not. ``heard_passed``: of those
    that passed. ``forgiven``: failures a person has seen and gone on from. ``decided_at``: the last decision."""

    size: int = 0
    ready: int = 0
    away: int = 0
    at_it: int = 0
    passed: int = 0
    failed: int = 0
    heard_passed: int = 0
    forgiven: int = 0
    decided_at: datetime | None = None

    @property
    def lost(self) -> int:
        """Failures that count."""
        return max(0, self.failed - self.forgiven)

    @property
    def tried(self) -> int:
        """Kiosks that say something of how it goes."""
        return self.passed + self.lost


@dataclass(frozen=True, slots=True)
class Standing:
    """A roll-out now. ``released``: through which wave kiosks are asked."""

    state: RolloutState
    released: int
    waves: tuple[Tally, ...]

    @property
    def passed(self) -> int:
        return sum(wave.passed for wave in self.waves)

    @property
    def lost(self) -> int:
        return sum(wave.lost for wave in self.waves)

    @property
    def at_it(self) -> int:
        return sum(wave.at_it for wave in self.waves)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of it."""

    state: RolloutState
    released: int
    because: Because = Because.NOTHING


def decide(standing: Standing, plan: Plan, now: datetime) -> Decision:
    """One step of a roll-out that runs, or is done and may run again; any other stays as it is."""
    as_it_is = Decision(standing.state, standing.released)
    if standing.state not in (RolloutState.RUNNING, RolloutState.DONE):
        return as_it_is
    if because := _stop(standing, plan):
        return replace(as_it_is, state=RolloutState.HALTED, because=because)
    if standing.released < len(standing.waves):
        opens = standing.released == 0 or gate_opens(standing.waves[standing.released - 1], plan, now)
        return Decision(RolloutState.RUNNING, standing.released + opens)
    is_done = not any(wave.at_it or wave.ready for wave in standing.waves)
    return replace(as_it_is, state=RolloutState.DONE if is_done else RolloutState.RUNNING)


def _stop(standing: Standing, plan: Plan) -> Because:
    limits, lost = plan.limits, standing.lost
    if lost >= limits.harm_max:
        return Because.HARM
    tried = standing.passed + lost
    if tried >= limits.tried_min and lost * 100 > limits.fail_percent * tried:
        return Because.SHARE
    asked = standing.waves[: standing.released]
    if any(wave.lost and _is_settled(wave) and not _is_enough(wave, plan) for wave in asked):
        return Because.GATE
    return Because.NOTHING


def _is_settled(wave: Tally) -> bool:
    """Whether everybody who can be asked has been, and has been judged."""
    return not wave.at_it and not wave.ready


def _is_enough(wave: Tally, plan: Plan) -> bool:
    return wave.passed * 100 >= plan.gate.success_percent * wave.tried


def gate_opens(wave: Tally, plan: Plan, now: datetime) -> bool:
    """Whether the next wave may be asked: this one has shown enough, holds it, and is still heard of."""
    if not wave.size:
        return True
    success = plan.gate.success_percent
    has_shown = wave.passed * 100 >= success * wave.size or (
        _is_settled(wave) and bool(wave.passed or wave.forgiven) and _is_enough(wave, plan)
    )
    is_heard = wave.heard_passed * 100 >= success * wave.passed
    soaked_at = (wave.decided_at or now) + timedelta(seconds=plan.gate.soak_s)
    return has_shown and is_heard and now >= soaked_at


def may_ask(standing: Standing, plan: Plan) -> int:
    """How many more may be asked now."""
    if standing.state is not RolloutState.RUNNING:
        return 0
    allowed = plan.limits.harm_max + standing.passed - standing.lost - standing.at_it
    return max(0, min(lanes(plan.limits) - standing.at_it, allowed))


def may_return(standing: Standing, plan: Plan) -> int:
    """How many more may be told now to go back; those it is taken from are not risked by it."""
    if standing.state is not RolloutState.ROLLING_BACK:
        return 0
    return max(0, lanes(plan.limits) - standing.at_it)


def totals(waves: Sequence[Tally]) -> Tally:
    """All waves as one; for people."""
    return Tally(*(sum(getattr(wave, name) for wave in waves) for name in _COUNTS))


_COUNTS = ("size", "ready", "away", "at_it", "passed", "failed", "heard_passed", "forgiven")
