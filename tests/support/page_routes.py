"""The pages' route table, as tests go through it."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern

from fleet.web.urls import urlpatterns


def routes_hearing(method: str) -> list[str]:
    """The names of the routes that do not refuse this method as no way of theirs."""
    return sorted({name for name, allowed in _allowing() if method in allowed})


@cache
def _allowing() -> tuple[tuple[str, str], ...]:
    """Every route's name, and the methods it says it hears; all of them where it says nothing."""
    heard = []
    for each in urlpatterns:
        assert isinstance(each, URLPattern)
        # A way that nobody hears: whoever refuses it says what they do hear.
        request = RequestFactory(SERVER_NAME="localhost").generic("TRACE", "/")
        request.user, request.session = AnonymousUser(), {}  # type: ignore[assignment]  # as the middleware puts it
        named = {name: converter.to_python("1") for name, converter in each.pattern.converters.items()}
        answered = each.callback(request, **{**named, **each.default_args})
        heard.append((str(each.name), answered.headers.get("Allow", "POST")))
    return tuple(heard)
