"""`python -m tests.e2e.pages [--role ROLE]`: all a role can reach, in Thai and English, at 360, 768 and 1440 px.

Links are followed (``crawl``), so a new page is looked at as soon as something leads to it. Told, and exit 1: an answer
that is no page or file, anything in the console (a refusal of our own policy too), a page that can be pushed sideways,
text cut off or over other text (``page_looks.js``), words of the other language that are nobody's data
(``known_words``), a first load of more than 200 kB on a phone. Pictures are left under ``build/pages/<role>`` with a
contact sheet for each language and width. By hand: some twenty minutes for all roles on a quiet machine.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.e2e.contact_sheet import draw_sheets
from tests.e2e.crawl import Visit, kind_of, visits
from tests.e2e.known_words import KnownWords
from tests.support.browser import WIDTHS, Watched, chromium
from tests.support.running_fleet import RunningFleet, running_fleet, wire_kiosk
from tests.support.staff import sign_in

PICTURES = Path("build/pages")
LANGUAGES = ("th", "en")
FIRST_LOAD_MAX_KB = 200
LOOKS = Path(__file__).with_name("page_looks.js")

ROLES: dict[str, tuple[str, ...]] = {
    "national-admin": ("--full-name", "สมชาย ตัวอย่าง"),
    "provincial-admin": ("--province", "20", "--full-name", "สุดา ตัวอย่าง"),
    "officer": ("--province", "20", "--full-name", "มาลี ตัวอย่าง"),
    "technician": ("--province", "20", "--full-name", "วิชัย ตัวอย่าง"),
    "treasury-officer": ("--full-name", "อรุณ ตัวอย่าง"),
    "auditor": ("--full-name", "นิภา ตัวอย่าง"),
}
SIGNED_OUT = "signed-out"
OF_EVERYBODY = ("/", "/slip/", "/tell/CBI")
"""Where somebody without an account begins: what slips and posters lead to."""

_LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, each) => sum + each.transferSize, 0)"""
_IN_A_NAME = str.maketrans({"/": "_", "*": "X"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a page as one role sees it."""

    role: str
    look: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.role} ({self.look}) {self.path}: {self.what}"


@dataclass
class Look:
    """One role's walk in one language."""

    role: str
    language: str
    words: KnownWords
    watched: Watched

    def folder(self, size: str) -> Path:
        """Where the pictures of a width go."""
        return PICTURES / self.role / f"{self.language}-{WIDTHS[size][0]}"

    def faults(self, visit: Visit) -> Iterator[Fault]:
        """Everything that is wrong with what was asked for; the browser is at it if it is a page."""
        if visit.status >= 400:
            yield self._fault("all", visit, f"answers {visit.status}; linked from {visit.linked_from}")
        if visit.is_page:
            page = self.watched.page
            loaded_kb = page.evaluate(_LOADED) / 1000
            if loaded_kb > FIRST_LOAD_MAX_KB:
                yield self._fault("phone", visit, f"{loaded_kb:.0f} kB for the first load")
            for size in WIDTHS:
                yield from self._at_width(page, visit, size)
        yield from (self._fault("all", visit, each) for each in self.watched.complaints)
        self.watched.complaints.clear()

    def _at_width(self, page: Page, visit: Visit, size: str) -> Iterator[Fault]:
        width, height = WIDTHS[size]
        page.set_viewport_size({"width": width, "height": height})
        if (sideways_px := self.watched.sideways_px) > 0:
            yield self._fault(size, visit, f"can be pushed sideways by {sideways_px} px")
        said = page.evaluate(f"({LOOKS.read_text('utf-8').rstrip().rstrip(';')})('{self.language}')")
        yield from (self._fault(size, visit, f"cut off: {each}") for each in said["clipped"])
        yield from (self._fault(size, visit, f"over each other: {each}") for each in said["overlapping"])
        if size == "phone":
            strange = (each for each in said["words"] if self.words.strange_to(self.language, each, visit.path))
            yield from (self._fault(size, visit, f"of the other language: {each[:100]}") for each in strange)
        name = kind_of(visit.path).strip("/").translate(_IN_A_NAME) or "first"
        page.screenshot(path=self.folder(size) / f"{name}.jpg", full_page=True, type="jpeg", quality=80)

    def _fault(self, size: str, visit: Visit, what: str) -> Fault:
        return Fault(self.role, f"{self.language}, {size}", visit.path, what)


def walk(browser: Browser, fleet: RunningFleet, role: str, language: str) -> tuple[int, list[Fault]]:
    """Look at all that a role can reach in a language, telling each fault at once; how many pages, and the faults."""
    width, height = WIDTHS["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="th-TH", timezone_id="Asia/Bangkok"
    )  # fmt: skip
    context.add_cookies([{"name": "django_language", "value": language, "url": fleet.address}])
    look = Look(role, language, KnownWords(fleet.directory / "fleet.sqlite"), Watched(context.new_page()))
    for size in WIDTHS:
        shutil.rmtree(look.folder(size), ignore_errors=True)  # of pages that are no more
        look.folder(size).mkdir(parents=True)
    count, found = 0, list[Fault]()
    try:
        if role != SIGNED_OUT:
            sign_in(look.watched.page, fleet, role)
        # Every load is a first load: what a phone fetches that has never been here.
        network = context.new_cdp_session(look.watched.page)
        network.send("Network.enable")  # or the next has no effect
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        starts = OF_EVERYBODY if role == SIGNED_OUT else ("/",)
        for visit in visits(look.watched.page, fleet.address, starts):
            count += visit.is_page
            for fault in look.faults(visit):
                print(fault, flush=True)
                found.append(fault)
            look.watched.page.set_viewport_size({"width": width, "height": height})
    except BrowserError as err:
        found.append(Fault(role, language, look.watched.page.url, f"broke off: {err}"))
        print(found[-1], flush=True)
    finally:
        context.close()
    for size in WIDTHS:
        draw_sheets(look.folder(size))
    return count, found


def main(arguments: Sequence[str]) -> int:
    """Look at everything; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.pages")
    parser.add_argument("--role", choices=(*ROLES, SIGNED_OUT), action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    asked = parser.parse_args(arguments)
    count, found = 0, list[Fault]()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fleet = stack.enter_context(running_fleet(Path(folder)))
        for name, options in ROLES.items():
            fleet.command("user", name, "--role", name, *options)
        kiosk = stack.enter_context(wire_kiosk(fleet, "CBI-02"))
        kiosk.say_status(paper="low")
        browser = stack.enter_context(chromium())
        for role in asked.role or (*ROLES, SIGNED_OUT):
            for language in asked.language or LANGUAGES:
                pages, faults = walk(browser, fleet, role, language)
                count += pages
                found += faults
                print(f"{role} {language}: {pages} pages, {len(faults)} faults", flush=True)
    print(f"{count} pages, {len(found)} faults")
    return 1 if found or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
