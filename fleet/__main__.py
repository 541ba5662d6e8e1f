"""The `fleet` command: the fleet manager on one machine, or one part of it on many.

Long, because every command stands here, each a few lines over what does the work.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from fleet.site import banking, enrolling, importing, labelling, office_work, partnering


class Ports(msgspec.Struct, frozen=True):
    """Where everything listens; kept in the data folder, so that addresses survive a restart."""

    http: int
    kiosk: int
    broker: int
    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        """Of the pages."""
        return f"http://{self.host}:{self.http}"


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand; returns the exit code."""
    arguments = _parser().parse_args(argv)
    data_dir: Path = arguments.data_dir.resolve()
    os.environ["SALA_FLEET_DIR"] = str(data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.site.settings")
    data_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SALA_SECRET_KEY", _secret_key(data_dir / "secret-key"))
    return int(arguments.run(arguments, data_dir))


def _secret_key(path: Path) -> str:
    """The key that signs sessions: made once, kept beside the database, ours to read only."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8")


def _parser() -> argparse.ArgumentParser:
    from fleet.trust.broker import INGEST_WORKERS_MAX

    parser = argparse.ArgumentParser(prog="fleet", description="The fleet manager behind Sala's kiosks.")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("SALA_FLEET_DIR", "fleet-data")),
        help="database, certificates and keys (default: fleet-data, or SALA_FLEET_DIR)",
    )  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, what: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=what, description=what)
        made.set_defaults(run=run)
        return made

    up = command("up", _up, "broker, serve, ingest and conduct, on this machine")
    up.add_argument("--http-port", type=int, default=0, help="of the pages; 0 finds a free one")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on and to be known by")
    command("serve", _serve, "the pages, and the kiosks' HTTPS port")
    ingest = command("ingest", _ingest, "MQTT to database; any number of workers, the first of which must be there")
    numbers = range(1, INGEST_WORKERS_MAX + 1)
    ingest.add_argument("--worker", type=int, default=1, choices=numbers, help="which one this is (default: 1)")
    command("conduct", _conduct, "what is to be told to kiosks; one leads")
    command("migrate", _migrate, "bring the database up to date")
    command("broker-config", _broker_config, "write mosquitto's configuration and certificates")
    command("sample-data", _sample_data, "factories, notices, folders and kiosks in three provinces, all ตัวอย่าง")
    codes = command("sample-codes", _sample_codes, "what a sample visitor could scan, as JSON")
    codes.add_argument("office_id")
    settings = command("settings", _settings, "lay a change over a layer's settings and publish it")
    settings.add_argument("layer", choices=["national", "province", "office", "kiosk"])
    settings.add_argument("key", nargs="?", default="", help="DOPA code, office id or kiosk id; nothing for national")
    settings.add_argument("--patch", required=True, help="JSON merge patch, e.g. '{\"services\": []}'")
    settings.add_argument("--reason", required=True, help="for those who read the history")
    user = command("user", _user, "make or change an account; the password comes from SALA_PASSWORD")
    user.add_argument("name")
    user.add_argument("--role", required=True, choices=["technician", "officer", "provincial-admin", "national-admin"])
    user.add_argument("--province", type=int, help="DOPA code; not for national admins")
    user.add_argument("--full-name", default="")
    enrolling.add_enrol(command("enrol", _enrol, "certify a kiosk's own key by its signing request; or expect a batch"))
    enrolling.add_revoke(command("revoke", _revoke, "end a kiosk's identity: HTTPS at once, its link within 10 s"))
    _add_simulate(command("simulate", _simulate, "a crowd of kiosks that only speak the wire, to try this fleet out"))
    confirm = command("bank-confirm", _bank_confirm, "the pretend bank confirms a payment")
    confirm.add_argument("--ref1", required=True)
    confirm.add_argument("--ref2", default="", help="default: that of the QR shown last for this reference")
    confirm.add_argument("--amount", required=True, help="baht with two decimals, e.g. 3300.00")
    confirm.add_argument("--biller-id", default="", help="default: the sample payee")
    confirm.add_argument("--transaction-id", default="", help="default: a new one")
    banking.add_pretend(command("pretend-bank", _pretend_bank, "play a whole day at a bank that calls this fleet"))
    partnering.add(command("pretend-partners", _pretend_partners, "play other people's systems on this machine"))
    banking.add_file(command("bank-file", _bank_file, "take a bank's settlement file; exit 1 when its day disagrees"))
    banking.add_withdraw(command("withdraw", _withdraw, "a notice that is not to be paid any more"))
    office_work.add_notices(command("notices", _notices, "yearly fees: tell, make, and print the letters"))
    importing.add_import(command("import-register", _import_register, "the factory register from CSV or XLSX; or undo"))
    importing.add_sample(command("register-sample", _register_sample, "write a messy register to try the import with"))
    labelling.add(command("folder-labels", _folder_labels, "labels of paper folders as a PDF, on sheets of A4"))
    office_work.add_work(
        command("office-work", _office_work, "do what waits: letters, or the day's; conduct starts it")
    )
    return parser


def _django() -> None:
    import django

    django.setup()


def _fleet_there(data_dir: Path) -> None:
    """Django, on a database that somebody has made."""
    from fleet.site.database import SQLITE_FILE, VARIABLE

    if not os.environ.get(VARIABLE) and not (data_dir / SQLITE_FILE).exists():
        raise SystemExit(f"fleet: there is no fleet in {data_dir}; name it with --data-dir, or run `fleet migrate`")
    _django()


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _ports(data_dir: Path) -> Ports:
    """Where this fleet listens, as ``fleet up`` or ``broker-config`` decided."""
    try:
        return msgspec.json.decode((data_dir / "ports.json").read_bytes(), type=Ports)
    except OSError:
        raise SystemExit(f"fleet: no ports.json in {data_dir}; run `fleet broker-config` or `fleet up` first") from None


def _settle_ports(data_dir: Path, host: str, http_port: int) -> Ports:
    path = data_dir / "ports.json"
    kept = msgspec.json.decode(path.read_bytes(), type=Ports) if path.exists() else None
    ports = kept or Ports(http_port or _free_port(host), _free_port(host), _free_port(host), host)
    if http_port:
        ports = msgspec.structs.replace(ports, http=http_port)
    path.write_bytes(msgspec.json.encode(ports))
    return ports


def _prepare(data_dir: Path, ports: Ports) -> Path:
    """Certificates and broker configuration; returns the latter. The database must be there."""
    _django()
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


def _up(arguments: argparse.Namespace, data_dir: Path) -> int:
    from fleet.site.children import Children
    from fleet.trust.broker import NoBrokerError, broker_environment, broker_program

    try:
        broker = broker_program()
    except NoBrokerError as err:
        raise SystemExit(f"fleet: {err}") from None
    ports = _settle_ports(data_dir, arguments.host, arguments.http_port)
    _demand_free(ports)
    own = [sys.executable, "-m", "fleet", "--data-dir", str(data_dir)]
    # By a process of its own: the parts are forked from this one, which must have no connection to the database.
    prepared = subprocess.run([*own, "broker-config"], stdout=subprocess.PIPE, text=True, check=False)
    if prepared.returncode:
        return prepared.returncode
    _allow_many_files()
    _import_parts()
    children = Children({**os.environ, **broker_environment()})
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        children.start("mosquitto", [broker, "-c", prepared.stdout.strip()])
        for name, part in (("serve", _serve), ("ingest", _ingest), ("conduct", _conduct)):
            children.start_part(name, partial(part, argparse.Namespace(worker=1), data_dir))
        for port in (ports.http, ports.kiosk, ports.broker):
            _await_port(ports.host, port)
        print(json.dumps({"ready": True, "address": ports.address, **msgspec.to_builtins(ports)}), flush=True)
        while not stopping:
            children.tend()
            time.sleep(0.2)
    finally:
        children.stop()
    return 0


def _import_parts() -> None:
    """All that the parts would import, once for all of them: a third of their memory (tests/bench)."""
    _django()
    for name in (
        "fleet.conduct.conductor", "fleet.ingest.worker", "fleet.site.asgi", "fleet.site.kiosk_urls",
        "fleet.site.servers", "fleet.site.urls", "uvicorn.lifespan.off", "uvicorn.loops.asyncio",
    ):  # fmt: skip
        importlib.import_module(name)


def _allow_many_files() -> None:
    """Every kiosk is an open file of the broker's; 1,024, the usual limit, is for programs of another size."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _demand_free(ports: Ports) -> None:
    """Stop with a sentence when somebody else has a port: our parts would only say so thirty seconds later."""
    for name in ("http", "kiosk", "broker"):
        port = getattr(ports, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ports.host, port))
            except OSError as err:
                raise SystemExit(
                    f"fleet: cannot listen on {ports.host}:{port} ({name}): {err.strerror}; "
                    "end what holds it (another `fleet up`?), or change it in ports.json of the data folder"
                ) from None


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


