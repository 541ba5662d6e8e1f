"""No text that anybody means has the letter NUL, and PostgreSQL cannot hold it: no page gets to see one."""

from __future__ import annotations

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
            return HttpResponseBadRequest("a NUL in a text", content_type="text/plain")
        return self._get_response(request)


def _has_nul(said: QueryDict) -> bool:
    return any(NUL in value for values in said.lists() for value in (values[0], *values[1]))
