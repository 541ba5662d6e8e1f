"""`python -m tests.e2e.accessibility`: axe-core over every page a national admin can reach, in both languages.

It starts at the first page and follows every link, one page of each kind (``/kiosks/*/``), on a phone and at a desk,
by day and by night. What axe-core (npm) finds is told with the page and the element; exit 0 only when it finds nothing.
By hand, some minutes; pictures of every page are left under ``build/accessibility`` to be looked at.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.support.browser import chromium, watched_page
from tests.support.npm import fetched
from tests.support.require import require
from tests.support.running_fleet import RunningFleet, running_fleet
from tests.support.staff import sign_in

AXE = "axe-core@4.14.1"
PICTURES = Path("build/accessibility")
LOOKS = (("desk", "th", False), ("phone", "en", False), ("phone", "th", True))
"""Size, language, by night."""

DEEDS = ("/sign-out/", "/language/", "/theme/")
_IN_A_NAME = str.maketrans({"/": "_", "*": "X", ",": "", " ": "-"})
_ID = re.compile(r"/(?=[^/]*[0-9A-Z])[^/]+(?=/|$)")


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


def kind_of(path: str) -> str:
    """What pages of one kind have in common: their path without what names a thing."""
    return _ID.sub("/*", path)


def pages(page: Page, fleet: RunningFleet) -> Iterator[str]:
    """The path of one page of every kind, found by following links; the browser is at it."""
    waiting, known = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(fleet.address + path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield path
        for link in page.evaluate("[...document.querySelectorAll('a[href]')].map((each) => each.href)"):
            parts = urlsplit(link)
            kind = kind_of(parts.path)
            if link.startswith(fleet.address) and kind not in known and not parts.path.startswith(DEEDS):
                known.add(kind)
                if not parts.path.endswith((".csv", ".pdf", ".json", ".png", ".xlsx")):
                    waiting.append(parts.path)


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
            for path in pages(watched.page, fleet):
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
