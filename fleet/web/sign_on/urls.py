"""The ways in, and one's own account. The names are those by which allauth asks for its pages."""

from __future__ import annotations

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from fleet.web.access import own_account
from fleet.web.sign_on import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-out/", views.SignOut.as_view(), name="account_logout"),
    path("sign-in/second/", second.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-on/", views.not_signed_on, name="socialaccount_signup"),
    path("account/", own_account(views.account), name="mfa_index"),
    path("account/password/", own_account(views.password), name="account_change_password"),
    path("account/again/password/", own_account(reauthenticate), name="account_reauthenticate"),
    path("account/again/code/", own_account(second.reauthenticate), name="mfa_reauthenticate"),
    path("account/again/passkey/", own_account(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/app/add/", own_account(totp.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", own_account(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes/", own_account(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/codes/new/", own_account(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/passkeys/", own_account(views.account), name="mfa_list_webauthn"),
    path("account/passkeys/add/", own_account(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", own_account(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]
