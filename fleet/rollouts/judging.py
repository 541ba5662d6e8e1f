"""How one kiosk of a roll-out stands: a table of (its state, what was seen of it), and deadlines. Pure.

Rules: only a kiosk that runs what it should, proved, has passed. Silence is failure once a step's deadline is over,
without anybody saying so. Who has failed and then is seen to be good has passed; who has passed and then runs
something else has failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.protocol.messages import Reported
from fleet.protocol.updates import Deadlines, FirmwareReported, UpdateReason, UpdateState


class MemberState(StrEnum):
    """A kiosk in a roll-out. The last three are of taking it back."""

    WAITING = "waiting"
    ASKED = "asked"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    TO_RETURN = "to-return"
    RETURNING = "returning"
    RETURNED = "returned"


class Outcome(StrEnum):
    """What was seen of a kiosk, against what is wanted of it. ``BACK``: good, with what it ran before."""

    NOTHING = "nothing"
    WORKING = "working"
    GOOD = "good"
    BACK = "back"
    BAD = "bad"
    OTHER = "other"
    CALLED_OFF = "called-off"


SILENT = "silent"
OVERDUE = "overdue"
RUNS_ANOTHER = "runs-another"
PROBLEMS = "problems"
"""Reasons that are the fleet's own; the others are a kiosk's (``UpdateReason``)."""

GRACE_S = 120
"""A kiosk gives up at its own deadline and says so; its word takes a way."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a kiosk's report comes to."""

    outcome: Outcome
    step: UpdateState = UpdateState.UNKNOWN
    reason: str = ""
    detail: str = ""
    tries: int = 0
    next_try_at: datetime | None = None


NOTHING = Sighting(Outcome.NOTHING)


@dataclass(frozen=True, slots=True)
class Member:
    """One kiosk. ``step_since`` is by the fleet's clock: when the step was first seen."""

    state: MemberState
    step: UpdateState = UpdateState.UNKNOWN
    reason: str = ""
    detail: str = ""
    tries: int = 0
    next_try_at: datetime | None = None
    step_since: datetime | None = None
    deadline_at: datetime | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a kiosk may be at what."""

    deadlines: Deadlines
    answer_s: int

    def until(self, step: UpdateState, since: datetime) -> datetime | None:
        """When ``step`` must be over; None while a kiosk holds back of its own."""
        seconds = {
            UpdateState.UNKNOWN: self.answer_s,
            UpdateState.IDLE: self.answer_s,
            UpdateState.FETCHING: self.deadlines.fetching_s + GRACE_S,
            UpdateState.INSTALLING: self.deadlines.installing_s + GRACE_S,
            UpdateState.REBOOTING: self.deadlines.rebooting_s + GRACE_S,
            UpdateState.PROVING: self.deadlines.proving_s + GRACE_S,
        }.get(step)
        return None if seconds is None else since + timedelta(seconds=seconds)


# ---- what a report comes to


def seen_firmware(said: FirmwareReported | None, manifest_hash: str, rollout_id: str) -> Sighting:
    """A kiosk's word on its firmware, against the bundle wanted of it in this roll-out."""
    if said is None:
        return NOTHING
    sighting = Sighting(Outcome.WORKING, said.state, said.reason.value, said.detail[:200], said.tries, said.next_try_at)
    if said.is_good(manifest_hash):
        return replace(sighting, outcome=Outcome.GOOD)
    if said.rollout_id == rollout_id and (outcome := _under_way(said, manifest_hash)) is not None:
        return replace(sighting, outcome=outcome)
    return Sighting(Outcome.OTHER) if said.running_hash not in ("", manifest_hash) else NOTHING


def _under_way(said: FirmwareReported, manifest_hash: str) -> Outcome | None:
    """What a kiosk that speaks of this roll-out is at; None when it is at nothing."""
    if said.state in (UpdateState.ROLLED_BACK, UpdateState.QUARANTINED):
        return Outcome.BAD
    if said.state is UpdateState.IDLE and said.reason is UpdateReason.CANCELLED:
        return Outcome.CALLED_OFF
    is_at_it = said.running_hash == manifest_hash or said.state not in (UpdateState.IDLE, UpdateState.GOOD)
    return Outcome.WORKING if is_at_it else None


def seen_settings(said: Reported | None, revision: int) -> Sighting:
    """A kiosk's word on its settings, against the revision it was given."""
    if said is None:
        return NOTHING
    if said.settings_revision >= revision:
        return Sighting(Outcome.GOOD, UpdateState.GOOD)
    refused = [problem for problem in said.problems if _is_of(problem, revision)]
    if refused:
        return Sighting(Outcome.BAD, UpdateState.QUARANTINED, PROBLEMS, "; ".join(refused)[:200])
    return NOTHING


