"""Who asks: the token's person, narrowed to what the token is for.

Rules: every request is asked anew; a token never does what its person could not do on a page at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from fleet.api.rest.problems import RefusedError
from fleet.people.allowance import Allowance
from fleet.people.scope import Scope
from fleet.people.tokens.keeping import found, scope_of_token
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import Part, changing, reading

WINDOW_S = 60
ASKS = Allowance(times=600, window_s=WINDOW_S)
"""Requests a token and minute, in this process: ten a second is a program at work, more is one in a loop."""

STRANGERS = Allowance(times=30, window_s=WINDOW_S)
"""Tokens that do not hold, an address and minute."""

_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf, and how far."""

    person: User
    scope: Scope
    token: Token


class Bearer(HttpBearer):
    """``Authorization: Bearer sala_…`` with the right to read, or to change, one part.

    ``of_all``: what a token of some provinces is told, where it is refused for being that.
    """

    def __init__(self, part: Part, of_all: str = "") -> None:
        super().__init__()
        self._part = part
        self._of_all = of_all

    def __call__(self, request: HttpRequest) -> Caller:
        """Who it is. Raises: RefusedError."""
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, secret.strip() if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Who shows this text. Raises: RefusedError."""
        caller = caller_of(request, token)
        unsafe = request.method not in _SAFE
        demand(caller, changing(self._part) if unsafe else reading(self._part))
        if self._of_all and caller.token.provinces is not None:
            raise RefusedError(403, "some-provinces", self._of_all)
        if unsafe and caller.scope.reads_only:
            raise RefusedError(403, "reads-only", "An auditor changes nothing. Use a token of who works here.")
        return caller


def demand(caller: Caller, right: str) -> None:
    """Go on only with a token for this. Raises: RefusedError."""
    if right not in caller.token.rights:
        raise RefusedError(403, "no-right", f"This token is not for {right}. Make one that is, on the page of tokens.")


def caller_of(request: HttpRequest, secret: str) -> Caller:
    """Who shows this text, whatever for.

    Raises: RefusedError when nobody does, or too often.
    """
    token = found(secret, timezone.now()) if secret else None
    if token is None:
        if secret and not STRANGERS.permits(str(request.META.get("REMOTE_ADDR", ""))):
            raise too_often()
        raise no_token()
    if not ASKS.permits(token.digest):
        raise too_often()
    request.user = token.person
    return Caller(token.person, scope_of_token(token), token)


def no_token() -> RefusedError:
    """For who shows none that holds, or none any more."""
    return RefusedError(
        401, "no-token", "Send 'Authorization: Bearer' and a token that is in force; the page of tokens makes one."
    )


def too_often() -> RefusedError:
    """For who asks again before the minute is over."""
    return RefusedError(429, "too-often", "Wait a minute, then ask no more than ten times a second.")


def caller(request: HttpRequest) -> Caller:
    """Who asks, in an operation behind ``Bearer``."""
    return cast(Caller, getattr(request, "auth"))  # noqa: B009 - where ninja puts it, and no stub knows
