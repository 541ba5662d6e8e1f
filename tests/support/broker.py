"""A fleet of one machine for tests: a real mosquitto with our configuration, and our own programs beside it.

Everything of it lives in one folder and dies with the ``with`` block. Clients here are plain paho, so that what they
try is what anybody with a certificate could try. Sample data, certificates and three kiosks' identities are made once a
run; every fleet begins as a copy of that.
"""

from __future__ import annotations

import atexit
import functools
import os
import queue
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from psycopg import sql

from fleet.trust.broker import write_broker_config
from tests.support.identities import prepare_request
from tests.support.ports import free_port, listens
from tests.support.sample_folder import copy_of, sample_data

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60.0
"""How long anything that must happen may take on a busy machine; a test that passes never waits so long."""

COMMAND_TIMEOUT_S = 300.0
"""Sample data are ten seconds of processor time, which a machine full of other work makes minutes of."""

KNOWN = ("CBI-01", "CBI-02", "KKN-01")
"""Kiosks of the sample data that are enrolled already."""


def eventually(what: Callable[[], Any], timeout_s: float = PATIENCE_S) -> Any:
    """The first true value of ``what``; fails when there is none in time."""
    until_s = time.monotonic() + timeout_s
    while True:
        if value := what():
            return value
        assert time.monotonic() < until_s, "it did not happen"
        time.sleep(0.02)


def _run(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a ``fleet`` command to its end; its output."""
    command = [sys.executable, "-m", "fleet", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment(folder: Path, database: str) -> dict[str, str]:
    return {
        **os.environ,
        "SALA_FLEET_DIR": str(folder),
        "SALA_DATABASE": database,
        "PYTHONPATH": str(REPOSITORY),
    }


@functools.cache
def _pattern(database: str) -> Path:
    """A fleet to copy, on SQLite or in ``database``, which is made for it; kept until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="sala-pattern-"))
    atexit.register(shutil.rmtree, folder)
    if database:
        _create_database(database, template="template0")
    environment = _environment(folder, database)
    if database:
        _run(environment, "sample-data")
    else:
        copy_of(sample_data, folder)
    _run(environment, "broker-config")
    for kiosk_id in KNOWN:
        _enrol(environment, kiosk_id, _identity(folder, kiosk_id))
    return folder


def _identity(folder: Path, kiosk_id: str) -> Path:
    return folder / "identities" / kiosk_id


def _enrol(environment: Mapping[str, str], kiosk_id: str, out: Path) -> None:
    _run(environment, "enrol", kiosk_id, "--csr", str(prepare_request(out)), "--out", str(out))


def _create_database(address: str, *, template: str) -> None:
    """Make the database of that address anew, as a copy of ``template``."""
    name = urlsplit(address).path.lstrip("/")
    with psycopg.connect(_beside(address, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copied.format(sql.Identifier(name), sql.Identifier(template)))


def _beside(address: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(address)._replace(path=f"/{database}").geturl()


class Fleet:
    """The parts of a fleet, each started and killed as a test likes."""

    def __init__(self, folder: Path, database: str = "") -> None:
        """``database`` is what SALA_DATABASE takes: nothing for SQLite in ``folder``."""
        self.folder = folder
        self._database = database
        self.environment = _environment(folder, database)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._clients: list[Client] = []
        pattern = _pattern(_beside(database, "pattern") if database else "")
        if database:
            _create_database(database, template="pattern")
        shutil.copytree(pattern, folder, dirs_exist_ok=True)
        self.ports: dict[str, Any] = {name: free_port() for name in ("http", "kiosk", "broker")}
        (folder / "ports.json").write_bytes(msgspec.json.encode(self.ports))
        write_broker_config(folder / "certificates", self.ports["broker"])

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
        return _run(self.environment, *arguments)

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

    def start_hearing(self, name: str) -> None:
        """Start an ``ingest`` and wait until it hears the broker: what was said to nobody before that is lost."""
        words = "hears the broker"
        path = self.folder / f"{name}.log"
        said = self.log_of(name).count(words) if path.exists() else 0
        self.start(name)
        eventually(lambda: self.log_of(name).count(words) > said)

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
        process.wait(PATIENCE_S)

    def log_of(self, name: str) -> str:
        """What a part has written so far."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def await_port(self, port: int) -> None:
        """Wait until somebody listens on ``port``."""
        eventually(lambda: listens(port))

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
        out = _identity(self.folder, kiosk_id)
        if not out.exists():
            _enrol(self.environment, kiosk_id, out)
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
        self._paho.connect("127.0.0.1", port, keepalive=60)
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

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, is_answered: bool = True) -> None:
        """Publish at QoS 1 and wait until the broker has answered, whatever it said; unless it never will."""
        sent = self._paho.publish(topic, payload, 1, retain, Properties(PacketTypes.PUBLISH))
        if is_answered:
            sent.wait_for_publish(PATIENCE_S)

    def next(self, timeout_s: float = PATIENCE_S) -> tuple[str, bytes]:
        """The next message; fails when there is none in time."""
        return self.arrived.get(timeout=timeout_s)

    def close(self) -> None:
        """Go; twice is fine."""
        self._paho.disconnect()
        self._paho.loop_stop()
