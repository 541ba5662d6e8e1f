"""Who may watch, and whether they still may: asked for all of them together, with three queries."""

from __future__ import annotations

import io
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.http import QueryDict
from django.utils import timezone

from fleet.people.models import Membership, Role
from fleet.people.scope import NOBODY, Scope, scope_from, scope_of
from fleet.people.sessions import OWES, SEEN_EVERY, note
from fleet.web.auditing import was_shown
from fleet.web.language import LANGUAGES
from fleet.web.limits import address_of
from fleet.web.live import SEEN
from fleet.web.no_nul import NUL
from fleet.web.watching.pages import Subject, is_told

ADDRESS_MAX = 1000
"""Characters of the address of a page that is watched."""


class RefusedError(Exception):
    """Nobody may watch so. ``status`` is the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True, eq=False)
class Viewer:
    """One open page's person: as they were when they were let in. ``password``: a mark of it."""

    session_key: str
    user_id: int
    password: int
    scope: Scope
    address: str
    browser: str
    noted_at_s: float = field(default_factory=time.monotonic)


def let_in(scope: dict[str, Any]) -> tuple[Viewer, Subject, str]:
    """Who asks (an ASGI scope) to watch which page, and the digest of the piece that page has.

    Raises: RefusedError.
    """
    try:
        return _let_in(ASGIRequest(scope, io.BytesIO()))
    except SuspiciousOperation:  # another host's name, or a thousand fields
        raise RefusedError(400) from None


def _let_in(request: ASGIRequest) -> tuple[Viewer, Subject, str]:
    request.get_host()
    if request.method != "GET" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise RefusedError(403)
    request.session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    key = request.session.session_key
    if not isinstance(user, User) or not user.is_active or key is None:
        raise RefusedError(401)
    theirs = scope_of(user)
    if theirs == NOBODY or (theirs.needs_second_factor and request.session.get(OWES)):
        raise RefusedError(403)
    address, browser = address_of(request), request.headers.get("User-Agent", "")[:200]
    viewer = Viewer(key, user.pk, hash(user.password), theirs, address, browser)
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    chosen = language if language in LANGUAGES else settings.LANGUAGE_CODE
    subject, digest = _subject(request.GET.get("page", ""), chosen, theirs)
    if not was_shown(request.session, subject.match().url_name or ""):
        raise RefusedError(403)  # whoever asks for it now is written down
    return viewer, subject, digest


def _subject(page: str, language: str, scope: Scope) -> tuple[Subject, str]:
    address = urlsplit(page[:ADDRESS_MAX])
    is_ours = not address.scheme and not address.netloc and NUL not in page and "%00" not in page
    if not is_ours or not is_told(address.path):
        raise RefusedError(404)
    asked = QueryDict(address.query, mutable=True)
    digest = str(asked.pop(SEEN, [""])[-1])
    return Subject(address.path, asked.urlencode(), language, scope), digest


def no_longer(viewers: Collection[Viewer]) -> set[Viewer]:
    """Those whose session has ended, or whose account is not any more what it was; those who stay are written down.

    A session lives on while a page of its is open, as if the page had been asked for again.
    """
    sessions = Session.objects.filter(session_key__in={each.session_key for each in viewers})
    there = set(sessions.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))
    ids = {each.user_id for each in viewers}
    users = User.objects.filter(pk__in=ids, is_active=True).values_list("pk", "password")
    passwords = {pk: hash(password) for pk, password in users}
    scopes = _scopes(ids)
    gone = {
        each
        for each in viewers
        if each.session_key not in there
        or passwords.get(each.user_id) != each.password
        or scopes.get(each.user_id, NOBODY) != each.scope
    }
    for viewer in set(viewers) - gone:
        if time.monotonic() - viewer.noted_at_s > NOTE_EVERY.total_seconds() and not _note(viewer):
            gone.add(viewer)
    return gone


NOTE_EVERY = SEEN_EVERY + timedelta(seconds=5)
"""A little more than ``note`` asks for, or it would have nothing to do."""


def _scopes(user_ids: Collection[int]) -> dict[int, Scope]:
    held = Membership.objects.filter(user_id__in=user_ids).order_by("user_id")
    rows = held.values_list("user_id", "role", "dopa_code")
    return {
        user_id: scope_from((Role(role), code) for _, role, code in theirs)
        for user_id, theirs in groupby(rows, key=itemgetter(0))
    }


def _note(viewer: Viewer) -> bool:
    """Write down that the session is in use; False when it has ended meanwhile."""
    viewer.noted_at_s = time.monotonic()
    session = SessionStore(viewer.session_key)
    user = User.objects.filter(pk=viewer.user_id).first()
    if user is None or "_auth_user_id" not in session:
        return False
    note(user, session, viewer.address, viewer.browser)
    if session.modified:
        try:
            session.save()
        except UpdateError:
            return False
    return True
