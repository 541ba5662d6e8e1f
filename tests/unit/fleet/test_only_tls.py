"""A public fleet says with every answer that it speaks TLS only, also to who came through a proxy; and prints it."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory, override_settings

from fleet.web.only_tls import HEADER
from fleet.web.page_addresses import page_address
from fleet.web.watching import door

PAGES = ("/sign-in/", "/t/nobody-knows-this-token", "/static/web/sala.css", "/api/v1/openapi.json", "/nowhere/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("secure", [False, True])
@override_settings(SECURE_HSTS_SECONDS=31536000)
def test_every_answer_of_a_public_fleet_says_so(path: str, secure: bool) -> None:
    answer = Client(SERVER_NAME="localhost").get(path, secure=secure)
    answer.close()  # a file's
    assert answer.headers[HEADER] == "max-age=31536000"


@pytest.mark.parametrize("path", PAGES)
def test_a_demonstration_over_plain_http_does_not(path: str) -> None:
    answer = Client(SERVER_NAME="localhost").get(path)
    answer.close()
    assert HEADER not in answer.headers


def test_the_stream_of_changes_says_so_too() -> None:
    assert HEADER.lower().encode() not in dict(door._headers())
    with override_settings(SECURE_HSTS_SECONDS=60):
        assert dict(door._headers())[HEADER.lower().encode()] == b"max-age=60"


@pytest.mark.parametrize(
    ("said", "is_public", "secure", "address"),
    [
        ("", False, False, "http://sala.example/kiosks/CBI-02/"),
        ("", True, False, "https://sala.example/kiosks/CBI-02/"),
        ("", True, True, "https://sala.example/kiosks/CBI-02/"),
        ("https://kiosks.example:8443", True, False, "https://kiosks.example:8443/kiosks/CBI-02/"),
    ],
)
def test_what_is_printed_leads_to_where_pages_are(said: str, is_public: bool, secure: bool, address: str) -> None:
    with override_settings(PAGES_ADDRESS=said, IS_PUBLIC=is_public, ALLOWED_HOSTS=["sala.example"]):
        request = RequestFactory(SERVER_NAME="sala.example").get("/", secure=secure)
        assert page_address(request, "web:kiosk", "CBI-02") == address
