"""A mail server that takes what it is given: SMTP as Python's own client speaks it, on loopback.

``refuse``: answers DATA with 451, as one does whose disk is full. Each letter is the text between DATA and its dot.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """What came."""

    port: int
    letters: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse: bool = False

    def carrier(self, sender: str) -> str:
        """The address by which Apprise sends through it; ``{to}`` is left to who sends."""
        return f"mailto://127.0.0.1:{self.port}?from={sender}&to={{to}}&mode=insecure"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that answers until the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MailServer(listening.getsockname()[1])
        serving = threading.Thread(target=_serve, args=(server, listening), daemon=True)
        serving.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        serving.join(20)
        assert not serving.is_alive()


def _serve(server: MailServer, listening: socket.socket) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        with line, line.makefile("rwb") as talk:
            _talk(server, talk)


def _talk(server: MailServer, talk: object) -> None:
    def say(text: str) -> None:
        talk.write(text.encode() + b"\r\n")  # type: ignore[attr-defined]  # a BufferedRWPair has no public type
        talk.flush()  # type: ignore[attr-defined]

    say("220 ready")
    for raw in talk:  # type: ignore[attr-defined]
        word = raw.decode().split(":")[0].split()[0].upper()
        if word == "EHLO":
            say("250 here")
        elif word == "DATA":
            say("354 go on")
            text = b""
            while (row := talk.readline()) != b".\r\n":  # type: ignore[attr-defined]
                text += row
            if server.refuse:
                say("451 no room")
            else:
                server.letters.append(text.decode())
                say("250 taken")
        elif word == "QUIT":
            say("221 bye")
            return
        else:
            if word == "RCPT":
                server.recipients.append(raw.decode().split("<")[1].split(">")[0])
            say("250 so be it")
