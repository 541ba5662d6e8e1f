"""Changes of settings that wait for another person or for their time: read, agree, refuse, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from fleet.acting import planning
from fleet.acting.planning import DecideError, planned_seen
from fleet.acting.settings import Second, differences, second_of
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.settings import NATIONAL_KEY
from fleet.api.rest.shapes import Number, answers, name_of, one_of
from fleet.devices.desired import latest_document
from fleet.devices.models import Layer, PlannedSettings
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.SETTINGS), tags=["settings"])

State = PlannedSettings.State


class PlannedOut(Schema):
    """A change that waits, or waited. `state`: asked (for another person's word), planned (for its time), done,
    refused, withdrawn, expired, failed. `brought`: the revision it became."""

    id: int
    layer: str
    key: str
    state: State
    reason: str
    asked_by: str | None
    asked_at: datetime
    expires_at: datetime | None
    takes_effect_at: datetime | None
    in_waves: bool
    decided_by: str | None
    decided_at: datetime | None
    decided_because: str
    ended_at: datetime | None
    problem: str
    brought: int | None


class PlannedList(Schema):
    items: list[PlannedOut]
    next: str | None


class Otherwise(Schema):
    """A value before and after; null where nothing is said."""

    path: str
    before: Any
    after: Any


class PlannedWhole(PlannedOut):
    """With the revision it was made from, and what it says otherwise than that. `latest`: the layer's revision in force
    now. `second`: whose word it needs, as another person's than whoever wants it. `possible`: what this token's person
    may do with it now."""

    base: int
    latest: int
    second: Second | None
    possible: list[Annotated[planning.Deed, one_of(planning.Deed)]]
    changes: list[Otherwise]


class No(Schema):
    """Why not."""

    reason: Annotated[str, Field(min_length=5, max_length=200)]


def _told(plan: PlannedSettings) -> dict[str, object]:
    named = (
        "layer", "key", "reason", "asked_at", "expires_at", "takes_effect_at", "in_waves", "decided_at",
        "decided_because", "ended_at", "problem", "brought",
    )  # fmt: skip
    over = planning.is_over(plan, timezone.now())
    return {
        "id": plan.pk,
        "state": State.EXPIRED if over else State(plan.state),
        "asked_by": name_of(plan.asked_by),
        "decided_by": name_of(plan.decided_by),
        **{name: getattr(plan, name) for name in named},
    }


def _whole(who: Caller, plan: PlannedSettings) -> dict[str, object]:
    based, latest = planning.base_document(plan), latest_document(plan.layer, plan.key)
    said = differences(based, plan.document)
    return {
        **_told(plan),
        "base": plan.base,
        "latest": latest.revision if latest else 0,
        "second": second_of(based, plan.document),
        "possible": planning.possible(who.scope, plan, who.person, timezone.now()),
        "changes": [{"path": ".".join(path), "before": was, "after": now} for path, was, now in said],
    }


def _plan(who: Caller, number: int) -> PlannedSettings:
    found = planned_seen(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return found


@router.get("planned-settings", response=answers(PlannedList))
def planned(
    request: HttpRequest,
    state: Annotated[State | None, Query(None, description="only those that stand so")],
    after: After,
    limit: Limit,
    layer: Annotated[Layer | None, Query(None, description="only of layers of this strength")],
    key: Annotated[str | None, Query(None, max_length=40, description="only of this layer; `-` is the nation's key")],
) -> dict[str, object]:
    """Changes of settings that wait, and what became of others, the newest first."""
    rows = planned_seen(caller(request).scope)
    if layer is not None:
        rows = rows.filter(layer=layer)
    if key is not None:
        rows = rows.filter(key="" if key == NATIONAL_KEY else key)
    if state is not None:
        rows = planning.of_state(rows, state, timezone.now())
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_told(each) for each in found], "next": following}


@router.get("planned-settings/{number}", response=answers(PlannedWhole))
def read(request: HttpRequest, number: Number) -> dict[str, object]:
    """One of them, with what it would change."""
    who = caller(request)
    return _whole(who, _plan(who, number))


@router.post("planned-settings/{number}/agree", response=answers(PlannedWhole, also=(409,)))
def agree(request: HttpRequest, number: Number) -> dict[str, object]:
    """Agree, as another person than whoever wants it; it comes into force at once, or at its time."""
    who = caller(request)
    plan = _to_decide(who, number)
    try:
        return _whole(who, planning.agree(plan, who.person, timezone.now()))
    except DecideError as err:
        raise _refused(err) from None


@router.post("planned-settings/{number}/refuse", response=answers(PlannedWhole, also=(409,)))
def refuse(request: HttpRequest, number: Number, no: No) -> dict[str, object]:
    """Say no, and why; that ends it."""
    who = caller(request)
    plan = _to_decide(who, number)
    try:
        planning.refuse(plan, who.person, no.reason, timezone.now())
    except DecideError as err:
        raise _refused(err) from None
    return _whole(who, _plan(who, number))


@router.post("planned-settings/{number}/withdraw", response=answers(PlannedWhole, also=(409,)))
def withdraw(request: HttpRequest, number: Number) -> dict[str, object]:
    """Take it back before it has come into force."""
    who = caller(request)
    plan = _plan(who, number)
    if not planning.may_withdraw(who.scope, plan, who.person):
        raise _refused(DecideError(planning.Refusal.NOT_YOURS))
    try:
        planning.withdraw(plan, who.person, timezone.now())
    except DecideError as err:
        raise _refused(err) from None
    return _whole(who, _plan(who, number))


def _to_decide(who: Caller, number: int) -> PlannedSettings:
    """Raises: RefusedError when it is not this token's to decide: it may say less than its person."""
    plan = _plan(who, number)
    if plan.asked_by_id != who.person.pk and not planning.may_decide(who.scope, plan, who.person):
        raise _refused(DecideError(planning.Refusal.NOT_YOURS))
    return plan


def _refused(err: DecideError) -> RefusedError:
    status, detail = {
        planning.Refusal.NOT_WAITING: (409, "It does not wait any more: it is decided, over, or in force."),
        planning.Refusal.OWN: (403, "Whoever wants it does not agree with themselves: another person has to."),
        planning.Refusal.FRESH: (
            403,
            "The two accounts were let in by one another, or by one hand, within 24 hours. Ask somebody else.",
        ),
        planning.Refusal.NOT_YOURS: (403, "This token's person has no word in this."),
        planning.Refusal.NO_REASON: (422, "Say why, in five letters or more."),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail)