def _serve(_arguments: argparse.Namespace, data_dir: Path) -> int:
    _django()
    from fleet.site.servers import Listen, serve

    ports = _ports(data_dir)
    asyncio.run(serve(Listen(ports.host, ports.http, ports.kiosk, data_dir / "certificates")))
    return 0


def _ingest(arguments: argparse.Namespace, data_dir: Path) -> int:
    _django()
    from fleet.ingest.worker import Ingest

    ports = _ports(data_dir)
    return _run_until_signal(Ingest(ports.host, ports.broker, data_dir / "certificates", arguments.worker))


def _conduct(_arguments: argparse.Namespace, data_dir: Path) -> int:
    _django()
    from fleet.conduct.conductor import Conductor

    ports = _ports(data_dir)
    return _run_until_signal(Conductor(ports.host, ports.broker, data_dir / "certificates"))


def _run_until_signal(worker: Any) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    return 0


def _migrate(_arguments: argparse.Namespace, _data_dir: Path) -> int:
    _django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return 0


def _broker_config(arguments: argparse.Namespace, data_dir: Path) -> int:
    _migrate(arguments, data_dir)
    print(_prepare(data_dir, _settle_ports(data_dir, "127.0.0.1", 0)))
    return 0


def _sample_data(arguments: argparse.Namespace, data_dir: Path) -> int:
    _migrate(arguments, data_dir)
    from fleet.site.sample import make_sample_data

    make_sample_data(_settle_ports(data_dir, "127.0.0.1", 0).address)
    return 0


