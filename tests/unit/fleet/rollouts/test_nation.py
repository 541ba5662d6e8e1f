"""Ten thousand kiosks in memory: the pure parts of roll-outs drive them through days in seconds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.protocol.updates import UpdateState
from fleet.rollouts import gating, judging
from fleet.rollouts.gating import RolloutState, Standing, Tally
from fleet.rollouts.judging import Member, MemberState, Outcome, Patience, Sighting
from fleet.rollouts.plan import Gate, Limits, Plan, lanes, parse_waves
from fleet.rollouts.planning import Candidate, Wanted, assign

BEGAN = datetime(2026, 11, 24, tzinfo=UTC)
TICK = timedelta(seconds=60)
STEPS = (UpdateState.FETCHING, UpdateState.INSTALLING, UpdateState.REBOOTING, UpdateState.PROVING)

Fate = Callable[[random.Random], Outcome]
"""How a kiosk ends that was asked: good, bad, or nothing, which is silence."""


def _good(_chance: random.Random) -> Outcome:
    return Outcome.GOOD


def _bad(_chance: random.Random) -> Outcome:
    return Outcome.BAD


def _silent(_chance: random.Random) -> Outcome:
    return Outcome.NOTHING


def _mostly(share: float) -> Fate:
    return lambda chance: Outcome.GOOD if chance.random() < share else Outcome.BAD


@dataclass
class Nation:
    """A roll-out and its kiosks. Checks at every tick what must always hold."""

    plan: Plan
    fate: Fate
    kiosks: int = 10_000
    seed: int = 1
    now: datetime = BEGAN
    state: RolloutState = RolloutState.RUNNING
    released: int = 0
    ends: dict[int, tuple[datetime, Outcome]] = field(default_factory=dict)
    at_it: set[int] = field(default_factory=set)
    harmed: int = 0
    at_once_most: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - a crowd, not a secret
        some = [Candidate(f"K{n:05d}", 10 + n % 76, True, "rpi", "old") for n in range(self.kiosks)]
        places = assign(some, Wanted("rpi", "new"), self.plan.waves, "seed")
        self.wave_nos = [place.wave_no or 0 for place in places]
        self.members = [Member(MemberState.WAITING) for _ in places]
        self.waiting = list(range(len(places)))[::-1]
        self.counts = [Counter[MemberState]() for _ in range(len(self.plan.waves) + 1)]
        self.decided: list[datetime | None] = [None] * len(self.counts)
        for wave_no in self.wave_nos:
            self.counts[wave_no][MemberState.WAITING] += 1
        self.patience = Patience(self.plan.care.deadlines, self.plan.limits.answer_s)

    def standing(self) -> Standing:
        waves = tuple(
            Tally(
                size=counts.total(), ready=counts[MemberState.WAITING], at_it=counts[MemberState.ASKED],
                passed=counts[MemberState.PASSED], failed=counts[MemberState.FAILED],
                heard_passed=counts[MemberState.PASSED], decided_at=at,
            )
            for counts, at in zip(self.counts[1:], self.decided[1:], strict=True)
        )  # fmt: skip
        return Standing(self.state, self.released, waves)

    def tick(self) -> None:
        self.now += TICK
        for number in list(self.at_it):
            self._put(number, self._judged(number))
        decision = gating.decide(self.standing(), self.plan, self.now)
        assert decision.released in (self.released, self.released + 1), "one wave after the other"
        if decision.released > self.released > 0:
            before = self.counts[self.released]
            assert before[MemberState.PASSED] * 100 >= self.plan.gate.success_percent * before.total(), "a gate"
        self.state, self.released = decision.state, decision.released
        for _ in range(gating.may_ask(self.standing(), self.plan)):
            if not self.waiting or self.wave_nos[self.waiting[-1]] > self.released:
                break
            number = self.waiting.pop()
            self._put(number, judging.asked(MemberState.ASKED, self.patience, self.now))
            self.ends[number] = self.now + timedelta(minutes=self.chance.randint(5, 40)), self.fate(self.chance)
            self.harmed += self.ends[number][1] is not Outcome.GOOD
        self.at_once_most = max(self.at_once_most, len(self.at_it))
        passed = sum(counts[MemberState.PASSED] for counts in self.counts)
        assert len(self.at_it) <= lanes(self.plan.limits)
        assert self.harmed <= self.plan.limits.harm_max + passed

    def _judged(self, number: int) -> Member:
        end, outcome = self.ends[number]
        step = STEPS[min(3, int(4 * (1 - (end - self.now) / timedelta(minutes=41))))]
        seen = Sighting(Outcome.WORKING, step) if self.now < end else Sighting(outcome, step)
        heard_at = self.now if self.now < end or outcome is not Outcome.NOTHING else end
        return judging.judge(self.members[number], seen, heard_at, self.patience, self.now)

    def _put(self, number: int, after: Member) -> None:
        before, wave_no = self.members[number], self.wave_nos[number]
        if after.state is not before.state:
            assert before.state is not MemberState.PASSED, "progress is never taken back"
            self.counts[wave_no][before.state] -= 1
            self.counts[wave_no][after.state] += 1
            if after.state is MemberState.ASKED:
                self.at_it.add(number)
            else:
                self.at_it.discard(number)
                self.decided[wave_no] = self.now
        self.members[number] = after

    def run(self, days: int) -> Nation:
        until = BEGAN + timedelta(days=days)
        while self.now < until and self.state is RolloutState.RUNNING:
            self.tick()
        return self

    @property
    def passed(self) -> int:
        return self.standing().passed


CAREFUL = Plan(
    waves=parse_waves("1; 10; 1%; 10%; all"),
    gate=Gate(success_percent=95, soak_s=3600),
    limits=Limits(at_once=500, harm_max=10, tried_min=10, fail_percent=5, answer_s=900),
)
AT_ONCE = Plan(waves=parse_waves("all"), gate=Gate(soak_s=0), limits=Limits(at_once=500))


@pytest.mark.parametrize("fate", [_bad, _silent], ids=["rolls back", "never comes back"])
@pytest.mark.parametrize("plan", [CAREFUL, AT_ONCE], ids=["careful", "everybody at once"])
def test_a_bad_firmware_harms_ten_of_ten_thousand_at_most(plan: Plan, fate: Fate) -> None:
    nation = Nation(plan, fate).run(days=3)
    assert nation.state is RolloutState.HALTED
    assert nation.passed == 0
    assert 1 <= nation.harmed <= 10


def test_a_good_firmware_reaches_all_ten_thousand() -> None:
    nation = Nation(CAREFUL, _good).run(days=3)
    assert nation.state is RolloutState.DONE
    assert (nation.passed, nation.harmed) == (10_000, 0)
    assert nation.at_once_most == 500
    assert nation.now - BEGAN < timedelta(days=1)


def test_one_that_fails_with_every_tenth_is_stopped_before_the_nation_has_it() -> None:
    nation = Nation(CAREFUL, _mostly(0.9)).run(days=3)
    assert nation.state is RolloutState.HALTED
    assert nation.harmed <= 20


@settings(max_examples=25, deadline=None)
@given(
    share=st.floats(0, 1), harm_max=st.integers(1, 12), at_once=st.integers(1, 60), seed=st.integers(0, 99),
    waves=st.sampled_from(["all", "1; all", "5; 10%; all", "1; 3; 9; 50%; all"]), soak_s=st.integers(0, 3600),
    fail_percent=st.integers(0, 60),
)  # fmt: skip
def test_whatever_the_plan_and_the_firmware_the_bounds_hold(
    *, share: float, harm_max: int, at_once: int, seed: int, waves: str, soak_s: int, fail_percent: int
) -> None:
    """``Nation.tick`` asserts them at every tick."""
    plan = Plan(
        waves=parse_waves(waves),
        gate=Gate(success_percent=100 - fail_percent, soak_s=soak_s),
        limits=Limits(at_once=at_once, harm_max=harm_max, fail_percent=fail_percent),
    )
    nation = Nation(plan, _mostly(share), kiosks=120, seed=seed).run(days=5)
    assert nation.state in (RolloutState.DONE, RolloutState.HALTED)
