"""How much a request may bring, before anybody asks who sent it.

Django lays whatever is sent on the disk first, and looks at it afterwards: without a bound a stranger could fill it.
What is too much is let through our hands and kept nowhere, so that a browser has sent it all and reads the answer; who
sends much more than any file of ours is cut off.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fleet.office.register.tables import FILE_BYTES_MAX
from fleet.web.only_tls import HEADER, policy

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

BODY_BYTES_MAX = 4 * 2**20
"""Of forms, documents and small files; Django takes 2.5 MB of a form without its files."""

FILE_ROUTES = frozenset({"/register/", "/payments/file/", "/api/v1/register/runs", "/api/v1/bank-files"})
"""Where files come that are larger; each route says itself how large its own may be."""

WITH_FILE_BYTES_MAX = FILE_BYTES_MAX + 2**20
LISTENED_TO_BYTES_MAX = 4 * FILE_BYTES_MAX

SENTENCE = "สิ่งที่ส่งมาใหญ่เกินไป จึงไม่ได้รับไว้ ส่งใหม่ให้เล็กลง\nThis is too large and was not taken. Send less at once.\n"
PROBLEM = {
    "type": "about:blank",
    "title": "Too large",
    "status": 413,
    "code": "too-large",
    "detail": "Send less at once.",
    "errors": [],
}


def most_of(path: str) -> int:
    """How many bytes a request to this path may bring."""
    return WITH_FILE_BYTES_MAX if path in FILE_ROUTES else BODY_BYTES_MAX


class BoundedBodies:
    """An application (ASGI) that gets no body larger than its path may have."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        body = _Body(receive, most_of(scope["path"]))
        if _said(scope) > body.most:
            await _refuse(scope, receive, send, 0)
            return
        has_begun = False

        async def answer(message: dict[str, Any]) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        await self._inner(scope, body.receive, answer)
        if body.is_too_large and not has_begun:
            await _refuse(scope, receive, send, body.count)


class _Body:
    """A body as it comes; one that grows too large is for who listens one whose sender has gone."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self.most = most
        self.count = 0
        self.is_too_large = False

    async def receive(self) -> dict[str, Any]:
        message = await self._receive()
        self.count += len(message.get("body", b""))
        if self.count > self.most:
            self.is_too_large = True
            return {"type": "http.disconnect"}
        return message


def _said(scope: Any) -> int:
    """How much the sender says will come; 0 where it does not say."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() and len(said) < 20 else 0


async def _refuse(scope: Any, receive: Receive, send: Send, heard: int) -> None:
    is_program = scope["path"].startswith("/api/")
    text = json.dumps(PROBLEM) if is_program else SENTENCE
    kind = b"application/problem+json" if is_program else b"text/plain; charset=utf-8"
    while heard <= LISTENED_TO_BYTES_MAX:
        message = await receive()
        heard += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    headers = [
        (b"content-type", kind),
        (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'"),
        *([(HEADER.lower().encode(), said.encode())] if (said := policy()) else []),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
