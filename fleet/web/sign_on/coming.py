"""What follows when somebody has come in, whichever way: roles, what the session knows, the line in the trail."""

from __future__ import annotations

import logging
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from fleet.alerts.at_once import break_glass_used
from fleet.audit.models import Kind
from fleet.audit.trail import Act, write
from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.groups import follow, posts_of
from fleet.people.sessions import OWES, SEEN, WAY, note
from fleet.web.auditing import doer
from fleet.web.limits import address_of

log = logging.getLogger(__name__)

MAIN_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""Recovery codes alone are no second factor."""


def came_in(request: HttpRequest, user: User, claims: dict[str, Any] | None) -> None:
    """``claims``: what the ministry's sign-on said; None for who came with a password or a passkey of ours."""
    way = "sign-on" if claims is not None else BREAK_GLASS if user.username == BREAK_GLASS else "password"
    request.session[WAY] = way
    request.session[OWES] = owes(user, way)
    # Written down at once, not with the first page: what nobody knows of is not ended with the others.
    request.session.pop(SEEN, None)
    note(user, request.session, address_of(request), request.headers.get("User-Agent", ""))
    if claims is not None and follow(user, settings.SIGN_ON.id, posts_of(_groups(claims), settings.SIGN_ON.rules)):
        write(doer(request), Act(Kind.CAME, "roles-from-groups", user.username))
    if way == BREAK_GLASS:
        log.critical("the break-glass account was used, from %s", doer(request).address)
        break_glass_used(doer(request).address)
        write(doer(request), Act(Kind.CAME, BREAK_GLASS))
    else:
        write(doer(request), Act(Kind.CAME, "signed-in", said={"way": way}))


def owes(user: User, way: str) -> bool:
    """Whether who came that way has still to set up a second factor, should their account need one."""
    return way == "password" and settings.SECOND_FACTOR_REQUIRED and not has_second(user)


def has_second(user: User) -> bool:
    """Whether the account asks for more than a password."""
    return bool(is_mfa_enabled(user, MAIN_FACTORS))


def _groups(claims: dict[str, Any]) -> list[str]:
    """The groups a sign-on names, in its userinfo or its id token."""
    for part in (claims.get("userinfo"), claims.get("id_token"), claims):
        found = part.get(settings.SIGN_ON.claim) if isinstance(part, dict) else None
        if isinstance(found, list):
            return [each for each in found if isinstance(each, str)]
    return []
