"""What an officer does to one notice: note or forget where its factory is reminded, withdraw it."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fleet.acting.fees import CannotWithdrawError, UnfitError, forget_contact, note_contact
from fleet.acting.fees import withdraw_notice as withdraw
from fleet.office.fees.models import Contact
from fleet.office.models import Notice
from fleet.web.access import signed_in
from fleet.web.views.fees import notice_seen, office_served


@require_POST
@signed_in
def contact(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """Note where the notice's factory is to be reminded; with an empty address, forget it."""
    office_served(request, office_id)
    notice = notice_seen(request, office_id, notice_no)
    channel = next((each for each in Contact.Channel if each == request.POST.get("channel")), None)
    ground = next((each for each in Contact.Ground if each == request.POST.get("ground")), None)
    address = request.POST.get("address", "").strip()
    if channel is not None and not address:
        forget_contact(notice.factory, channel)
        return _back(notice)
    if channel is None or ground is None:
        return _back(notice, "?wrong=address")
    try:
        note_contact(notice.factory, channel, ground, address, cast(User, request.user))
    except UnfitError:
        return _back(notice, "?wrong=address")
    return _back(notice)


@require_POST
@signed_in
def withdraw_notice(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """Withdraw a notice, with a reason."""
    office_served(request, office_id)
    notice = notice_seen(request, office_id, notice_no)
    try:
        withdraw(notice, request.POST.get("reason", ""))
    except UnfitError:
        return _back(notice, "?wrong=reason")
    except CannotWithdrawError:
        return _back(notice, "?wrong=settled")
    return _back(notice)


def _back(notice: Notice, end: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("web:fee-notice", args=[notice.factory.office_id, notice.pk]) + end)
