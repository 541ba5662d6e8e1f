"""`python -m tests.e2e.lighthouse [PATH...]`: Lighthouse (npm) over the main pages, as a phone gets them.

Without a path: the pages that the navigation and the first page of a national admin lead to (``crawl``), the sign-in
and the pages of everybody. Goal: accessibility and best practices 100, performance 95 and above, in Lighthouse's own
phone with its simulated mobile line (``--throttling-method=simulate``). Told is a table, and what was held against a
page; exit 0 only when every page reaches all three. The first two are exact; performance wants a quiet machine, so a
page that misses it is asked again, and the better answer counts. Reports stay under ``build/lighthouse``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.e2e.crawl import kind_of, visits
from tests.support.npm import fetched
from tests.support.ports import free_port
from tests.support.require import require
from tests.support.running_fleet import RunningFleet, running_fleet
from tests.support.staff import sign_in

LIGHTHOUSE = "lighthouse@12.8.2"
"""The last major version that runs on Node 20, which Debian has."""

REPORTS = Path("build/lighthouse")
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
TRIES = 3
TIMEOUT_S = 300
OF_EVERYBODY = ("/sign-in/", "/slip/", "/tell/CBI")
MAIN_PAGES_MAX = 24
"""Kinds of pages nearest to the first, which are those people open most."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose pages, the browser to open them in, and where Lighthouse is."""

    address: str
    browser_port: int
    program: Path


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page was given, of 100 each, and why not more."""

    path: str
    of: dict[str, int]
    why: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every goal is reached."""
        return all(self.of[name] >= goal for name, goal in GOALS.items())


def asked(site: Site, path: str) -> Marks:
    """One run over one page."""
    report = REPORTS / f"{path.strip('/').replace('/', '_') or 'first'}.json"
    command = [
        "node", str(site.program / "cli" / "index.js"), site.address + path, "--quiet", "--output=json",
        f"--output-path={report}", f"--only-categories={','.join(GOALS)}", "--throttling-method=simulate",
        f"--port={site.browser_port}",
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=TIMEOUT_S)
    return _marks(path, json.loads(report.read_text("utf-8")))


def _marks(path: str, said: dict[str, Any]) -> Marks:
    of = {name: round((said["categories"][name]["score"] or 0) * 100) for name in GOALS}
    why = tuple(
        f"{name}: {audit['title']} {audit.get('displayValue', '')}".strip()
        for name in GOALS
        if of[name] < GOALS[name]
        for part in said["categories"][name]["auditRefs"]
        if (audit := said["audits"][part["id"]])["score"] not in (None, 1) and part["weight"]
    )
    return Marks(path, of, why)


def best_of(site: Site, path: str) -> Marks:
    """The best of some runs: a neighbour on the machine makes a page slower, never faster."""
    best: Marks | None = None
    for _ in range(TRIES):
        marks = asked(site, path)
        best = max((marks, best), key=lambda each: each.of["performance"]) if best else marks
        if best.of["performance"] >= GOALS["performance"]:
            break
    assert best is not None
    return best


def main_pages(page: Page, address: str) -> list[str]:
    """The paths, nearest to the first page first."""
    found = []
    for visit in visits(page, address, ("/", "/more/")):
        if visit.is_page:
            found.append(visit.path)
        if len(found) == MAIN_PAGES_MAX:
            break
    return found


def look_at(site: Site, paths: Sequence[str]) -> list[Marks]:
    """Each page; told as they come."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    found = []
    for path in paths:
        marks = best_of(site, path)
        found.append(marks)
        row = " | ".join(str(marks.of[name]) for name in GOALS)
        print(f"| {kind_of(path)} | {row} |", *marks.why, sep="\n  ", flush=True)
    return found


def look_at_all(fleet: RunningFleet, program: Path, paths: Sequence[str]) -> list[Marks]:
    """The pages of everybody, then those of a national admin, in one browser; or only ``paths``, as the admin."""
    browser_port = free_port()
    site = Site(fleet.address, browser_port, program)
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        # Lighthouse opens its pages in the browser's own profile, so that is where somebody has to have signed in.
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", f"--remote-debugging-port={browser_port}"],
        )
        found = [] if paths else look_at(site, OF_EVERYBODY)
        page = context.new_page()
        sign_in(page, fleet, "nation", "/more/")
        chosen = list(paths) or main_pages(page, fleet.address)
        page.goto("about:blank")  # an open page would go on asking
        found += look_at(site, chosen)
        context.close()
    return found


def main(arguments: Sequence[str]) -> int:
    """Ask about everything; the exit code."""
    require("node")
    require("chromium")
    program = fetched(LIGHTHOUSE, "lighthouse")
    with tempfile.TemporaryDirectory() as folder, running_fleet(Path(folder)) as fleet:
        found = look_at_all(fleet, program, arguments)
    missed = [each.path for each in found if not each.holds]
    print(f"{len(found)} pages, {len(missed)} below the goals")
    return 1 if missed or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
