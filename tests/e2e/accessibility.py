"""`python -m tests.e2e.accessibility [--role ROLE] [PATH...]`: axe-core over every page, in both languages, by day and
by night, on a phone and at a desk; the first page and the wall on a wide screen, too, where they are drawn otherwise.

Without a role: the pages of a national admin and those of everybody. It begins where ``pages`` does and follows every
link, one page of each kind (``/kiosks/*/``). What axe-core (npm) finds is told with the page and the element; exit 0
only when it finds nothing. By hand, some minutes; pictures are left under ``build/accessibility`` to be looked at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.crawl import kind_of, visits
from tests.e2e.pages import SIGNED_OUT, Errand
from tests.support.browser import Watched, chromium, watched_page
from tests.support.lived_in import ROLES, Doors, live_in
from tests.support.npm import fetched
from tests.support.require import require
from tests.support.running_fleet import RunningFleet, running_fleet, wire_kiosk
from tests.support.staff import sign_in

AXE = "axe-core@4.14.1"
PICTURES = Path("build/accessibility")
LOOKS = (("desk", "th", False), ("phone", "en", False), ("phone", "th", True))
"""Size, language, by night."""

WIDE = {"width": 1920, "height": 1080}
ON_A_WALL = ("/", "/?wall=1")
WIDE_LOOKS = (("th", False), ("en", True))

_IN_A_NAME = str.maketrans({"/": "_", "*": "X", ",": "", " ": "-", "?": "-", "=": "-"})


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


@dataclass
class Looks:
    """All of them, and what they found."""

    browser: Browser
    fleet: RunningFleet
    doors: Doors
    axe: str
    count: int = 0
    found: int = 0

    def look(self, role: str, paths: Sequence[str]) -> None:
        """All pages of a role, or only ``paths``, in every look, telling each finding at once."""
        for size, language, dark in LOOKS:
            said = f"{role}, {size}, {language}{', dark' if dark else ''}"
            with watched_page(self.browser, size=size, dark=dark) as watched:
                self._speak(language, watched)
                self._look(Errand(role, language, paths), watched, said)

    def look_from_afar(self, role: str) -> None:
        """What a wide screen shows otherwise, by day and by night."""
        for language, dark in WIDE_LOOKS:
            with watched_page(self.browser, dark=dark) as watched:
                watched.page.set_viewport_size(WIDE)
                self._speak(language, watched)
                self._look(Errand(role, language, ON_A_WALL), watched, f"{role}, wide, {language}{', dark' * dark}")

    def _speak(self, language: str, watched: Watched) -> None:
        cookie = {"name": "django_language", "value": language, "url": self.fleet.address}
        watched.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a dict serves as its TypedDict

    def _look(self, errand: Errand, watched: Watched, look: str) -> None:
        page = watched.page
        if errand.role != SIGNED_OUT:
            sign_in(page, self.fleet, errand.role)
        is_helped = False
        for visit in visits(page, self.fleet.address, errand.starts(self.doors), follow=not errand.paths):
            if not visit.is_page:
                continue
            page.evaluate(self.axe)  # not a script of the page's, so its policy has no say in it
            self._tell(findings(page, visit.path, look))
            if not is_helped and page.locator("#keys-help").count():
                is_helped = True  # the same on every page
                page.keyboard.press("?")
                page.locator("#keys-help[open]").wait_for()
                self._tell(findings(page, f"{visit.path} and its keys", look))
                page.keyboard.press("Escape")
            name = f"{look}-{kind_of(visit.path).strip('/') or 'first'}".translate(_IN_A_NAME)
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
            self.count += 1

    def _tell(self, found: Sequence[Finding]) -> None:
        for each in found:
            print(each, flush=True)
        self.found += len(found)


def main(arguments: Sequence[str]) -> int:
    """Look at everything; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.accessibility")
    parser.add_argument("--role", choices=(*ROLES, SIGNED_OUT), action="append")
    parser.add_argument("path", nargs="*", help="only these, without following their links")
    asked = parser.parse_args(arguments)
    require("node")
    axe = (fetched(AXE, "axe-core") / "axe.min.js").read_text("utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fleet = stack.enter_context(running_fleet(Path(folder)))
        kiosk = stack.enter_context(wire_kiosk(fleet, "CBI-02"))
        doors = live_in(fleet, kiosk)
        looks = Looks(stack.enter_context(chromium()), fleet, doors, axe)
        for role in asked.role or ("national-admin", SIGNED_OUT):
            looks.look(role, asked.path)
            if role != SIGNED_OUT and not asked.path:
                looks.look_from_afar(role)
    print(f"{looks.count} pages, {looks.found} findings")
    return 1 if looks.found or not looks.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
