"""A server of one file for the tests of updates: ranges by default, and whatever else a test wants it to answer.

HTTPS with the fleet's own certificates, and only for a kiosk's: as the kiosk's port of a fleet.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from fleet.trust.authority import Authority
from kiosk.config import Link

Answer = Callable[[BaseHTTPRequestHandler, int, int], None]
"""Called with the request and the first and last byte it asks for."""


class BundleServer:
    """Answers as it is told, on a thread.

    ``content``: the file; ``index``: what stands beside it under ``.blocks``, if anything; ``asked``: the ranges it was
    asked for; ``paths``: of what; ``connections``: how often somebody came; ``sent_bytes``: bodies only.
    """

    def __init__(self, content: bytes, folder: Path) -> None:
        """``folder`` is for certificates."""
        self.content = content
        self.index: bytes | None = None
        self.connections = 0
        self.sent_bytes = 0
        self.answer: Answer = self.ranged
        self.index_answer: Answer = self.ranged
        self.asked: list[str] = []
        self.paths: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def do_GET(self) -> None:
                asked = self.headers["Range"]
                outer.asked.append(asked)
                outer.paths.add(self.path)
                first, last = map(int, asked.removeprefix("bytes=").split("-"))
                if self.path.endswith(".blocks"):
                    outer.index_answer(self, first, last)
                else:
                    outer.answer(self, first, last)

            def log_message(self, *_: object) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        authority = Authority(folder)
        (folder / "clients.pem").write_bytes(authority.root_for_servers_pem)
        authority.issue_server(("127.0.0.1",)).write(folder, "server")
        authority.issue_client("CBI-02").write(folder, "kiosk")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "clients.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.link = Link(
            broker_host="127.0.0.1",
            broker_port=1,
            fleet_api=f"https://127.0.0.1:{self._http.server_port}",
            ca_file=str(folder / "ca.pem"),
            certificate_file=str(folder / "kiosk.pem"),
            key_file=str(folder / "kiosk.key"),
        )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def ranged(self, handler: BaseHTTPRequestHandler, first: int, last: int) -> None:
        """As an honest server does."""
        content = self.index if handler.path.endswith(".blocks") else self.content
        if content is None:
            handler.send_response(404)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        handler.send_header("Content-Length", str(last + 1 - first))
        handler.end_headers()
        handler.wfile.write(content[first : last + 1])
        self.sent_bytes += last + 1 - first
