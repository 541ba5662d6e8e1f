"""The two HTTP servers of `fleet serve` in one process: pages, and the kiosks' port with client certificates.

uvicorn does not tell an application who its TLS peer is; ``PeerProtocol`` puts the certificate's common name and
serial number into the scope, and ``kiosk_application`` serves the kiosks' routes only.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from django.core.handlers.asgi import ASGIHandler
from uvicorn.protocols.http.h11_impl import H11Protocol

from fleet.api.kiosks import PEER
from fleet.site.bodies import BoundedBodies
from fleet.trust.broker import CLIENTS_ROOT
from fleet.trust.certificates import Peer

GOODBYE_S = 2
"""How long open answers may go on after a signal."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen; ``certificates`` holds clients.pem, server.pem and server.key."""

    host: str
    http_port: int
    kiosk_port: int
    certificates: Path


class PeerProtocol(H11Protocol):
    """HTTP/1.1 over TLS that tells the application who its peer is."""

    def connection_made(self, transport: Any) -> None:
        """Note who is there."""
        super().connection_made(transport)
        certificate = transport.get_extra_info("peercert") or {}
        names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
        serial = f"{int(certificate.get('serialNumber', '0'), 16):x}"
        self.app = _naming(self.app, Peer(names[0] if len(names) == 1 else "", serial))


def _naming(application: Any, peer: Peer) -> Any:
    async def named(scope: Any, receive: Any, send: Any) -> None:
        await application({**scope, PEER: peer}, receive, send)

    return named


async def kiosk_application(scope: Any, receive: Any, send: Any) -> None:
    """The kiosks' routes, and no others."""
    await _KIOSKS({**scope}, receive, send)


class _KioskHandler(ASGIHandler):
    """Django with the kiosks' urls instead of the pages'."""

    def create_request(self, scope: Any, body_file: Any) -> Any:
        """The request, on its own urls."""
        request, error = super().create_request(scope, body_file)
        if request is not None:
            request.urlconf = "fleet.site.kiosk_urls"
        return request, error


class _Lazy:
    """The handler, made at the first request: Django must be set up before."""

    def __init__(self) -> None:
        self._handler: BoundedBodies | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._handler = self._handler or BoundedBodies(_KioskHandler())
        await self._handler(scope, receive, send)


_KIOSKS = _Lazy()


class _Pages(uvicorn.Server):
    """Tells the streams of open pages of the end, before it waits for every answer to be complete."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, who asks nobody."""
        from fleet.site.asgi import application

        application.close()
        await super().shutdown(sockets)


_ALIKE: dict[str, Any] = {
    "log_config": None,  # its lines are ours, in our form
    "log_level": "warning",
    "loop": "asyncio",
    "ws": "none",
    "lifespan": "off",
    "server_header": False,
    "timeout_graceful_shutdown": GOODBYE_S,
}
"""What both servers are told."""


async def serve(listen: Listen) -> None:
    """Run both servers until a signal ends them."""
    from fleet.site.asgi import application
    from fleet.site.database import keep_connections
    from fleet.site.settling import Settling

    keep_connections()
    Settling().listen()

    pages = _Pages(
        uvicorn.Config(
            application,
            listen.host,
            listen.http_port,
            http="h11",
            **_ALIKE,
        )
    )
    kiosks = uvicorn.Server(
        uvicorn.Config(
            kiosk_application,
            listen.host,
            listen.kiosk_port,
            http=PeerProtocol,
            ssl_certfile=str(listen.certificates / "server.pem"),
            ssl_keyfile=str(listen.certificates / "server.key"),
            ssl_ca_certs=str(listen.certificates / CLIENTS_ROOT),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
            **_ALIKE,
        )
    )
    await asyncio.gather(pages.serve(), kiosks.serve())
