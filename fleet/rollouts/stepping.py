"""One step of every roll-out: look at its kiosks, judge, decide, ask. By whoever leads; state is in the database only.

Rules: a step of a roll-out is one transaction with the messages it sends, so a kill at any line leaves the step before
or the step after. Doing a step again changes nothing. While the fleet hears nobody nobody is judged, and afterwards
the time in between counts for no deadline.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from fleet.devices import staging
from fleet.devices.hearing import hears
from fleet.devices.models import StagedSettings
from fleet.devices.truth import STALE_AFTER
from fleet.protocol.messages import Reported
from fleet.protocol.settings import SettingsError
from fleet.rollouts import asking, judging
from fleet.rollouts.gating import (
    OPEN,
    WATCHED,
    Because,
    RolloutState,
    Standing,
    Tally,
    decide,
    may_ask,
    may_return,
)
from fleet.rollouts.judging import AT_IT, MemberState, Outcome, Sighting
from fleet.rollouts.models import Deed, Kind, Member, MemberStep, Rollout
from fleet.rollouts.plan import Plan
from fleet.rollouts.planning import Place, Why, late_wave, left_out
from fleet.rollouts.saving import save_many
from fleet.rollouts.signing import is_awaited
from fleet.rollouts.starting import Draft, add_members, candidates, kiosks_for, wanted_of
from fleet.rollouts.telling import tell_others

log = logging.getLogger(__name__)

STEP_EVERY_S = 1.0
LATE_EVERY_S = 30.0
"""Between looks for kiosks that came after the planning."""

NEWS_OVERLAP = timedelta(seconds=5)
"""Ingest's times are of its batches' beginnings; one that was slow to commit is looked at again."""

LISTENED_EVERY = timedelta(seconds=10)
"""How often it is written that somebody listens."""

EXCUSED_FROM = timedelta(minutes=2)
"""Longer than this without a step, and the time counts for nobody. The next leader is there within seconds."""

_BACK = (RolloutState.ROLLING_BACK, RolloutState.ROLLED_BACK)

CHANGED = [
    "state", "step", "reason", "detail", "tries", "next_try_at", "asked_at", "step_since", "deadline_at", "decided_at",
    "before_hash", "wanted_revision",
]  # fmt: skip


class Stepper:
    """Steps roll-outs while it is turned. Only the conductor that leads may turn it."""

    def __init__(self) -> None:
        self._step_at_s = self._late_at_s = 0.0

    def turn(self) -> None:
        """A step of each, if it is time to."""
        now_s = time.monotonic()
        if now_s < self._step_at_s:
            return
        self._step_at_s = now_s + STEP_EVERY_S
        now = timezone.now()
        if now_s >= self._late_at_s:
            self._late_at_s = now_s + LATE_EVERY_S
            take_in_late(now)
        step_all(now)


def step_all(now: datetime) -> None:
    """A step of every roll-out in which anything can happen; none while the fleet is deaf."""
    rollouts = Rollout.objects.filter(state__in=WATCHED).exclude(kind=Kind.SETTINGS, staged=None)
    watched = list(rollouts.order_by("pk").values_list("pk", flat=True))
    if not watched or not hears(now):
        return
    for pk in watched:
        with transaction.atomic():
            rollout = Rollout.objects.select_for_update(of=("self",)).select_related("firmware", "staged").get(pk=pk)
            if rollout.state in WATCHED:
                _Step(rollout, now).run()


def plan_of(rollout: Rollout) -> Plan:
    """Its plan."""
    return msgspec.convert(rollout.plan, Plan)


def heard(now: datetime) -> Q:
    """Members whose kiosk is there."""
    return Q(kiosk__state__alive=True, kiosk__state__heard_at__gte=now - STALE_AFTER)


_COUNTED = ("size", "ready", "away", "at_it", "passed", "failed", "heard_passed", "decided_at")


def standing_of(rollout: Rollout, now: datetime) -> Standing:
    """The roll-out as its rows say."""
    is_heard, waits = heard(now), Q(state__in=(MemberState.WAITING, MemberState.TO_RETURN))
    rows = (
        rollout.members.order_by()
        .values("wave_no")
        .annotate(
            size=Count("pk", filter=~Q(state=MemberState.WITHDRAWN)),
            ready=Count("pk", filter=waits & is_heard),
            away=Count("pk", filter=waits) - Count("pk", filter=waits & is_heard),
            at_it=Count("pk", filter=Q(state__in=AT_IT)),
            passed=Count("pk", filter=Q(state=MemberState.PASSED)),
            failed=Count("pk", filter=Q(state=MemberState.FAILED)),
            heard_passed=Count("pk", filter=Q(state=MemberState.PASSED) & is_heard),
            decided_at=Max("decided_at"),
        )
        .values_list("wave_no", *_COUNTED)
    )
    counted: dict[int, dict[str, Any]] = {row[0]: dict(zip(_COUNTED, row[1:], strict=True)) for row in rows}
    waves = tuple(
        Tally(**counted.get(wave_no, {}), forgiven=rollout.forgiven.get(str(wave_no), 0))
        for wave_no in range(1, len(rollout.plan["waves"]) + 1)
    )
    return Standing(RolloutState(rollout.state), rollout.released, waves)


class _Step:
    """One step of one roll-out, inside its transaction."""

    def __init__(self, rollout: Rollout, now: datetime) -> None:
        self._rollout, self._now = rollout, now
        self._plan = plan_of(rollout)
        self._patience = asking.patience_of(self._plan)

    def run(self) -> None:
        """All of it."""
        self._look()
        standing = standing_of(self._rollout, self._now)
        decision = decide(standing, self._plan, self._now)
        if decision.released != self._rollout.released:
            self._note("released", str(decision.released))
            self._rollout.released = decision.released
            self._rollout.save(update_fields=["released"])
        if decision.state != standing.state:
            self._become(decision.state, decision.because)
        self._ask(may_ask(Standing(decision.state, decision.released, standing.waves), self._plan))
        if standing.state is RolloutState.ROLLING_BACK:
            self._take_back(standing)
        self._remember()

    # ---- looking

    def _look(self) -> None:
        """Judge those that are at it, and those of whom there is news."""
        rollout, now = self._rollout, self._now
        gap = now - (rollout.stepped_at or now)
        news = Q(kiosk__state__reported_at__gt=rollout.seen_through or rollout.created_at)
        due = Q(state__in=AT_IT)
        if gap <= EXCUSED_FROM:  # of the others, only time can change something
            due &= Q(deadline_at=None) | Q(deadline_at__lte=now)
        members = list(
            rollout.members.filter(due | news)
            .select_related("kiosk__state")
            .defer("kiosk__state__status", "kiosk__state__boots")
        )
        changed: list[Member] = []
        for member in members:
            before = asking.standing(member)
            after = judging.excused(before, gap, now) if gap > EXCUSED_FROM else before
            after = judging.judge(after, self._seen(member), _heard_at(member), self._patience, now)
            if after != before:
                asking.put(member, after)
                changed.append(member)
        self._write(changed)
        self._newest = max((at for m in members if (at := _reported_at(m)) is not None), default=None)

    def _seen(self, member: Member) -> Sighting:
        """What the kiosk's last report comes to; nothing when a newer roll-out has it."""
        rollout, kiosk = self._rollout, member.kiosk
        state = getattr(kiosk, "state", None)
        if state is None or not state.reported:
            return judging.NOTHING
        is_waiting = member.state == MemberState.WAITING
        if not is_waiting and not asking.is_ours(rollout, kiosk):
            return judging.NOTHING
        said = msgspec.convert(state.reported, Reported)
        is_back = rollout.state in _BACK and not is_waiting
        seen = self._seen_settings(member, said) if rollout.kind == Kind.SETTINGS else self._seen_firmware(member, said)
        return replace(seen, outcome=Outcome.BACK) if is_back and seen.outcome is Outcome.GOOD else seen

    def _seen_settings(self, member: Member, said: Reported) -> Sighting:
        """Who has not been told yet has no revision to be judged by."""
        is_untold = member.state in (MemberState.WAITING, MemberState.TO_RETURN, MemberState.WITHDRAWN)
        return judging.NOTHING if is_untold else judging.seen_settings(said, member.wanted_revision)

    def _seen_firmware(self, member: Member, said: Reported) -> Sighting:
        assert self._rollout.firmware is not None  # noqa: S101 - the kind says so
        is_back = self._rollout.state in _BACK and member.state != MemberState.WITHDRAWN
        wanted = member.before_hash if is_back else self._rollout.firmware.manifest_hash
        seen = judging.seen_firmware(said.firmware, wanted, asking.rollout_id(self._rollout, back=is_back))
        if seen.outcome is Outcome.CALLED_OFF and not asking.is_called_off(member.kiosk):
            return judging.NOTHING  # its word on a calling off that was taken back meanwhile
        return seen

    # ---- deeds

    def _ask(self, count: int) -> None:
        if not count:
            return
        ready = self._rollout.members.filter(state=MemberState.WAITING, wave_no__lte=self._rollout.released)
        members = list(ready.filter(heard(self._now))[:count])
        if members and not self._waits_for_signature():
            asking.ask(self._rollout, self._plan, members, self._now)
            self._write(members)

    def _waits_for_signature(self) -> bool:
        """Whether those asked would refuse these settings, for want of a signature; it is said as long as it is so."""
        rollout = self._rollout
        if rollout.staged is None:
            return False
        waits = is_awaited(rollout.staged, settings.DATA_DIR / "trust")
        because = Because.UNSIGNED if waits else Because.NOTHING
        if rollout.because != because:
            rollout.because = because
            rollout.save(update_fields=["because"])
        return waits

    def _take_back(self, standing: Standing) -> None:
        """Some more of those that are to return; over when nobody who is there has to."""
        ready = self._rollout.members.filter(heard(self._now), state=MemberState.TO_RETURN)
        members = list(ready[: may_return(standing, self._plan)])
        if members:
            asking.ask_back(self._rollout, self._plan, members, self._now)
            self._write(members)
        elif not standing.at_it:
            if self._rollout.staged is not None:
                self._drop_staged(self._rollout.staged)
            self._become(RolloutState.ROLLED_BACK, Because.NOTHING)

    def _drop_staged(self, staged: StagedSettings) -> None:
        """Nobody who is there runs it any more; who is away finds the old ones waiting at the broker."""
        away = list(self._rollout.members.filter(state=MemberState.TO_RETURN))
        staging.take_back([member.kiosk_id for member in away], self._now)
        for member in away:
            member.state, member.reason, member.decided_at = MemberState.RETURNED, asking.SUPERSEDED, self._now
        self._write(away)
        staging.drop(staged)
        self._rollout.staged = None
        self._rollout.save(update_fields=["staged"])

    def _become(self, state: RolloutState, because: Because) -> None:
        rollout = self._rollout
        if state is RolloutState.DONE and rollout.kind == Kind.SETTINGS and not self._adopt():
            state = RolloutState.HALTED
        rollout.state, rollout.state_since, rollout.because = state, self._now, because
        rollout.save(update_fields=["state", "state_since", "because"])
        self._note(state.value, because.value)
        if state is RolloutState.DONE:
            self._supersede()
        if state is RolloutState.HALTED:
            asking.call_off(rollout)
        tell_others(rollout)
        log.info("roll-out %d is %s %s", rollout.pk, state.value, because.value)

    def _supersede(self) -> None:
        """What the whole nation runs now makes older roll-outs of the same machine history; nobody watches that."""
        rollout = self._rollout
        if rollout.firmware is None or rollout.province is not None:
            return
        older = Rollout.objects.filter(
            firmware__compatible=rollout.firmware.compatible, pk__lt=rollout.pk, state__in=WATCHED - OPEN
        )
        older.update(state=RolloutState.SUPERSEDED, state_since=self._now)

    def _adopt(self) -> bool:
        """All who could be asked run it: it becomes the layer's, and with that everybody's."""
        rollout = self._rollout
        assert rollout.staged is not None  # noqa: S101 - as long as it is open
        try:
            staging.adopt(rollout.staged, rollout.author, rollout.reason)
        except SettingsError as err:
            self._note("not-adopted", str(err))
            return False
        rollout.staged = None
        rollout.save(update_fields=["staged"])
        rollout.members.filter(state=MemberState.WAITING).update(
            state=MemberState.WITHDRAWN, reason=asking.SUPERSEDED, decided_at=self._now
        )
        return True

    # ---- rows

    def _write(self, members: Sequence[Member]) -> None:
        write(members, self._now)

    def _note(self, what: str, detail: str) -> None:
        Deed.objects.create(rollout=self._rollout, at=self._now, what=what, detail=detail[:200])

    def _remember(self) -> None:
        """How far it was looked, and that somebody does; seldom, because a write is a write."""
        rollout = self._rollout
        seen = None if self._newest is None else self._newest - NEWS_OVERLAP
        has_seen = seen is not None and (rollout.seen_through is None or seen > rollout.seen_through)
        if has_seen or rollout.stepped_at is None or self._now - rollout.stepped_at >= LISTENED_EVERY:
            rollout.seen_through = seen if has_seen else rollout.seen_through
            rollout.stepped_at = self._now
            rollout.save(update_fields=["seen_through", "stepped_at"])


