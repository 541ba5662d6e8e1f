"""Where the QR on a slip leads: is it paid? No sign-in, no name, one small page that needs no script.

Whoever holds the slip may know; nobody else can guess the token, and the page tells nobody where it was.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from fleet.office.cases.models import Case
from fleet.office.channels.models import Registration
from fleet.office.channels.tracking import TrackedTicket, tracked_ticket
from fleet.payments.tracking import tracked
from fleet.protocol.tickets import grouped
from fleet.web import case_words, ticket_words
from fleet.web.limits import Allowance, address_of, too_often

LOOKS = Allowance(times=60, window_s=60)
"""Looks an address and minute; a page that waits looks six times, so ten phones fit behind one address."""

WAITING = ("waiting", "looking")
"""States that may still change: the page looks again by itself (``tracking.js``; without scripts by a reload)."""


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
    if found is None and (ticket := tracked_ticket(token)) is not None:
        return _ticket(request, ticket)
    if found is None and (row := Registration.objects.select_related("office").filter(token=token).first()):
        return _registration(request, row)
    if found is None and (case := Case.objects.select_related("office").filter(token=token).first()):
        return render(request, "web/case_tracking.html", case_words.shown(case, timezone.localdate()))
    waits = found is not None and found.state in WAITING
    return render(request, "web/tracking.html", {"found": found, "waits": waits}, status=200 if found else 404)


def _registration(request: HttpRequest, row: Registration) -> HttpResponse:
    """Whether the ministry has taken it; not who asked."""
    condition, word, sentence = ticket_words.registration(row)
    context = {"it": row, "number": grouped(row.number), "condition": condition, "word": word, "sentence": sentence}
    return render(request, "web/registration_tracking.html", context)


def _ticket(request: HttpRequest, found: TrackedTicket) -> HttpResponse:
    """What somebody told an office: its steps and its deadline, never what was told."""
    context = {
        "found": found,
        "number": grouped(found.number),
        "steps": [(each, ticket_words.step(each.kind)) for each in found.steps],
        "condition": ticket_words.CONDITIONS[found.deadline],
        "deadline": ticket_words.deadline(found.deadline, found.days_left, is_closed=found.closed_at is not None),
    }
    return render(request, "web/ticket_tracking.html", context)
