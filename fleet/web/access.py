"""Who gets as far as a page, and which rows they find there.

The queries stand in ``fleet.acting.seen``, the same for the REST interface; pages ask for both here. What an account
may not see does not exist for it: 404, never 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers

from fleet.acting.seen import (
    confirmations_seen,
    intents_seen,
    intents_waiting,
    kiosks_seen,
    offices_seen,
    offices_served,
    offices_to_install_in,
    provinces_seen,
)
from fleet.devices.models import Kiosk
from fleet.people.scope import scope_of
from fleet.people.sessions import OWES
from fleet.people.sessions import note as note_session
from fleet.web.auditing import audited
from fleet.web.limits import address_of

__all__ = [
    "confirmations_seen", "for_money", "for_offices", "intents_seen", "intents_waiting", "is_live", "kiosk_seen",
    "kiosks_seen", "offices_seen", "offices_served", "offices_to_install_in", "provinces_seen", "signed_in",
]  # fmt: skip

View = Callable[..., HttpResponse]


SAFE = ("GET", "HEAD", "OPTIONS")


def _let_through(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Raises: Http404 for an auditor who would do something."""
    scope = scope_of(request.user)
    if request.method not in SAFE and scope.reads_only:
        raise Http404
    if scope.needs_second_factor and request.session.get(OWES):
        return HttpResponseRedirect("/account/?owes=1")
    note_session(cast(User, request.user), request.session, address_of(request), request.headers.get("User-Agent", ""))
    return view(request, *args, **kwargs)


def signed_in(view: View) -> View:
    """Only for people who have signed in, and for an auditor only to read; the answer is kept nowhere.

    What they see of other people, and what they do, is written down (``auditing``). An admin who still owes a second
    factor is sent to the page where it is set up.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            response = audited(lambda: _let_through(view, request, *args, **kwargs), request, kwargs)
        elif is_live(request):
            # The piece that renews itself must not put a sign-in form inside a page: the page starts anew.
            response = HttpResponse(status=401, headers={"HX-Refresh": "true"})
        else:
            response = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        add_never_cache_headers(response)
        return response

    return guarded


def own_account(view: View) -> View:
    """Only for people who have signed in, about themselves: an auditor too, and who owes a second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        note_session(request.user, request.session, address_of(request), request.headers.get("User-Agent", ""))
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return guarded


def for_money(view: View) -> View:
    """Below ``signed_in``: what is money's is there only for who settles it somewhere, and who audits that."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not scope_of(request.user).settles_somewhere:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_offices(view: View) -> View:
    """Below ``signed_in``: what is an office's own work is there only for who serves in one, not for technicians."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not scope_of(request.user).serves_somewhere:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def is_live(request: HttpRequest) -> bool:
    """Whether a page already open asks for its moving part only."""
    return request.headers.get("HX-Request") == "true"


def kiosk_seen(request: HttpRequest, kiosk_id: str) -> Kiosk:
    """One kiosk.

    Raises: Http404 when there is none, or none for this account.
    """
    kiosk = kiosks_seen(scope_of(request.user)).filter(pk=kiosk_id).first()
    if kiosk is None:
        raise Http404
    return kiosk
