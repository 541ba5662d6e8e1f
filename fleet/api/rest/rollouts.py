"""Roll-outs of firmware and settings: which there are, how far, beginning one and steering it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.rollouts import Sought, matching
from fleet.acting.seen import members_seen, rollouts_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.rollout_new import STEPS, FirmwareOut, NewRollout, draft_of
from fleet.api.rest.shapes import KioskId, Number, answers, name_of, one_of
from fleet.people.tokens.rights import Part
from fleet.rollouts import deeds
from fleet.rollouts.deeds import DeedError, What
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Member, Rollout
from fleet.rollouts.plan import (
    WAVES_MAX,
    Plan,
    PlanError,
    hours_by_province_text,
    hours_text,
    wave_text,
)
from fleet.rollouts.planning import Why
from fleet.rollouts.progress import WaveProgress, at_the_gate, counts_of, progress_of
from fleet.rollouts.starting import start
from fleet.rollouts.stepping import plan_of

router = Router(auth=Bearer(Part.ROLLOUTS), tags=["roll-outs"])


class RolloutOut(Schema):
    """A roll-out. `kiosks`: how many of those that exist for this token are in which state. `released`: through which
    of `wave_count` waves kiosks are asked."""

    id: int
    kind: str
    firmware: str | None
    layer: str
    key: str
    province: int | None
    state: RolloutState
    state_since: datetime
    because: str
    reason: str
    author: str | None
    created_at: datetime
    kiosks: dict[str, int]
    possible: list[Annotated[What, one_of(What)]]
    released: int
    wave_count: int


class WaveOut(Schema):
    """A wave. `picks`: as a plan writes it. `kiosks`: as of the roll-out. `soaked_at`: when it will have soaked, were
    nothing else to come."""

    no: int
    picks: str
    is_released: bool
    kiosks: dict[MemberState, int]
    decided_at: datetime | None
    soaked_at: datetime | None


class GateOut(Schema):
    """What the next wave waits for, as far as kiosks exist for this token: `wave` must have passed to
    `success_percent`, and then held for `soak_s` without a loss. `soaked_at` null: some of it are still at it."""

    wave: int
    success_percent: int
    passed_percent: int
    soak_s: int
    soaked_at: datetime | None
    failed: int
    harm_max: int


class PlanOut(Schema):
    """What was decided of a roll-out, named as where it is begun."""

    waves: str
    success_percent: int
    soak_s: int
    at_once: int
    bytes_per_s_max: int
    harm_max: int
    fail_percent: int
    tried_min: int
    answer_s: int
    quiet_hours: str
    quiet_hours_by_province: str
    not_before: datetime | None
    fetching_s: int
    installing_s: int
    rebooting_s: int
    proving_s: int
    hold_s: int
    tries_max: int


class OneRollout(RolloutOut):
    """With its plan, its waves, and the gate before the next one, null where there is none. `bundle`: the firmware."""

    bundle: FirmwareOut | None
    plan: PlanOut
    waves: list[WaveOut]
    gate: GateOut | None


class Rollouts(Schema):
    items: list[RolloutOut]
    next: str | None


class MemberOut(Schema):
    """A kiosk in a roll-out. `why`: why it is in its wave. `deadline_at`: until then it must have said more, or has
    failed."""

    kiosk_id: str
    wave: int
    state: MemberState
    step: str
    reason: str
    detail: str
    asked_at: datetime | None
    decided_at: datetime | None
    why: Why
    tries: int
    step_since: datetime | None
    next_try_at: datetime | None
    deadline_at: datetime | None


class MemberStepOut(Schema):
    """A line of a kiosk's time in a roll-out, as the fleet saw it."""

    at: datetime
    state: MemberState
    step: str
    reason: str
    detail: str
    tries: int
    next_try_at: datetime | None


class OneMember(MemberOut):
    """With its time line, the newest first."""

    steps: list[MemberStepOut]


class Members(Schema):
    items: list[MemberOut]
    next: str | None


class RolloutDeedOut(Schema):
    """What was done to a roll-out. `by` null: by itself. `detail`: the reason a person gave; of `released` the wave."""

    at: datetime
    what: str
    by: str | None
    detail: str


class Deeds(Schema):
    items: list[RolloutDeedOut]
    next: str | None


