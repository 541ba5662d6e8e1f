"""`python -m tests.e2e.lighthouse [--tries N] [PATH...]`: Lighthouse (npm) over the main pages, as a phone gets them.

Without a path: one page of every class that people open most (``CLASSES``), the page behind a slip's QR among them.
Goals: accessibility and best practices 100, performance 95 and above, a first load of at most 200 kB, in Lighthouse's
own phone with its simulated mobile line (``--throttling-method=simulate``), a wall's on its desktop. Told at the end
is one table, and what was held against a page; ``build/lighthouse.json`` has the figures, ``build/lighthouse/`` the
whole reports; exit 0 only when every page reaches all goals. Only performance wants a quiet machine: a page that
misses it is asked again, and the run with the best performance counts. ``machine`` in the table is Lighthouse's own
mark for how fast this machine was just then (about 1,500 and more: quiet enough); far below it a missed performance
says nothing about the page.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support.lived_in import Doors, live_in
from tests.support.npm import fetched
from tests.support.ports import free_port
from tests.support.require import require
from tests.support.running_fleet import RunningFleet, running_fleet, wire_kiosk
from tests.support.staff import sign_in

LIGHTHOUSE = "lighthouse@12.8.2"
"""The last major version that runs on Node 20, which Debian has."""

REPORTS = Path("build/lighthouse")
FIGURES = Path("build/lighthouse.json")
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
FIRST_LOAD_MAX_KB = 200
TRIES = 3
TIMEOUT_S = 300

CLASSES: dict[str, str] = {
    "nation": "/",
    "wall": "/?wall=1",
    "find": "/find/?q=CBI",
    "kiosks": "/kiosks/",
    "kiosk": "/kiosks/CBI-02/",
    "kiosk's day": "/kiosks/CBI-02/day/",
    "kiosk's history": "/kiosks/CBI-02/history/",
    "round": "/round/",
    "settings": "/settings/",
    "settings of an office": "/settings/office/CBI/",
    "settings waiting": "/settings/waiting/",
    "roll-outs": "/rollouts/",
    "roll-out": "/rollouts/1/",
    "alerts": "/alerts/",
    "payments": "/payments/",
    "fees": "/fees/CBI/",
    "folders": "/folders/",
    "cases": "/cases/",
    "factories": "/factories/",
    "people": "/people/",
    "audit": "/audit/",
    "webhooks": "/webhooks/",
}
"""By name: pages of a national admin. Those of everybody come first (``_of_everybody``)."""

WALL = "?wall=1"
"""What only a large screen shows; nobody reads it on a phone."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose pages, the browser to open them in, and where Lighthouse is."""

    address: str
    browser_port: int
    program: Path
    tries: int = TRIES


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page was given, of 100 each, what it was made of, and why not more. ``shift``: cumulative layout shift.

    ``kb`` as it went over the line; ``blocking_ms``: how long a phone would not have answered a finger, reckoned;
    ``machine``: Lighthouse's own benchmark.
    """

    name: str
    path: str
    why: tuple[str, ...]
    performance: int = 0
    accessibility: int = 0
    best_practices: int = 0
    first_paint_ms: int = 0
    largest_paint_ms: int = 0
    blocking_ms: int = 0
    shift: float = 0.0
    kb: int = 0
    machine: int = 0

    @property
    def holds(self) -> bool:
        """Whether every goal is reached."""
        marks = {
            "performance": self.performance, "accessibility": self.accessibility, "best-practices": self.best_practices
        }  # fmt: skip
        return not self.why and all(marks[name] >= goal for name, goal in GOALS.items())

    def row(self) -> str:
        """Its line of the table."""
        cells = (
            self.name, self.performance, self.accessibility, self.best_practices, self.first_paint_ms,
            self.largest_paint_ms, self.blocking_ms, f"{self.shift:.3f}", self.kb, self.machine,
        )  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"


HEAD = (
    "| page | performance | accessibility | best practices | first paint ms | largest ms | blocking ms | shift | kB "
    "| machine |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def asked(site: Site, name: str, path: str) -> Marks:
    """One run over one page."""
    report = REPORTS / f"{name.replace(' ', '-')}.json"
    command = [
        "node", str(site.program / "cli" / "index.js"), site.address + path, "--quiet", "--output=json",
        f"--output-path={report}", f"--only-categories={','.join(GOALS)}", "--throttling-method=simulate",
        f"--port={site.browser_port}",
        *(["--preset=desktop"] if path.endswith(WALL) else []),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, timeout=TIMEOUT_S)
    except subprocess.SubprocessError as err:
        return Marks(name, path, (f"Lighthouse gave no marks: {type(err).__name__}",))
    return _marks(name, path, json.loads(report.read_text("utf-8")))


def _marks(name: str, path: str, said: dict[str, Any]) -> Marks:
    of = {goal: round((said["categories"][goal]["score"] or 0) * 100) for goal in GOALS}
    audits = said["audits"]
    numbers = {
        key: float(audits[audit].get("numericValue", 0))
        for key, audit in {
            "first": "first-contentful-paint", "largest": "largest-contentful-paint", "bytes": "total-byte-weight",
            "blocking": "total-blocking-time", "shift": "cumulative-layout-shift",
        }.items()
    }  # fmt: skip
    why = [
        f"{goal}: {audit['title']} {audit.get('displayValue', '')}".strip()
        for goal in GOALS
        if of[goal] < GOALS[goal]
        for part in said["categories"][goal]["auditRefs"]
        if (audit := audits[part["id"]])["score"] not in (None, 1) and part["weight"]
    ]
    if said.get("finalDisplayedUrl", "").partition("?")[0].endswith("/sign-in/") and name != "sign-in":
        why.append("it led to the sign-in")
    if numbers["bytes"] > FIRST_LOAD_MAX_KB * 1000:
        why.append(f"first load: {numbers['bytes'] / 1000:.0f} kB")
    return Marks(
        name=name, path=path, performance=of["performance"], accessibility=of["accessibility"],
        best_practices=of["best-practices"], first_paint_ms=round(numbers["first"]),
        largest_paint_ms=round(numbers["largest"]), blocking_ms=round(numbers["blocking"]),
        shift=round(numbers["shift"], 4), kb=round(numbers["bytes"] / 1000),
        machine=round(said["environment"]["benchmarkIndex"]), why=tuple(why),
    )  # fmt: skip


def best_of(site: Site, name: str, path: str) -> Marks:
    """The best of some runs: a neighbour on the machine makes a page slower, never faster."""
    runs: list[Marks] = []
    while len(runs) < site.tries and not any(each.performance >= GOALS["performance"] for each in runs):
        runs.append(asked(site, name, path))
        print(runs[-1].row(), flush=True)
    return max(runs, key=lambda each: each.performance)


def _of_everybody(doors: Doors) -> dict[str, str]:
    """Pages that need no account; the first is where one signs in."""
    return {
        "sign-in": "/sign-in/",
        "tracking": doors.tracking[0],
        "slip": "/slip/",
        "tell": "/tell/CBI",
        "figures": "/figures/",
    }


def look_at_all(fleet: RunningFleet, site: Site, doors: Doors, paths: Sequence[str]) -> list[Marks]:
    """The pages of everybody, then those of a national admin, in one browser; or only ``paths``, as the admin."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        # Lighthouse opens its pages in the browser's own profile, so that is where somebody has to have signed in.
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", f"--remote-debugging-port={site.browser_port}"],
        )
        open_to_all = {} if paths else _of_everybody(doors)
        found = [best_of(site, name, path) for name, path in open_to_all.items()]
        page = context.new_page()
        sign_in(page, fleet, "national-admin", "/more/")
        page.goto("about:blank")  # an open page would go on asking
        chosen = {each.strip("/").replace("/", "-") or "nation": each for each in paths} or CLASSES
        found += [best_of(site, name, path) for name, path in chosen.items()]
        context.close()
    return found


