"""A simulated kiosk keeps the contract of updates: every fate, quiet hours, a cancel, and the way back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec

from fleet.protocol.updates import FirmwareDesired, QuietHours, UpdateReason, UpdateState
from fleet.simulate.updates import FOREVER_S, Fate, SimulatedUpdates, hash_of

NEW = "1e" * 32
S = UpdateState
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 22:00 in Thailand
WANTED = FirmwareDesired(
    version="0.2.0", target="firmware/x", manifest_hash=NEW, compatible="sala-rpi", size_bytes=9, rollout_id="1"
)


class Kiosk:
    """One, and a clock that is always at what is next due."""

    def __init__(self, fate: Fate = Fate.GOOD, began: datetime = NIGHT) -> None:
        self.updates = SimulatedUpdates("0.1.0", {"0.2.0": fate}, 10.0, random.Random(1))  # noqa: S311 - no secret
        self.now_s, self._began = 0.0, began

    @property
    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.now_s)

    def hear(self, wanted: FirmwareDesired | None) -> UpdateState:
        self.updates.hear(wanted, self.now_s, self.now)
        return self.updates.said.state

    def next(self) -> UpdateState:
        self.now_s = self.updates.due_s
        assert self.updates.at(self.now_s, self.now)
        return self.updates.said.state


def test_a_good_one_goes_through_every_state_and_runs_the_new_hash() -> None:
    kiosk = Kiosk()
    seen = [kiosk.hear(WANTED), *(kiosk.next() for _ in range(4))]
    assert seen == [S.FETCHING, S.INSTALLING, S.REBOOTING, S.PROVING, S.GOOD]
    assert kiosk.updates.said.is_good(NEW)
    assert [step.state for step in kiosk.updates.steps] == seen
    assert kiosk.updates.due_s == FOREVER_S


def test_a_bad_one_comes_back_with_the_old_hash_until_it_is_quarantined() -> None:
    kiosk = Kiosk(Fate.BAD)
    kiosk.hear(WANTED)
    seen = [kiosk.next() for _ in range(11)]
    assert seen == [
        *2 * [S.INSTALLING, S.REBOOTING, S.ROLLED_BACK, S.FETCHING], S.INSTALLING, S.REBOOTING, S.QUARANTINED,
    ]  # fmt: skip
    said = kiosk.updates.said
    assert (said.running_hash, said.tries, said.reason) == (hash_of("0.1.0"), 3, UpdateReason.FRONT_DESK)


def test_called_off_a_bad_one_tries_no_more_and_one_that_let_go_begins_anew_when_it_is_asked_again() -> None:
    off = msgspec.structs.replace(WANTED, cancelled=True)
    kiosk = Kiosk(Fate.BAD)
    kiosk.hear(WANTED)
    assert [kiosk.next() for _ in range(3)][-1] is S.ROLLED_BACK
    assert kiosk.hear(off) is S.ROLLED_BACK
    assert (kiosk.updates.said.next_try_at, kiosk.updates.due_s) == (None, FOREVER_S)
    late = Kiosk(Fate.BAD)  # hears it while it is away
    late.hear(WANTED)
    assert [late.next(), late.next()][-1] is S.REBOOTING
    late.hear(off)
    assert late.next() is S.ROLLED_BACK
    assert late.updates.due_s == FOREVER_S
    slow = Kiosk()
    slow.hear(WANTED)
    assert [slow.hear(off), slow.hear(WANTED)] == [S.IDLE, S.FETCHING]


def test_a_silent_one_never_comes_back() -> None:
    kiosk = Kiosk(Fate.SILENT)
    kiosk.hear(WANTED)
    assert [kiosk.next(), kiosk.next()] == [S.INSTALLING, S.REBOOTING]
    assert kiosk.updates.away_until_s == FOREVER_S


def test_it_installs_in_quiet_hours_only_and_says_when() -> None:
    kiosk = Kiosk(began=NIGHT - timedelta(hours=12))
    kiosk.hear(msgspec.structs.replace(WANTED, quiet_hours=QuietHours(begins="22:00", ends="05:00")))
    assert kiosk.next() is S.WAITING
    assert (kiosk.updates.said.reason, kiosk.updates.said.next_try_at) == (UpdateReason.QUIET_HOURS, NIGHT)
    assert kiosk.updates.at(kiosk.now_s + 12 * 3600, NIGHT)
    assert kiosk.updates.said.state is S.INSTALLING


def test_a_cancel_is_obeyed_before_the_reboot_and_the_way_back_is_another_roll_out() -> None:
    kiosk = Kiosk()
    kiosk.hear(WANTED)
    assert kiosk.hear(msgspec.structs.replace(WANTED, cancelled=True)) is S.IDLE
    assert kiosk.updates.said.reason is UpdateReason.CANCELLED
    assert kiosk.hear(msgspec.structs.replace(WANTED, rollout_id="2")) is S.FETCHING
    for _ in range(4):
        kiosk.next()
    assert kiosk.hear(msgspec.structs.replace(WANTED, cancelled=True)) is S.GOOD
    back = msgspec.structs.replace(WANTED, version="0.1.0", manifest_hash=hash_of("0.1.0"), rollout_id="2-back")
    assert kiosk.hear(back) is S.FETCHING
    for _ in range(4):
        kiosk.next()
    assert kiosk.updates.said.is_good(hash_of("0.1.0"))
