"""Webhooks: where to tell what, and whether it was heard. For admins, and for auditors to read; others are told 404.

Everybody has their own; who sees the nation sees those of everybody, may stop and end them, and is not told their whole
addresses or secrets.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.webhooks import (
    Refusal,
    Wanted,
    WebhookError,
    end,
    how_they_stand,
    may_have,
    mine,
    origin_of,
    pause,
    renew_secret,
    secret,
    seen,
    subscribe,
    try_out,
)
from fleet.api.rest.bearer import Bearer, Caller, caller, demand
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Number, answers, name_of, one_of
from fleet.people.tokens.rights import Part, reading
from fleet.webhooks.models import Delivery, Kind, State, Subscription
from fleet.webhooks.posting import ADDRESS_CHARACTERS_MAX

router = Router(auth=Bearer(Part.WEBHOOKS), tags=["webhooks"])

_TELLS_OF = {
    Kind.KIOSK_OFFLINE: Part.KIOSKS,
    Kind.KIOSK_ONLINE: Part.KIOSKS,
    Kind.PAYMENT_CONFIRMED: Part.PAYMENTS,
    Kind.CASE_MOVED: Part.CASES,
    Kind.ALERT_OPENED: Part.ALERTS,
    Kind.ROLLOUT_ENDED: Part.ROLLOUTS,
}
"""The part that a token must be able to read before it has somebody told of it."""


_Kind = Annotated[Kind, one_of(Kind)]


class SubscriptionSaid(Schema):
    """Where to tell what. `kinds`: of parts this token reads, as `payment.confirmed` of `payments:read`; `provinces`
    null: wherever this token sees."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(min_length=9, max_length=ADDRESS_CHARACTERS_MAX)]
    kinds: Annotated[list[_Kind], Field(min_length=1, max_length=len(Kind))]
    provinces: Annotated[
        list[Annotated[int, Field(ge=10, le=99, strict=True)]] | None, Field(min_length=1, max_length=77)
    ] = None


class SubscriptionOut(Schema):
    """A subscription. `ended_why`: by-person, by-admin, gone (the receiver said 410), given-up after two days, or
    token-over: the token that made it has run out. `address`: of somebody else's only where it begins. `waiting`: how
    many messages are not taken yet; `is_failing`: one of them was tried and not taken."""

    id: int
    name: str
    address: str
    kinds: list[_Kind]
    provinces: list[int] | None
    made_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    person: str | None
    is_own: bool
    waiting: int
    is_failing: bool


class Subscriptions(Schema):
    items: list[SubscriptionOut]
    next: str | None


class SecretAsked(Schema):
    """`renew`: another one counts from now on."""

    renew: Claim = False


class SecretOut(Schema):
    """What messages are signed with; see `fleet/webhooks/README.md` for how to check it."""

    secret: str


class Paused(Schema):
    """Whether it waits."""

    paused: Claim


class TryOut(Schema):
    """One try. `status` 0: no answer, then `why`."""

    at: datetime
    status: int
    why: str
    took_ms: int


class DeliveryOut(Schema):
    """One message, and how it went. `at`: when what it tells of happened."""

    id: int
    kind: str
    about: str
    at: datetime
    state: Annotated[State, one_of(State)]
    tries: int
    next_at: datetime
    ended_at: datetime | None
    attempts: list[TryOut]

    @staticmethod
    def resolve_kind(each: Delivery) -> str:
        return each.event.kind

    @staticmethod
    def resolve_at(each: Delivery) -> datetime:
        return each.event.at

    @staticmethod
    def resolve_about(each: Delivery) -> str:
        return each.event.about

    @staticmethod
    def resolve_attempts(each: Delivery) -> list[object]:
        return list(each.attempts.all())


class Deliveries(Schema):
    items: list[DeliveryOut]
    next: str | None


def _caller(request: HttpRequest) -> Caller:
    """Who asks. Raises: RefusedError for whom the page is not there either."""
    who = caller(request)
    if not may_have(who.scope):
        raise missing()
    return who


def _theirs(who: Caller) -> QuerySet[Subscription]:
    """Of the token's person; for a token of some provinces, those that tell of no other."""
    rows, within = mine(who.person), who.token.provinces
    if within is None:
        return rows
    told = rows.filter(provinces__isnull=False).values_list("pk", "provinces")
    return rows.filter(pk__in=[pk for pk, provinces in told if {*provinces} <= {*within}])


def _everybodys(who: Caller) -> QuerySet[Subscription]:
    """Of everybody, for who sees the nation; for others of the token's person."""
    return seen(who.person, who.scope) if who.scope.audits.nation else _theirs(who)


def _mine(request: HttpRequest, number: int) -> Subscription:
    return _one(_theirs(_caller(request)), number)


def _one(rows: QuerySet[Subscription], number: int) -> Subscription:
    found = rows.filter(pk=number).first()
    if found is None:
        raise missing()
    return found


def _told(who: Caller, rows: QuerySet[Subscription], number: int) -> dict[str, object]:
    return _line(who, _one(how_they_stand(rows), number))


