"""Roll-outs of firmware and settings: which there are, how far, a new one, and steering one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from fleet.acting.seen import members_seen, rollouts_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of, one_of
from fleet.people.tokens.rights import Part
from fleet.rollouts import deeds
from fleet.rollouts.deeds import DeedError, What
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Firmware, Rollout
from fleet.rollouts.plan import Gate, Limits, Plan, PlanError, parse_waves
from fleet.rollouts.starting import Draft, preview, start

router = Router(auth=Bearer(Part.ROLLOUTS), tags=["roll-outs"])


class FirmwareOut(Schema):
    """A bundle that may be rolled out."""

    id: int
    version: str
    compatible: str
    withdrawn_at: datetime | None


class FirmwareList(Schema):
    items: list[FirmwareOut]
    next: str | None


class RolloutOut(Schema):
    """A roll-out. `kiosks`: how many of those that exist for this token are in which state."""

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


class Rollouts(Schema):
    items: list[RolloutOut]
    next: str | None


class MemberOut(Schema):
    """A kiosk in a roll-out."""

    kiosk_id: str
    wave: int
    state: MemberState
    step: str
    reason: str
    detail: str
    asked_at: datetime | None
    decided_at: datetime | None


class Members(Schema):
    items: list[MemberOut]
    next: str | None


class NewRollout(Schema):
    """Firmware for kiosks, a wave at a time. `waves` as people write them: `1; 10; 5%; province:20,21; tag:pilot; all`.

    Settings go out in waves by `PUT settings/…` with `in_waves`.
    """

    firmware: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
    waves: Annotated[str, Field(min_length=1, max_length=300)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None
    success_percent: Annotated[int, Field(ge=0, le=100, strict=True)] = 95
    soak_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600, strict=True)] = 3600
    at_once: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 200
    harm_max: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 10


class Preview(Schema):
    """How many kiosks each wave would have, and why others would have none."""

    waves: list[int]
    out: dict[str, int]


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
    counts: dict[int, Counter[str]] = {each.pk: Counter() for each in some}
    for pk, state in members_seen(who.scope).filter(rollout__in=some).order_by().values_list("rollout_id", "state"):
        counts[pk][state] += 1
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
        }
        for each in some
    ]


@router.get("firmware", response=answers(FirmwareList))
def firmware(request: HttpRequest, after: After, limit: Limit) -> dict[str, object]:
    """The bundles there are, the newest first."""
    if not caller(request).scope.sees:
        raise missing()
    found, following = page(Firmware.objects.all(), after, limit, newest_first=True)
    items = [
        {"id": e.pk, "version": e.version, "compatible": e.compatible, "withdrawn_at": e.withdrawn_at} for e in found
    ]
    return {"items": items, "next": following}


@router.get("rollouts", response=answers(Rollouts))
def rollouts(request: HttpRequest, after: After, limit: Limit) -> dict[str, object]:
    """The roll-outs, the newest first."""
    who = caller(request)
    found, following = page(rollouts_seen(who.scope), after, limit, newest_first=True)
    return {"items": _told(who, found), "next": following}


@router.get("rollouts/{number}", response=answers(RolloutOut))
def rollout(request: HttpRequest, number: Number) -> dict[str, object]:
    """One roll-out."""
    who = caller(request)
    return _told(who, [_rollout(who, number)])[0]


@router.get("rollouts/{number}/kiosks", response=answers(Members))
def members(request: HttpRequest, number: Number, after: After, limit: Limit) -> dict[str, object]:
    """Its kiosks, each as far as it is."""
    who = caller(request)
    found, following = page(members_seen(who.scope).filter(rollout=_rollout(who, number)), after, limit)
    items = [
        {
            "kiosk_id": each.kiosk_id,
            "wave": each.wave_no,
            "state": each.state,
            "step": each.step,
            "reason": each.reason,
            "detail": each.detail,
            "asked_at": each.asked_at,
            "decided_at": each.decided_at,
        }
        for each in found
    ]
    return {"items": items, "next": following}


def _draft(who: Caller, wanted: NewRollout) -> Draft:
    if not who.scope.may_change(wanted.province):
        raise RefusedError(403, "not-here", "This token's person rolls nothing out there. Name a province of theirs.")
    bundle = Firmware.objects.filter(pk=wanted.firmware, withdrawn_at=None).first()
    if bundle is None:
        raise RefusedError(422, "no-firmware", "Name a bundle of GET firmware that is not withdrawn.")
    try:
        plan = Plan(
            waves=parse_waves(wanted.waves),
            gate=Gate(success_percent=wanted.success_percent, soak_s=wanted.soak_s),
            limits=Limits(at_once=wanted.at_once, harm_max=wanted.harm_max),
        )
    except PlanError as err:
        raise RefusedError(
            422, "no-plan", "Write the waves as the description shows.", [{"where": ["waves"], "why": str(err)}]
        ) from None
    return Draft(plan, wanted.reason, firmware=bundle, province=wanted.province)


@router.post("rollout-preview", response=answers(Preview))
def look(request: HttpRequest, wanted: NewRollout) -> dict[str, object]:
    """Who would get it, were it begun now. Nothing is begun."""
    shown = preview(_draft(caller(request), wanted))
    return {"waves": list(shown.waves), "out": {why.value: count for why, count in shown.out.items()}}


@router.post("rollouts", response=answers(RolloutOut, status=201))
def begin(request: HttpRequest, wanted: NewRollout) -> Status[dict[str, object]]:
    """Begin one. Send an `Idempotency-Key`, so that it is begun once."""
    who = caller(request)
    try:
        begun = start(_draft(who, wanted), who.person)
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
