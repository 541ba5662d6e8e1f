"""Subscriptions of an account: making, ending, a new secret; and what their person may hear."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from fleet.alerts.findings import Matter
from fleet.people.scope import Area, Scope, scope_of
from fleet.people.tokens.keeping import keep_in_force
from fleet.webhooks.models import TRIAL, Delivery, Event, Kind, State, Subscription
from fleet.webhooks.posting import NotThereError, place_of
from fleet.webhooks.signing import secret_of

SUBSCRIPTIONS_MAX = 20
"""In force at once, of one person."""

NAME_CHARACTERS_MAX = 60


class Refusal(StrEnum):
    """Why there is no subscription."""

    NO_NAME = "no-name"
    NO_KIND = "no-kind"
    NO_SUCH_PROVINCE = "no-such-province"
    NO_ADDRESS = "no-address"
    NOT_HTTPS = "not-https"
    INSIDE = "inside"
    """The address leads into a network of its own, and the operator has not named it."""
    TOO_MANY = "too-many"
    OVER = "over"
    """It has ended."""
    PAUSED = "paused"
    WAITS = "waits"
    """A trial is on its way already."""


class WebhookError(ValueError):
    """Nothing was done; ``refusal`` says why. Tell whoever asked."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A subscription as somebody wants it. ``provinces`` None: wherever the person is."""

    name: str
    address: str
    kinds: Collection[str]
    provinces: Collection[int] | None = None


def may_have(scope: Scope) -> bool:
    """Whether there are webhooks for an account at all: for who changes something somewhere, and who audits that."""
    return scope.looks_into_somewhere


def mine(person: User) -> QuerySet[Subscription]:
    """A person's own."""
    return Subscription.objects.filter(person=person)


def seen(person: User, scope: Scope) -> QuerySet[Subscription]:
    """A person's own; for who reads the nation's trail everybody's, but of their addresses only ``origin_of``."""
    rows = Subscription.objects.select_related("person")
    return rows if scope.audits.nation else rows.filter(person=person)


def how_they_stand(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """These with ``waiting``, how many messages have not been taken yet, and ``is_failing``: one of them was tried."""
    waits = Delivery.objects.filter(subscription=OuterRef("pk"), state=State.WAITING)
    counted = waits.order_by().values("subscription").annotate(count=Count("pk")).values("count")
    return rows.annotate(
        is_failing=Exists(waits.filter(tries__gt=0)),
        waiting=Case(When(ended_at=None, then=Coalesce(Subquery(counted), 0)), default=0),
    )


def origin_of(subscription: Subscription) -> str:
    """Where it leads, without what may be secret in its address."""
    parts = urlsplit(subscription.address)
    return f"{parts.scheme}://{parts.netloc}/…"


@transaction.atomic
def subscribe(person: User, scope: Scope, wanted: Wanted, token_no: int | None = None) -> Subscription:
    """A new one. ``scope``: of who asks, which a token may have narrowed; ``token_no``: of that token.

    Raises: WebhookError; OverError when that token was taken back meanwhile.
    """
    if token_no is not None:
        keep_in_force(token_no)
    name = " ".join(wanted.name.split())
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        raise WebhookError(Refusal.NO_NAME)
    if not wanted.kinds or not set(wanted.kinds) <= set(Kind.values):
        raise WebhookError(Refusal.NO_KIND)
    provinces = sorted(set(wanted.provinces)) if wanted.provinces is not None else None
    if provinces is None and not scope.sees.nation:
        provinces = sorted({*scope.sees.provinces})
    if provinces is not None and not (provinces and all(map(scope.may_see, provinces))):
        raise WebhookError(Refusal.NO_SUCH_PROVINCE)
    try:
        place_of(wanted.address, settings.WEBHOOK_ORIGINS)
    except NotThereError as err:
        raise WebhookError(Refusal(str(err))) from None
    if mine(person).filter(ended_at=None).count() >= SUBSCRIPTIONS_MAX:
        raise WebhookError(Refusal.TOO_MANY)
    return Subscription.objects.create(
        person=person, name=name, address=wanted.address, kinds=[each for each in Kind.values if each in wanted.kinds],
        provinces=provinces, made_at=timezone.now(), token_no=token_no,
    )  # fmt: skip


def secret(subscription: Subscription) -> str:
    """What its messages are signed with, for its person to put where they are received."""
    made_s = int(subscription.made_at.timestamp())
    return secret_of(settings.SECRET_KEY, f"{subscription.pk}.{subscription.secret_no}.{made_s}")


def renew_secret(subscription: Subscription) -> None:
    """From now on another secret counts."""
    Subscription.objects.filter(pk=subscription.pk).update(secret_no=F("secret_no") + 1)
    subscription.refresh_from_db()


def end(subscription: Subscription, *, by_admin: bool = False) -> None:
    """Tell it nothing more."""
    why = "by-admin" if by_admin else "by-person"
    Subscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=timezone.now(), ended_why=why)


def pause(subscription: Subscription, *, paused: bool) -> None:
    """Have it wait, or go on: what happened meanwhile is told then, if it is no older than 30 days.

    Raises: WebhookError when it has ended.
    """
    ours = Subscription.objects.filter(pk=subscription.pk, ended_at=None)
    if paused:
        ours = ours.filter(paused_at=None)
    if not ours.update(paused_at=timezone.now() if paused else None) and not _is_on(subscription):
        raise WebhookError(Refusal.OVER)
    subscription.refresh_from_db()


def _is_on(subscription: Subscription) -> bool:
    return Subscription.objects.filter(pk=subscription.pk, ended_at=None).exists()


def try_out(subscription: Subscription) -> Delivery:
    """Tell it something that has not happened, signed and tried like all else.

    Raises: WebhookError.
    """
    if not _is_on(subscription):
        raise WebhookError(Refusal.OVER)
    if subscription.paused_at is not None:
        raise WebhookError(Refusal.PAUSED)
    if subscription.deliveries.filter(event__kind=TRIAL, state=State.WAITING).exists():
        raise WebhookError(Refusal.WAITS)
    now = timezone.now()
    with transaction.atomic():
        event = Event.objects.create(kind=TRIAL, about=str(subscription.pk), at=now)
        return Delivery.objects.create(subscription=subscription, event=event, next_at=now)


def may_hear(person: User, event: Event) -> bool:
    """Whether a page would show it to them now: money to who settles it, cases to who serves, machines to who sees."""
    if event.kind == TRIAL:
        return person.is_active
    scope = scope_of(person)
    whose = str(event.data.get("matter") if event.kind == Kind.ALERT_OPENED else event.kind)
    areas: dict[str, Area] = {
        Kind.PAYMENT_CONFIRMED: scope.settles,
        Matter.MONEY: scope.settles,
        Kind.CASE_MOVED: scope.serves,
        Matter.OFFICE: scope.serves,
        Matter.PEOPLE: scope.audits,
    }
    area = areas.get(whose, scope.sees)
    return person.is_active and area.holds(event.dopa_code)
