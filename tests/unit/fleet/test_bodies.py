"""How much a request may bring: what is too much is refused before Django lays it on the disk, also unannounced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import resolve

from fleet.api.describing import FILE
from fleet.office.register.tables import FILE_BYTES_MAX
from fleet.site.bodies import (
    BODY_BYTES_MAX,
    FILE_ROUTES,
    LISTENED_TO_BYTES_MAX,
    WITH_FILE_BYTES_MAX,
    BoundedBodies,
    most_of,
)

CHUNK = b"x" * 2**16


class Listening:
    """An application that takes everything, as Django does, and says how much it was."""

    def __init__(self) -> None:
        self.taken = 0
        self.is_sender_gone = False

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.is_sender_gone = True
                return
            self.taken += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Sender:
    """Somebody who sends ``size`` bytes. ``is_announced``: says so before."""

    def __init__(self, size: int, path: str = "/sign-in/", *, is_announced: bool = True) -> None:
        headers = [(b"content-length", str(size).encode())] if is_announced else [(b"transfer-encoding", b"chunked")]
        self.scope = {"type": "http", "path": path, "headers": headers}
        self.sent = 0
        self.answered: list[dict[str, Any]] = []
        self._chunks = self._cut(size)

    def _cut(self, size: int) -> Iterator[dict[str, Any]]:
        left = size
        while left:
            body = CHUNK[:left]
            left -= len(body)
            yield {"type": "http.request", "body": body, "more_body": bool(left)}

    async def receive(self) -> dict[str, Any]:
        message = next(self._chunks, {"type": "http.disconnect"})
        self.sent += len(message.get("body", b""))
        return message

    async def answer(self, message: dict[str, Any]) -> None:
        self.answered.append(message)

    def to(self, application: Any) -> int:
        """Send it; the status of the answer."""
        asyncio.run(BoundedBodies(application)(self.scope, self.receive, self.answer))
        return int(self.answered[0]["status"])


@pytest.mark.parametrize("is_announced", [True, False])
def test_what_is_too_much_is_kept_nowhere_and_told(is_announced: bool) -> None:
    django, sender = Listening(), Sender(BODY_BYTES_MAX + 1, is_announced=is_announced)
    assert sender.to(django) == 413
    assert django.taken <= BODY_BYTES_MAX
    assert django.taken == 0 or django.is_sender_gone
    assert sender.sent == BODY_BYTES_MAX + 1, "all of it was heard, so that a browser reads the answer"
    assert [each["type"] for each in sender.answered] == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize("is_announced", [True, False])
def test_who_never_ends_is_cut_off(is_announced: bool) -> None:
    sender = Sender(40 * FILE_BYTES_MAX, is_announced=is_announced)
    assert sender.to(Listening()) == 413
    assert sender.sent <= LISTENED_TO_BYTES_MAX + len(CHUNK)


@pytest.mark.parametrize("is_announced", [True, False])
@pytest.mark.parametrize(("path", "size"), [("/sign-in/", BODY_BYTES_MAX), ("/register/", WITH_FILE_BYTES_MAX)])
def test_what_may_come_comes_whole(path: str, size: int, is_announced: bool) -> None:
    django = Listening()
    asked = Sender(size, path, is_announced=is_announced)
    assert asked.to(django) == 200
    assert django.taken == size


def test_programs_are_refused_as_everywhere() -> None:
    sender = Sender(BODY_BYTES_MAX + 1, "/api/v1/tickets/1/deeds")
    assert sender.to(Listening()) == 413
    assert json.loads(sender.answered[1]["body"])["code"] == "too-large"


def test_routes_of_files_are_routes_and_have_room_for_them() -> None:
    described = json.loads(FILE.read_text("utf-8"))["paths"]
    for path in FILE_ROUTES:
        assert path in described or resolve(path)
        assert most_of(path) > FILE_BYTES_MAX
    with_files = {path for path, methods in described.items() if "multipart/form-data" in str(methods.get("post", {}))}
    assert {"/api/v1/register/runs", "/api/v1/bank-files"} <= with_files & FILE_ROUTES


def test_a_public_fleet_says_there_too_that_it_speaks_tls_only() -> None:
    for seconds, said in ((0, None), (60, b"max-age=60")):
        sender = Sender(BODY_BYTES_MAX + 1)
        with override_settings(SECURE_HSTS_SECONDS=seconds):
            asyncio.run(BoundedBodies(Listening())(sender.scope, sender.receive, sender.answer))
        assert dict(sender.answered[0]["headers"]).get(b"strict-transport-security") == said
