"""`python -m tests.e2e.accessibility`: axe-core over every page a national admin can reach, in both languages.

It starts at the first page and follows every link, one page of each kind (``/kiosks/*/``), on a phone and at a desk,
by day and by night. What axe-core (npm) finds is told with the page and the element; exit 0 only when it finds nothing.
By hand, some minutes; pictures of every page are left under ``build/accessibility`` to be looked at.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.crawl import kind_of, pages
from tests.support.browser import chromium, watched_page
from tests.support.npm import fetched
from tests.support.require import require
from tests.support.running_fleet import RunningFleet, running_fleet
from tests.support.staff import sign_in

AXE = "axe-core@4.14.1"
PICTURES = Path("build/accessibility")
LOOKS = (("desk", "th", False), ("phone", "en", False), ("phone", "th", True))
"""Size, language, by night."""

_IN_A_NAME = str.maketrans({"/": "_", "*": "X", ",": "", " ": "-"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What axe-core holds against an element of a page."""

    page: str
    look: str
    rule: str
    target: str
    why: str

    def __str__(self) -> str:
        return f"{self.page} ({self.look}): {self.rule} at {self.target}: {self.why}"


def findings(page: Page, path: str, look: str) -> list[Finding]:
    """What axe-core says of the page the browser is at."""
    said = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        Finding(path, look, rule["id"], " ".join(map(str, node["target"])), node["failureSummary"].replace("\n", " "))
        for rule in said["violations"]
        for node in rule["nodes"]
    ]


def look_at_all(browser: Browser, fleet: RunningFleet, axe: str) -> tuple[int, int]:
    """Tell everything that is found; how many pages were looked at, and how much was found."""
    count = found = 0
    for size, language, dark in LOOKS:
        look = f"{size}, {language}{', dark' if dark else ''}"
        with watched_page(browser, size=size, dark=dark) as watched:
            sign_in(watched.page, fleet, "nation")
            if language == "en":
                watched.page.goto(f"{fleet.address}/more/")  # where a phone has the switch
                watched.page.get_by_role("button", name="English").locator("visible=true").first.click()
            for path in pages(watched.page, fleet.address):
                watched.page.evaluate(axe)  # not a script of the page's, so its policy has no say in it
                for each in findings(watched.page, path, look):
                    print(each, flush=True)
                    found += 1
                name = f"{look}-{kind_of(path).strip('/') or 'first'}".translate(_IN_A_NAME)
                watched.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
                count += 1
    return count, found


def main() -> int:
    """Look at everything; the exit code."""
    require("node")
    axe = (fetched(AXE, "axe-core") / "axe.min.js").read_text("utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_fleet(Path(folder)) as fleet, chromium() as browser:
        count, found = look_at_all(browser, fleet, axe)
    print(f"{count} pages, {found} findings")
    return 1 if found or not count else 0


if __name__ == "__main__":
    sys.exit(main())
