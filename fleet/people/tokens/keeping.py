"""Making, finding and ending tokens.

Rules: a token is worth at most what its person is worth at that moment, in the provinces and for the rights it names;
it ends by itself within a year, when the person's account is closed, when they are given another password or their
second factor is reset, and at once when it is taken back. What it has begun to listen to ends with it, for whoever had
it may be the one who hears.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.people.scope import Scope, scope_of
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import RIGHTS
from fleet.webhooks.models import Subscription

PREFIX = "sala_"
"""By which scanners of source code and of people's eyes know one."""

SECRET_BYTES = 32
"""256 bits: nobody tries them out, so one hash is enough and need not be slow."""

LIFE_MAX = timedelta(days=366)
TOKENS_MAX = 50
"""In force at once, of one person."""

NAME_CHARACTERS_MAX = 60
SEEN_EVERY = timedelta(minutes=1)
"""``last_used_at`` is written no oftener."""


class Refusal(StrEnum):
    """Why a token was not made."""

    NO_NAME = "no-name"
    NO_RIGHT = "no-right"
    NO_SUCH_PROVINCE = "no-such-province"
    NO_SUCH_LIFE = "no-such-life"
    TOO_MANY = "too-many"
    NO_ROLE = "no-role"


class TokenError(ValueError):
    """No token was made; ``refusal`` says why. Tell whoever asked."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class OverError(Exception):
    """The token holds no more, though it did when it was shown: nothing was begun for it. Refuse it like any such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token as somebody wants it. ``provinces`` None: wherever the person is."""

    name: str
    rights: Collection[str]
    life: timedelta
    provinces: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and its text: the only time anybody sees it."""

    token: Token
    secret: str


def make(person: User, wanted: Wanted) -> Made:
    """A token for ``person``.

    Raises: TokenError.
    """
    now, name = timezone.now(), " ".join(wanted.name.split())
    _check(person, wanted, name, now)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = Token.objects.create(
        person=person,
        name=name,
        start=secret[:12],
        digest=_digest(secret),
        rights=[each for each in RIGHTS if each in wanted.rights],
        provinces=sorted(set(wanted.provinces)) if wanted.provinces is not None else None,
        made_at=now,
        expires_at=now + wanted.life,
    )
    return Made(token, secret)


def _check(person: User, wanted: Wanted, name: str, now: datetime) -> None:
    scope = scope_of(person)
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        raise TokenError(Refusal.NO_NAME)
    if not wanted.rights or not set(wanted.rights) <= set(RIGHTS):
        raise TokenError(Refusal.NO_RIGHT)
    if not scope.sees:
        raise TokenError(Refusal.NO_ROLE)
    if wanted.provinces is not None and not (wanted.provinces and all(map(scope.may_see, wanted.provinces))):
        raise TokenError(Refusal.NO_SUCH_PROVINCE)
    if not timedelta(0) < wanted.life <= LIFE_MAX:
        raise TokenError(Refusal.NO_SUCH_LIFE)
    if in_force(now).filter(person=person).count() >= TOKENS_MAX:
        raise TokenError(Refusal.TOO_MANY)


def in_force(now: datetime) -> QuerySet[Token]:
    """The tokens that hold."""
    return Token.objects.filter(ended_at__isnull=True, expires_at__gt=now, person__is_active=True)


def keep_in_force(token_no: int) -> None:
    """Until this transaction ends nobody takes the token back: whatever is begun for it here is there to be ended.

    Raises: OverError when it was taken back, or has run out, since it was shown.
    """
    held = in_force(timezone.now()).select_for_update(of=("self",)).filter(pk=token_no)
    if held.first() is None:
        raise OverError


def over(now: datetime) -> QuerySet[Token]:
    """Those that hold no more. One that was for one question is deleted, and leaves what it began."""
    return Token.objects.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=now))


def holds(secret: str, now: datetime) -> bool:
    """Whether this is the text of a token that holds; it does not count as using it."""
    return in_force(now).filter(digest=_digest(secret)).exists()


def found(secret: str, now: datetime) -> Token | None:
    """The token with this text, if it holds; and note that it was used."""
    token = in_force(now).select_related("person").filter(digest=_digest(secret)).first()
    if token is not None and (token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def scope_of_token(token: Token) -> Scope:
    """What the token's person may see and change now, in the token's provinces."""
    scope = scope_of(token.person)
    return scope if token.provinces is None else scope.narrowed(frozenset(token.provinces))


def end(token: Token, by: str) -> bool:
    """Take a token back with what it has made: webhooks, addresses for alerts; whether it was still there."""
    now, why = timezone.now(), "by-person" if by == token.person.get_username() else "by-admin"
    with transaction.atomic():
        # Its own row first: a request that makes something for it holds that (``keep_in_force``), and is seen after it.
        was_there = Token.objects.filter(pk=token.pk, ended_at__isnull=True).update(ended_at=now, ended_by=by[:150])
        Subscription.objects.filter(token_no=token.pk, ended_at=None).update(ended_at=now, ended_why=why)
        token.person.alert_addresses.filter(token_no=token.pk).delete()
    return bool(was_there)


def end_run_out(now: datetime) -> None:
    """End webhooks of tokens that have run out; addresses for alerts are silent then (``fleet.alerts.reaching``)."""
    theirs = Subscription.objects.filter(ended_at=None, token_no__in=over(now).order_by().values("pk"))
    if theirs.exists():  # asked every few seconds, and nothing is written where nothing has run out
        theirs.update(ended_at=now, ended_why="token-over")


def end_of_person(person: User, by: str) -> int:
    """Take back every token of an account, with what those have made; how many held. What its person set up on pages
    stays: it is there to be looked at, and they are told by it."""
    held = Token.objects.filter(person=person, ended_at=None, expires_at__gt=timezone.now()).select_related("person")
    with transaction.atomic():
        return sum(end(each, by) for each in held)


def end_all(person: User, by: str) -> int:
    """End every token of an account, every webhook and address for alerts; how many tokens held. Whoever comes in by it
    makes them anew."""
    now = timezone.now()
    with transaction.atomic():
        held = Token.objects.filter(person=person, ended_at=None)
        ended = held.filter(expires_at__gt=now).count()
        held.update(ended_at=now, ended_by=by[:150])
        Subscription.objects.filter(person=person, ended_at=None).update(ended_at=now, ended_why="by-admin")
        person.alert_addresses.all().delete()
    return ended


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
