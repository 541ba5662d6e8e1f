"""No text that anybody means has the letter NUL, and PostgreSQL cannot hold it: no page gets to see one."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBadRequest, QueryDict
from django.http.response import HttpResponseBase

NUL = "\0"


class NoNul:
    """Refuse what has it in its address or its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path or any(map(_has_nul, (request.GET, request.POST))):
            return _refused(request)
        return self._get_response(request)


def _refused(request: HttpRequest) -> HttpResponseBadRequest:
    """For a program as the REST interface refuses (``fleet.api.rest.problems``), which it did not get to."""
    if not request.path.startswith("/api/"):
        return HttpResponseBadRequest("a NUL in a text", content_type="text/plain")
    said = {
        "type": "about:blank",
        "title": "Not understood",
        "status": 400,
        "code": "not-understood",
        "detail": "Send texts without NUL characters.",
        "errors": [],
    }
    return HttpResponseBadRequest(json.dumps(said), content_type="application/problem+json")


def _has_nul(said: QueryDict) -> bool:
    return any(NUL in value for values in said.lists() for value in (values[0], *values[1]))
