"""The answer to whoever asks too often, and by what address pages know them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fleet.people.allowance import Allowance

__all__ = ["Allowance", "address_of", "too_often"]


def too_often(request: HttpRequest, window_s: int) -> HttpResponse:
    """The sentence for one who asks too often."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(window_s)
    return response


def address_of(request: HttpRequest) -> str:
    """The address a request came from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))