def tell(found: Sequence[Marks]) -> int:
    """The table, and why a page misses its goals; the figures into their file; the exit code."""
    FIGURES.write_text(json.dumps([asdict(each) | {"holds": each.holds} for each in found], indent=1), "utf-8")
    print("", HEAD, *(each.row() for each in found), sep="\n")
    for each in found:
        print(*(f"{each.name}: {why}" for why in each.why), sep="\n", end="\n" if each.why else "")
    missed = sum(not each.holds for each in found)
    print(f"{len(found)} pages, {missed} below the goals")
    return 1 if missed or not found else 0


def main(arguments: Sequence[str]) -> int:
    """Ask about everything; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.lighthouse")
    parser.add_argument("--tries", type=int, default=TRIES, help="of a page that misses its performance")
    parser.add_argument("path", nargs="*", help="only these, as a national admin")
    asked_for = parser.parse_args(arguments)
    require("node")
    require("chromium")
    program = fetched(LIGHTHOUSE, "lighthouse")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fleet = stack.enter_context(running_fleet(Path(folder)))
        with wire_kiosk(fleet, "CBI-02") as kiosk:
            doors = live_in(fleet, kiosk)
        site = Site(fleet.address, free_port(), program, asked_for.tries)
        found = look_at_all(fleet, site, doors, asked_for.path)
    return tell(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
