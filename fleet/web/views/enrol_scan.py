"""The camera that reads a new kiosk's QR, on the phone of whoever stands before it: the page, and nothing else.

The picture never leaves the phone: its browser reads the QR (``static/web/enrol_scan.js``), and opens the page that
the QR names, on this server whatever server the QR names.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet.people.scope import scope_of
from fleet.web.access import signed_in
from fleet.web.csp import PERMISSIONS


@require_safe
@signed_in
def scan(request: HttpRequest) -> HttpResponse:
    """The camera; for who may let a kiosk in."""
    scope = scope_of(request.user)
    if scope.reads_only or not scope.installs:
        raise Http404
    response = render(request, "web/enrol_scan.html")
    response.headers[PERMISSIONS] = "camera=(self), microphone=(), geolocation=()"
    return response