def write(members: Sequence[Member], now: datetime) -> None:
    """Save changed members, each with a line of its time."""
    save_many(Member, members, CHANGED)
    MemberStep.objects.bulk_create(
        (
            MemberStep(
                member=member, at=now, state=member.state, step=member.step, reason=member.reason,
                detail=member.detail, tries=member.tries, next_try_at=member.next_try_at,
            )
            for member in members
        ),
        batch_size=500,
    )  # fmt: skip


def _heard_at(member: Member) -> datetime | None:
    state = getattr(member.kiosk, "state", None)
    return None if state is None else state.heard_at


def _reported_at(member: Member) -> datetime | None:
    state = getattr(member.kiosk, "state", None)
    return None if state is None else state.reported_at


# ---- late


def take_in_late(now: datetime) -> None:
    """Kiosks that came, or became fit, after the planning: a place in the last wave released."""
    open_ones = (RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.HALTED, RolloutState.DONE)
    for rollout in Rollout.objects.select_related("firmware").filter(state__in=open_ones):
        if rollout.kind == Kind.SETTINGS and rollout.staged_id is None:
            continue
        with transaction.atomic():
            add_members(rollout, _late(rollout, now))


def _late(rollout: Rollout, now: datetime) -> Iterable[Place]:
    plan = plan_of(rollout)
    draft = Draft(plan, "", rollout.firmware, rollout.settings_layer, rollout.settings_key, None, rollout.province)
    newer = Member.objects.filter(rollout__kind=rollout.kind, rollout_id__gt=rollout.pk).values("kiosk_id")
    kiosks = kiosks_for(draft).exclude(pk__in=rollout.members.values("kiosk_id")).exclude(pk__in=newer)
    wanted = wanted_of(rollout.firmware)
    for candidate in candidates(kiosks, draft.kind, now, rollout.pk):
        wave_no = late_wave(candidate, plan.waves, rollout.released)
        if wave_no is not None and left_out(candidate, wanted) is None:
            yield Place(candidate.kiosk_id, wave_no, Why.LATE)


__all__ = ["STEP_EVERY_S", "Stepper", "plan_of", "standing_of", "step_all", "take_in_late", "write"]
