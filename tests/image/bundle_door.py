"""A bundle over HTTP with ranges, as RAUC reads it; counts the bytes that went out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class BundleDoor:
    """``sent_bytes``: contents only, without heads."""

    address: str
    sent_bytes: int = 0


@contextmanager
def bundle_door(bundle: Path, host: str) -> Iterator[BundleDoor]:
    """Serves one file under any name."""
    size, counting = bundle.stat().st_size, threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_content=False)

        def do_GET(self) -> None:
            self._answer(with_content=True)

        def _answer(self, *, with_content: bool) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            first, last = (int(asked[1]), int(asked[2] or size - 1)) if asked else (0, size - 1)
            last = min(last, size - 1)
            self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Accept-Ranges", "bytes")
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
            self.end_headers()
            if with_content:
                with bundle.open("rb") as file:
                    file.seek(first)
                    self.wfile.write(file.read(last - first + 1))
                with counting:
                    door.sent_bytes += last - first + 1

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer((host, 0), Handler)
    door = BundleDoor(f"http://{host}:{server.server_address[1]}/sala.raucb")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
