"""The pure parts of roll-outs: plans as people write them, places, judgements, gates. Tables, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.messages import Reported
from fleet.protocol.updates import (
    Deadlines,
    FirmwareReported,
    QuietHours,
    UpdateReason,
    UpdateState,
    is_quiet,
    next_quiet,
)
from fleet.rollouts import gating, judging
from fleet.rollouts.gating import Because, Decision, RolloutState, Standing, Tally
from fleet.rollouts.judging import Member, MemberState, Outcome, Patience, Sighting
from fleet.rollouts.plan import (
    Choice,
    Gate,
    Limits,
    Plan,
    PlanError,
    Wave,
    bytes_per_s_each,
    lanes,
    parse_hours,
    parse_hours_by_province,
    parse_waves,
    wave_text,
)
from fleet.rollouts.planning import OUT, Candidate, Wanted, Why, assign, late_wave

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NEW, OLD = "a" * 64, "b" * 64


# ---- plans


def test_hours_of_some_provinces_are_read_from_lines_and_what_is_none_is_named() -> None:
    found = parse_hours_by_province("20,21 20:00-05:00\n\n40 00:00-04:00; ")
    assert {code: each.begins for code, each in found.items()} == {"20": "20:00", "21": "20:00", "40": "00:00"}
    assert parse_hours_by_province(" ") == {}
    for wrong in ("20", "20 nine", "x 20:00-05:00", "20 20:00-05:00; 20 21:00-05:00", "7 20:00-05:00"):
        with pytest.raises(PlanError):
            parse_hours_by_province(wrong)


@pytest.mark.parametrize("text", ["1", "1; 10; 5%; all", "province:20,21; tag:pilot; 100%", "tag:a-1 all"])
def test_waves_read_as_they_are_written(text: str) -> None:
    waves = parse_waves(text)
    assert parse_waves("\n".join(map(wave_text, waves))) == waves
    assert len(waves) == len(text.replace(";", " ").split())


@pytest.mark.parametrize(
    "text", ["", " ; ", "0", "-1", "101%", "all; 1", "province:", "province:2", "tag:", "tag:A", "ten", "1 " * 21]
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        parse_waves(text)


@given(at_once=st.integers(1, 5000), bytes_per_s=st.integers(0, 10**9))
def test_all_at_once_stay_under_the_limit_of_the_line(at_once: int, bytes_per_s: int) -> None:
    limits = Limits(at_once=at_once, bytes_per_s_max=bytes_per_s)
    assert 1 <= lanes(limits) <= at_once
    if bytes_per_s:
        assert lanes(limits) * bytes_per_s_each(limits) <= bytes_per_s


QUIET = [
    ("18:00-06:00", "17:59", False), ("18:00-06:00", "18:00", True), ("18:00-06:00", "05:59", True),
    ("18:00-06:00", "06:00", False), ("12:00-13:00", "12:30", True), ("12:00-13:00", "13:00", False),
    ("00:00-00:00", "09:00", True), ("", "09:00", True),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "thai_time", "quiet"), QUIET)
def test_quiet_hours_are_thai_time(hours: str, thai_time: str, *, quiet: bool) -> None:
    hour, minute = map(int, thai_time.split(":"))
    at = datetime(2026, 11, 24, hour, minute, tzinfo=UTC) - timedelta(hours=7)
    read = parse_hours(hours)
    assert is_quiet(read, at) is quiet
    soon = next_quiet(read, at)
    assert is_quiet(read, soon)
    assert at <= soon <= at + timedelta(days=1)
    assert (soon == at) is quiet


def test_hours_that_are_none_are_refused() -> None:
    for text in ("18:00", "24:00-06:00", "six-seven", "18.00-06.00"):
        with pytest.raises(PlanError):
            parse_hours(text)
    assert parse_hours("18:00 - 06:00") == QuietHours(begins="18:00", ends="06:00")


# ---- places

WANTED = Wanted("sala-rpi", NEW)


def kiosk(number: int, **changes: object) -> Candidate:
    fit = Candidate(f"P{10 + number % 20}-{number:05d}", 10 + number % 20, compatible="sala-rpi", running_hash=OLD)
    return replace(fit, **changes)  # type: ignore[arg-type]  # the changes are a test's own


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, Why.EVERYONE), ({"compatible": None}, Why.NO_SLOTS), ({"compatible": "other"}, Why.INCOMPATIBLE),
        ({"running_hash": NEW}, Why.ALREADY), ({"is_taken": True}, Why.ELSEWHERE), ({"is_heard": False}, Why.EVERYONE),
    ],
)  # fmt: skip
def test_each_kiosk_is_told_why(changes: dict[str, object], why: Why) -> None:
    [place] = assign([kiosk(1, **changes)], WANTED, parse_waves("all"), "seed")
    assert place.why is why
    assert (place.wave_no is None) is (why in OUT)


candidates = st.lists(
    st.builds(
        kiosk,
        st.integers(0, 999),
        is_heard=st.booleans(),
        tags=st.sampled_from([frozenset(), frozenset({"pilot"})]),
        compatible=st.sampled_from(["sala-rpi", "sala-rpi", "other", None]),
    ),
    unique_by=lambda each: each.kiosk_id,
    max_size=60,
)
WAVE_TEXTS = st.lists(st.sampled_from(["1", "3", "10%", "50%", "province:10,11", "tag:pilot"]), min_size=1, max_size=5)


@given(some=candidates, texts=WAVE_TEXTS, ends_in_all=st.booleans())
def test_every_kiosk_has_one_place_and_waves_hold_what_they_ask_for(
    some: list[Candidate], texts: list[str], *, ends_in_all: bool
) -> None:
    waves = parse_waves(" ".join(texts + ["all"] * ends_in_all))
    places = assign(some, WANTED, waves, "seed")
    assert sorted(place.kiosk_id for place in places) == sorted(each.kiosk_id for each in some)
    fit = sum(each.compatible == "sala-rpi" for each in some)
    for wave_no, wave in enumerate(waves, 1):
        size = sum(place.wave_no == wave_no for place in places)
        assert size <= {Choice.NUMBER: wave.number, Choice.SHARE: -(-fit * wave.percent // 100)}.get(wave.by, fit)
    if ends_in_all:
        assert all(place.why is not Why.NO_WAVE for place in places)
    assert set(assign(list(reversed(some)), WANTED, waves, "seed")) == set(places)


def test_those_that_are_heard_come_first_and_no_seed_picks_the_same() -> None:
    some = [kiosk(number, is_heard=number % 2 == 0) for number in range(100)]
    firsts = set()
    for seed in "abc":
        picked = [place.kiosk_id for place in assign(some, WANTED, parse_waves("5; all"), seed) if place.wave_no == 1]
        assert {int(each[-5:]) % 2 for each in picked} == {0}
        firsts.add(tuple(picked))
    assert len(firsts) == 3


@pytest.mark.parametrize(
    ("text", "released", "tags", "wave_no"),
    [
        ("1; 10; all", 0, (), 1), ("1; 10; all", 2, (), 2), ("1; 10; all", 3, (), 3), ("1; 10", 2, (), None),
        ("1; tag:pilot; all", 1, ("pilot",), 2), ("tag:pilot; all", 2, ("pilot",), 2), ("province:11; 5", 1, (), 1),
    ],
)  # fmt: skip
def test_who_comes_late_gets_no_further_than_the_others(
    text: str, released: int, tags: tuple[str, ...], wave_no: int | None
) -> None:
    assert late_wave(kiosk(1, tags=frozenset(tags)), parse_waves(text), released) == wave_no


# ---- what a report comes to

SAID = FirmwareReported(running_version="1", running_hash=OLD, rollout_id="7", wanted_hash=NEW)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"state": UpdateState.FETCHING}, Outcome.WORKING),
        ({"state": UpdateState.WAITING, "reason": UpdateReason.QUIET_HOURS}, Outcome.WORKING),
        ({"state": UpdateState.INSTALLING}, Outcome.WORKING),
        ({"state": UpdateState.REBOOTING}, Outcome.WORKING),
        ({"state": UpdateState.PROVING, "running_hash": NEW}, Outcome.WORKING),
        ({"state": UpdateState.GOOD, "running_hash": NEW}, Outcome.GOOD),
        ({"state": UpdateState.GOOD, "running_hash": NEW, "rollout_id": "6"}, Outcome.GOOD),
        ({"state": UpdateState.GOOD}, Outcome.OTHER),  # an installer that is content is no success
        ({"state": UpdateState.PROVING}, Outcome.WORKING),
        ({"state": UpdateState.ROLLED_BACK, "reason": UpdateReason.BOOT_FAILED}, Outcome.BAD),
        ({"state": UpdateState.QUARANTINED, "reason": UpdateReason.REFUSED}, Outcome.BAD),
        ({"state": UpdateState.QUARANTINED, "rollout_id": "6"}, Outcome.OTHER),
        ({"state": UpdateState.IDLE, "reason": UpdateReason.CANCELLED}, Outcome.CALLED_OFF),
        ({"state": UpdateState.IDLE}, Outcome.OTHER),
        ({"state": UpdateState.IDLE, "running_hash": ""}, Outcome.NOTHING),
        ({"state": UpdateState.UNKNOWN}, Outcome.WORKING),
    ],
)
def test_success_is_what_runs_after_the_boot(changes: dict[str, object], outcome: Outcome) -> None:
    said = FirmwareReported(**{name: getattr(SAID, name) for name in SAID.__struct_fields__} | changes)  # type: ignore[arg-type]
    assert judging.seen_firmware(said, NEW, "7").outcome is outcome


@pytest.mark.parametrize(
    ("revision", "problems", "outcome"),
    [
        (9, (), Outcome.NOTHING), (10, (), Outcome.GOOD), (11, ("unknown field: x",), Outcome.GOOD),
        (9, ("revision 10: greeting is too long",), Outcome.BAD), (9, ("revision 9: old news",), Outcome.NOTHING),
        (9, ("revision 12: the front desk could not run with it",), Outcome.BAD),
        (9, ("unknown field: x",), Outcome.NOTHING),
    ],
)  # fmt: skip
def test_settings_that_a_kiosk_gives_up_again_are_no_success(
    revision: int, problems: tuple[str, ...], outcome: Outcome
) -> None:
    assert judging.seen_settings(Reported(settings_revision=revision, problems=problems), 10).outcome is outcome


# ---- judging

PATIENCE = Patience(Deadlines(fetching_s=100, installing_s=100, rebooting_s=100, proving_s=100), answer_s=50)
S = MemberState

JUDGED = [
    (S.WAITING, Outcome.GOOD, S.PASSED), (S.WAITING, Outcome.OTHER, S.WAITING), (S.WAITING, Outcome.BAD, S.WAITING),
    (S.ASKED, Outcome.NOTHING, S.ASKED), (S.ASKED, Outcome.WORKING, S.ASKED), (S.ASKED, Outcome.GOOD, S.PASSED),
    (S.ASKED, Outcome.BAD, S.FAILED), (S.ASKED, Outcome.OTHER, S.ASKED), (S.ASKED, Outcome.CALLED_OFF, S.WITHDRAWN),
    (S.PASSED, Outcome.OTHER, S.FAILED), (S.PASSED, Outcome.NOTHING, S.PASSED), (S.PASSED, Outcome.GOOD, S.PASSED),
    (S.PASSED, Outcome.BAD, S.FAILED), (S.FAILED, Outcome.GOOD, S.PASSED), (S.FAILED, Outcome.OTHER, S.FAILED),
    (S.FAILED, Outcome.WORKING, S.FAILED), (S.WITHDRAWN, Outcome.GOOD, S.PASSED),
    (S.WITHDRAWN, Outcome.BAD, S.WITHDRAWN), (S.TO_RETURN, Outcome.BACK, S.RETURNED),
    (S.TO_RETURN, Outcome.OTHER, S.TO_RETURN), (S.RETURNING, Outcome.BACK, S.RETURNED),
    (S.FAILED, Outcome.BACK, S.RETURNED),
    (S.RETURNING, Outcome.BAD, S.FAILED), (S.RETURNED, Outcome.OTHER, S.FAILED),
]  # fmt: skip


@pytest.mark.parametrize(("state", "outcome", "after"), JUDGED)
def test_the_table_of_judgements(state: MemberState, outcome: Outcome, after: MemberState) -> None:
    member = Member(state, step_since=NOW)
    seen = Sighting(outcome, UpdateState.FETCHING)
    assert judging.judge(member, seen, NOW, PATIENCE, NOW).state is after


AT_IT = Member(S.ASKED, step=UpdateState.INSTALLING, step_since=NOW)
STEPS = [
    (UpdateState.UNKNOWN, 50), (UpdateState.FETCHING, 220), (UpdateState.INSTALLING, 220),
    (UpdateState.REBOOTING, 220), (UpdateState.PROVING, 220),
]  # fmt: skip


@pytest.mark.parametrize(("step", "after_s"), STEPS)
def test_silence_in_any_step_is_failure_after_its_deadline(step: UpdateState, after_s: int) -> None:
    member = Member(S.ASKED, step=step, step_since=NOW)
    seen = judging.NOTHING if step is UpdateState.UNKNOWN else Sighting(Outcome.WORKING, step)
    before, over = NOW + timedelta(seconds=after_s - 1), NOW + timedelta(seconds=after_s)
    assert judging.judge(member, seen, None, PATIENCE, before).state is S.ASKED
    failed = judging.judge(member, seen, None, PATIENCE, over)
    assert (failed.state, failed.reason, failed.next_try_at) == (S.FAILED, judging.SILENT, None)
    assert judging.judge(member, seen, over, PATIENCE, over).reason == judging.OVERDUE


def test_who_holds_back_may_as_long_as_it_is_heard() -> None:
    member = Member(S.ASKED, step=UpdateState.WAITING, step_since=NOW)
    seen = Sighting(Outcome.WORKING, UpdateState.WAITING, "quiet-hours", next_try_at=NOW + timedelta(hours=9))
    later = NOW + timedelta(hours=8)
    held = judging.judge(member, seen, later, PATIENCE, later)
    assert (held.state, held.reason, held.next_try_at) == (S.ASKED, "quiet-hours", NOW + timedelta(hours=9))
    assert judging.judge(member, seen, NOW, PATIENCE, later).reason == judging.SILENT


def test_a_new_step_and_a_new_try_begin_a_new_deadline_and_the_same_word_again_does_not() -> None:
    later = NOW + timedelta(seconds=60)
    same = judging.judge(AT_IT, Sighting(Outcome.WORKING, UpdateState.INSTALLING), later, PATIENCE, later)
    assert same.step_since == NOW
    for seen in (
        Sighting(Outcome.WORKING, UpdateState.REBOOTING),
        Sighting(Outcome.WORKING, UpdateState.INSTALLING, tries=1),
    ):
        after = judging.judge(AT_IT, seen, later, PATIENCE, later)
        assert after.step_since == later


def test_a_time_in_which_nobody_listened_is_nobodys_silence() -> None:
    later = NOW + timedelta(hours=3)
    excused = judging.excused(AT_IT, timedelta(hours=3), later)
    working = Sighting(Outcome.WORKING, UpdateState.INSTALLING)
    assert judging.judge(excused, working, NOW, PATIENCE, later).state is S.ASKED
    assert judging.excused(replace(AT_IT, state=S.PASSED), timedelta(hours=3), later) == replace(AT_IT, state=S.PASSED)


# ---- gates

PLAN = Plan(
    waves=parse_waves("1; 10; all"),
    gate=Gate(success_percent=90, soak_s=600),
    limits=Limits(at_once=100, harm_max=10, tried_min=10, fail_percent=20),
)
HALTED = RolloutState.HALTED
LONG_AGO = NOW - timedelta(hours=1)
GO = RolloutState.RUNNING


def wave(**counts: object) -> Tally:
    return Tally(**{"size": 10, "decided_at": LONG_AGO, **counts})  # type: ignore[arg-type]  # a test's own


DECIDED = [
    ("nothing yet: the first wave", [Tally(size=1, ready=1)], 0, Decision(GO, 1)),
    ("under way", [wave(at_it=10)], 1, Decision(GO, 1)),
    ("soaked", [wave(passed=10, heard_passed=10)], 1, Decision(GO, 2)),
    ("not soaked", [wave(passed=10, heard_passed=10, decided_at=NOW)], 1, Decision(GO, 1)),
    ("share reached with stragglers", [wave(passed=9, heard_passed=9, at_it=1)], 1, Decision(GO, 2)),
    ("share not reached", [wave(passed=8, heard_passed=8, at_it=2)], 1, Decision(GO, 1)),
    ("some are away", [wave(passed=3, heard_passed=3, away=7)], 1, Decision(GO, 2)),
    ("all are away", [wave(away=10, decided_at=None)], 1, Decision(GO, 1)),
    ("passed, and fell silent", [wave(passed=10, heard_passed=2)], 1, Decision(GO, 1)),
    ("nobody is in it", [Tally()], 1, Decision(GO, 2)),
    ("settled under the share", [wave(passed=8, failed=2, heard_passed=8)], 1, Decision(HALTED, 1, Because.GATE)),
    ("the first one fails", [Tally(size=1, failed=1, decided_at=NOW)], 1, Decision(HALTED, 1, Because.GATE)),
    ("too few to have a rate", [wave(failed=3, at_it=7)], 1, Decision(GO, 1)),
    ("a rate", [wave(size=30, failed=3, passed=7, at_it=20)], 1, Decision(HALTED, 1, Because.SHARE)),
    ("forgiven", [wave(size=30, failed=3, forgiven=3, passed=7, at_it=20)], 1, Decision(GO, 1)),
    ("harm", [wave(size=99, failed=10, passed=80, at_it=9)], 1, Decision(HALTED, 1, Because.HARM)),
    ("gone on from a wave of failures", [wave(failed=10, forgiven=10)], 1, Decision(GO, 2)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("waves", "released", "decision"), [row[1:] for row in DECIDED], ids=[row[0] for row in DECIDED]
)
def test_the_table_of_decisions(waves: list[Tally], released: int, decision: Decision) -> None:
    standing = Standing(GO, released, (*waves, Tally(size=10, ready=10)))
    assert gating.decide(standing, PLAN, NOW) == decision


@pytest.mark.parametrize("state", set(RolloutState) - {RolloutState.RUNNING, RolloutState.DONE})
def test_what_does_not_run_neither_goes_on_nor_asks(state: RolloutState) -> None:
    standing = Standing(state, 1, (wave(passed=10, heard_passed=10), Tally(size=10, ready=10)))
    assert gating.decide(standing, PLAN, NOW) == Decision(state, 1)
    assert gating.may_ask(standing, PLAN) == 0


def test_it_is_done_when_nobody_who_is_there_is_left_and_runs_again_for_the_late() -> None:
    last = (wave(passed=9, heard_passed=9, away=1),)
    assert gating.decide(Standing(GO, 1, last), PLAN, NOW).state is RolloutState.DONE
    back = (wave(passed=9, heard_passed=9, ready=1),)
    assert gating.decide(Standing(RolloutState.DONE, 1, back), PLAN, NOW).state is GO


tallies = st.builds(
    Tally, size=st.just(1000), ready=st.integers(0, 500), at_it=st.integers(0, 300), passed=st.integers(0, 500),
    failed=st.integers(0, 50), forgiven=st.integers(0, 5),
)  # fmt: skip


@given(waves=st.lists(tallies, min_size=1, max_size=4), harm_max=st.integers(1, 50), at_once=st.integers(1, 400))
def test_asking_never_risks_more_than_the_bound(waves: list[Tally], harm_max: int, at_once: int) -> None:
    plan = Plan(waves=(Wave(by=Choice.EVERYONE),), limits=Limits(at_once=at_once, harm_max=harm_max))
    standing = Standing(GO, len(waves), tuple(waves))
    asked = gating.may_ask(standing, plan)
    assert asked >= 0
    if asked:
        assert standing.at_it + asked <= at_once
        assert standing.at_it + asked + standing.lost <= harm_max + standing.passed
