"""Where django-allauth asks us: who may sign up (nobody, but through the ministry), and what follows a sign-in."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.scope import scope_of
from fleet.web.limits import address_of
from fleet.web.sign_on.coming import MAIN_FACTORS, came_in


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Local accounts: invited, never signed up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's)
        """No."""
        return False

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Every way in ends here."""
        sign_on = (more.get("signal_kwargs") or {}).get("sociallogin")
        came_in(request, user, sign_on.account.extra_data if sign_on is not None else None)
        response: HttpResponse = super().post_login(request, user, **more)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:  # noqa: ARG002 (allauth's)
        """An account that was let out gets no further than a stranger."""
        return HttpResponseRedirect(f"{reverse('account_login')}?wrong=out")

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the pages' own limits know it."""
        return address_of(request)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """The ministry's accounts: whoever it lets in has one here, without a role until its groups give one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 (allauth's)
        """Yes."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ARG002 (allauth's)
        """Nobody ties an account of the ministry's to one of ours: the address of the way there may ask for that
        (``?process=connect``), and a link on any page could be such an address."""
        if sociallogin.state.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(_not_signed_on())

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """A name nobody of ours has, and no mail address: an account is its subject, not whatever it calls itself."""
        user: User = super().populate_user(request, sociallogin, {**data, "email": ""})
        wanted = (data.get("username") or sociallogin.account.uid)[:100].lower()
        taken = wanted == BREAK_GLASS or User.objects.filter(username__iexact=wanted).exists()
        user.username = f"{wanted}@{settings.SIGN_ON.id}" if taken or not wanted.isprintable() else wanted
        return user

    def on_authentication_error(self, request: HttpRequest, *args: Any, **more: Any) -> None:  # noqa: ARG002 (allauth's)
        """Back to the door, which says so."""
        raise ImmediateHttpResponse(_not_signed_on())


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Second factors: their secrets lie in the database under a key that does not."""

    def encrypt(self, text: str) -> str:
        """For the database."""
        return _locker().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """From it."""
        return _locker().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Without the prologue, which has no place inside a page."""
        return str(super().build_totp_svg(url)).partition("?>")[2]

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of who must have one."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=MAIN_FACTORS).exclude(pk=authenticator.pk)
        is_main = authenticator.type in MAIN_FACTORS
        is_asked_for = settings.SECOND_FACTOR_REQUIRED and user.has_usable_password()
        is_needed = is_asked_for and scope_of(user).needs_second_factor
        return not (is_main and is_needed and not others.exists())


def _not_signed_on() -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('account_login')}?wrong=sign-on")


def _locker() -> Fernet:
    """Of the key that signs sessions: whoever makes that anew has everybody set up their second factor anew."""
    key = HKDF(SHA256(), 32, None, b"sala second factors").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
