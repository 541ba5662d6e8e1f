"""Where the QR on a slip leads: is it paid? No sign-in, no name, no script, one small page.

Whoever holds the slip may know; nobody else can guess the token, and the page tells nobody where it was.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from fleet.payments.tracking import tracked
from fleet.web.limits import Allowance, address_of, too_often

LOOKS = Allowance(times=60, window_s=60)
"""Looks an address and minute; a page that waits looks six times, so ten phones fit behind one address."""


@require_safe
def tracking(request: HttpRequest, token: str) -> HttpResponse:
    """The state of one payment; ``lang`` chooses the language."""
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        response = _answer(request, token)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if not LOOKS.permits(address_of(request)):
        return too_often(request, 60)
    found = tracked(token)
    return render(request, "web/tracking.html", {"found": found}, status=200 if found else 404)
