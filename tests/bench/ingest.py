"""Bench rows ``ingest-sqlite-per-s`` and ``ingest-postgresql-per-s``: statuses of a thousand kiosks, kept for certain.

In turn, in one run, each at a broker of its own with the product's configuration, TLS and rights: `fleet ingest` on
SQLite with one worker and on PostgreSQL with two, Node-RED 4 that holds the latest status of each kiosk in memory
(npm), and mosquitto_sub, which does nothing. The clock runs from the first publication until the last status of every
kiosk is in the database (another connection looks), until Node-RED has counted them, until mosquitto_sub has.

The load is the same for all and costs as much as a consumer: on two cores they share what is left. The processor time
of each consumer, in the notes, says more than the rate when the machine is not quiet.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fleet.protocol.messages import DeviceState, DeviceStatus, Status, encode
from fleet.protocol.topics import Channel, every_kiosk, kiosk_topic
from tests.bench.fleet_rig import blast, fleet, make_kiosks
from tests.bench.process import cpu_s
from tests.bench.rows import Row
from tests.bench.spread import median
from tests.support.broker import Fleet, eventually
from tests.support.npm import fetched
from tests.support.postgresql import running_cluster

NAMES = ("ingest-sqlite-per-s", "ingest-postgresql-per-s")
KIOSKS = 1000
STATUSES_EACH = 50
TOTAL = KIOSKS * STATUSES_EACH
ROUNDS = 5
_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.005
_NODE_RED = "node-red@4.1.8"
_NAME = "fleet-ingest-3"
"""Peers hear as one of our services, with its rights."""


@dataclass
class Contender:
    """One consumer at its own broker. ``ready`` comes before a round, ``finish`` waits for the last of it."""

    made: Fleet
    ready: Callable[[], None]
    finish: Callable[[int], None]
    pids: Callable[[], Sequence[int]]
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def run(self, round_no: int, kiosk_ids: Sequence[str]) -> None:
        """One round."""
        messages = _statuses(kiosk_ids, first_no=1 + round_no * STATUSES_EACH)
        self.ready()
        before_s = sum(map(cpu_s, self.pids()))
        began_s = time.monotonic()
        blast(self.made, messages)
        self.finish(round_no)
        self.rates.append(TOTAL / (time.monotonic() - began_s))
        if self.pids():
            self.cpu_us.append((sum(map(cpu_s, self.pids())) - before_s) / TOTAL * 1e6)


def measure() -> list[Row]:
    """Two rows."""
    node_red = fetched(_NODE_RED, "node-red") / "red.js"
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        contenders = {
            "sqlite": stack.enter_context(_ours("", ["ingest"])),
            "postgresql": stack.enter_context(_ours(cluster.address(cluster.create()), ["ingest", "ingest-2"])),
            "Node-RED": stack.enter_context(_node_red(node_red)),
            "mosquitto_sub": stack.enter_context(_mosquitto_sub()),
        }
        kiosk_ids = make_kiosks(contenders["sqlite"].made, KIOSKS)
        make_kiosks(contenders["postgresql"].made, KIOSKS)
        for round_no in range(ROUNDS):
            for contender in contenders.values():
                contender.run(round_no, kiosk_ids)
    return [_row(NAMES[0], contenders, "sqlite", "Node-RED"), _row(NAMES[1], contenders, "postgresql", "mosquitto_sub")]


def _row(name: str, contenders: dict[str, Contender], ours: str, peer: str) -> Row:
    def told(which: str) -> str:
        contender = contenders[which]
        cpu = f", {median(contender.cpu_us):.0f} us of processor each" if contender.cpu_us else ""
        return f"{which} {', '.join(f'{rate:,.0f}' for rate in contender.rates)}{cpu}"

    return Row(
        name=name,
        value=round(median(contenders[ours].rates)),
        unit="1/s",
        goal=round(median(contenders[peer].rates)),
        is_rate=True,
        peer=f"{peer} (memory only)",
        peer_value=round(median(contenders[peer].rates)),
        note=f"medians of {ROUNDS} rounds in turn: {told(ours)}; {told(peer)}",
    )


def _statuses(kiosk_ids: Sequence[str], first_no: int) -> list[tuple[str, bytes]]:
    devices = {name: DeviceStatus(state=DeviceState.ONLINE) for name in ("card", "scanner", "printer", "panel")}
    at = datetime.now(UTC)
    return [
        (
            kiosk_topic(kiosk_id, Channel.STATUS),
            encode(Status(session_no=1, no=no, at=at, devices=devices, paper="full", spool_depth=no)),
        )
        for no in range(first_no, first_no + STATUSES_EACH)
        for kiosk_id in kiosk_ids
    ]


def _await(what: Callable[[], object], made: Fleet) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while not what():
        if time.monotonic() > until_s:
            raise TimeoutError(f"not all arrived in {_PATIENCE_S:.0f} s\n{made.log_of('mosquitto')[-2000:]}")
        time.sleep(_LOOK_EVERY_S)


@contextmanager
def _ours(database: str, workers: Sequence[str]) -> Iterator[Contender]:
    query = "SELECT count(*) FROM devices_kioskstate WHERE status_no >= ?"
    with fleet(database) as made:
        for worker in workers:
            made.start(worker)
            eventually(lambda worker=worker: "hears the broker" in made.log_of(worker))  # type: ignore[misc]

        def finish(round_no: int) -> None:
            _await(lambda: made.rows(query, (round_no + 1) * STATUSES_EACH)[0][0] == KIOSKS, made)

        yield Contender(made, lambda: None, finish, lambda: [made.pid(worker) for worker in workers])


@contextmanager
def _mosquitto_sub() -> Iterator[Contender]:
    running: list[subprocess.Popen[bytes]] = []
    with fleet() as made:
        certificates = made.folder / "certificates"
        command: list[str | Path] = [
            *("mosquitto_sub", "-h", "127.0.0.1", "-p", str(made.ports["broker"]), "-i", _NAME, "-V", "mqttv5"),
            *("--cafile", certificates / "ca.pem", "--cert", certificates / f"{_NAME}.pem"),
            *("--key", certificates / f"{_NAME}.key", "-q", "1", "-t", every_kiosk(Channel.STATUS), "-c", "-x", "3600"),
        ]
        subprocess.run([*command, "-E"], check=True, timeout=30)  # the broker keeps for it what comes too early

        def ready() -> None:
            running[:] = [subprocess.Popen([*command, "-C", str(TOTAL)], stdout=subprocess.DEVNULL)]

        def finish(_round_no: int) -> None:
            running[0].wait(_PATIENCE_S)

        yield Contender(made, ready, finish, list)


@contextmanager
def _node_red(program: Path) -> Iterator[Contender]:
    with fleet() as made:
        home = made.folder / "node-red"
        home.mkdir()
        counted = home / "counted"
        (home / "flows.json").write_text(json.dumps(_flow(made, counted)), "utf-8")
        (home / "settings.js").write_text("module.exports = {flowFile: 'flows.json', httpAdminRoot: false}", "utf-8")
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                ["node", program, "--userDir", home, "--port", "0"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        try:
            eventually(lambda: "Connected to broker" in (home / "log").read_text("utf-8"), _PATIENCE_S)

            def finish(round_no: int) -> None:
                _await(lambda: counted.exists() and len(counted.read_text("utf-8").split()) > round_no, made)

            yield Contender(made, lambda: None, finish, lambda: [process.pid])
        finally:
            process.kill()
            process.wait(10)


def _flow(made: Fleet, counted: Path) -> list[dict[str, object]]:
    """The latest status of each kiosk, parsed, in the flow's context; a line for every ``TOTAL`` of them."""
    certificates = made.folder / "certificates"
    keep = (
        "flow.set(msg.topic.split('/')[3], msg.payload);"
        "const n = (context.get('n') || 0) + 1; context.set('n', n);"
        f"return n % {TOTAL} === 0 ? {{payload: String(n)}} : null;"
    )
    return [
        {"id": "tab", "type": "tab", "label": "bench"},
        {
            "id": "tls", "type": "tls-config", "cert": str(certificates / f"{_NAME}.pem"),
            "key": str(certificates / f"{_NAME}.key"), "ca": str(certificates / "ca.pem"), "verifyservercert": True,
        },
        {
            "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(made.ports["broker"]),
            "clientid": _NAME, "usetls": True, "tls": "tls", "protocolVersion": "5", "keepalive": "60",
            "cleansession": False, "sessionExpiry": "3600", "autoConnect": True,
        },
        {
            "id": "in", "type": "mqtt in", "z": "tab", "topic": every_kiosk(Channel.STATUS), "qos": "1",
            "datatype": "json", "broker": "broker", "nl": False, "rap": False, "rh": 0, "wires": [["keep"]],
        },
        {"id": "keep", "type": "function", "z": "tab", "func": keep, "outputs": 1, "wires": [["out"]]},
        {
            "id": "out", "type": "file", "z": "tab", "filename": str(counted), "filenameType": "str",
            "appendNewline": True, "createDir": False, "overwriteFile": "false", "encoding": "none", "wires": [[]],
        },
    ]  # fmt: skip
