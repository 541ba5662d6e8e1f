"""Rows of firmware for ten thousand kiosks: how long a good one takes, and how many a bad one reaches before it stops.

A real `fleet up` and `fleet simulate`'s kiosks, each with its own certificate. The good one goes out in the usual
waves, a thousand at once, and each step of a kiosk takes five seconds. For the bad ones the plan is the worst there
is: one wave that is everybody. Two bundles: with one, kiosks come back with the system before it; with the other they
never come back, and only silence tells. The conductor is killed with -9 again and again meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

from fleet.simulate.command import Simulation
from fleet.simulate.plan import Plan
from fleet.simulate.updates import Fate
from tests.bench.crowd import up
from tests.bench.fleet_rig import make_kiosks
from tests.bench.process import family
from tests.bench.rows import Row
from tests.support.broker import Fleet

NAMES = ("rollout-good-s", "rollout-harmed")
KIOSKS = 10_000
GOOD_GOAL_S = 900
HARMED_GOAL = 10
STEP_S = 5.0
STRICT = ("--answer-s", "60", "--step-s", "30")
"""Deadlines by which silence is told within minutes."""

PATIENT = ("--answer-s", "900")
"""As people leave them: a good bundle is not to fail because this machine is busy."""

KILL_EVERY_S = 30.0
GOOD = "0.2.0"
FATES = {"0.3.0": Fate.BAD, "0.4.0": Fate.SILENT}
WAVES = "1; 10; 1%; 10%; all"
_PATIENCE_S = 900.0


def measure() -> list[Row]:
    """Two rows; of the bad ones the worse."""
    with up() as (made, process):
        plan = Plan(
            host="127.0.0.1",
            port=int(made.ports["broker"]),
            identities=str(made.folder / "simulated"),
            kiosk_ids=tuple(make_kiosks(made, KIOSKS, with_identities=True)),
            spread_s=120.0,
            records_an_hour=2.0,
            bad_share=0.0,
            firmware="0.1.0",
            fates=FATES,
            step_s=STEP_S,
        )
        with Simulation(plan, os.cpu_count() or 1) as crowd:
            crowd.wait_until(lambda tally: tally.online >= 0.995 * KIOSKS, _PATIENCE_S)
            taken_s, good_kills = _until(made, process, crowd, _begin(made, GOOD, WAVES, PATIENT), "done")
            [[runs_it]] = made.rows("SELECT count(*) FROM rollouts_member WHERE state = 'passed'")
            told = [_harmed(made, process, crowd, version) for version in FATES]
    note = "; ".join(
        f"{FATES[version].value}: {harmed} harmed, stopped after {took_s:.0f} s, conductor killed {kills} times"
        for version, (harmed, took_s, kills) in zip(FATES, told, strict=True)
    )
    harmed = max(each[0] for each in told)
    good_note = f"{runs_it:,} of {KIOSKS:,} run it, a thousand at once; conductor killed {good_kills} times"
    return [
        Row(name=NAMES[0], value=round(taken_s), unit="s", goal=GOOD_GOAL_S, note=good_note),
        Row(name=NAMES[1], value=harmed, unit="kiosks", goal=HARMED_GOAL, note=f"of {KIOSKS:,}, all at once; {note}"),
    ]


def _harmed(made: Fleet, process: subprocess.Popen[bytes], crowd: Simulation, version: str) -> tuple[int, float, int]:
    """Kiosks that were asked and have not passed, the seconds until it stopped, and how often the conductor died."""
    number = _begin(made, version, "all", STRICT)
    took_s, kills = _until(made, process, crowd, number, "halted")
    reached = (
        f"SELECT count(*) FROM rollouts_member WHERE rollout_id = {number} AND asked_at NOT NULL AND state != 'passed'"  # noqa: S608 - a number
    )
    [[harmed]] = made.rows(reached)
    made.run("rollout", "cancel", str(number), "--reason", "bench")
    return harmed, took_s, kills


def _until(
    made: Fleet, process: subprocess.Popen[bytes], crowd: Simulation, number: int, state: str
) -> tuple[float, int]:
    """The seconds until a roll-out is in this state, and how often the conductor died meanwhile."""
    began_s, kills = time.monotonic(), 0
    while (is_in := _state(made, number)) != state:
        if time.monotonic() - began_s > _PATIENCE_S or is_in not in ("running", state):
            raise TimeoutError(f"roll-out {number} is {is_in}")
        crowd.hear(1.0)
        conductor = family(process.pid).get("conduct")
        if conductor is not None and time.monotonic() - began_s > KILL_EVERY_S * (kills + 0.5):
            os.kill(conductor, signal.SIGKILL)
            kills += 1
    return time.monotonic() - began_s, kills


def _begin(made: Fleet, version: str, waves: str, deadlines: tuple[str, ...]) -> int:
    target = f"firmware/sala-rpi-{version}.raucb"
    made_up = version.replace(".", "") * 32
    bundle = ("--version", version, "--hash", made_up[:64], "--size-bytes", "300000000", "--target", target)
    made.run("firmware", *bundle)
    limits = ("--at-once", "1000", "--soak-s", "0", *deadlines)
    said = made.run("rollout", "new", "--firmware", version, "--waves", waves, "--reason", "bench", *limits)
    return int(json.loads(said)["number"])


def _state(made: Fleet, number: int) -> str:
    return str(made.rows(f"SELECT state FROM rollouts_rollout WHERE id = {number}")[0][0])  # noqa: S608 - a number
