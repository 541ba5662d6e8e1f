"""The kiosks' interface, on a port of its own that asks for a client certificate.

The certificate's common name is put into the request by ``fleet.site.kiosk_server``; without one every route refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from fleet.devices.models import Kiosk
from fleet.office.records import records_of

P = ParamSpec("P")

PEER = "sala.peer"
"""Where the server puts the peer's common name in the ASGI scope."""


def for_kiosks(view: Callable[Concatenate[HttpRequest, Kiosk, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """The view of a kiosk that has proved who it is; anybody else gets 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        name = getattr(request, "scope", {}).get(PEER, "")
        kiosk = Kiosk.objects.select_related("office").filter(pk=name).first() if name else None
        if kiosk is None:
            return HttpResponse("a kiosk's certificate is needed", status=403, content_type="text/plain")
        return view(request, kiosk, *args, **kwargs)

    return checked


@require_GET
@for_kiosks
def office(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """The records of the kiosk's office; 304 when it has the latest."""
    tag = f'"{kiosk.office_id}.{kiosk.office.revision}"'  # a kiosk may have been moved to another office
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304)
    body = msgspec.json.encode(records_of(kiosk.office))
    return HttpResponse(body, content_type="application/json", headers={"ETag": tag, "Cache-Control": "no-store"})


@require_GET
@for_kiosks
def ping(_request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """Whether the way is open, and as whom."""
    return HttpResponse(msgspec.json.encode({"kiosk_id": kiosk.kiosk_id}), content_type="application/json")


urlpatterns = [path("kiosk/v1/office", office), path("kiosk/v1/ping", ping)]
