"""The page behind an invitation's link: whoever holds it chooses the account's password, once."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.people.inviting import accept, invited
from fleet.web.limits import Allowance, address_of, too_often

LOOKS = Allowance(times=30, window_s=60)


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The form; POST sets the password and leads to the door."""
    if not LOOKS.permits(address_of(request)):
        return too_often(request, 60)
    found = invited(secret[:64])
    if found is None:
        return _kept_nowhere(render(request, "web/invitation_over.html", status=404))
    wrong = ""
    if request.method == "POST":
        password = request.POST.get("password", "")
        wrong = _problem(password, request.POST.get("again", ""))
        if not wrong and accept(found, password):
            write(Doer(found.user_id, found.user.username, address_of(request)), Act(Kind.CAME, "invitation"))
            return _kept_nowhere(HttpResponseRedirect(f"{reverse('account_login')}?welcome={found.user.username}"))
    context = {"it": found, "wrong": wrong}
    return _kept_nowhere(render(request, "web/invitation.html", context, status=422 if wrong else 200))


def _problem(password: str, again: str) -> str:
    if password != again:
        return _("รหัสผ่านสองช่องไม่ตรงกัน")
    try:
        validate_password(password)
    except ValidationError:
        return _("รหัสผ่านต้องยาวอย่างน้อย 10 ตัวอักษร และไม่ใช่คำที่เดาง่าย")
    return ""


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"  # the address is the secret
    response.headers["X-Robots-Tag"] = "noindex"
    return response