class Steering(Schema):
    """What is to be done with it, and why."""

    what: Annotated[What, one_of(What)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


def _rollout(who: Caller, number: int) -> Rollout:
    found = rollouts_seen(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return found


def _told(who: Caller, some: list[Rollout]) -> list[dict[str, object]]:
    counts = counts_of(members_seen(who.scope), some)
    return [
        {
            "id": each.pk,
            "kind": each.kind,
            "firmware": each.firmware.version if each.firmware else None,
            "layer": each.settings_layer,
            "key": each.settings_key,
            "province": each.province,
            "state": each.state,
            "state_since": each.state_since,
            "because": each.because,
            "reason": each.reason,
            "author": name_of(each.author),
            "created_at": each.created_at,
            "kiosks": dict(counts[each.pk]),
            "possible": list(deeds.possible(each)) if who.scope.may_change(each.province) else [],
            "released": each.released,
            "wave_count": len(each.plan["waves"]),
        }
        for each in some
    ]


@router.get("rollouts", response=answers(Rollouts))
def rollouts(
    request: HttpRequest,
    after: After,
    limit: Limit,
    state: Annotated[RolloutState | None, Query(None, description="only those in this state")],
    kind: Annotated[Literal["firmware", "settings"] | None, Query(None, description="only those that carry this")],
    province: Annotated[
        int | None, Query(None, ge=10, le=99, description="only a province's own, and those its kiosks are in")
    ],
    q: Annotated[
        str, Query("", max_length=80, description="part of the reason, the version, the layer's key or the author")
    ],
) -> dict[str, object]:
    """The roll-outs, the newest first, narrowed as the page is."""
    who = caller(request)
    sought = Sought(state=state or "", kind=kind or "", dopa_code=province, text=q.strip())
    found, following = page(matching(who.scope, sought), after, limit, newest_first=True)
    return {"items": _told(who, found), "next": following}


@router.get("rollouts/{number}", response=answers(OneRollout))
def rollout(request: HttpRequest, number: Number) -> dict[str, object]:
    """One roll-out, with its plan, how far each wave is, and what the next one waits for."""
    who = caller(request)
    it = _rollout(who, number)
    plan = plan_of(it)
    waves = progress_of(it, plan, members_seen(who.scope).filter(rollout=it))
    return {
        **_told(who, [it])[0],
        "bundle": it.firmware,
        "plan": _plan(plan),
        "waves": [
            {
                "no": each.no,
                "picks": wave_text(each.wave),
                "is_released": each.is_released,
                "kiosks": each.counts,
                "decided_at": each.decided_at,
                "soaked_at": each.soaked_at,
            }
            for each in waves
        ],
        "gate": _gate(plan, at_the_gate(it, waves)),
    }


def _gate(plan: Plan, wave: WaveProgress | None) -> dict[str, object] | None:
    if wave is None:
        return None
    return {
        "wave": wave.no,
        "success_percent": plan.gate.success_percent,
        "passed_percent": wave.percent,
        "soak_s": plan.gate.soak_s,
        "soaked_at": None if wave.at_it else wave.soaked_at,
        "failed": wave.failed,
        "harm_max": plan.limits.harm_max,
    }


def _plan(plan: Plan) -> dict[str, object]:
    gate, limits, care = plan.gate, plan.limits, plan.care
    return {
        "waves": "; ".join(map(wave_text, plan.waves)),
        "success_percent": gate.success_percent,
        "soak_s": gate.soak_s,
        **{
            name: getattr(limits, name)
            for name in ("at_once", "bytes_per_s_max", "harm_max", "fail_percent", "tried_min", "answer_s")
        },
        "quiet_hours": hours_text(care.quiet_hours),
        "quiet_hours_by_province": hours_by_province_text(care.by_province),
        "not_before": care.not_before,
        **{name: getattr(care.deadlines, name) for name in STEPS},
        "hold_s": care.soak_s,
        "tries_max": care.budget.tries_max,
    }


@router.get("rollouts/{number}/deeds", response=answers(Deeds))
def what_was_done(request: HttpRequest, number: Number, after: After, limit: Limit) -> dict[str, object]:
    """What was done to it, by people and by itself, the newest first."""
    rows = _rollout(caller(request), number).deeds.select_related("by")
    found, following = page(rows, after, limit, newest_first=True)
    items = [{"at": each.at, "what": each.what, "by": name_of(each.by), "detail": each.detail} for each in found]
    return {"items": items, "next": following}


def _member(each: Member) -> dict[str, object]:
    named = (
        "kiosk_id", "state", "step", "reason", "detail", "asked_at", "decided_at", "why", "tries", "step_since",
        "next_try_at", "deadline_at",
    )  # fmt: skip
    return {"wave": each.wave_no, **{name: getattr(each, name) for name in named}}


@router.get("rollouts/{number}/kiosks", response=answers(Members))
def members(
    request: HttpRequest,
    number: Number,
    after: After,
    limit: Limit,
    state: Annotated[MemberState | None, Query(None, description="only those in this state")],
    wave: Annotated[int | None, Query(None, ge=1, le=WAVES_MAX, description="only those of this wave")],
) -> dict[str, object]:
    """Its kiosks, each as far as it is."""
    who = caller(request)
    rows = members_seen(who.scope).filter(rollout=_rollout(who, number))
    if state is not None:
        rows = rows.filter(state=state)
    if wave is not None:
        rows = rows.filter(wave_no=wave)
    found, following = page(rows, after, limit)
    return {"items": [_member(each) for each in found], "next": following}


@router.get("rollouts/{number}/kiosks/{kiosk_id}", response=answers(OneMember))
def member(request: HttpRequest, number: Number, kiosk_id: KioskId) -> dict[str, object]:
    """One of its kiosks, with what happened there."""
    who = caller(request)
    found = members_seen(who.scope).filter(rollout=_rollout(who, number), kiosk_id=kiosk_id).first()
    if found is None:
        raise missing()
    return {**_member(found), "steps": list(found.steps.order_by("-id"))}


@router.post("rollouts", response=answers(RolloutOut, status=201))
def begin(request: HttpRequest, wanted: NewRollout) -> Status[dict[str, object]]:
    """Begin one. Send an `Idempotency-Key`, so that it is begun once."""
    who = caller(request)
    try:
        begun = start(draft_of(who, wanted), who.person)
    except PlanError:
        raise RefusedError(409, "nobody", "No kiosk would get it; look at the preview.") from None
    return Status(201, _told(who, [begun])[0])


@router.post("rollouts/{number}/deeds", response=answers(RolloutOut))
def steer(request: HttpRequest, number: Number, asked: Steering) -> dict[str, object]:
    """Pause, resume, cancel it, or take it back."""
    who = caller(request)
    found = _rollout(who, number)
    if not who.scope.may_change(found.province):
        raise RefusedError(403, "not-here", "This token's person does not steer this roll-out.")
    if not asked.reason.strip():
        raise RefusedError(422, "no-reason", "Say why, in a few words: whoever comes next will want to know.")
    try:
        done = deeds.do(found.pk, asked.what, who.person, asked.reason.strip())
    except DeedError:
        raise RefusedError(409, "not-now", "It is not at a state for that; `possible` says what can be done.") from None
    return _told(who, [done])[0]
