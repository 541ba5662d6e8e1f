"""The moving part of a page, made once for all who watch it: by the page's own view, in the name of nobody.

The view is asked by an account that exists in memory only and has the subject's scope and nothing else, so that what
it shows can hold nothing of any one person, and whoever lost a right meanwhile widens or narrows nobody's page.
"""

from __future__ import annotations

import time
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, QueryDict
from django.utils import translation

from fleet.people.scope import with_scope
from fleet.people.sessions import SEEN as NOTED
from fleet.web.live import SEEN
from fleet.web.watching.pages import Subject


class Kind(Enum):
    """How a page answered."""

    PIECE = auto()
    SAME = auto()
    """Nothing has changed since the piece of that digest."""
    ANEW = auto()
    """More than the piece is different, or the page is gone: it is to be opened again."""
    BROKEN = auto()
    """The page could not be made; the log says why."""


class Piece(NamedTuple):
    """``text`` is HTML; ``digest`` is what a page says it has."""

    kind: Kind
    digest: str = ""
    text: str = ""


def render(subject: Subject, digest: str) -> Piece:
    """The piece as it is now, unless it is still the one of ``digest``."""
    with translation.override(subject.language):
        match = subject.match()
        view = partial(match.func, *match.args, **match.kwargs)
        response: Any = convert_exception_to_response(view)(_request(subject, digest))
    if response.status_code == 200 and "ETag" in response.headers:
        return Piece(Kind.PIECE, response.headers["ETag"].strip('"'), response.content.decode())
    if response.status_code == 204 and "HX-Refresh" not in response.headers:
        return Piece(Kind.SAME, digest)
    return Piece(Kind.BROKEN if response.status_code >= 500 else Kind.ANEW)


def _request(subject: Subject, digest: str) -> HttpRequest:
    """As the page itself would ask."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", subject.path, subject.path
    request.META = {"HTTP_HX_REQUEST": "true"}
    asked = QueryDict(subject.query, mutable=True)
    asked[SEEN] = digest
    request.GET = asked  # type: ignore[assignment]  # Django's stub wants one that cannot be changed
    request.user = with_scope(User(), subject.scope)
    request.session = {NOTED: time.time()}  # type: ignore[assignment]  # a session that is nobody's has no more to say
    request.resolver_match = subject.match()
    return request
