"""``/live``: the stream of one open page, as ASGI, beside Django and not through it.

Django holds a thread and a database connection for as long as an answer lasts, and a stream lasts for hours; so this
answers by itself, with Django's session, account and scope (``viewers``) and the same headers. Whatever is refused
here may still ask: the page does that by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from typing import Any

from fleet.streams import STREAMS
from fleet.web.csp import POLICY
from fleet.web.only_tls import HEADER, policy
from fleet.web.watching import events
from fleet.web.watching.hub import FullError, Hub, Watcher, at_desk
from fleet.web.watching.viewers import RefusedError, let_in

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

PATH = "/live"
PATIENCE_S = 20.0
"""How long a browser may take what it is sent; then its line is as good as dead."""

TRY_AGAIN_S = b"60"

_HEADERS = (
    (b"cache-control", b"no-store, no-transform"),
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"vary", b"Cookie, Accept-Encoding"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer has. The last but one is for nginx, which would hold the stream back to fill its buffer."""


class Watched:
    """An ASGI application that answers ``PATH`` and leaves everything else to another."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        self._hub = Hub()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"] == PATH:
            await self._live(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    def close(self) -> None:
        """End every stream: the server stops, and would wait for them."""
        self._hub.close()

    async def _live(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            watcher = self._hub.join(*await at_desk(partial(let_in, scope)))
        except RefusedError as err:
            STREAMS.refused["not-allowed"] += 1
            await _refuse(send, err.status)
            return
        except FullError:
            await _refuse(send, 503, [(b"retry-after", TRY_AGAIN_S)])
            return
        sending = asyncio.create_task(_tell(watcher, send, packs=_unpacks(scope)))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(watcher)
            sending.cancel()
            leaving.cancel()
            ended, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
        if isinstance(ended, Exception) and not isinstance(ended, TimeoutError):
            raise ended


def _unpacks(scope: dict[str, Any]) -> bool:
    """Whether the browser takes gzip."""
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


async def _tell(watcher: Watcher, send: Send, *, packs: bool) -> None:
    """Send what there is to send, until it is the last."""
    headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *_headers()]
    if packs:
        headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _hand(send, events.GZIP_HEAD if packs else b"")
    while not watcher.last:
        await watcher.woken.wait()
        watcher.woken.clear()
        if event := watcher.take():
            await _hand(send, event if packs else events.unpacked(event))
    await _hand(send, b"", more=False)


async def _hand(send: Send, data: bytes, *, more: bool = True) -> None:
    message = {"type": "http.response.body", "body": data, "more_body": more}
    await asyncio.wait_for(_awaited(send(message)), PATIENCE_S)


async def _awaited(what: Awaitable[None]) -> None:
    await what


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    head = [*_headers(), *headers, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b""})


def _headers() -> list[tuple[bytes, bytes]]:
    said = policy().encode()
    return [*_HEADERS, (HEADER.lower().encode(), said)] if said else [*_HEADERS]
