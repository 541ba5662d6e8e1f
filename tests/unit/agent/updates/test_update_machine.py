"""The table of updates: what follows from what, and from a plug pulled in each state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from fleet.protocol.updates import Budget, FirmwareDesired, QuietHours, UpdateReason
from kiosk.agent.updates import states as st
from kiosk.agent.updates.machine import REBOOTS_MAX, UPDATES
from kiosk.agent.updates.states import FetchOutcome, Here, Proof, State, Word

OLD, NEW = "a" * 64, "b" * 64
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
WANTED = FirmwareDesired(
    version="2.0",
    target="firmware/2.raucb",
    manifest_hash=NEW,
    compatible="sala-rpi",
    size_bytes=40_000_000,
    rollout_id="r1",
    soak_s=60,
)
PIECE_BYTES = WANTED.size_bytes // 8
WORKS = Proof(front_desk=True, link=True, devices=frozenset({"card", "printer"}))
EVENTS = (st.Heard, st.Started, st.Ticked, st.FetchEnded, st.InstallEnded, st.MarkEnded, st.RebootRefused)


@dataclass
class Machine:
    """A kiosk on paper: two slots, a boot loader, and a plug. What is stored is all that survives."""

    wanted: FirmwareDesired | None = WANTED
    state: State = field(default_factory=st.Idle)
    running: str = OLD
    next_boot: str = OLD
    boot: int = 1
    at: datetime = NOON
    up_s: float = 100.0
    todo: list[st.Effect] = field(default_factory=list)
    done: list[st.Effect] = field(default_factory=list)
    boots_well: bool = True
    works: bool = True
    good_marked: bool = False
    fetched: int = 0
    in_visit: bool = False
    word: Word = Word.SIGNED

    @property
    def here(self) -> Here:
        marked = self.running == OLD or self.good_marked
        return Here(
            at=self.at,
            up_s=self.up_s,
            boot_id=f"boot-{self.boot}",
            running_hash=self.running,
            compatible="sala-rpi",
            is_marked_good=marked,
        )

    def step(self, event: st.Event) -> None:
        following = UPDATES.step(self.state, event)
        # As on the disk: what is not written is not there afterwards.
        self.state = msgspec.json.decode(msgspec.json.encode(following.state), type=State)
        self.todo.extend(following.effects)

    def pass_time(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.up_s += seconds

    def tick(self, seconds: float = 1.0) -> None:
        self.pass_time(seconds)
        proof = WORKS if self.works or self.running == OLD else Proof(front_desk=False, link=True)
        if isinstance(self.state, st.Idle) and self.wanted is not None:
            self.step(st.Heard(here=self.here, desired=self.wanted))
        self.step(st.Ticked(here=self.here, in_visit=self.in_visit, word=self.word, proof=proof))

    def carry_out(self) -> None:
        """The first effect that waits, to its end."""
        effect = self.todo.pop(0)
        self.done.append(effect)
        match effect:
            case st.Fetch():
                assert isinstance(self.state, st.Fetching)
                got = min(effect.allowance_bytes, self.state.plan.wanted.size_bytes - self.fetched)
                self.fetched += got
                whole = self.fetched == self.state.plan.wanted.size_bytes
                outcome = FetchOutcome.WHOLE if whole else FetchOutcome.PAID
                self.step(st.FetchEnded(here=self.here, outcome=outcome, unused_bytes=effect.allowance_bytes - got))
            case st.Install():
                self.next_boot = NEW
                self.step(st.InstallEnded(here=self.here, ok=True, devices=("card", "printer")))
            case st.Reboot():
                self.restart()
            case st.MarkGood():
                self.good_marked = True
                self.step(st.MarkEnded(here=self.here, ok=True))
            case st.MarkBad():
                self.next_boot = OLD
            case st.StayHere():
                self.next_boot = self.running
            case st.DropBundle():
                self.fetched = 0

    def restart(self) -> None:
        """Power off and on: what was to be done is forgotten."""
        self.todo.clear()
        self.boot += 1
        self.up_s = 0.0
        self.running = self.next_boot if self.boots_well or self.next_boot == OLD else OLD
        self.step(st.Started(here=self.here))

    def go(self, until: Iterable[type], ticks: int = 400, seconds: float = 30.0) -> None:
        """On to one of these states."""
        until = tuple(until)
        for _ in range(ticks):
            if isinstance(self.state, until):
                return
            if self.todo:
                self.carry_out()
            else:
                self.tick(seconds)
        raise AssertionError(f"still {self.state}")


ENDS = (st.Good, st.Quarantined)


def kinds(effects: Iterable[st.Effect]) -> list[str]:
    return [type(effect).__name__ for effect in effects]


def test_every_state_answers_every_event() -> None:
    demanded = {(state, event) for state in get_args(State) for event in EVENTS}
    # What Waiting and Idle cannot be told is ignored on purpose, too; nothing falls through.
    assert demanded <= UPDATES.rows


def test_a_good_update_runs_and_is_marked_after_its_soak() -> None:
    machine = Machine()
    machine.go([st.Proving])
    assert (machine.running, machine.good_marked) == (NEW, False)
    machine.go(ENDS)
    assert isinstance(machine.state, st.Good)
    assert (machine.running, machine.good_marked) == (NEW, True)
    assert kinds(machine.done) == ["DropBundle"] + ["Fetch"] * 8 + ["Install", "Reboot", "MarkGood"]


def test_what_runs_already_is_good_at_once() -> None:
    machine = Machine(running=NEW, next_boot=NEW, good_marked=True)
    machine.tick()
    assert isinstance(machine.state, st.Good)
    assert not machine.done


@pytest.mark.parametrize(
    "pulled_in",
    [st.Waiting, st.Fetching, st.Installing, st.Rebooting, st.Proving, st.Good],
    ids=lambda kind: kind.__name__,
)
def test_a_plug_pulled_in_any_state_costs_time_and_nothing_else(pulled_in: type) -> None:
    """The column "plug pulled here": once in each state, before what it names was done."""
    machine = Machine()
    machine.go([pulled_in])
    machine.restart()
    machine.go(ENDS)
    assert isinstance(machine.state, st.Good)
    assert machine.running == NEW
    assert machine.state.plan.tries == 1
    assert machine.state.plan.bytes_spent <= WANTED.size_bytes + PIECE_BYTES


def test_one_that_does_not_work_goes_back_and_is_tried_three_times_at_most() -> None:
    machine = Machine(works=False)
    machine.go([st.RolledBack])
    assert isinstance(machine.state, st.RolledBack)
    assert (machine.running, machine.state.reason) == (OLD, UpdateReason.FRONT_DESK)
    machine.go(ENDS, ticks=4000)
    assert isinstance(machine.state, st.Quarantined)
    assert (machine.running, machine.state.plan.tries) == (OLD, 3)
    assert kinds(machine.done).count("Install") == 3


def test_one_that_does_not_boot_goes_back() -> None:
    machine = Machine(boots_well=False)
    machine.go([st.RolledBack])
    assert isinstance(machine.state, st.RolledBack)
    assert machine.state.reason is UpdateReason.BOOT_FAILED


def test_one_that_boots_again_and_again_without_proving_itself_goes_back() -> None:
    machine = Machine()
    machine.go([st.Proving])
    for _ in range(REBOOTS_MAX):
        machine.restart()
    assert isinstance(machine.state, st.Returning)
    machine.go([st.RolledBack])
    assert isinstance(machine.state, st.RolledBack)
    assert (machine.running, machine.state.reason) == (OLD, UpdateReason.REBOOT_LOOP)


def test_the_soak_begins_anew_with_everything_that_fails_meanwhile() -> None:
    machine = Machine()
    machine.go([st.Proving])
    machine.tick(1)
    machine.tick(50)
    machine.works = False
    machine.tick(1)
    machine.works = True
    machine.tick(1)
    machine.tick(50)
    assert not machine.todo, "it held for 50 s, twice"
    machine.tick(11)
    assert kinds(machine.todo) == ["MarkGood"]


def test_a_device_that_was_missing_before_is_not_missed() -> None:
    plan = st.Plan(wanted=WANTED, tries=1, devices=("card",))
    state = st.Proving(plan, st.Moment(NOON, 0.0, "boot-2"))
    here = Here(at=NOON, up_s=10.0, boot_id="boot-2", running_hash=NEW)
    proof = Proof(front_desk=True, link=True, devices=frozenset({"card"}))
    assert UPDATES.step(state, st.Ticked(here=here, proof=proof)).state == replace_held(state, 10.0)
    lost = UPDATES.step(state, st.Ticked(here=here, proof=replace_devices(proof)))
    assert lost.state == state


def replace_held(state: st.Proving, held_since_s: float) -> st.Proving:
    return msgspec.structs.replace(state, held_since_s=held_since_s)


def replace_devices(proof: Proof) -> Proof:
    return msgspec.structs.replace(proof, devices=frozenset())


def holding_back(machine: Machine) -> tuple[st.Upcoming, UpdateReason]:
    assert isinstance(machine.state, st.Waiting)
    return machine.state.upcoming, machine.state.reason


def test_nobody_is_disturbed() -> None:
    """Neither installing nor the reboot during a visit, nor by day where quiet hours are said; fetching is heard by
    nobody."""
    machine = Machine(wanted=msgspec.structs.replace(WANTED, quiet_hours=QuietHours(begins="19:00", ends="05:00")))
    for _ in range(40):  # it is noon in Thailand
        if machine.todo:
            machine.carry_out()
        else:
            machine.tick()
    assert holding_back(machine) == (st.Upcoming.INSTALL, UpdateReason.QUIET_HOURS)
    evening = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert getattr(machine.state, "until", None) == evening
    machine.at, machine.in_visit = evening, True
    machine.tick()
    assert holding_back(machine) == (st.Upcoming.INSTALL, UpdateReason.VISIT)
    machine.in_visit = False
    machine.tick()
    machine.carry_out()
    machine.in_visit = True
    machine.tick()
    assert holding_back(machine) == (st.Upcoming.REBOOT, UpdateReason.VISIT)
    machine.in_visit = False
    machine.tick()
    assert kinds(machine.todo) == ["Reboot"]


@pytest.mark.parametrize(
    ("outcome", "following", "reason"),
    [
        (FetchOutcome.NOT_FOUND, st.Quarantined, UpdateReason.NOT_FOUND),
        (FetchOutcome.REFUSED, st.Waiting, UpdateReason.REFUSED),
        (FetchOutcome.NO_ROOM, st.Waiting, UpdateReason.NO_ROOM),
        (FetchOutcome.NETWORK, st.Waiting, UpdateReason.NETWORK),
    ],
)
def test_how_fetching_ends_badly(outcome: FetchOutcome, following: type, reason: UpdateReason) -> None:
    machine = Machine()
    machine.go([st.Fetching])
    machine.step(st.FetchEnded(here=machine.here, outcome=outcome))
    assert type(machine.state) is following
    assert machine.state.reason is reason  # type: ignore[union-attr]


def test_a_further_try_goes_on_with_what_is_there() -> None:
    machine = Machine()
    machine.go([st.Fetching])
    assert kinds(machine.todo) == ["DropBundle", "Fetch"], "the first begins with nothing"
    machine.todo.clear()
    machine.tick(WANTED.deadlines.fetching_s + 1)
    assert kinds(machine.todo) == ["StopWork"]
    machine.go([st.Fetching], seconds=3600)
    assert machine.state.plan.tries == 2  # type: ignore[union-attr]
    assert kinds(machine.todo) == ["Fetch"]


def test_a_line_that_comes_and_goes_costs_no_tries_and_ends_with_the_deadline() -> None:
    machine = Machine()
    machine.go([st.Fetching])
    for _ in range(200):
        machine.todo.clear()
        if isinstance(machine.state, st.Fetching):
            unused = machine.state.allowance_bytes
            machine.step(st.FetchEnded(here=machine.here, outcome=FetchOutcome.NETWORK, unused_bytes=unused))
        machine.tick(300)
        plan = machine.state.plan  # type: ignore[union-attr]
        if plan.fetch_began is None:
            break
        assert plan.tries == 1
    assert isinstance(machine.state, st.Waiting)
    assert machine.state.reason is UpdateReason.DEADLINE
    assert machine.state.plan.bytes_spent == 0


def test_the_budget_of_bytes_is_the_end() -> None:
    machine = Machine(wanted=msgspec.structs.replace(WANTED, budget=Budget(bytes_max=PIECE_BYTES + 5, tries_max=9)))
    machine.go(ENDS)
    assert isinstance(machine.state, st.Quarantined)
    assert (machine.state.reason, machine.state.plan.bytes_spent) == (UpdateReason.BUDGET, PIECE_BYTES + 5)


@pytest.mark.parametrize("met_in", [st.Waiting, st.Fetching, st.Installing], ids=lambda kind: kind.__name__)
def test_it_can_be_called_off_until_the_reboot(met_in: type) -> None:
    machine = Machine()
    machine.go([met_in])
    machine.step(st.Heard(here=machine.here, desired=msgspec.structs.replace(WANTED, cancelled=True)))
    assert machine.state == st.Idle(UpdateReason.CANCELLED)
    assert "DropBundle" in kinds(machine.todo)
    assert ("StopWork" in kinds(machine.todo)) == (met_in is not st.Waiting)


def test_called_off_after_it_went_back_it_is_not_tried_again() -> None:
    machine = Machine(works=False)
    machine.go([st.RolledBack])
    for wanted in (msgspec.structs.replace(WANTED, cancelled=True), WANTED):
        machine.step(st.Heard(here=machine.here, desired=wanted))
    assert isinstance(machine.state, st.RolledBack)
    assert (machine.state.until, machine.state.reason) == (None, UpdateReason.FRONT_DESK)
    installed = kinds(machine.done).count("Install")
    for _ in range(400):
        machine.tick(600)
        while machine.todo:
            machine.carry_out()
    assert kinds(machine.done).count("Install") == installed
    assert machine.fetched == 0
    machine.step(st.Heard(here=machine.here, desired=msgspec.structs.replace(WANTED, rollout_id="another")))
    machine.go([st.Installing])


def test_called_off_while_it_waits_to_try_again_it_lets_go_of_it() -> None:
    machine = Machine()
    machine.go([st.Installing])
    machine.step(st.InstallEnded(here=machine.here, ok=False, detail="the slot is broken"))
    assert holding_back(machine) == (st.Upcoming.FETCH, UpdateReason.INSTALL_FAILED)
    machine.step(st.Heard(here=machine.here, desired=msgspec.structs.replace(WANTED, cancelled=True)))
    assert machine.state == st.Idle(UpdateReason.CANCELLED)


def test_called_off_when_it_is_installed_it_does_not_start_by_itself_later() -> None:
    machine = Machine()
    machine.go([st.Installing])
    machine.carry_out()
    assert holding_back(machine)[0] is st.Upcoming.REBOOT
    machine.wanted = None
    machine.step(st.Heard(here=machine.here, desired=None))
    while machine.todo:
        machine.carry_out()
    machine.restart()
    assert machine.running == OLD
    assert st.Idle(UpdateReason.CANCELLED) == machine.state


def test_from_the_reboot_on_nobody_calls_it_off() -> None:
    machine = Machine()
    machine.go([st.Rebooting])
    machine.step(st.Heard(here=machine.here, desired=None))
    assert isinstance(machine.state, st.Rebooting)


def test_another_roll_out_of_the_same_bundle_begins_anew() -> None:
    machine = Machine(works=False)
    machine.go([st.Quarantined], ticks=4000)
    machine.step(st.Heard(here=machine.here, desired=WANTED))
    assert isinstance(machine.state, st.Quarantined)
    machine.step(st.Heard(here=machine.here, desired=msgspec.structs.replace(WANTED, rollout_id="r2")))
    assert isinstance(machine.state, st.Waiting)
    assert machine.state.plan.tries == 0


def test_what_is_not_signed_is_not_fetched() -> None:
    machine = Machine(word=Word.SILENT)
    for _ in range(10):
        machine.tick(30)
    assert isinstance(machine.state, st.Waiting)
    assert (machine.state.reason, set(kinds(machine.todo))) == (UpdateReason.REFUSED, {"AskTrust"})
    machine.word = Word.AGAINST
    machine.tick(120)
    assert isinstance(machine.state, st.Quarantined)


def test_what_was_published_a_minute_ago_is_asked_about_before_it_is_called_unsigned() -> None:
    machine = Machine(word=Word.SILENT)
    machine.tick()
    machine.tick()
    assert isinstance(machine.state, st.Waiting)
    assert (machine.state.reason, kinds(machine.todo)) == (UpdateReason.NONE, ["AskTrust"])
    machine.word = Word.SIGNED
    machine.tick()
    assert isinstance(machine.state, st.Fetching)


def test_what_was_good_and_does_not_run_any_more_says_so() -> None:
    machine = Machine()
    machine.go(ENDS)
    machine.next_boot = OLD
    machine.restart()
    assert isinstance(machine.state, st.RolledBack)


def test_clocks_that_jump_within_a_boot_end_nothing() -> None:
    machine = Machine()
    machine.go([st.Fetching])
    machine.at += timedelta(days=3)
    machine.tick(1)
    assert isinstance(machine.state, st.Fetching)


@given(
    works=some.booleans(),
    boots_well=some.booleans(),
    pulls=some.lists(some.integers(0, 60), max_size=12),
    visits=some.lists(some.booleans(), min_size=1, max_size=8),
)
def test_whatever_happens_it_ends_and_ends_well(
    works: bool,
    boots_well: bool,
    pulls: list[int],
    visits: list[bool],
) -> None:
    machine = Machine(works=works, boots_well=boots_well)
    for turn in range(3000):
        if isinstance(machine.state, ENDS):
            break
        machine.in_visit = visits[turn % len(visits)] and turn < 2000
        if turn in pulls:
            machine.restart()
        elif machine.todo:
            assert not (machine.in_visit and isinstance(machine.todo[0], st.MarkBad) and machine.running == OLD)
            machine.carry_out()
        else:
            before = len(machine.todo)
            machine.tick(60)
            begun = machine.todo[before:]
            assert not machine.in_visit or not {"Install", "Reboot"} & set(kinds(begun)) or machine.running == NEW
    assert isinstance(machine.state, ENDS)
    assert machine.state.plan.tries <= WANTED.budget.tries_max
    assert machine.state.plan.bytes_spent <= WANTED.bytes_max
    if isinstance(machine.state, st.Quarantined):
        assert machine.running == OLD
    elif not pulls:
        assert works
        assert boots_well
    if works and boots_well and len(pulls) < 3:
        assert (type(machine.state), machine.running) == (st.Good, NEW)