def _is_of(problem: str, revision: int) -> bool:
    """Whether a kiosk speaks of this revision, or of a later one, which holds it too (``kiosk.settings_store``)."""
    spoken = re.search(r"\brevision (\d{1,10})\b", problem)
    return spoken is not None and int(spoken[1]) >= revision


# ---- the table

_Row = Callable[[Member, Sighting, datetime], Member]


def _into(state: MemberState) -> _Row:
    def row(member: Member, seen: Sighting, now: datetime) -> Member:
        return replace(
            member, state=state, step=seen.step, reason=seen.reason, detail=seen.detail, tries=seen.tries,
            next_try_at=seen.next_try_at, step_since=now, deadline_at=None, decided_at=now,
        )  # fmt: skip

    return row


def _reopened(member: Member, _seen: Sighting, now: datetime) -> Member:
    return replace(
        member, state=MemberState.FAILED, step=UpdateState.UNKNOWN, reason=RUNS_ANOTHER, detail="", next_try_at=None,
        step_since=now, decided_at=now,
    )  # fmt: skip


def _goes_on(member: Member, seen: Sighting, now: datetime) -> Member:
    since = now if (seen.step, seen.tries) != (member.step, member.tries) else member.step_since
    return replace(
        member, step=seen.step, reason=seen.reason, detail=seen.detail, tries=seen.tries,
        next_try_at=seen.next_try_at, step_since=since,
    )  # fmt: skip


def _as_it_was(member: Member, _seen: Sighting, _now: datetime) -> Member:
    return member


_passes, _fails = _into(MemberState.PASSED), _into(MemberState.FAILED)

TABLE: dict[tuple[MemberState, Outcome], _Row] = {
    (MemberState.WAITING, Outcome.GOOD): _passes,
    (MemberState.ASKED, Outcome.GOOD): _passes,
    (MemberState.ASKED, Outcome.BAD): _fails,
    (MemberState.ASKED, Outcome.WORKING): _goes_on,
    (MemberState.ASKED, Outcome.CALLED_OFF): _into(MemberState.WITHDRAWN),
    (MemberState.PASSED, Outcome.OTHER): _reopened,
    (MemberState.PASSED, Outcome.BAD): _fails,
    (MemberState.FAILED, Outcome.GOOD): _passes,
    (MemberState.FAILED, Outcome.BAD): _goes_on,
    (MemberState.FAILED, Outcome.WORKING): _goes_on,
    (MemberState.WITHDRAWN, Outcome.GOOD): _passes,
    (MemberState.FAILED, Outcome.BACK): _into(MemberState.RETURNED),
    (MemberState.TO_RETURN, Outcome.BACK): _into(MemberState.RETURNED),
    (MemberState.RETURNING, Outcome.BACK): _into(MemberState.RETURNED),
    (MemberState.RETURNING, Outcome.BAD): _fails,
    (MemberState.RETURNING, Outcome.WORKING): _goes_on,
    (MemberState.RETURNED, Outcome.OTHER): _reopened,
}
"""What changes; every other pair leaves a kiosk as it was."""

AT_IT = frozenset({MemberState.ASKED, MemberState.RETURNING})
"""States in which something is awaited of a kiosk, and silence counts."""


def judge(member: Member, seen: Sighting, heard_at: datetime | None, patience: Patience, now: datetime) -> Member:
    """The member after what was seen of it, and after what was not."""
    after = TABLE.get((member.state, seen.outcome), _as_it_was)(member, seen, now)
    if after.state not in AT_IT or after.step_since is None:
        return after
    since, deadline = after.step_since, patience.until(after.step, after.step_since)
    after = replace(after, deadline_at=deadline)
    # One that holds back by itself may: as long as it is heard.
    over_at = deadline or max(since, heard_at or since) + timedelta(seconds=patience.answer_s)
    if now < over_at:
        return after
    reason = SILENT if heard_at is None or heard_at <= since else OVERDUE
    return replace(after, state=MemberState.FAILED, reason=reason, next_try_at=None, deadline_at=None, decided_at=now)


def excused(member: Member, gap: timedelta, now: datetime) -> Member:
    """The member after a time in which nobody listened, or nobody led: silence then was not its own."""
    if member.state not in AT_IT or member.step_since is None:
        return member
    return replace(member, step_since=min(now, member.step_since + gap))


def asked(state: MemberState, patience: Patience, now: datetime) -> Member:
    """A kiosk that is told now what it should run; ``state`` is ASKED or RETURNING."""
    return Member(state, step_since=now, deadline_at=patience.until(UpdateState.UNKNOWN, now))
