"""Asking something of a kiosk, and what it brought: a screenshot, or logs."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from fleet.devices.commanding import MEDIA_TYPES, ask
from fleet.devices.models import KioskCommand
from fleet.people.scope import scope_of
from fleet.protocol.messages import CommandKind
from fleet.web.access import kiosk_seen, signed_in

EXTENSIONS = {"image/png": "png", "text/plain": "txt"}


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
    """What a command brought. A kiosk's bytes are shown as nothing but what they say they are."""
    kiosk = kiosk_seen(request, kiosk_id)
    found = KioskCommand.objects.filter(pk=command_id, kiosk=kiosk).exclude(attachment=None).first()
    if found is None or found.attachment is None or found.media_type not in MEDIA_TYPES:
        raise Http404
    kind = f"{found.media_type}; charset=utf-8" if found.media_type.startswith("text/") else found.media_type
    response = HttpResponse(bytes(found.attachment), content_type=kind)
    way = "inline" if found.media_type == "image/png" else "attachment"
    name = f"{kiosk.pk}-{found.kind}-{found.asked_at:%Y%m%d-%H%M%S}.{EXTENSIONS[found.media_type]}"
    response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return response
