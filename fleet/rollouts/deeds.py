"""What a person does to a roll-out: pause, resume, cancel, take back. Each one transaction, with who and why.

Not here: who may (the pages and commands ask that). A deed that does not fit the state changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.rollouts import asking
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Deed, Kind, Rollout
from fleet.rollouts.stepping import plan_of, standing_of
from fleet.rollouts.telling import tell_others


class DeedError(ValueError):
    """It cannot be done to a roll-out in this state; nothing has changed."""


class What(StrEnum):
    """The deeds."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    ROLL_BACK = "roll-back"


_RUNNING, _PAUSED, _HALTED, _DONE, _CANCELLED = (
    RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.HALTED, RolloutState.DONE, RolloutState.CANCELLED,
)  # fmt: skip

FROM: dict[What, frozenset[RolloutState]] = {
    What.PAUSE: frozenset({_RUNNING, _DONE}),
    What.RESUME: frozenset({_PAUSED, _HALTED}),
    What.CANCEL: frozenset({_RUNNING, _PAUSED, _HALTED}),
    What.ROLL_BACK: frozenset({_RUNNING, _PAUSED, _HALTED, _DONE, _CANCELLED}),
}
"""The states in which each makes sense."""


def possible(rollout: Rollout) -> tuple[What, ...]:
    """What can be done to it now."""
    state = RolloutState(rollout.state)
    if rollout.kind == Kind.SETTINGS and rollout.staged_id is None:
        return ()  # they are the layer's own now; their history puts them back
    found = tuple(what for what, states in FROM.items() if state in states)
    # Settings that some have and others not are no end: calling them off is taking them back.
    return tuple(what for what in found if what is not What.CANCEL or rollout.kind == Kind.FIRMWARE)


def do(rollout_pk: int, what: What, by: User | None, reason: str) -> Rollout:
    """Do it.

    Raises: DeedError when the roll-out is not in a state for it.
    """
    with transaction.atomic():
        rollout = Rollout.objects.select_for_update(of=("self",)).select_related("staged").get(pk=rollout_pk)
        if what not in possible(rollout):
            raise DeedError(f"a roll-out that is {rollout.state} cannot {what.value}")
        now = timezone.now()
        state = _DEEDS[what](rollout, now)
        rollout.state, rollout.state_since, rollout.because = state, now, ""
        rollout.save(update_fields=["state", "state_since", "because", "forgiven"])
        Deed.objects.create(rollout=rollout, at=now, by=by, what=what.value, detail=reason[:200])
        tell_others(rollout)
    return rollout


def _pause(_rollout: Rollout, _now: datetime) -> RolloutState:
    return RolloutState.PAUSED


def _resume(rollout: Rollout, now: datetime) -> RolloutState:
    """Going on from a halt is saying: these failures are seen, and do not count again."""
    if rollout.state == RolloutState.HALTED:
        waves = standing_of(rollout, now).waves
        rollout.forgiven = {str(wave_no): wave.failed for wave_no, wave in enumerate(waves, 1) if wave.failed}
        asking.ask_again(rollout, plan_of(rollout), now)
    return RolloutState.RUNNING


def _cancel(rollout: Rollout, now: datetime) -> RolloutState:
    _withdraw_waiting(rollout, now)
    asking.call_off(rollout)
    return RolloutState.CANCELLED


def _roll_back(rollout: Rollout, now: datetime) -> RolloutState:
    """Whoever was asked is to run again what ran before; the conductor tells them, some at a time."""
    _withdraw_waiting(rollout, now)
    asking.call_off(rollout)  # nobody tries it once more while waiting to be told
    asked = rollout.members.filter(state__in=(MemberState.ASKED, MemberState.PASSED, MemberState.FAILED))
    asked.update(state=MemberState.TO_RETURN, deadline_at=None, decided_at=None, next_try_at=None)
    return RolloutState.ROLLING_BACK


def _withdraw_waiting(rollout: Rollout, now: datetime) -> None:
    waiting = rollout.members.filter(state=MemberState.WAITING)
    waiting.update(state=MemberState.WITHDRAWN, decided_at=now)


_DEEDS: dict[What, Callable[[Rollout, datetime], RolloutState]] = {
    What.PAUSE: _pause,
    What.RESUME: _resume,
    What.CANCEL: _cancel,
    What.ROLL_BACK: _roll_back,
}
