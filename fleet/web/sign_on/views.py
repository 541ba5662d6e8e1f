"""The door, and the page of one's own account: password, second factors, sessions."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.office.models import Province
from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.models import SignIn as Session
from fleet.people.resetting import lately
from fleet.people.sessions import OWES, SEEN, end, end_all, open_sessions
from fleet.web import people_words
from fleet.web.auditing import doer
from fleet.web.limits import Allowance, address_of, too_often
from fleet.web.sign_on.coming import has_second

GUESSES = Allowance(times=10, window_s=60)
"""Wrong passwords, an address and minute. Right ones do not count: a whole office signs in behind one address."""

GUESSES_OF_A_NAME = Allowance(times=200, window_s=600)
"""The same for one account, whatever addresses they come from. So many that nobody is kept out by somebody else's
mistakes, or by their spite from one place; so few that no password worth the name is guessed. The account for the
worst day has no such bound: its password was drawn by lot, and whoever attacks the fleet must not be able to shut its
last door."""

GUESSES_OF_A_NAME_HERE = Allowance(times=20, window_s=600)
"""For one account from one address."""


class SignIn(LoginView):
    """A local account's name and password; then, where it has one, its second factor."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the other ways in."""
        return {**super().get_context_data(**kwargs), "sign_on": settings.SIGN_ON}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One try."""
        if _is_guessed(_typed_name(request), request) or GUESSES.is_used_up(address_of(request)):
            return too_often(request, 60)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """A wrong one."""
        name = _typed_name(self.request)
        GUESSES.count(address_of(self.request))
        _count_guess(name, self.request)
        # The name as it was typed is not kept: people type passwords into it. Only one that exists is somebody's.
        known = User.objects.filter(username=name).first()
        by = Doer(known.pk, known.username, address_of(self.request)) if known else doer(self.request)
        write(by, Act(Kind.CAME, "wrong-password"))
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The right one."""
        login = Login(user=form.get_user(), redirect_url=self.get_success_url(), email_verification="none")
        done: HttpResponse = perform_password_login(self.request, {"username": form.get_user().get_username()}, login)
        return done


def _typed_name(request: HttpRequest) -> str:
    """The name as the form reads it: one name in many spellings (blanks around it, full-width letters) is one."""
    return unicodedata.normalize("NFKC", request.POST.get("username", "").strip()[:150])


def _is_guessed(name: str, request: HttpRequest) -> bool:
    """Whether for this account so many passwords were wrong that the next try has to wait."""
    name = name.lower()
    is_used_up_everywhere = name != BREAK_GLASS and GUESSES_OF_A_NAME.is_used_up(name)
    return is_used_up_everywhere or GUESSES_OF_A_NAME_HERE.is_used_up(f"{address_of(request)} {name}")


def _count_guess(name: str, request: HttpRequest) -> None:
    name = name.lower()
    GUESSES_OF_A_NAME.count(name)
    GUESSES_OF_A_NAME_HERE.count(f"{address_of(request)} {name}")


class SignOut(LogoutView):
    """The end of a session."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever it is goes."""
        if request.user.is_authenticated:
            write(doer(request), Act(Kind.CAME, "signed-out"))
        response = super().post(request, *args, **kwargs)
        # What a technician's phone keeps for dead spots goes with whoever it was.
        response.headers["Clear-Site-Data"] = '"storage"'
        return response


def not_signed_on(_request: HttpRequest) -> HttpResponse:
    """Where allauth would ask for more to sign up with: there is nothing to ask."""
    return HttpResponseRedirect(f"{reverse('account_login')}?wrong=sign-on")


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own: roles, second factors, sessions. POST ends one of the sessions, or all but this one."""
    user = cast(User, request.user)
    if request.method == "POST":
        _end(request, user)
        return HttpResponseRedirect(reverse("mfa_index"))
    if request.session.get(OWES) and has_second(user):
        request.session[OWES] = False
    factors = Authenticator.objects.filter(user=user)
    provinces = {each.pk: each for each in Province.objects.all()}
    context = {
        "roles": [
            (people_words.role(each.role), people_words.place(each.dopa_code, provinces))
            for each in user.memberships.order_by("dopa_code", "role")
        ],
        "app": factors.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": [(each, each.wrap().name) for each in factors.filter(type=Authenticator.Type.WEBAUTHN)],
        "codes": factors.filter(type=Authenticator.Type.RECOVERY_CODES).first(),
        "owes": bool(request.session.get(OWES)),
        "sessions": [
            (each, people_words.way(each.way), people_words.browser(each.browser)) for each in open_sessions(user)
        ],
        "here": request.session.session_key,
        "reset": lately(user),
        "changed": request.GET.get("changed") == "1",
    }
    return render(request, "web/account.html", context)


def _end(request: HttpRequest, user: User) -> None:
    """What the form said. Raises: Http404 for a session that is not theirs."""
    if "others" in request.POST:
        end_all(user, but=request.session.session_key)
    else:
        number = request.POST.get("session", "")
        row = Session.objects.filter(user=user, pk=int(number[:12])).first() if number.isdecimal() else None
        if row is None:
            raise Http404
        end(row)
    write(doer(request), Act(Kind.DID, "account", user.username, said={"deed": "end-session"}))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password; it ends every other session."""
    user = cast(User, request.user)
    if not user.has_usable_password():
        raise Http404
    if request.method == "POST" and _is_guessed(user.username, request):
        return too_often(request, 60)
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        request.session.pop(SEEN, None)  # it has another key now, by which it is yet to be noted
        end_all(user, but=request.session.session_key)
        write(doer(request), Act(Kind.DID, "account", user.username, said={"deed": "password"}))
        return HttpResponseRedirect(f"{reverse('mfa_index')}?changed=1")
    if form.errors:
        _count_guess(user.username, request)
    return render(request, "web/account_password.html", {"form": form}, status=422 if form.errors else 200)
