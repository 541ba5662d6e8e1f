"""A fleet of one machine for tests: a real mosquitto with our configuration, and our own programs beside it.

Everything of it lives in one folder and dies with the ``with`` block. Clients here are plain paho, so that what they
try is what anybody with a certificate could try.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tests.support.identities import prepare_request

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 20.0
"""How long anything that must happen may take on a busy machine; a test that passes never waits so long."""


def eventually(what: Callable[[], Any], timeout_s: float = PATIENCE_S) -> Any:
    """The first true value of ``what``; fails when there is none in time."""
    until_s = time.monotonic() + timeout_s
    while True:
        if value := what():
            return value
        assert time.monotonic() < until_s, "it did not happen"
        time.sleep(0.02)


class Fleet:
    """The parts of a fleet, each started and killed as a test likes."""

    def __init__(self, folder: Path, database: str = "") -> None:
        """``database`` is what SALA_DATABASE takes: nothing for SQLite in ``folder``."""
        self.folder = folder
        self._database = database
        self.environment = {
            **os.environ,
            "SALA_FLEET_DIR": str(folder),
            "SALA_DATABASE": database,
            "PYTHONPATH": str(REPOSITORY),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._clients: list[Client] = []
        self.run("sample-data")
        self.run("broker-config")
        self.ports: dict[str, Any] = msgspec.json.decode((folder / "ports.json").read_bytes())

    def __enter__(self) -> Fleet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        for name in list(self._running):
            self.kill(name)

    def leave(self) -> None:
        """All clients go. A certificate's second client throws off its first, so none may linger."""
        while self._clients:
            self._clients.pop().close()

    def run(self, *arguments: str) -> str:
        """Run a ``fleet`` command to its end; its output."""
        command = [sys.executable, "-m", "fleet", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # ---- programs

    def start(self, name: str) -> None:
        """Start ``mosquitto``, ``ingest``, ``ingest-2`` and so on, ``conduct`` or ``serve``."""
        if name == "mosquitto":
            program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
            self._spawn(name, [program, "-c", str(self.folder / "certificates" / "mosquitto.conf")])
            self.await_port(int(self.ports["broker"]))
        else:
            part, _, number = name.partition("-")
            worker = ["--worker", number] if number else []
            self._spawn(name, [sys.executable, "-m", "fleet", part, *worker])

    def _spawn(self, name: str, command: Sequence[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self._running[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def pid(self, name: str) -> int:
        """The process id of a part that runs."""
        return self._running[name].pid

    def stop(self, name: str) -> None:
        """End a part as systemd would, and wait for it."""
        self._end(name, signal.SIGTERM)

    def kill(self, name: str) -> None:
        """End a part as a power cut would, and wait for it."""
        self._end(name, signal.SIGKILL)

    def revive(self, *names: str) -> None:
        """Start again those parts that have ended by themselves, as systemd would."""
        for name in names:
            if self._running[name].poll() is not None:
                self.start(name)

    def _end(self, name: str, number: signal.Signals) -> None:
        process = self._running.pop(name)
        process.send_signal(number)
        process.wait(10)

    def log_of(self, name: str) -> str:
        """What a part has written so far."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def await_port(self, port: int) -> None:
        """Wait until somebody listens on ``port``."""

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        eventually(listens)

    # ---- the database and the identities

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Ask the database, read-only; ``?`` stands for a value."""
        if self._database:
            with psycopg.connect(self._database) as connection:
                connection.read_only = True
                return connection.execute(query.replace("?", "%s").encode(), values).fetchall()
        database = sqlite3.connect(f"file:{self.folder / 'fleet.sqlite'}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def enrol(self, kiosk_id: str) -> Path:
        """The folder with a kiosk's identity."""
        out = self.folder / "identities" / kiosk_id
        if not out.exists():
            self.run("enrol", kiosk_id, "--csr", str(prepare_request(out)), "--out", str(out))
        return out

    def kiosk(self, kiosk_id: str, **how: Any) -> Client:
        """A connected client with a kiosk's certificate."""
        identity = self.enrol(kiosk_id)
        return self.connect(identity / "ca.pem", identity / "kiosk.pem", identity / "kiosk.key", **how)

    def service(self, name: str, **how: Any) -> Client:
        """A connected client with the certificate of one of the fleet's own."""
        certificates = self.folder / "certificates"
        return self.connect(certificates / "ca.pem", certificates / f"{name}.pem", certificates / f"{name}.key", **how)

    def connect(self, ca: Path, certificate: Path, key: Path, **how: Any) -> Client:
        """A connected client with whatever certificate."""
        client = Client(int(self.ports["broker"]), ca, certificate, key, **how)
        self._clients.append(client)
        return client


class Client:
    """A plain MQTT 5 client. ``arrived`` holds (topic, payload); ``losses`` counts connections that ended."""

    def __init__(self, port: int, ca: Path, certificate: Path, key: Path, *, client_id: str = "") -> None:
        self.arrived: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.losses = 0
        self.births = 0
        self._topics: list[str] = []
        self._paho = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        context = ssl.create_default_context(cafile=str(ca))
        context.load_cert_chain(certificate, key)
        self._paho.tls_set_context(context)
        self._paho.reconnect_delay_set(1, 1)
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = self._on_disconnect
        self._paho.on_message = lambda _c, _d, message: self.arrived.put((message.topic, bytes(message.payload)))
        self._paho.connect("127.0.0.1", port, keepalive=5)
        self._paho.loop_start()
        try:
            eventually(lambda: self.births)
        except AssertionError:
            self.close()
            raise

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        if not reason.is_failure:
            for topic in self._topics:
                client.subscribe(topic, 1)
            self.births += 1

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, _reason: ReasonCode, _props: Any) -> None:
        self.losses += 1

    def subscribe(self, *topics: str) -> None:
        """Subscribe, now and after every reconnect; returns when the broker has answered."""
        answered: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._paho.on_subscribe = lambda _c, _d, mid, _codes, _props: answered.put(mid)
        for topic in topics:
            self._topics.append(topic)
            self._paho.subscribe(topic, 1)
            answered.get(timeout=PATIENCE_S)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1 and wait until the broker has answered, whatever it said."""
        self._paho.publish(topic, payload, 1, retain, Properties(PacketTypes.PUBLISH)).wait_for_publish(PATIENCE_S)

    def next(self, timeout_s: float = PATIENCE_S) -> tuple[str, bytes]:
        """The next message; fails when there is none in time."""
        return self.arrived.get(timeout=timeout_s)

    def close(self) -> None:
        """Go; twice is fine."""
        self._paho.disconnect()
        self._paho.loop_stop()
