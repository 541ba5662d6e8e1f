"""The waves of a roll-out as their cards tell them: shares and words. The reckoning: ``fleet.rollouts.progress``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Rollout
from fleet.rollouts.plan import Plan
from fleet.rollouts.progress import WaveProgress
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
    """One wave. ``of``: how far it is; ``line``: what is under its bar."""

    of: WaveProgress
    name: str
    bars: tuple[Bar, ...]
    line: str

    @property
    def condition(self) -> str:
        """How well it went, when it is over."""
        return "ok" if not self.of.failed else "attention" if self.of.passed else "failing"


def cards_of(it: Rollout, plan: Plan, waves: list[WaveProgress]) -> list[WaveCard]:
    """Each wave."""
    return [
        WaveCard(
            of=each,
            name=rollout_words.wave(each.wave),
            bars=_bars(each.counts, each.size),
            line=_line(each.counts, each.no, it, plan),
        )
        for each in waves
    ]


def _bars(has: Mapping[str, int], size: int) -> tuple[Bar, ...]:
    bars, x = [], 0.0
    for name, states in _BARS:
        width = 100 * sum(has.get(state, 0) for state in states) / size if size else 0.0
        if width:
            bars.append(Bar(name, x, width))
            x += width
    return tuple(bars)


def _line(has: Mapping[str, int], no: int, it: Rollout, plan: Plan) -> str:
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
