"""kill -9 of every part at random, while records are being written all the time: every record once, no gap.

Three kiosks: one whole virtual kiosk (front desk and agent, hands that put cards in, scan, touch and pull plugs), and
two that are only agents, whose spools the test fills and remembers record by record.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.support.bare_kiosk import BareKiosk, account, committed, spool_of
from tests.support.broker import Fleet, eventually
from tests.support.fault_table import Tell
from tests.support.postgresql import Cluster
from tests.support.require import require
from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk
from tests.support.visitor import Visitor

DESK = "CBI-02"
BARE = ("CBI-01", "KKN-01")
PARTS = ("ingest", "conduct", "mosquitto")
DATABASES = ("sqlite", "postgresql") if os.environ.get("SALA_FAULTS") == "long" else ("postgresql",)
KILLS_SHORT, KILLS_LONG = 15, 200
PAUSE_S = (0.05, 1.5)
"""Between two kills, and how long a part stays dead at most: a kill hits what has just started, too."""

SETTLE_S = 150.0
"""The kiosks' longest pause between tries is 30 s, and 10 s may pass before a batch is sent again."""

PLACES = (*Visitor.ROWS, Visitor.LEFT, Visitor.RIGHT)
DEVICES = ("card", "scanner", "printer", "panel")


@dataclass
class Siege:
    """Everything that can be killed, and the hands that keep it busy."""

    fleet: Fleet
    desk: VirtualKiosk
    bare: tuple[BareKiosk, ...]
    cluster: Cluster | None
    codes: list[str]
    chance: random.Random
    dead: dict[str, float] = field(default_factory=dict)
    """Parts of the fleet that are down, and when they come back."""

    def besiege(self, kill: Callable[[], None], pause_s: float) -> None:
        """Kill something, and keep everybody busy for a while before and after."""
        self._work(pause_s)
        kill()
        self._work(pause_s / 2)

    def _work(self, for_s: float) -> None:
        until_s = time.monotonic() + for_s
        while time.monotonic() < until_s:
            for kiosk in self.bare:
                kiosk.write(self.chance.randint(1, 5))
                kiosk.revive()
            self._act()
            self._bring_back()

    def _act(self) -> None:
        device, place = self.chance.choice(DEVICES), self.chance.choice(PLACES)
        path, body = self.chance.choice(
            [
                (f"/device/{device}/unplug", {}),
                (f"/device/{device}/plug", {}),
                ("/card/insert", {"citizen": "owner"}),
                ("/card/remove", {}),
                ("/scan", {"text": self.chance.choice(self.codes)}),
                ("/panel/press", {}),
                *[("/touch", {"x": place[0], "y": place[1]})] * 3,
            ]
        )
        requests.post(f"{self.desk.url}{path.lstrip('/')}", json=body, timeout=60)  # refused is fine: a dark screen

    def _bring_back(self) -> None:
        for name, at_s in list(self.dead.items()):
            if time.monotonic() >= at_s:
                del self.dead[name]
                self._start(name)
        self.fleet.revive(*(part for part in PARTS if part not in self.dead))

    def _start(self, name: str) -> None:
        if name == "postgresql":
            assert self.cluster is not None
            self.cluster.start()
        else:
            self.fleet.start(name)

    def kill(self, victim: str) -> bool:
        """Whether there was something to kill."""
        if victim in self.dead:
            return False
        if victim in ("frontdesk", "agent"):
            return self.desk.ask(f"/program/{victim}/kill")[0] == requests.codes.ok
        if victim in BARE:
            kiosk = self.bare[BARE.index(victim)]
            alive = kiosk.is_running
            kiosk.kill()
            return alive
        if victim == "postgresql":
            assert self.cluster is not None
            self.cluster.kill()
        else:
            self.fleet.revive(victim)
            self.fleet.kill(victim)
        self.dead[victim] = time.monotonic() + self.chance.uniform(0, PAUSE_S[1])
        return True

    def lift(self) -> None:
        """Everything comes back, every plug is in, and everybody settles."""
        for name in ("postgresql", *PARTS):
            if name in self.dead:
                del self.dead[name]
                self._start(name)
        for device in DEVICES:
            self.desk.post(f"/device/{device}/plug")
        self.desk.ask("/card/remove")

        def is_settled() -> bool:
            self.fleet.revive(*PARTS)
            for kiosk in self.bare:
                kiosk.revive()
            held = spool_of(self.desk.kiosk_dir / "data")
            desk = held.depth == 0 and committed(self.fleet, DESK) == (held.spool_id, held.last_no)
            return desk and not self.desk.state()["card"]["inside"] and all(kiosk.is_settled for kiosk in self.bare)

        eventually(is_settled, SETTLE_S)


@contextmanager
def siege(folder: Path, database: str, cluster: Cluster | None) -> Iterator[Siege]:
    with Fleet(folder / "fleet", database) as fleet:
        for part in ("mosquitto", "ingest", "conduct", "serve"):
            fleet.start(part)
        samples = json.loads(fleet.run("sample-codes", "CBI"))
        shutil.copytree(fleet.enrol(DESK), folder / "desk" / "k" / "identity")
        addresses = [f"127.0.0.1:{fleet.ports[name]}" for name in ("broker", "kiosk")]
        options = ("--kiosk-id", DESK, "--broker", addresses[0], "--fleet-api", addresses[1])
        bare = tuple(BareKiosk(fleet, kiosk_id, folder / kiosk_id) for kiosk_id in BARE)
        with virtual_kiosk(folder / "desk", *options) as desk:
            for kiosk in bare:
                kiosk.start()
            eventually(lambda: committed(fleet, DESK)[1] > 0, 60)
            try:
                yield Siege(fleet, desk, bare, cluster, [each["code"] for each in samples], random.Random(20261122))  # noqa: S311 - the same each time
            finally:
                for kiosk in bare:
                    kiosk.close()
        assert not any("Traceback" in kiosk.log for kiosk in bare)
        assert not any("Traceback" in line for line in desk.log)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("database", DATABASES)
def test_killed_at_random_nothing_is_lost_or_doubled(
    folder: Path, database: str, request: pytest.FixtureRequest, table: Tell, *, is_long: bool
) -> None:
    require("mosquitto")
    cluster: Cluster | None = request.getfixturevalue("cluster") if database == "postgresql" else None
    address = "" if cluster is None else cluster.address(cluster.create())
    victims = ["frontdesk", "agent", *BARE, "ingest", "ingest", "conduct", "mosquitto", "mosquitto"]
    victims += ["postgresql"] if cluster is not None else []
    kills = KILLS_LONG if is_long else KILLS_SHORT
    with table(f"kill -9 at random, {database}") as row, siege(folder, address, cluster) as besieged:
        order = [*dict.fromkeys(victims)]  # each at least once, then as it comes
        while sum(row.tried.values()) < kills:
            victim = order.pop() if order else besieged.chance.choice(victims)

            def kill(victim: str = victim) -> None:
                row.tried[victim] += besieged.kill(victim)

            besieged.besiege(kill, besieged.chance.uniform(*PAUSE_S))
        besieged.lift()
        counts = [kiosk.account() for kiosk in besieged.bare]
        counts.append(account(besieged.fleet, DESK, besieged.desk.kiosk_dir / "data"))
        assert min(counts) > kills / 2, "there was hardly any load"
        assert sum(kiosk.not_written for kiosk in besieged.bare) == 0
        row.seen = f"{sum(counts)} records, each once; spools empty, all committed"
