"""Bench rows of a real `fleet up` with ten thousand kiosks: settings, memory, a thief's line, a broker killed.

The kiosks are `fleet simulate`'s, each with its own certificate, on the same machine. Convergence runs from the start
of the command that changes a national setting to the moment when the database has the report of every kiosk that it
runs it. Memory is the proportional share (PSS) of every process of `fleet up`, broker included: what taking it away
would give back. Then kiosks are revoked, whose lines are to end while all others stand; and last the broker is killed
with -9, until all are back.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet.simulate.command import Simulation
from fleet.simulate.plan import Plan
from tests.bench.fleet_rig import make_kiosks
from tests.bench.process import family, pss_mb
from tests.bench.rows import Row
from tests.support.broker import Fleet

NAMES = ("settings-10000-converge-s", "fleet-10000-rss-mb", "broker-back-s", "revoke-s")
KIOSKS = 10_000
CONVERGE_GOAL_S = 30
RSS_GOAL_MB = 400
BACK_GOAL_S = 120
REVOKE_GOAL_S = 10
REVOKED = ("CBI-01", "CBI-02", "KKN-01")
_PATIENCE_S = 300.0
_SETTLED = """
SELECT count(*) FROM devices_kioskstate s JOIN devices_kiosk k ON k.kiosk_id = s.kiosk_id
WHERE k.kiosk_id LIKE 'P%' AND json_extract(s.reported, '$.settings_revision') = k.settings_revision
"""


@contextmanager
def up() -> Iterator[tuple[Fleet, subprocess.Popen[bytes]]]:
    """A fleet in a folder of its own, with `fleet up` running."""
    folder = Path(tempfile.mkdtemp(prefix="sala-bench-fleet-"))
    try:
        with Fleet(folder) as made, (folder / "up.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "fleet", "up"], env=made.environment, stdout=subprocess.PIPE, stderr=log
            )
            try:
                assert process.stdout is not None
                if not process.stdout.readline():
                    raise RuntimeError((folder / "up.log").read_text("utf-8")[-2000:])
                yield made, process
            finally:
                process.terminate()
                process.wait(30)
                assert process.stdout is not None
                process.stdout.close()
    finally:
        shutil.rmtree(folder)


def measure() -> list[Row]:
    """Four rows."""
    with up() as (made, process):
        kiosk_ids = make_kiosks(made, KIOSKS, with_identities=True)
        plan = Plan(
            host="127.0.0.1",
            port=int(made.ports["broker"]),
            identities=str(made.folder / "simulated"),
            kiosk_ids=tuple(kiosk_ids),
            spread_s=30.0,
        )
        with Simulation(plan, os.cpu_count() or 1) as crowd:
            crowd.wait_until(lambda tally: tally.online >= 0.995 * KIOSKS, _PATIENCE_S)
            _wait_settled(made, crowd)
            converged_s = _converged_s(made, crowd)
            memory = {name: pss_mb(pid) for name, pid in family(process.pid).items()}
            revoked_s = [_revoked_s(made, kiosk_id) for kiosk_id in REVOKED]
            back_s = _back_s(process.pid, crowd)
    return [
        Row(
            name=NAMES[0],
            value=round(converged_s, 1),
            unit="s",
            goal=CONVERGE_GOAL_S,
            note=f"{KIOSKS:,} kiosks, one in a hundred of them mad, the start of the command included",
        ),
        Row(
            name=NAMES[1],
            value=round(sum(memory.values())),
            unit="MB",
            goal=RSS_GOAL_MB,
            note="proportional share: " + ", ".join(f"{name} {size:.0f}" for name, size in memory.items()),
        ),
        Row(
            name=NAMES[2],
            value=round(back_s, 1),
            unit="s",
            goal=BACK_GOAL_S,
            note=f"broker of {KIOSKS:,} kiosks killed with -9, to 99.5 % of them back",
        ),
        Row(
            name=NAMES[3],
            value=round(max(revoked_s), 1),
            unit="s",
            goal=REVOKE_GOAL_S,
            note=f"`fleet revoke` to the closed line, slowest of {len(REVOKED)}, beside {KIOSKS:,} other kiosks",
        ),
    ]


def _wait_settled(made: Fleet, crowd: Simulation) -> float:
    began_s = time.monotonic()
    while made.rows(_SETTLED)[0][0] < KIOSKS:
        if time.monotonic() - began_s > _PATIENCE_S:
            raise TimeoutError(f"{made.rows(_SETTLED)[0][0]} of {KIOSKS} have settled")
        crowd.hear(0.1)
    return time.monotonic()


def _converged_s(made: Fleet, crowd: Simulation) -> float:
    patch = json.dumps({"help_point": {"th": "โต๊ะ 9", "en": "Desk 9"}})
    began_s = time.monotonic()
    made.run("settings", "national", "--patch", patch, "--reason", "bench")
    return _wait_settled(made, crowd) - began_s


def _revoked_s(made: Fleet, kiosk_id: str) -> float:
    client = made.kiosk(kiosk_id)
    began_s = time.monotonic()
    made.run("revoke", kiosk_id, "--reason", "bench")
    while not client.losses:
        if time.monotonic() - began_s > _PATIENCE_S:
            raise TimeoutError(f"the broker still has {kiosk_id}")
        time.sleep(0.01)
    client.close()
    return time.monotonic() - began_s


def _back_s(up_pid: int, crowd: Simulation) -> float:
    os.kill(family(up_pid)["mosquitto"], signal.SIGKILL)
    began_s = time.monotonic()
    crowd.wait_until(lambda tally: tally.online < KIOSKS // 2, _PATIENCE_S)
    crowd.wait_until(lambda tally: tally.online >= 0.995 * KIOSKS, _PATIENCE_S)
    return time.monotonic() - began_s
