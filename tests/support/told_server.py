"""A web server that answers what a test tells it to, on loopback: somebody else's machine, as our programs find it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple


class Said(NamedTuple):
    """An answer; ``location``: where it sends who asks, empty for nowhere."""

    status: int = 200
    body: bytes = b""
    location: str = ""


Answer = Callable[[dict[str, str], bytes], Said]
"""From a request's headers and body to its answer, GET and POST alike."""


@contextmanager
def told_server(answer: Answer) -> Iterator[str]:
    """One that answers until the end; its address, without a slash behind it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            said = answer(dict(self.headers), body)
            self.send_response(said.status)
            if said.location:
                self.send_header("Location", said.location)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
