"""Changes of settings that are wanted and not in force yet: agreed to by another person, and carried out in time.

They are made by ``settings.publish``. Rules: nobody agrees with himself; one that names whose account money goes to is
agreed to by the treasury, any other by who may change the layer. What has come into the layer meanwhile stays; where
both say something of the same value, nothing is done and it says so. Carrying out is one transaction with the row it
is of, so that it happens once, however often it is begun and killed. Not here: who looks when it is time (``conduct``).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from fleet.acting import settings
from fleet.acting.settings import (
    LOCKED,
    Path,
    PublishError,
    Spot,
    Wanted,
    put_into_force,
    revision_of,
    spot_of,
    touched,
    values_of,
)
from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.audit.turns import in_turn
from fleet.devices.desired import latest_document
from fleet.devices.models import Kiosk, Layer, PlannedSettings, SettingsRevision
from fleet.devices.planned import State, due
from fleet.office.models import Office, Province
from fleet.people.scope import Scope, scope_of
from fleet.people.second_eyes import is_fresh_from

WAITING = (State.ASKED, State.PLANNED)

REASON_CHARACTERS = (5, 200)
"""Of a no."""


class Refusal(StrEnum):
    """Why nothing was decided."""

    NOT_WAITING = "not-waiting"
    """It is decided, withdrawn, over, or carried out already."""
    OWN = "own"
    FRESH = "fresh"
    """Whoever wants it has let this account in within a day (``fleet.people.second_eyes``)."""
    NOT_YOURS = "not-yours"
    NO_REASON = "no-reason"


class DecideError(ValueError):
    """Nothing has changed; ``refusal`` says why. Tell whoever tried."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def planned_seen(scope: Scope) -> QuerySet[PlannedSettings]:
    """The planned changes that exist for an account: of the layers that do."""
    rows = PlannedSettings.objects.select_related("asked_by", "decided_by")
    if not scope.sees:
        return rows.none()
    return rows.filter(Q(pk__in=scope.within(rows, "dopa_code").values("pk")) | Q(layer=Layer.NATIONAL))


def base_document(plan: PlannedSettings) -> Mapping[str, Any]:
    """What the layer said when the change was made."""
    return revision_of(plan.layer, plan.key, plan.base)[0]


def names_payees(plan: PlannedSettings) -> bool:
    """Whether it says whose account money goes to: the treasury's to say, and to agree to."""
    return settings.names_payees(base_document(plan), plan.document)


def is_over(plan: PlannedSettings, now: datetime) -> bool:
    """Whether nobody has agreed in time."""
    return plan.state == State.ASKED and plan.expires_at is not None and plan.expires_at <= now


def may_decide(scope: Scope, plan: PlannedSettings, user: User) -> bool:
    """Whether it is this person's to agree to."""
    return plan.asked_by_id != user.pk and _is_for(scope, plan, base_document(plan))


def _is_for(scope: Scope, plan: PlannedSettings, base: Mapping[str, Any]) -> bool:
    if settings.names_payees(base, plan.document):
        return scope.may_name_payees(plan.dopa_code)
    return scope.may_change(plan.dopa_code)


def to_decide(scope: Scope, user: User, now: datetime) -> list[PlannedSettings]:
    """Those that wait for a second person and are this one's to agree to, in one query."""
    based = SettingsRevision.objects.filter(layer=OuterRef("layer"), key=OuterRef("key"), revision=OuterRef("base"))
    rows = of_state(planned_seen(scope), State.ASKED, now).exclude(asked_by=user)
    rows = rows.annotate(based=Subquery(based.order_by().values("document")[:1]))
    return [each for each in rows if _is_for(scope, each, each.based or {})]


def may_withdraw(scope: Scope, plan: PlannedSettings, user: User) -> bool:
    """Whether this person may take it back: whoever wanted it, and who may change the layer."""
    is_own = plan.asked_by_id == user.pk and not scope.reads_only
    return is_own or scope.may_change(plan.dopa_code) or (names_payees(plan) and scope.may_name_payees(plan.dopa_code))


class Deed(StrEnum):
    """What may be done with a change that waits."""

    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


