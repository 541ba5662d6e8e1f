"""Signing in and out, the page of everything else, and day or night."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from fleet.web.access import signed_in
from fleet.web.context import THEME_COOKIE, THEMES
from fleet.web.limits import Allowance, address_of, too_often

GUESSES = Allowance(times=10, window_s=60)
"""Wrong passwords, an address and minute. Right ones do not count: a whole office signs in behind one address."""

YEAR_S = 365 * 24 * 3600


class SignIn(LoginView):
    """A local account's name and password."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One try."""
        if GUESSES.is_used_up(address_of(request)):
            return too_often(request, 60)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """A wrong one."""
        GUESSES.count(address_of(self.request))
        return super().form_invalid(form)


@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """Remember day or night in this browser, and go back."""
    wanted = request.POST.get("theme", "")
    if wanted not in THEMES:
        return HttpResponseBadRequest()
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/")
    response.set_cookie(THEME_COOKIE, wanted, max_age=YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_safe
@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """What the five tabs of a phone have no room for."""
    return render(request, "web/more.html")
