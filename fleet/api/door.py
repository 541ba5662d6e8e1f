"""The way into the REST interface: it is imported at the first request for it, and only then.

Also here: the description of it (OpenAPI) as a file, and that a POST with an ``Idempotency-Key`` is done once.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import nullcontext
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLResolver, path, re_path
from django.urls.resolvers import RegexPattern
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from fleet.api.trail import write_down
from fleet.people.tokens.keeping import holds
from fleet.people.tokens.models import Answered

if TYPE_CHECKING:
    from collections.abc import Callable

_SAFE = ("GET", "HEAD", "OPTIONS")
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
OUTSIDE = "/question"
"""How operations end that wait for another system: the database must not be held meanwhile. Their line comes after."""

KEPT_FOR = timedelta(days=1)
"""How long a POST that is sent again is known; afterwards it is another one."""


@csrf_exempt  # a program's route: it carries no session, so there is none to ride on
def rest(request: HttpRequest, rest: str) -> HttpResponse:
    """Any request of the interface."""
    from fleet.api.rest.problems import RefusedError, answer, missing

    try:
        found = _routes().resolve(rest)
    except Resolver404:
        return answer(missing())
    known = _questions().get((request.method or "", _PLACE.sub(r"{\1}", found.route)))
    if known is not None and not request.GET.keys() <= known:
        why = "Ask only what the description names: a filter that is not known would leave out nothing."
        return answer(RefusedError(422, "no-question", why))

    def carry_out() -> HttpResponse:
        is_file = request.content_type == "multipart/form-data"  # the database must not be held while one is taken in
        is_free = request.method in _SAFE or is_file or rest.endswith(OUTSIDE)
        with nullcontext() if is_free else transaction.atomic():
            with nullcontext() if is_free else transaction.atomic():
                answered: HttpResponse = found.func(request, *found.args, **found.kwargs)
                if answered.status_code >= 400 and not is_free:
                    transaction.set_rollback(True)  # whatever was begun is not done; that it was refused is told
            write_down(request, found.route, found.kwargs, answered)
        return answered

    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    # A file is known by its content already, and may be too large to be read twice; a secret is never kept; a question
    # to another system may be asked again.
    is_kept = request.content_type != "multipart/form-data" and not rest.endswith(("/secret", OUTSIDE))
    response = _once(request, key, carry_out) if key and is_kept else carry_out()
    add_never_cache_headers(response)
    return response


@cache
def _routes() -> URLResolver:
    from fleet.api.rest.api import interface

    patterns, _app, _namespace = interface().urls
    return URLResolver(RegexPattern(""), patterns)


_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
"""A part of a route that is filled in; the description writes it in braces."""


@cache
def _questions() -> dict[tuple[str, str], frozenset[str]]:
    """What the address of an operation may ask, by its method and route, as the description has it."""
    return {
        (method.upper(), path.removeprefix("/api/v1/")): frozenset(
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"
        )
        for path, operations in json.loads(openapi_text())["paths"].items()
        for method, operation in operations.items()
    }


def _once(request: HttpRequest, key: str, carry_out: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer to a POST; for one that was answered before, that answer. One transaction: it cannot be done and
    forgotten."""
    from fleet.api.rest.problems import RefusedError, answer

    if not KEY.fullmatch(key):
        return answer(RefusedError(422, "no-key", "Make `Idempotency-Key` 8 to 64 letters, digits, '-' and '_'."))
    shown = request.headers.get("Authorization", "")
    now = timezone.now()
    if not holds(shown.partition(" ")[2].strip(), now):
        return carry_out()  # it is refused there: nothing is kept of who has no token, and no answer told again
    asked = hashlib.sha256(b"\0".join((request.get_full_path().encode(), request.body))).hexdigest()
    whose = hashlib.sha256(shown.encode()).hexdigest()
    Answered.objects.filter(at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            row = Answered.objects.create(whose=whose, key=key, asked=asked, at=now)
            response = carry_out()
            if response.status_code >= 400:
                row.delete()  # nothing was done: the key may be used again
                return response
            row.status, row.body = response.status_code, bytes(response.content).decode()
            row.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        known = Answered.objects.filter(whose=whose, key=key).first()
        if known is None:
            raise
    if known.asked != asked:
        return answer(
            RefusedError(409, "key-used", "This `Idempotency-Key` was used for something else. Take another.")
        )
    return HttpResponse(known.body, status=known.status, content_type="application/json; charset=utf-8")


@require_safe
def description(_request: HttpRequest) -> HttpResponse:
    """The interface's description (OpenAPI 3.1), for everybody: it holds nobody's data."""
    return HttpResponse(openapi_text(), content_type="application/json")


def openapi_text() -> str:
    """The description as it is kept beside this module, made by ``python -m fleet.api.describing``."""
    return files("fleet.api").joinpath("openapi.json").read_text("utf-8")


urlpatterns = [
    path("api/v1/openapi.json", description, name="openapi"),
    re_path(r"^api/v1/(?P<rest>[\s\S]+)$", rest, name="rest"),  # a path of Django's ends at the end of a line
]
