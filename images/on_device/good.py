"""Says whether the slot that runs is good: RAUC then gives it its tries back; a new one that is not in time restarts.

What it is: one look a minute, by a timer. What it is not: an update. What else must hold of a new firmware (devices as
before, the link, a soak) the agent's own proving asks; this is the floor that holds without any agent.
Rules: good means front desk and agent up, with no restart in between, for ``WELL_FOR_S``. A slot that was good once is
never restarted for being unwell: that would be a kiosk that restarts for ever because of a broken screen.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

UNITS = ("sala-frontdesk.service", "sala-agent.service")
WELL_FOR_S = 60.0
GIVE_UP_AFTER_S = 900.0
"""Of a slot that never was good. A first start in the emulator takes two minutes, on a device less."""

SAID = Path("/run/sala-good/said")
"""There when this start has been marked good."""

PROVING = "StatusText=update: proving"
"""The agent's word for it (``kiosk.agent.agent``)."""

KNOWN = Path("/var/lib/rauc/good")
"""Root hashes that were good once, one a line."""


class Verdict(Enum):
    """What is to be done."""

    NOTHING = "wait"
    GOOD = "mark good"
    RESTART = "restart"


@dataclass(frozen=True)
class Look:
    """What is seen. ``well_for_s``: since when all of ``UNITS`` are up, None when one is not.

    ``is_proving``: the agent runs, and proves a new firmware by its own, stricter rule.
    """

    up_s: float
    well_for_s: float | None
    is_said: bool
    was_good_once: bool
    is_proving: bool = False


def judge(look: Look) -> Verdict:
    """What follows from it."""
    if look.is_said or look.is_proving:
        return Verdict.NOTHING
    if look.well_for_s is not None and look.well_for_s >= WELL_FOR_S:
        return Verdict.GOOD
    if look.up_s >= GIVE_UP_AFTER_S and not look.was_good_once:
        return Verdict.RESTART
    return Verdict.NOTHING


def well_for_s(shown: str, now_s: float) -> float | None:
    """From `systemctl show` of all units: since when the youngest is up; None when one is not.

    ``now_s`` is monotonic, as systemd's own times are.
    """
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in shown.split("\n\n")]
    if len(blocks) != len(UNITS) or any(block.get("ActiveState") != "active" for block in blocks):
        return None
    return now_s - max(int(block["ActiveEnterTimestampMonotonic"]) for block in blocks) / 1_000_000


def is_proving(shown: str) -> bool:
    """From the same words: whether an agent that is up says so of itself."""
    agent = shown.rsplit("\n\n", maxsplit=1)[-1].splitlines()
    return "ActiveState=active" in agent and PROVING in agent


def root_hash(command_line: str) -> str:
    """Of the root that runs; empty where there is none."""
    words = dict(word.split("=", 1) for word in command_line.split() if "=" in word)
    return words.get("sala.roothash", "")


def main() -> int:
    """Look, judge, do."""
    shown = subprocess.run(
        ["systemctl", "show", "-p", "ActiveState", "-p", "ActiveEnterTimestampMonotonic", "-p", "StatusText", *UNITS],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    now_s, running = time.monotonic(), root_hash(Path("/proc/cmdline").read_text("ascii"))
    known = KNOWN.read_text("ascii").split() if KNOWN.exists() else []
    look = Look(now_s, well_for_s(shown.strip(), now_s), SAID.exists(), running in known, is_proving(shown.strip()))
    verdict = judge(look)
    if verdict is Verdict.GOOD:
        subprocess.run(["rauc", "status", "mark-good"], check=True)
        SAID.parent.mkdir(exist_ok=True)
        SAID.touch()
        if running and running not in known:
            fresh = KNOWN.with_suffix(".new")
            fresh.write_text("\n".join([*known[-7:], running, ""]), "ascii")
            fresh.replace(KNOWN)
    elif verdict is Verdict.RESTART:
        sys.stderr.write("this slot did not get well in time; restarting, to be tried again or passed over\n")
        subprocess.run(["systemctl", "reboot"], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
