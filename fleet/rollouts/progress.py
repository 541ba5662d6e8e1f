"""How far a roll-out is, for who looks on: its kiosks by wave, and how the gate to the next wave stands.

What decides is ``gating``; here nothing does. Of whose kiosks: of those in the rows that are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, QuerySet

from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Member, Rollout
from fleet.rollouts.plan import Plan, Wave


@dataclass(frozen=True, slots=True)
class WaveProgress:
    """One wave. ``counts``: its kiosks by ``MemberState``. ``decided_at``: the last one that passed or failed.
    ``soaked_at``: when it will have soaked, were nothing else to come."""

    no: int
    wave: Wave
    counts: Mapping[str, int]
    is_released: bool
    is_current: bool
    decided_at: datetime | None
    soaked_at: datetime | None

    @property
    def size(self) -> int:
        """Its kiosks, without those that are not to have it any more."""
        return sum(count for state, count in self.counts.items() if state != MemberState.WITHDRAWN)

    @property
    def passed(self) -> int:
        """Kiosks that run it, proved."""
        return self.counts.get(MemberState.PASSED, 0)

    @property
    def at_it(self) -> int:
        """Kiosks that were asked and have not come to an end."""
        return self.counts.get(MemberState.ASKED, 0)

    @property
    def failed(self) -> int:
        """Kiosks that are lost to it."""
        return self.counts.get(MemberState.FAILED, 0)

    @property
    def percent(self) -> int:
        """Of the wave, passed."""
        return self.passed * 100 // self.size if self.size else 0

    @property
    def is_over(self) -> bool:
        """Whether nobody in it is awaited."""
        return self.is_released and self.size > 0 and self.passed + self.failed >= self.size


def progress_of(it: Rollout, plan: Plan, members: QuerySet[Member]) -> list[WaveProgress]:
    """Each wave, of the kiosks in ``members``."""
    counts: dict[int, dict[str, int]] = {}
    decided: dict[int, datetime | None] = {}
    rows = members.order_by().values("wave_no", "state").annotate(count=Count("pk"), at=Max("decided_at"))
    for wave_no, state, count, at in rows.values_list("wave_no", "state", "count", "at"):
        counts.setdefault(wave_no, {})[state] = count
        before = decided.get(wave_no)
        decided[wave_no] = at if before is None or (at is not None and at > before) else before
    return [
        WaveProgress(
            no=no,
            wave=wave,
            counts=counts.get(no, {}),
            is_released=no <= it.released,
            is_current=no == it.released and it.state == RolloutState.RUNNING,
            decided_at=(at := decided.get(no)),
            soaked_at=at + timedelta(seconds=plan.gate.soak_s) if at else None,
        )
        for no, wave in enumerate(plan.waves, 1)
    ]


def at_the_gate(it: Rollout, waves: list[WaveProgress]) -> WaveProgress | None:
    """The wave that has to show enough before the next one is asked; None when there is none before, or none after."""
    return waves[it.released - 1] if 0 < it.released < len(waves) else None


def counts_of(members: QuerySet[Member], some: Collection[Rollout]) -> dict[int, Counter[str]]:
    """How many kiosks of each roll-out are in which state, by the roll-out's number."""
    counts: dict[int, Counter[str]] = {each.pk: Counter() for each in some}
    rows = members.filter(rollout__in=some).order_by().values_list("rollout_id", "state").annotate(count=Count("pk"))
    for pk, state, count in rows:
        counts[pk][state] = count
    return counts