def _line(who: Caller, each: Any) -> dict[str, object]:
    """``each``: with how it stands."""
    is_own = each.person_id == who.person.pk
    same = ("name", "kinds", "provinces", "made_at", "paused_at", "ended_at", "ended_why", "waiting", "is_failing")
    return {
        "id": each.pk,
        "address": each.address if is_own else origin_of(each),
        "person": name_of(each.person),
        "is_own": is_own,
        **{name: getattr(each, name) for name in same},
    }


@router.get("webhooks", response=answers(Subscriptions))
def webhooks(
    request: HttpRequest,
    after: After,
    limit: Limit,
    everybodys: Annotated[bool, Query(False, description="not only its person's own, for who sees the nation")],
) -> dict[str, object]:
    """The subscriptions of this token's person, the newest first."""
    who = _caller(request)
    rows = _everybodys(who) if everybodys else _theirs(who)
    found, following = page(how_they_stand(rows.select_related("person")), after, limit, newest_first=True)
    return {"items": [_line(who, each) for each in found], "next": following}


@router.get("webhooks/{number}", response=answers(SubscriptionOut))
def webhook(request: HttpRequest, number: Number) -> dict[str, object]:
    """One of them; for who sees the nation, of anybody's."""
    who = _caller(request)
    return _told(who, _everybodys(who), number)


@router.post("webhooks", response=answers(SubscriptionOut, status=201))
def begin(request: HttpRequest, said: SubscriptionSaid) -> Status[dict[str, object]]:
    """Subscribe, to what this token may read: 403 `no-right` names what it may not. Ask for its secret next."""
    who = _caller(request)
    for kind in said.kinds:
        demand(who, reading(_TELLS_OF[kind]))
    wanted = Wanted(name=said.name, address=said.address, kinds=said.kinds, provinces=said.provinces)
    try:
        made = subscribe(who.person, who.scope, wanted, who.token.pk)
    except WebhookError as err:
        raise _refused(err) from None
    return Status(201, _told(who, _theirs(who), made.pk))


def _refused(err: WebhookError) -> RefusedError:
    status, detail = {
        Refusal.NO_NAME: (422, "Give it a name of at most 60 characters."),
        Refusal.NO_KIND: (422, "Name what to tell; the description has the kinds."),
        Refusal.NO_SUCH_PROVINCE: (422, "Name provinces that this token sees."),
        Refusal.NO_ADDRESS: (422, "Give an address like https://host/path, without name, password or fragment."),
        Refusal.NOT_HTTPS: (422, "Give an https:// address; the operator may allow another (SALA_WEBHOOK_ORIGINS)."),
        Refusal.INSIDE: (422, "The address leads inside a network; the operator may allow it (SALA_WEBHOOK_ORIGINS)."),
        Refusal.TOO_MANY: (409, "End a subscription first; nobody has more than 20."),
        Refusal.OVER: (409, "It has ended. Make another."),
        Refusal.PAUSED: (409, "It is paused. Have it go on first."),
        Refusal.WAITS: (409, "The trial before still waits."),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail)


@router.post("webhooks/{number}/secret", response=answers(SecretOut))
def ask_secret(request: HttpRequest, number: Number, asked: SecretAsked) -> dict[str, object]:
    """What its messages are signed with."""
    found = _mine(request, number)
    if asked.renew:
        renew_secret(found)
    return {"secret": secret(found)}


@router.put("webhooks/{number}/paused", response=answers(SubscriptionOut, also=(409,)))
def set_paused(request: HttpRequest, number: Number, said: Paused) -> dict[str, object]:
    """Pause it, or have it go on: what happened meanwhile is told then, if it is no older than 30 days."""
    who = _caller(request)
    rows = _everybodys(who)
    try:
        pause(_one(rows, number), paused=said.paused)
    except WebhookError as err:
        raise _refused(err) from None
    return _told(who, rows, number)


@router.post("webhooks/{number}/trial", response=answers(SubscriptionOut, status=202))
def trial(request: HttpRequest, number: Number) -> Status[dict[str, object]]:
    """Tell it something that has not happened (`trial`), signed and tried like all else; see its deliveries."""
    found = _mine(request, number)
    try:
        try_out(found)
    except WebhookError as err:
        raise _refused(err) from None
    who = _caller(request)
    return Status(202, _told(who, _theirs(who), number))


@router.delete("webhooks/{number}", response=answers(SubscriptionOut))
def stop(request: HttpRequest, number: Number) -> dict[str, object]:
    """Tell it nothing more."""
    who = _caller(request)
    rows = _everybodys(who)
    found = _one(rows, number)
    end(found, by_admin=found.person_id != who.person.pk)
    return _told(who, rows, number)


@router.get("webhooks/{number}/deliveries", response=answers(Deliveries))
def deliveries(request: HttpRequest, number: Number, after: After, limit: Limit) -> dict[str, object]:
    """What it was told, the newest first; kept for 30 days."""
    subscription = _one(_everybodys(_caller(request)), number)
    rows = Delivery.objects.filter(subscription=subscription).select_related("event")
    found, following = page(rows.prefetch_related("attempts"), after, limit, newest_first=True)
    return {"items": found, "next": following}
