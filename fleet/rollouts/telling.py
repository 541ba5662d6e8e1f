"""Telling other programs that a roll-out has ended, or stands still until somebody looks at it."""

from __future__ import annotations

from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Rollout
from fleet.webhooks.models import Kind
from fleet.webhooks.occurring import occurred

ENDS = frozenset({RolloutState.DONE, RolloutState.HALTED, RolloutState.CANCELLED, RolloutState.ROLLED_BACK})


def tell_others(rollout: Rollout) -> None:
    """Say so, if it has just come to one of ``ENDS``."""
    if rollout.state not in ENDS:
        return
    told = {"rollout": rollout.pk, "state": str(rollout.state), "because": str(rollout.because), "kind": rollout.kind}
    occurred(Kind.ROLLOUT_ENDED, str(rollout.pk), rollout.province, told)
