"""Is this presence slip genuine? For whoever was handed one: paste, type or scan the text of its QR. No sign-in.

It is sent in a form, never in an address: what it says is about a person, and addresses stand in logs.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fleet.audit.models import Kind
from fleet.audit.trail import Act, write
from fleet.office.channels.verifying import judged
from fleet.protocol.presence import PresenceError, Verdict
from fleet.web import ticket_words
from fleet.web.auditing import doer
from fleet.web.limits import Allowance, address_of, too_often

CHECKS = Allowance(times=30, window_s=60)
"""An office checks one slip after another from one address; guessing a signature is hopeless at any rate."""

CONDITIONS = {Verdict.GENUINE: "ok", Verdict.FORGED: "failing"}


@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: HttpRequest) -> HttpResponse:
    """The form, and the verdict on what was sent."""
    if not CHECKS.permits(address_of(request)):
        return too_often(request, 60)
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            verdict, said = judged(request.POST.get("text", ""), timezone.now())
        except PresenceError:
            context = {"condition": "unknown", "words": ticket_words.no_slip()}
        else:
            context = {
                "condition": CONDITIONS.get(verdict, "attention"),
                "words": ticket_words.verdict(verdict),
                "said": said,
            }
            write(doer(request), Act(Kind.SAW, "web:slip", verdict))
    response = render(request, "web/slip.html", context)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