def _sample_codes(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    from fleet.site.sample import scannable

    print(json.dumps(scannable(arguments.office_id), ensure_ascii=False))
    return 0


def _settings(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    from fleet.devices.desired import change_settings, latest_document
    from fleet.protocol.settings import SettingsError, merge_patch

    before = latest_document(arguments.layer, arguments.key)
    try:
        document = merge_patch(before.document if before else {}, json.loads(arguments.patch))
        revision = change_settings(arguments.layer, arguments.key, document, None, arguments.reason)
    except json.JSONDecodeError as err:
        print(f"fleet: --patch is no JSON: {err}", file=sys.stderr)
        return 2
    except SettingsError as err:
        print(f"fleet: refused, nothing has changed: {err}", file=sys.stderr)
        return 2
    print(json.dumps({"revision": revision.revision}))
    return 0


def _user(arguments: argparse.Namespace, data_dir: Path) -> int:
    _migrate(arguments, data_dir)
    from django.contrib.auth.models import User

    from fleet.people.models import Membership, Role

    password = os.environ.get("SALA_PASSWORD", "")
    if len(password) < 10:
        print("fleet: put a password of at least 10 characters into SALA_PASSWORD", file=sys.stderr)
        return 2
    if (arguments.province is None) != (arguments.role == Role.NATIONAL_ADMIN):
        print("fleet: every role but national-admin needs --province, and that one must not have it", file=sys.stderr)
        return 2
    user, _ = User.objects.get_or_create(username=arguments.name)
    user.first_name = arguments.full_name
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, role=arguments.role, dopa_code=arguments.province)
    return 0


def _enrol(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(enrolling.enrol, arguments)


def _revoke(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(enrolling.revoke, arguments)


def _pretend_bank(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(lambda given: banking.pretend(given, _ports(data_dir).address), arguments)


def _pretend_partners(arguments: argparse.Namespace, _data_dir: Path) -> int:
    return _said(partnering.run, arguments)


def _bank_file(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(banking.take, arguments)


def _withdraw(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(banking.withdraw, arguments)


def _notices(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(office_work.notices, arguments)


def _office_work(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(office_work.work, arguments)


def _folder_labels(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(labelling.run, arguments)


def _import_register(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(importing.run_import, arguments)


def _register_sample(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    return _said(importing.make_sample, arguments)


def _said(command: Callable[[argparse.Namespace], dict[str, Any]], arguments: argparse.Namespace) -> int:
    try:
        said = command(arguments)
    except enrolling.CommandError as err:
        print(f"fleet: {err}", file=sys.stderr)
        return 2
    print(json.dumps(said, ensure_ascii=False))
    return 0 if said.get("agrees", True) else 1


def _add_simulate(simulate: argparse.ArgumentParser) -> None:
    from fleet.simulate.command import processes_here

    simulate.add_argument("--kiosks", type=int, required=True, help="how many, over the 76 provinces")
    simulate.add_argument("--seconds", type=float, default=0, help="0 (default): until Ctrl-C")
    simulate.add_argument("--processes", type=int, default=processes_here(), help="default: one a core")
    simulate.add_argument("--heartbeat-s", type=float, default=60, help="between statuses (default: 60)")
    simulate.add_argument("--records-an-hour", type=float, default=20, help="visits of each kiosk (default: 20)")
    simulate.add_argument("--bad-percent", type=float, default=1, help="of all, who also misbehave (default: 1)")
    simulate.add_argument("--spread-s", type=float, default=20, help="they arrive over this time (default: 20)")
    simulate.add_argument("--storm-every-s", type=float, default=0, help="all lines are cut so often; 0 is never")


def _simulate(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    from fleet.simulate.command import run, table
    from fleet.simulate.plan import Plan
    from fleet.site.simulated import make_simulated, write_identities
    from fleet.trust.authority import Authority

    _allow_many_files()
    ports, identities = _ports(data_dir), data_dir / "simulated"
    kiosk_ids = make_simulated(arguments.kiosks)
    write_identities(kiosk_ids, Authority(data_dir / "authority"), identities)
    plan = Plan(
        host=ports.host,
        port=ports.broker,
        identities=str(identities),
        kiosk_ids=tuple(kiosk_ids),
        heartbeat_s=arguments.heartbeat_s,
        records_an_hour=arguments.records_an_hour,
        bad_share=arguments.bad_percent / 100,
        spread_s=arguments.spread_s,
        storm_every_s=arguments.storm_every_s,
        seconds=arguments.seconds,
    )
    print(table(run(plan, arguments.processes, lambda line: print(line, file=sys.stderr, flush=True))))
    return 0


def _bank_confirm(arguments: argparse.Namespace, data_dir: Path) -> int:
    _fleet_there(data_dir)
    from django.conf import settings

    from fleet.api.bank import PRETEND
    from fleet.payments.banks.port import BankWord, Proof
    from fleet.payments.confirming import confirm
    from fleet.payments.models import Intent
    from fleet.protocol.payment import PayloadError, parse_amount
    from fleet.site.sample import SAMPLE_BILLER_ID

    if not settings.PRETEND_BANK:
        print("fleet: this fleet plays no bank; in a demonstration, set SALA_PRETEND_BANK=1", file=sys.stderr)
        return 2
    try:
        amount_satang = parse_amount(arguments.amount)
    except PayloadError as err:
        print(f"fleet: {err}", file=sys.stderr)
        return 2
    shown = Intent.objects.filter(ref1=arguments.ref1).first()
    confirmation = confirm(
        BankWord(
            bank=PRETEND,
            transaction_id=arguments.transaction_id or uuid.uuid4().hex,
            biller_id=arguments.biller_id or SAMPLE_BILLER_ID,
            ref1=arguments.ref1,
            ref2=arguments.ref2 or (shown.ref2 if shown else ""),
            amount_satang=amount_satang,
            paid_at=datetime.now(UTC),
            proof=Proof.PRETENCE,
        )
    )
    print(json.dumps({"transaction_id": confirmation.transaction_id, "match": confirmation.match}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
