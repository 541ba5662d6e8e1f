"""Signing in and out, the page of everything else, and day or night."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.web.access import signed_in
from fleet.web.auditing import doer
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
        # The name as it was typed is not kept: people type passwords into it. Only one that exists is somebody's.
        known = User.objects.filter(username=form.data.get("username", "")[:150]).first()
        by = Doer(known.pk, known.username, address_of(self.request)) if known else doer(self.request)
        write(by, Act(Kind.CAME, "wrong-password"))
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The right one."""
        response = super().form_valid(form)
        write(doer(self.request), Act(Kind.CAME, "signed-in", said={"way": "password"}))
        return response


class SignOut(LogoutView):
    """The end of a session."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever it is goes."""
        if request.user.is_authenticated:
            write(doer(request), Act(Kind.CAME, "signed-out"))
        return super().post(request, *args, **kwargs)


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
