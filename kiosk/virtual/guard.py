"""Who may talk to the virtual kiosk: this machine's own pages and scripts.

It listens on loopback only; that alone does not keep web sites out, whose pages run in the same browser. So:

* the Host must be a name of loopback, or a site could point its own name here (DNS rebinding);
* a POST carries ``application/json``, which a foreign page may not send without asking first, and we never allow it;
* an Origin, where there is one, must be ours: browsers send it with every WebSocket and every POST.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK_NAMES = frozenset(("127.0.0.1", "localhost", "[::1]"))
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class LoopbackGuard:
    """ASGI middleware: refuses strangers, and puts the security headers on everything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400, 403 or 415; a WebSocket is refused before it is accepted."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = _refusal(scope)
        if refused is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()  # the connect message, which must be taken before it is refused
            await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        else:
            status, reason = refused
            await JSONResponse({"error": reason}, status)(scope, receive, _with_headers(send))


def _refusal(scope: Scope) -> tuple[int, str] | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _without_port(host) not in _LOOPBACK_NAMES:
        return 400, "foreign-host"
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return 403, "foreign-origin"
    if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return 415, "json-only"
    return None


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return wrapped
