"""What the trail hears of second factors; allauth tells it by signals."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import User
from django.http import HttpRequest

from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.people.sessions import OWES, WAY
from fleet.web.limits import address_of
from fleet.web.sign_on.coming import MAIN_FACTORS, owes


def listen() -> None:
    """Begin to."""
    authenticator_added.connect(_added)
    authenticator_removed.connect(_removed)
    authenticator_reset.connect(_reset)
    authentication_failed.connect(_failed)


def _note(request: HttpRequest, user: User, what: str, kind: Kind, said: str) -> None:
    write(Doer(user.pk, user.username, address_of(request)), Act(kind, what, user.username, said={"deed": said}))


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type in MAIN_FACTORS:
        request.session[OWES] = False
    _note(request, user, "second-factor", Kind.DID, f"+ {authenticator.type}")


def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    request.session[OWES] = owes(user, str(request.session.get(WAY, "")))
    _note(request, user, "second-factor", Kind.DID, f"- {authenticator.type}")


def _reset(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _note(request, user, "second-factor", Kind.DID, f"= {authenticator.type}")


def _failed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _note(request, user, "wrong-code", Kind.CAME, str(authenticator.type))
