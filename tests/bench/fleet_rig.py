"""A fleet's parts for the bench: broker with the product's own configuration, one of the two databases, any workers.

``blast`` is the load: ready-made packets over a few TLS lines, with as many on their way as the broker takes. It is
the same for ours and for every peer.
"""

from __future__ import annotations

import selectors
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fleet.protocol import mqtt
from tests.support.broker import Fleet

LOAD_LINES = ("fleet-ingest-5", "fleet-ingest-6", "fleet-ingest-7", "fleet-ingest-8")
"""Services may write every kiosk's topics: whoever plays a thousand kiosks over four lines is one of them."""

WINDOW = 200
"""Publications of a line on their way at once."""

_DJANGO = """
import sys
import django
django.setup()
from pathlib import Path
from fleet.site.simulated import make_simulated, write_identities
from fleet.trust.authority import Authority
folder = Path(sys.argv[2])
kiosk_ids = make_simulated(int(sys.argv[1]))
if sys.argv[3] == "identities":
    write_identities(kiosk_ids, Authority(folder / "authority"), folder / "simulated")
print(*kiosk_ids)
"""


@contextmanager
def fleet(database: str = "") -> Iterator[Fleet]:
    """A fleet in a folder of its own, its broker running."""
    folder = Path(tempfile.mkdtemp(prefix="sala-bench-fleet-"))
    try:
        with Fleet(folder, database) as made:
            made.start("mosquitto")
            yield made
    finally:
        shutil.rmtree(folder)


def make_kiosks(made: Fleet, count: int, *, with_identities: bool = False) -> list[str]:
    """Kiosks over all provinces; their ids. Their certificates, if wanted, are in the fleet's ``simulated``."""
    environment = {**made.environment, "DJANGO_SETTINGS_MODULE": "fleet.site.settings"}
    wanted = "identities" if with_identities else "rows"
    command = [sys.executable, "-c", _DJANGO, str(count), str(made.folder), wanted]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()


def blast(made: Fleet, messages: Sequence[tuple[str, bytes]]) -> float:
    """Publish these, each kiosk's in order; seconds until the broker has acknowledged them all."""
    lines = [_Load(made, name, list(messages[number :: len(LOAD_LINES)])) for number, name in enumerate(LOAD_LINES)]
    began_s = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send()
        open_lines = len(lines)
        while open_lines:
            for key, _ in selector.select(30):
                line = key.data
                line.hear()
                if line.is_done:
                    selector.unregister(line.socket)
                    open_lines -= 1
    took_s = time.monotonic() - began_s
    for line in lines:
        line.socket.close()
    return took_s


class _Load:
    def __init__(self, made: Fleet, name: str, messages: Sequence[tuple[str, bytes]]) -> None:
        certificates = made.folder / "certificates"
        context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
        raw = socket.create_connection(("127.0.0.1", int(made.ports["broker"])))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, server_hostname="127.0.0.1")
        self.socket.sendall(mqtt.Connect(client_id=name, keepalive_s=60).encode())
        self._reader = mqtt.Reader()
        while not self._reader.feed(self.socket.recv(4096)):
            pass
        self._packets = [
            mqtt.publish(topic, payload, index % 65_535 + 1) for index, (topic, payload) in enumerate(messages)
        ]
        self._sent = self._answered = 0
        self.socket.settimeout(30)

    @property
    def is_done(self) -> bool:
        return self._answered == len(self._packets)

    def send(self) -> None:
        upto = min(self._answered + WINDOW, len(self._packets))
        if upto - self._sent >= min(WINDOW // 2, len(self._packets) - self._sent):
            self.socket.sendall(b"".join(self._packets[self._sent : upto]))
            self._sent = upto

    def hear(self) -> None:
        while True:
            data = self.socket.recv(65_536)
            if not data:
                raise RuntimeError("the broker hung up on the load")
            self._answered += sum(kind == mqtt.Kind.PUBACK for kind, _ in self._reader.feed(data))
            if not self.socket.pending():
                break
        self.send()
