"""A kiosk of which only the agent runs, as the process it is; the test is its front desk and writes its spool.

What the test has written it remembers, so that afterwards it can say of every record whether the fleet has it, once,
unchanged and in its place.
"""

from __future__ import annotations

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from fleet.protocol.records import VisitEnded
from kiosk.spool import Spool, SpoolFullError
from tests.support.broker import Fleet, eventually

STOP_TIMEOUT_S = 60.0
_DEVICES = ("card", "scanner", "printer", "panel", "display")


class BareKiosk:
    """One; ``prefix`` stands before its command (``ip netns exec ...``), ``environment`` is laid over ours."""

    def __init__(
        self, fleet: Fleet, kiosk_id: str, folder: Path, *, prefix: Sequence[str] = (), **environment: str
    ) -> None:
        self.fleet, self.kiosk_id, self.folder = fleet, kiosk_id, folder
        self.prefix, self._environment = tuple(prefix), {**os.environ, **environment}
        self.written: list[str] = []
        """The ids of the visits that were written, in order."""
        self.not_written = 0
        """How often the spool refused: a visitor would have been told."""
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._spool: Spool | None = None
        (folder / "data").mkdir(parents=True, exist_ok=True)
        self.configure()

    def configure(self, *, host: str = "127.0.0.1", broker_port: int = 0, **link: str) -> None:
        """Write its configuration; by default straight to the fleet."""
        identity = self.fleet.enrol(self.kiosk_id)
        found: Mapping[str, Any] = {
            "broker_host": host,
            "broker_port": broker_port or int(self.fleet.ports["broker"]),
            "fleet_api": f"https://{host}:{self.fleet.ports['kiosk']}",
            "ca_file": str(identity / "ca.pem"),
            "certificate_file": str(identity / "kiosk.pem"),
            "key_file": str(identity / "kiosk.key"),
        } | link
        lines = [f'kiosk_id = "{self.kiosk_id}"', 'data_dir = "data"', 'run_dir = "run"', "[devices]"]
        lines += [f'{name} = "fake:"' for name in _DEVICES]
        lines += ["[link]", *(f"{key} = {msgspec.json.encode(value).decode()}" for key, value in found.items())]
        (self.folder / "machine.toml").write_text("\n".join(lines) + "\n", "utf-8")

    # ---- its process

    def start(self) -> None:
        """Start the agent."""
        command = [*self.prefix, sys.executable, "-m", "kiosk", "agent", "--config", str(self.folder / "machine.toml")]
        self.starts += 1
        with (self.folder / "agent.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the agent that was started last."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as systemd would; twice is fine."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(STOP_TIMEOUT_S)

    def revive(self) -> None:
        """Start it again when it has ended by itself, as systemd would."""
        if not self.is_running:
            self.start()

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "agent.log").read_text("utf-8")

    def close(self) -> None:
        """End it; its spool stays."""
        self.stop()
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    # ---- its spool

    def write(self, count: int = 1) -> None:
        """Visits that ended, each a record in a transaction of its own."""
        try:
            if self._spool is None:
                self._spool = Spool(self.folder / "data" / "spool.sqlite")
            for _ in range(count):
                visit = VisitEnded(
                    visit_id=secrets.token_hex(8), service="pay-fee", language="th", started_at=datetime.now(UTC),
                    ended_at=datetime.now(UTC), outcome="cancelled",
                )  # fmt: skip
                self._spool.append(visit)
                self.written.append(visit.visit_id)
        except SpoolFullError:
            self.not_written += 1

    @property
    def is_settled(self) -> bool:
        """Whether the fleet has everything and the kiosk knows it, and no settings are on their way (a record)."""
        if not runs_what_it_should(self.fleet, self.kiosk_id):
            return False
        held = spool_of(self.folder / "data")
        return held.depth == 0 and committed(self.fleet, self.kiosk_id) == (held.spool_id, held.last_no)

    def account(self) -> int:
        """Every record once, no gap, in order, as it was written; how many there are."""
        count = account(self.fleet, self.kiosk_id, self.folder / "data")
        query = "SELECT body FROM devices_record WHERE kiosk_id = ? AND kind = 'visit-ended' ORDER BY no"
        bodies = [body for (body,) in self.fleet.rows(query, self.kiosk_id)]
        arrived = [(msgspec.json.decode(body) if isinstance(body, str) else body)["visit_id"] for body in bodies]
        assert arrived == self.written
        return count


MakeBare = Callable[..., BareKiosk]
"""Makes one that will end with the test, whatever becomes of it."""


class Held(msgspec.Struct, frozen=True):
    """What a kiosk's spool says of itself."""

    spool_id: str
    last_no: int
    depth: int


def spool_of(data: Path) -> Held:
    """Of the kiosk whose data stand in ``data``."""
    with closing(sqlite3.connect(f"file:{data / 'spool.sqlite'}?mode=ro", uri=True, timeout=10)) as database:
        row = database.execute("SELECT spool_id, last_no, (SELECT count(*) FROM record) FROM spool").fetchone()
        return Held(*row)


def committed(fleet: Fleet, kiosk_id: str) -> tuple[str, int]:
    """What the fleet says it has committed of a kiosk: spool and number."""
    query = "SELECT spool_id, committed_through FROM devices_kioskstate WHERE kiosk_id = ?"
    rows = fleet.rows(query, kiosk_id)
    return (rows[0][0], rows[0][1]) if rows else ("", 0)


def runs_what_it_should(fleet: Fleet, kiosk_id: str) -> bool:
    """Whether a kiosk has said that it runs the settings that the fleet wants it to run."""
    query = (
        "SELECT settings_revision, reported FROM devices_kiosk JOIN devices_kioskstate USING (kiosk_id)"
        " WHERE kiosk_id = ?"
    )
    rows = fleet.rows(query, kiosk_id)
    if not rows or rows[0][1] is None:
        return False
    desired, reported = rows[0]
    said = msgspec.json.decode(reported) if isinstance(reported, str) else reported
    return bool(said["settings_revision"] == desired)


def account(fleet: Fleet, kiosk_id: str, data: Path) -> int:
    """Every record the kiosk has numbered is at the fleet once, without a gap, and none waits; how many there are.

    What a kiosk gave up for want of room is told by the record that follows it, and counts as told.
    """

    def still() -> tuple[Held, list[Any]] | None:
        held = spool_of(data)
        query = "SELECT no, kind, body FROM devices_record WHERE kiosk_id = ? AND spool_id = ? ORDER BY id"
        rows = fleet.rows(query, kiosk_id, held.spool_id)
        return (held, rows) if spool_of(data) == held and held.depth == 0 else None

    held, rows = eventually(still)
    told: list[int] = []
    for no, kind, body in rows:
        if kind == "records-dropped":
            dropped = (msgspec.json.decode(body) if isinstance(body, str) else body)["count"]
            told += range(no - dropped + 1, no)
        told.append(no)
    assert told == list(range(1, held.last_no + 1)), kiosk_id
    assert committed(fleet, kiosk_id) == (held.spool_id, held.last_no)
    return held.last_no
