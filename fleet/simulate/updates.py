"""How a simulated kiosk updates itself: the contract of ``fleet.protocol.updates``, with nothing fetched or installed.

Not here: the wire (``kiosk``). A step takes as long as the plan says, by chance half or half again; what becomes of a
bundle is its fate in the plan, by version. Times are given: seconds of the crowd's clock, and what the kiosk's says.
"""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from fleet.protocol.records import FirmwareStep
from fleet.protocol.updates import (
    COMPATIBLE,
    FirmwareDesired,
    FirmwareReported,
    UpdateReason,
    UpdateState,
    is_quiet,
    next_quiet,
)

FOREVER_S = float("inf")
RETRY_STEPS = 10
"""Pause before the next try, in steps."""

QUIET_LOOK_S = 60.0


class Fate(StrEnum):
    """What becomes of a kiosk with a bundle. ``BAD``: it does not prove itself, and the system before it runs again.

    ``SILENT``: it never comes back from the reboot.
    """

    GOOD = "good"
    BAD = "bad"
    SILENT = "silent"


def hash_of(version: str) -> str:
    """What a simulated kiosk that began with ``version`` says it runs."""
    return hashlib.sha256(f"simulated {version}".encode()).hexdigest()


class SimulatedUpdates:
    """The updates of one kiosk. ``at`` and ``hear`` say whether there is something new to report."""

    def __init__(self, version: str, fates: dict[str, Fate], step_s: float, chance: random.Random) -> None:
        self._fates, self._step_s, self._chance = fates, step_s, chance
        self._wanted: FirmwareDesired | None = None
        self.said = FirmwareReported(running_version=version, running_hash=hash_of(version), compatible=COMPATIBLE)
        self.due_s = FOREVER_S
        self.away_until_s = 0.0
        """Until then the kiosk is rebooting, and has no line."""
        self.steps: list[FirmwareStep] = []
        """Records not taken yet."""

    def hear(self, wanted: FirmwareDesired | None, now_s: float, now: datetime) -> bool:
        """What the fleet wants."""
        if wanted == self._wanted:
            return False
        is_other = wanted is None or self._key(wanted) != self._key(self._wanted)
        self._wanted = wanted
        state = self.said.state
        if wanted is None or wanted.cancelled:
            return self._let_go(now)
        if not is_other and state is not UpdateState.IDLE:
            return False
        self.said = msgspec.structs.replace(
            self.said, wanted_version=wanted.version, wanted_hash=wanted.manifest_hash, rollout_id=wanted.rollout_id,
            tries=0, bytes_done=0, bytes_spent=0,
        )  # fmt: skip
        if self.said.running_hash == wanted.manifest_hash:
            return self._into(UpdateState.GOOD, now)
        return self._begin(wanted, now_s, now)

    def _let_go(self, now: datetime) -> bool:
        """It is called off: nothing new is begun, and what did not work is not tried again."""
        state = self.said.state
        if state in (UpdateState.WAITING, UpdateState.FETCHING, UpdateState.INSTALLING):
            return self._into(UpdateState.IDLE, now, UpdateReason.CANCELLED)
        if state is UpdateState.ROLLED_BACK and self.said.next_try_at is not None:
            return self._into(state, now, self.said.reason)
        return False

    def at(self, now_s: float, now: datetime) -> bool:
        """What is due."""
        wanted = self._wanted
        if now_s < self.due_s or wanted is None:
            return False
        due = {
            UpdateState.FETCHING: self._install,
            UpdateState.WAITING: self._install,
            UpdateState.INSTALLING: self._reboot,
            UpdateState.REBOOTING: self._come_up,
            UpdateState.PROVING: self._prove,
            UpdateState.ROLLED_BACK: self._begin,
        }
        return due[self.said.state](wanted, now_s, now)

    def _begin(self, wanted: FirmwareDesired, now_s: float, now: datetime) -> bool:
        self.said = msgspec.structs.replace(self.said, tries=self.said.tries + 1)
        self._into(UpdateState.FETCHING, now)
        self.due_s = self._soon(now_s) if wanted.size_bytes else now_s
        return True

    def _install(self, wanted: FirmwareDesired, now_s: float, now: datetime) -> bool:
        """What was fetched, when it is quiet."""
        if self.said.state is UpdateState.FETCHING:
            spent = self.said.bytes_spent + wanted.size_bytes
            self.said = msgspec.structs.replace(self.said, bytes_done=wanted.size_bytes, bytes_spent=spent)
        if not is_quiet(wanted.quiet_hours, now):
            is_new = self.said.state is not UpdateState.WAITING
            if is_new:
                self._into(UpdateState.WAITING, now, UpdateReason.QUIET_HOURS, next_quiet(wanted.quiet_hours, now))
            self.due_s = now_s + QUIET_LOOK_S
            return is_new
        self._into(UpdateState.INSTALLING, now)
        self.due_s = self._soon(now_s)
        return True

    def _reboot(self, wanted: FirmwareDesired, now_s: float, now: datetime) -> bool:
        self._into(UpdateState.REBOOTING, now)
        self.due_s = FOREVER_S if self._fate(wanted) is Fate.SILENT else self._soon(now_s)
        self.away_until_s = self.due_s
        return True

    def _prove(self, _wanted: FirmwareDesired, _now_s: float, now: datetime) -> bool:
        return self._into(UpdateState.GOOD, now)

    def _come_up(self, wanted: FirmwareDesired, now_s: float, now: datetime) -> bool:
        if self._fate(wanted) is Fate.GOOD:
            runs = {"running_version": wanted.version, "running_hash": wanted.manifest_hash}
            self.said = msgspec.structs.replace(self.said, **runs)
            self._into(UpdateState.PROVING, now)
            self.due_s = self._soon(now_s)
            return True
        if self.said.tries >= wanted.budget.tries_max:
            return self._into(UpdateState.QUARANTINED, now, UpdateReason.FRONT_DESK)
        if wanted.cancelled:
            return self._into(UpdateState.ROLLED_BACK, now, UpdateReason.FRONT_DESK)
        pause_s = RETRY_STEPS * self._step_s
        self._into(UpdateState.ROLLED_BACK, now, UpdateReason.FRONT_DESK, now + timedelta(seconds=pause_s))
        self.due_s = now_s + pause_s
        return True

    def _into(
        self,
        state: UpdateState,
        now: datetime,
        reason: UpdateReason = UpdateReason.NONE,
        next_try_at: datetime | None = None,
    ) -> bool:
        was, self.due_s = self.said.state, FOREVER_S
        self.said = msgspec.structs.replace(self.said, state=state, reason=reason, since=now, next_try_at=next_try_at)
        self.steps.append(
            FirmwareStep(
                was=was, state=state, reason=reason, detail="", version=self.said.wanted_version,
                manifest_hash=self.said.wanted_hash, rollout_id=self.said.rollout_id, tries=self.said.tries,
                next_try_at=next_try_at, stepped_at=now,
            )
        )  # fmt: skip
        return True

    def _fate(self, wanted: FirmwareDesired) -> Fate:
        return self._fates.get(wanted.version, Fate.GOOD)

    def _soon(self, now_s: float) -> float:
        return now_s + self._step_s * self._chance.uniform(0.5, 1.5)

    @staticmethod
    def _key(wanted: FirmwareDesired | None) -> tuple[str, str] | None:
        return None if wanted is None else (wanted.manifest_hash, wanted.rollout_id)
