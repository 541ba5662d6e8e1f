"""The fleet's kiosk interface as a kiosk may find it: real TLS that asks for a certificate, and whatever answer.

What it is: a server on a thread that gives every caller the bytes a test says, whole or in pieces, or none at all.
What it is not: HTTP; a test writes what comes over the line, so that it may be broken.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from fleet.protocol.office import OfficePage
from tests.support.office_pages import page_of

Answer = Callable[[bytes], Iterable[bytes]]
"""From the request's head to what is sent, piece by piece."""


def ok(body: bytes, head: str = "HTTP/1.1 200 OK") -> bytes:
    """A whole answer."""
    return f"{head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode("ascii") + body


def records_answer(page: OfficePage) -> bytes:
    """The answer of a fleet that has this page to give."""
    return ok(msgspec.json.encode(page))


class OfficeServer:
    """A context manager; ``answer`` may be changed at any time, ``requests`` are the heads of those heard."""

    def __init__(self, ca: Path, certificate: Path, key: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._context.load_verify_locations(ca)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.answer: Answer = lambda _head: [records_answer(page_of(()))]
        self.requests: list[str] = []
        self.leaving = threading.Event()
        """Set when the test is over: what an answer that hangs waits for."""

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> OfficeServer:
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._start(self._serve, self._listening.accept()[0])

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        with suppress(OSError), plain, self._context.wrap_socket(plain, server_side=True) as line:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := line.recv(4096)):
                    return  # whoever asked is gone
                head += piece
            head, _, body = head.partition(b"\r\n\r\n")
            missing = _body_bytes(head) - len(body)
            while missing > 0 and (piece := line.recv(missing)):  # closed with it unread, the answer would be lost
                missing -= len(piece)
            self.requests.append(head.decode("ascii"))
            for piece in self.answer(head):
                line.sendall(piece)


def _body_bytes(head: bytes) -> int:
    """How long the body is that follows this head."""
    fields = (line.partition(b":") for line in head.lower().split(b"\r\n")[1:])
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)
