"""Browsers are told that a public fleet speaks TLS only, with every answer (HSTS, RFC 6797).

Django says so where it sees that a request came over TLS. Behind a proxy on another machine it does not see that, and
no page would say it; over plain HTTP a browser does not listen (section 8.1), so saying it always does no harm.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Strict-Transport-Security"


def policy() -> str:
    """What is said; nothing where pages go over plain HTTP, as in a demonstration."""
    return f"max-age={settings.SECURE_HSTS_SECONDS}" if settings.SECURE_HSTS_SECONDS else ""


class OnlyTls:
    """Put it on every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if said := policy():
            response.headers[HEADER] = said
        return response