def possible(scope: Scope, plan: PlannedSettings, user: User, now: datetime) -> tuple[Deed, ...]:
    """What this person may do with it now."""
    if plan.state not in WAITING or is_over(plan, now):
        return ()
    decides = (Deed.AGREE, Deed.REFUSE) if plan.state == State.ASKED and may_decide(scope, plan, user) else ()
    return (*decides, Deed.WITHDRAW) if may_withdraw(scope, plan, user) else decides


def agree(plan: PlannedSettings, by: User, now: datetime) -> PlannedSettings:
    """Agree to it; carried out at once where it waits for no time. How it stands afterwards: perhaps it has failed.

    Raises: DecideError.
    """
    with transaction.atomic():
        held = _to_decide(plan, by, now)
        if is_fresh_from(by, held.asked_by_id, held.asked_at, now):
            raise DecideError(Refusal.FRESH)
        held.state, held.decided_by, held.decided_at = State.PLANNED, by, now
        held.save(update_fields=["state", "decided_by", "decided_at"])
    if held.takes_effect_at is None or held.takes_effect_at <= now:
        return carry_out(held.pk, now)
    return held


def refuse(plan: PlannedSettings, by: User, reason: str, now: datetime) -> None:
    """Say no, and why.

    Raises: DecideError.
    """
    reason = " ".join(reason.split())
    with transaction.atomic():
        held = _to_decide(plan, by, now)
        if not REASON_CHARACTERS[0] <= len(reason) <= REASON_CHARACTERS[1]:
            raise DecideError(Refusal.NO_REASON)
        held.decided_by, held.decided_at, held.decided_because = by, now, reason
        _end(held, State.REFUSED, now)


def _to_decide(plan: PlannedSettings, by: User, now: datetime) -> PlannedSettings:
    held = PlannedSettings.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if held.state != State.ASKED or is_over(held, now):
        raise DecideError(Refusal.NOT_WAITING)
    if held.asked_by_id == by.pk:
        raise DecideError(Refusal.OWN)
    if not may_decide(scope_of(by), held, by):
        raise DecideError(Refusal.NOT_YOURS)
    return held


def withdraw(plan: PlannedSettings, by: User, now: datetime) -> None:
    """Take it back before it has come into force.

    Raises: DecideError.
    """
    with transaction.atomic():
        held = PlannedSettings.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        if held.state not in WAITING or is_over(held, now):
            raise DecideError(Refusal.NOT_WAITING)
        if not may_withdraw(scope_of(by), held, by):
            raise DecideError(Refusal.NOT_YOURS)
        held.decided_by, held.decided_at = by, now
        _end(held, State.WITHDRAWN, now)


def _end(plan: PlannedSettings, state: State, now: datetime) -> None:
    plan.state, plan.ended_at = state, now
    plan.save()


# ---- in time --------------------------------------------------------------------------------------------------------


