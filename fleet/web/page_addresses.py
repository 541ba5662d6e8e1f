"""The whole address of a page, for what leaves the browser: a sticker, a link that is handed over."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def page_address(request: HttpRequest, route: str, *args: object) -> str:
    """As the operator says (``SALA_PAGES_ADDRESS``), else as whoever asks has it; of a public fleet always ``https``,
    for a proxy on another machine speaks plain HTTP to us."""
    path = reverse(route, args=args)
    if settings.PAGES_ADDRESS:
        return f"{settings.PAGES_ADDRESS}{path}"
    address = request.build_absolute_uri(path)
    return f"https://{address.removeprefix('http://')}" if settings.IS_PUBLIC and address[:5] == "http:" else address
