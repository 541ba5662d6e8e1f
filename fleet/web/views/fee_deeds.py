"""What an officer does to one notice: note or forget where its factory is reminded, withdraw it."""

from __future__ import annotations

import re
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from fleet.office.fees.models import Contact
from fleet.office.models import Notice
from fleet.payments.confirming import CannotWithdrawError, withdraw
from fleet.web.access import signed_in
from fleet.web.views.fees import notice_seen, office_served

_ADDRESSES = {
    Contact.Channel.MAIL: re.compile(r"[^@\s:/?#&]{1,64}@[A-Za-z0-9.-]{1,50}"),
    Contact.Channel.LINE: re.compile(r"[UCR][0-9a-f]{32}"),
}
"""What an address may be: nothing that could become another part of the carrier's own address. LINE names a friend by
``U``, a group by ``C`` and a room by ``R``, each with 32 hex digits (Messaging API)."""

REASON_MIN = 5


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
        Contact.objects.filter(factory=notice.factory, channel=channel).delete()
    elif channel is not None and ground is not None and _ADDRESSES[channel].fullmatch(address):
        values = {
            "address": address,
            "ground": ground,
            "noted_by": cast(User, request.user),
            "noted_at": timezone.now(),
        }
        Contact.objects.update_or_create(factory=notice.factory, channel=channel, defaults=values)
    else:
        return _back(notice, "?wrong=address")
    return _back(notice)


@require_POST
@signed_in
def withdraw_notice(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """Withdraw a notice, with a reason."""
    office_served(request, office_id)
    notice = notice_seen(request, office_id, notice_no)
    reason = request.POST.get("reason", "").strip()[:200]
    if len(reason) < REASON_MIN:
        return _back(notice, "?wrong=reason")
    try:
        withdraw(notice.pk, reason, timezone.now())
    except CannotWithdrawError:
        return _back(notice, "?wrong=settled")
    return _back(notice)


def _back(notice: Notice, end: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("web:fee-notice", args=[notice.factory.office_id, notice.pk]) + end)