def work(clock: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Carry out what is due, the oldest wish first; how many have ended. Bears being killed, and being there twice."""
    ended = 0
    for pk in list(due(clock()).values_list("pk", flat=True)):
        if stop():
            break
        ended += carry_out(pk, clock()).state not in WAITING
    return ended


class _FailedError(Exception):
    """It cannot be; ``problem`` as ``PlannedSettings`` has it."""

    def __init__(self, *problem: str) -> None:
        super().__init__(*problem)
        self.problem = "\n".join(problem)


def carry_out(pk: int, now: datetime) -> PlannedSettings:
    """Put it into force if it is time and nobody has; how it stands afterwards."""
    try:
        with transaction.atomic():
            held = PlannedSettings.objects.select_for_update(of=("self",)).get(pk=pk)
            if is_over(held, now):
                _end(held, State.EXPIRED, now)
                _tell(held)
            elif held.state == State.PLANNED and (held.takes_effect_at is None or held.takes_effect_at <= now):
                made = _into_force(held)
                held.brought = made.revision if isinstance(made, SettingsRevision) else None
                _end(held, State.DONE, now)
                _tell(held)
            return held
    except _FailedError as failed:
        with transaction.atomic():
            held = PlannedSettings.objects.select_for_update(of=("self",)).get(pk=pk)
            if held.state == State.PLANNED:
                held.problem = failed.problem[:400]
                _end(held, State.FAILED, now)
                _tell(held)
            return held


def _into_force(plan: PlannedSettings) -> object:
    """Raises: _FailedError."""
    author = plan.asked_by
    if author is not None and not _may_still(author, plan):
        raise _FailedError("not-yours")
    try:
        spot = _spot_at(plan)
    except ObjectDoesNotExist:
        raise _FailedError("no-layer") from None
    with in_turn(spot.turn):
        return _laid_into_force(spot, plan, author)


def _laid_into_force(spot: Spot, plan: PlannedSettings, author: User | None) -> object:
    latest = latest_document(spot.layer, spot.key)
    held, based = (latest.document if latest else {}), base_document(plan)
    if both := conflicts(based, held, plan.document):
        raise _FailedError("conflict", *(".".join(path) for path in both))
    document = laid_over(based, held, plan.document)
    restores = plan.restores if document == plan.document else None
    if document == held:
        raise _FailedError("unchanged")
    change = Wanted(document=document, base=plan.base, reason=plan.reason, in_waves=plan.in_waves, restores=restores)
    try:
        return put_into_force(spot, change, author)
    except PublishError as err:
        raise _FailedError(err.refusal.value, *err.problems) from None


def _may_still(author: User, plan: PlannedSettings) -> bool:
    """Whether whoever wanted it could still say so."""
    scope, tops = scope_of(author), {path[0] for path in touched(base_document(plan), plan.document)}
    is_admin = not tops - LOCKED or scope.may_change(plan.dopa_code)
    return is_admin and (not tops & LOCKED or scope.may_name_payees(plan.dopa_code))


def conflicts(base: Mapping[str, Any], held: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Path]:
    """The values that were changed meanwhile and are wanted otherwise than they are."""
    theirs, otherwise = touched(base, held), touched(held, wanted)
    return sorted(ours for ours in touched(base, wanted) & otherwise if any(_is_one(ours, each) for each in theirs))


def _is_one(path: Path, other: Path) -> bool:
    """Whether they are the same value, or one stands in the other."""
    short = min(len(path), len(other))
    return path[:short] == other[:short]


def laid_over(base: Mapping[str, Any], held: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is held, with what was wanted otherwise than at the base."""
    document, then = copy.deepcopy(dict(held)), values_of(wanted)
    for path in sorted(touched(base, wanted)):
        if path in then:
            _put(document, path, then[path])
        else:
            _drop(document, path)
    return document


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        inner = document.get(step)
        document[step] = document = dict(inner) if isinstance(inner, Mapping) else {}
    document[path[-1]] = value


def _drop(document: dict[str, Any], path: Path) -> None:
    """Take a value out, and the tables that are empty without it."""
    head, *rest = path
    inner = document.get(head)
    if rest and isinstance(inner, dict):
        _drop(inner, tuple(rest))
    if not rest or not document.get(head):
        document.pop(head, None)


def _tell(plan: PlannedSettings) -> None:
    """A line of the trail: it was nobody's request that did it."""
    about = "/".join(filter(None, (plan.layer, plan.key)))
    said: dict[str, str | int] = {"number": plan.pk, "state": plan.state, "reason": plan.reason}
    asked_by = plan.asked_by.get_username() if plan.asked_by else ""
    write(Doer(None, asked_by), Act(Kind.DID, "settings-in-time", about, plan.dopa_code, said))


def _spot_at(plan: PlannedSettings) -> Spot:
    match plan.layer:
        case Layer.PROVINCE:
            return spot_of(Province.objects.get(pk=int(plan.key)))
        case Layer.OFFICE:
            return spot_of(Office.objects.get(pk=plan.key))
        case Layer.KIOSK:
            return spot_of(Kiosk.objects.select_related("office").get(pk=plan.key))
    return Spot(Layer.NATIONAL, "", None, None, ())


def of_state(rows: QuerySet[PlannedSettings], state: str, now: datetime) -> QuerySet[PlannedSettings]:
    """Those that stand so: what nobody has agreed to in time is expired before anybody has written it down."""
    is_late = Q(state=State.ASKED, expires_at__lte=now)
    if state == State.EXPIRED:
        return rows.filter(is_late | Q(state=State.EXPIRED))
    return rows.filter(state=state).exclude(is_late)


def waiting(rows: QuerySet[PlannedSettings], now: datetime) -> Iterator[PlannedSettings]:
    """Those that are neither decided nor over, what comes first first."""
    open_ones = [each for each in rows.filter(state__in=WAITING) if not is_over(each, now)]
    yield from sorted(open_ones, key=lambda each: (each.takes_effect_at or each.asked_at, each.pk))
