"""Where "go on by phone" leads: tell an office something from one's own phone. No sign-in, no name, no script.

Rate-limited by address; the form carries Django's token against forgery. The ticket it opens is one like a kiosk's.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from fleet.office.channels.keeping import UnfitError, open_from_web
from fleet.office.channels.models import Channel
from fleet.protocol.tickets import TEXT_CHARACTERS_MAX
from fleet.web.limits import Allowance, address_of, too_often

LOOKS = Allowance(times=60, window_s=60)
TELLINGS = Allowance(times=5, window_s=600)
"""Tickets an address and ten minutes: an office's own network has many phones behind one address, a flood has more."""


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, office_id: str) -> HttpResponse:
    """The form of one office; ``about`` chooses the channel, ``lang`` the language."""
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        response = _answer(request, office_id, language)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, office_id: str, language: str) -> HttpResponse:
    address = address_of(request)
    if not LOOKS.permits(address):
        return too_often(request, 60)
    channels = list(Channel.objects.select_related("office").filter(office_id=office_id, is_open=True))
    if not channels:
        raise Http404
    about = request.POST.get("about") or request.GET.get("about", "")
    chosen = next((each for each in channels if each.code == about), None)
    wrong = ""
    if request.method == "POST":
        if TELLINGS.is_used_up(address):
            return too_often(request, 600)
        # What a person counts as one line break arrives as two characters.
        text = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            ticket = open_from_web(_chosen(chosen), text, "en" if language == "en" else "th")
        except UnfitError:
            wrong = "text" if chosen else "about"
        else:
            TELLINGS.count(address)
            return HttpResponseRedirect(reverse("web:tracking", args=[ticket.token]) + f"?lang={language}")
    context = {
        "office": channels[0].office,
        "channels": channels,
        "chosen": chosen,
        "text": request.POST.get("text", "")[: 2 * TEXT_CHARACTERS_MAX],
        "characters": TEXT_CHARACTERS_MAX,
        "wrong": wrong,
    }
    return render(request, "web/tell.html", context, status=400 if wrong else 200)


def _chosen(channel: Channel | None) -> Channel:
    if channel is None:
        raise UnfitError("channel")
    return channel
