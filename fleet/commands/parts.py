"""`fleet up`, and what it runs, each also by itself: `serve`, `ingest`, `conduct`; `migrate` and `broker-config`.

What it is not: the parts themselves, nor who keeps them running (``fleet.site.children``). The process of `fleet up`
forks the parts after importing all of theirs, so it must never have a connection to the database, a thread or a lock.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol

import msgspec

from fleet.commands.command import AddCommand, Needs
from fleet.commands.ports import Ports, demand_free, ports_of, settle_ports
from fleet.trust.broker import INGEST_WORKERS_MAX


def add(command: AddCommand) -> None:
    """These commands."""
    up = command("up", _up, "broker, serve, ingest and conduct, on this machine", Needs.NOTHING)
    up.add_argument("--http-port", type=int, default=0, help="of the pages; 0 finds a free one")
    up.add_argument("--host", default="", help="address to listen on and to be known by (default: as before)")
    command("serve", _serve, "the pages, and the kiosks' HTTPS port", Needs.DJANGO)
    what = "MQTT to database; any number of workers, the first of which must be there"
    ingest = command("ingest", _ingest, what, Needs.DJANGO)
    numbers = range(1, INGEST_WORKERS_MAX + 1)
    ingest.add_argument("--worker", type=int, default=1, choices=numbers, help="which one this is (default: 1)")
    command("conduct", _conduct, "what is to be told to kiosks; one leads", Needs.DJANGO)
    command("migrate", _migrate, "bring the database up to date", Needs.MIGRATED)
    command("broker-config", _broker_config, "write mosquitto's configuration and certificates", Needs.MIGRATED)


def _up(arguments: argparse.Namespace) -> None:
    from fleet.site.children import Children
    from fleet.trust.broker import NoBrokerError, broker_environment, broker_program

    try:
        broker = broker_program()
    except NoBrokerError as err:
        raise SystemExit(f"fleet: {err}") from None
    data_dir: Path = arguments.data_dir
    ports = settle_ports(data_dir, arguments.host, arguments.http_port)
    demand_free(ports)
    configuration = _broker_config_elsewhere(data_dir)
    allow_many_files()
    _import_parts()
    is_json = os.environ.get("SALA_LOG", "") == "json"
    children = Children({**os.environ, **broker_environment()}, logs_lines=is_json)
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        children.start("mosquitto", [broker, "-c", configuration])
        for name, part in (("serve", _serve), ("ingest", _ingest), ("conduct", _conduct)):
            children.start_part(name, partial(part, argparse.Namespace(worker=1, data_dir=data_dir)))
        for port in (ports.http, ports.kiosk, ports.broker):
            _await_port(ports.host, port)
        print(json.dumps({"ready": True, "address": ports.address, **msgspec.to_builtins(ports)}), flush=True)
        while not stopping:
            children.tend()
            time.sleep(0.2)
    finally:
        children.stop()


def _broker_config_elsewhere(data_dir: Path) -> str:
    """`fleet broker-config` by a process of its own, since it needs the database; the configuration's path."""
    own = [sys.executable, "-m", "fleet", "--data-dir", str(data_dir)]
    prepared = subprocess.run([*own, "broker-config"], stdout=subprocess.PIPE, text=True, check=False)
    if prepared.returncode:
        raise SystemExit(prepared.returncode)
    return prepared.stdout.strip()


def _import_parts() -> None:
    """All that the parts would import and work out, once for all of them: a third of their memory (tests/bench)."""
    import django
    from django.apps import apps

    django.setup()
    for name in (
        "django.db.models.sql.compiler", "fleet.conduct.conductor", "fleet.ingest.worker", "fleet.site.asgi",
        "fleet.site.kiosk_urls", "fleet.site.servers", "fleet.site.urls", "uvicorn.lifespan.off",
        "uvicorn.loops.asyncio",
    ):  # fmt: skip
        importlib.import_module(name)
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # OpenSSL reads its algorithms for the first one
    for model in apps.get_models(include_auto_created=True):
        _ = model._meta.related_objects  # or each part asks every model by itself, and its memory is no longer shared


def allow_many_files() -> None:
    """Every kiosk is an open file of the broker's; 1,024, the usual limit, is for programs of another size."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _await_port(host: str, port: int, timeout_s: float = 30.0) -> None:
    until_s = time.monotonic() + timeout_s
    while time.monotonic() < until_s:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"fleet: nothing listens on {host}:{port} after {timeout_s:.0f} s; the lines above say why")


def _serve(arguments: argparse.Namespace) -> None:
    from fleet.site.servers import Listen, serve

    ports = ports_of(arguments.data_dir)
    asyncio.run(serve(Listen(ports.host, ports.http, ports.kiosk, arguments.data_dir / "certificates")))


def _ingest(arguments: argparse.Namespace) -> None:
    from fleet.ingest.worker import Ingest

    ports = ports_of(arguments.data_dir)
    _run_until_signal(Ingest(ports.host, ports.broker, arguments.data_dir / "certificates", arguments.worker))


def _conduct(arguments: argparse.Namespace) -> None:
    from fleet.conduct.conductor import Conductor

    ports = ports_of(arguments.data_dir)
    _run_until_signal(Conductor(ports.host, ports.broker, arguments.data_dir / "certificates"))


class _Worker(Protocol):
    """What runs until it is told to stop."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


def _run_until_signal(worker: _Worker) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


def _migrate(_arguments: argparse.Namespace) -> None:
    """That it is needed has done it."""


def _broker_config(arguments: argparse.Namespace) -> str:
    return str(_prepare(arguments.data_dir, settle_ports(arguments.data_dir)))


def _prepare(data_dir: Path, ports: Ports) -> Path:
    """Certificates and broker configuration; returns the latter."""
    from fleet.trust.authority import Authority
    from fleet.trust.broker import CLIENTS_ROOT, REVOCATION_LIST, SERVICES, write_broker_config
    from fleet.trust.certificates import revoked_serials
    from fleet.trust.revocation_list import write_list

    certificates = data_dir / "certificates"
    authority = Authority(data_dir / "authority")
    certificates.mkdir(parents=True, exist_ok=True)
    write_list(certificates / REVOCATION_LIST, authority, revoked_serials(datetime.now(UTC)))
    (certificates / "ca.pem").write_bytes(authority.root_pem)
    (certificates / CLIENTS_ROOT).write_bytes(authority.root_for_servers_pem)
    names = tuple(dict.fromkeys((ports.host, "localhost", "127.0.0.1")))
    for server in ("broker", "server"):
        authority.issue_server(names).write(certificates, server)
    for service in SERVICES:
        authority.issue_client(service).write(certificates, service)
    return write_broker_config(certificates, ports.broker, address=ports.host)
