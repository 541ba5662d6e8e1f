"""Static files, and how long a browser keeps them: for good, since their addresses change with what is in them.

While one fleet is brought up to date server by server, a page of the new one asks the old one, which has another file
under that address. That answer is used and not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ASKED_AS = "v"
"""The part of an address that says of which version."""


@cache
def version(path: str) -> str:
    """A few letters that change with the file, so that browsers may keep it for long."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise LookupError(f"no such static file: {path}")
    return hashlib.blake2b(Path(found).read_bytes(), digest_size=5).hexdigest()


class StaticFiles:
    """Before WhiteNoise, which serves them and looks at the path alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The same answer, to be forgotten when another version was asked for."""
        response = self._get_response(request)
        if "immutable" in response.headers.get("Cache-Control", "") and ASKED_AS in request.GET:
            path = request.path_info.removeprefix(settings.STATIC_URL)
            if request.GET[ASKED_AS] != version(path):
                response.headers["Cache-Control"] = "no-cache"
        return response
