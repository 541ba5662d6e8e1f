"""Asking something of a kiosk, and what it brought: a screenshot, or logs."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from fleet.devices.brought import brought_by
from fleet.devices.commanding import ask
from fleet.people.scope import scope_of
from fleet.protocol.messages import CommandKind
from fleet.web.access import kiosk_seen, signed_in


@require_POST
@signed_in
def command(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """Ask ``kind`` of the kiosk: for who looks after it."""
    kiosk = kiosk_seen(request, kiosk_id)
    if not scope_of(request.user).may_tend(kiosk.office.province_id):
        raise Http404
    kind = CommandKind(request.POST.get("kind", ""))
    if kind is CommandKind.UNKNOWN:
        raise Http404
    ask(kiosk, kind, cast(User, request.user))
    return HttpResponseRedirect(reverse("web:kiosk", args=[kiosk.pk]))


@require_safe
@signed_in
def brought(request: HttpRequest, kiosk_id: str, command_id: str) -> HttpResponse:
    """What a command brought."""
    kiosk = kiosk_seen(request, kiosk_id)
    found = brought_by(kiosk, command_id)
    if found is None:
        raise Http404
    headers = {"Content-Disposition": found.disposition}
    return HttpResponse(found.data, content_type=found.content_type, headers=headers)
