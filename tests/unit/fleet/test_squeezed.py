"""What goes over the line squeezed, and what does not."""

from __future__ import annotations

import gzip

from django.http import HttpRequest, HttpResponse
from django.test import Client

from fleet.web.squeezed import Squeezed

LONG = "ตัวอย่าง " * 400


def squeezed(media_type: str, status: int = 200, accept: str = "gzip") -> HttpResponse:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = accept
    answered = Squeezed(lambda _: HttpResponse(LONG, content_type=media_type, status=status))(request)
    assert isinstance(answered, HttpResponse)
    return answered


def test_pages_styles_and_drawings_are_smaller_and_the_same() -> None:
    for media_type in ("text/html; charset=utf-8", "text/css", "image/svg+xml"):
        answered = squeezed(media_type)
        assert answered.headers["Content-Encoding"] == "gzip", media_type
        assert len(answered.content) < len(LONG) / 4
        assert gzip.decompress(answered.content).decode() == LONG


def test_what_kiosks_fetch_and_what_is_packed_already_stays_as_it_is() -> None:
    for media_type, status in (("application/octet-stream", 200), ("application/json", 200), ("text/html", 206)):
        assert "Content-Encoding" not in squeezed(media_type, status).headers
    assert "Content-Encoding" not in squeezed("font/woff2").headers
    assert "Content-Encoding" not in squeezed("text/html", accept="identity").headers


def test_the_pages_stand_behind_it() -> None:
    page = Client(SERVER_NAME="localhost").get("/sign-in/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
