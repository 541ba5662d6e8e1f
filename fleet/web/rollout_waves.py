"""The waves of a roll-out as their cards tell them: shares, words, and how the gate to the next one stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Member, Rollout
from fleet.rollouts.plan import Plan
from fleet.web import rollout_words

_BARS = (
    ("ok", (MemberState.PASSED,)), ("under-way", (MemberState.ASKED,)), ("failing", (MemberState.FAILED,)),
    ("attention", (MemberState.TO_RETURN, MemberState.RETURNING)), ("offline", (MemberState.RETURNED,)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the bar, in per cent of it."""

    name: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class WaveCard:
    """One wave. ``soaked_at``: when it will have soaked, were nothing else to come."""

    no: int
    name: str
    size: int
    is_released: bool
    is_current: bool
    passed: int
    at_it: int
    failed: int
    bars: tuple[Bar, ...]
    line: str
    soaked_at: datetime | None

    @property
    def percent(self) -> int:
        """Of the wave, passed."""
        return self.passed * 100 // self.size if self.size else 0

    @property
    def condition(self) -> str:
        """How well it went, when it is over."""
        return "ok" if not self.failed else "attention" if self.passed else "failing"

    @property
    def is_over(self) -> bool:
        """Whether nobody in it is awaited."""
        return self.is_released and self.size > 0 and self.passed + self.failed >= self.size


def waves_of(it: Rollout, plan: Plan, members: QuerySet[Member]) -> list[WaveCard]:
    """Each wave, of the kiosks in ``members``."""
    counts: dict[int, dict[str, int]] = {}
    decided: dict[int, datetime | None] = {}
    rows = members.order_by().values("wave_no", "state").annotate(count=Count("pk"), at=Max("decided_at"))
    for wave_no, state, count, at in rows.values_list("wave_no", "state", "count", "at"):
        counts.setdefault(wave_no, {})[state] = count
        before = decided.get(wave_no)
        decided[wave_no] = at if before is None or (at is not None and at > before) else before
    found = []
    for no, wave in enumerate(plan.waves, 1):
        has = counts.get(no, {})
        size = sum(count for state, count in has.items() if state != MemberState.WITHDRAWN)
        at = decided.get(no)
        found.append(
            WaveCard(
                no=no,
                name=rollout_words.wave(wave),
                size=size,
                is_released=no <= it.released,
                is_current=no == it.released and it.state == RolloutState.RUNNING,
                passed=has.get(MemberState.PASSED, 0),
                at_it=has.get(MemberState.ASKED, 0),
                failed=has.get(MemberState.FAILED, 0),
                bars=_bars(has, size),
                line=_line(has, no, it, plan),
                soaked_at=at + timedelta(seconds=plan.gate.soak_s) if at else None,
            )
        )
    return found


def _bars(has: dict[str, int], size: int) -> tuple[Bar, ...]:
    bars, x = [], 0.0
    for name, states in _BARS:
        width = 100 * sum(has.get(state, 0) for state in states) / size if size else 0.0
        if width:
            bars.append(Bar(name, x, width))
            x += width
    return tuple(bars)


def _line(has: dict[str, int], no: int, it: Rollout, plan: Plan) -> str:
    """What is under the bar."""
    if no > it.released and it.state in (RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.HALTED):
        if no == it.released + 1 and no > 1:
            return _("เริ่มเมื่อระลอก %(no)s ผ่านเกณฑ์") % {"no": no - 1}
        return _("พร้อมกันไม่เกิน %(n)s เครื่อง") % {"n": f"{plan.limits.at_once:,}"}
    said = [
        f"{rollout_words.member_state(state)} {has[state]:,}"
        for state in MemberState
        if has.get(state) and state != MemberState.WITHDRAWN
    ]
    return " · ".join(said) or "–"
