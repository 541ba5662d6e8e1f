"""`python -m tests.e2e.pages [--role ROLE] [--language LANGUAGE] [PATH...]`: all that a role can reach, in Thai and
English, at 360, 768 and 1440 px, over a fleet that is lived in (``lived_in``).

Links are followed (``crawl``), so a new page is looked at as soon as something leads to it; what only slips, letters
and QRs lead to is begun with. Told, and exit 1: an answer that is no page or file, anything in the console (a refusal
of our own policy too), a page that can be pushed sideways, text cut off or over other text, a table over the edge of
its card (``page_looks.js``), words of the other language that are nobody's data (``known_words``), a first load of more
than 200 kB on a phone; and an address that another role has been led to which answers this one otherwise than 200, or
404 as if it were not there; and, after all roles, a page that nobody was led to (``tests.bench.pages`` has them all).
Pictures are left under ``build/pages/<role>`` with a contact sheet for each language and width, what each role was
answered in ``build/pages/statuses.json``. By hand: ten minutes for all roles on a quiet machine; one role in one
language takes one, a path (nothing is followed from it) some seconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.bench.pages import PAGES
from tests.e2e.contact_sheet import draw_sheets
from tests.e2e.crawl import ASKED, Visit, kind_of, visits
from tests.e2e.known_words import KnownWords
from tests.support.browser import LOADED_BYTES, WIDTHS, Watched, chromium
from tests.support.lived_in import ROLES, Doors, live_in
from tests.support.running_fleet import RunningFleet, running_fleet, wire_kiosk
from tests.support.staff import sign_in

PICTURES = Path("build/pages")
LANGUAGES = ("th", "en")
FIRST_LOAD_MAX_KB = 200
LOOKS = Path(__file__).with_name("page_looks.js")

SIGNED_OUT = "signed-out"
OF_EVERYBODY = ("/", "/slip/", "/tell/CBI")
"""Where somebody without an account begins, beside what slips and letters lead to (``Doors``)."""

INSTALL = ("national-admin", "provincial-admin", "technician")
"""Who may open the page behind a new kiosk's QR."""

AS_IF_NOT_THERE = 404

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
    named: dict[str, list[str]] = field(default_factory=dict)
    """Addresses by the name of their picture."""

    def folder(self, size: str) -> Path:
        """Where the pictures of a width go."""
        return PICTURES / self.role / f"{self.language}-{WIDTHS[size][0]}"

    def faults(self, visit: Visit) -> Iterator[Fault]:
        """Everything that is wrong with what was asked for; the browser is at it if it is a page."""
        if visit.status >= 400:
            yield self._fault("all", visit, f"answers {visit.status}; linked from {visit.linked_from}")
        if visit.is_page:
            page = self.watched.page
            loaded_kb = page.evaluate(LOADED_BYTES) / 1000
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
        page.screenshot(path=self._picture(visit, size), full_page=True, type="jpeg", quality=80)

    def _picture(self, visit: Visit, size: str) -> Path:
        """Where the picture goes; of several slips' pages each has its own."""
        name = kind_of(visit.path).partition("?")[0].strip("/").translate(_IN_A_NAME) or "first"
        same = self.named.setdefault(name, [])
        if visit.path not in same:
            same.append(visit.path)
        number = same.index(visit.path)
        return self.folder(size) / f"{name}{f'-{number + 1}' if number else ''}.jpg"

    def _fault(self, size: str, visit: Visit, what: str) -> Fault:
        return Fault(self.role, f"{self.language}, {size}", visit.path, what)


@dataclass(frozen=True, slots=True)
class Errand:
    """Who looks at what: ``paths`` only, or, without any, all that there is for the role."""

    role: str
    language: str
    paths: Sequence[str]

    def starts(self, doors: Doors) -> Sequence[str]:
        """Where it begins."""
        if self.paths:
            return self.paths
        if self.role == SIGNED_OUT:
            return (*OF_EVERYBODY, *doors.of_everybody)
        return ("/", *ASKED, doors.enrolment) if self.role in INSTALL else ("/", *ASKED)


@dataclass
class Walks:
    """All of them, and what they found. ``led``: an address of every kind that some role was led to."""

    browser: Browser
    fleet: RunningFleet
    doors: Doors
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    led: dict[str, str] = field(default_factory=dict)
    answered: dict[str, dict[str, int]] = field(default_factory=dict)

    def walk(self, errand: Errand) -> None:
        """Look at everything of one role in one language, telling each fault at once."""
        width, height = WIDTHS["phone"]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="th-TH", timezone_id="Asia/Bangkok"
        )  # fmt: skip
        context.add_cookies([{"name": "django_language", "value": errand.language, "url": self.fleet.address}])
        known = KnownWords(self.fleet.directory / "fleet.sqlite")
        look = Look(errand.role, errand.language, known, Watched(context.new_page()))
        for size in WIDTHS:
            if not errand.paths:
                shutil.rmtree(look.folder(size), ignore_errors=True)  # of pages that are no more
            look.folder(size).mkdir(parents=True, exist_ok=True)
        try:
            self._go(errand, look)
        except BrowserError as err:
            self._tell([Fault(errand.role, errand.language, look.watched.page.url, f"broke off: {err}")])
        finally:
            context.close()
        for size in WIDTHS:
            draw_sheets(look.folder(size))

    def _go(self, errand: Errand, look: Look) -> None:
        page = look.watched.page
        if errand.role != SIGNED_OUT:
            sign_in(page, self.fleet, errand.role)
        # Every load is a first load: what a phone fetches that has never been here.
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")  # or the next has no effect
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        for visit in visits(page, self.fleet.address, errand.starts(self.doors), follow=not errand.paths):
            self.count += visit.is_page
            kind = kind_of(visit.path)
            self.led.setdefault(kind, visit.path)
            self.answered.setdefault(kind, {})[errand.role] = visit.status
            self._tell(look.faults(visit))
            page.set_viewport_size({"width": WIDTHS["phone"][0], "height": WIDTHS["phone"][1]})
        if not errand.paths:
            self._tell(self._elsewhere(errand, page))

    def _elsewhere(self, errand: Errand, page: Page) -> Iterator[Fault]:
        """What others were led to and this role was not: asked for without opening it."""
        for kind, path in self.led.items():
            answers = self.answered.setdefault(kind, {})
            if errand.role in answers:
                continue
            answers[errand.role] = status = page.request.get(self.fleet.address + path, max_redirects=0).status
            if status not in (200, 302, AS_IF_NOT_THERE):
                yield Fault(errand.role, errand.language, path, f"answers {status}, and nothing leads there")

    def tell_of_unseen(self) -> None:
        """Pages that there are and nobody was led to."""
        any_of_a_kind = defaultdict(lambda: 1)
        for route, of_one in PAGES.items():
            path = of_one[0].format_map(any_of_a_kind)
            if kind_of(path) not in self.led:
                self._tell([Fault("nobody", "all", path, f"is led to web:{route}")])

    def _tell(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            print(fault, flush=True)
            self.faults.append(fault)


def main(arguments: Sequence[str]) -> int:
    """Look at everything; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.pages")
    parser.add_argument("--role", choices=(*ROLES, SIGNED_OUT), action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("path", nargs="*", help="only these, without following their links")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fleet = stack.enter_context(running_fleet(Path(folder)))
        kiosk = stack.enter_context(wire_kiosk(fleet, "CBI-02"))
        doors = live_in(fleet, kiosk)
        walks = Walks(stack.enter_context(chromium()), fleet, doors)
        for role in asked.role or (*ROLES, SIGNED_OUT):
            for language in asked.language or LANGUAGES:
                pages, faults = walks.count, len(walks.faults)
                walks.walk(Errand(role, language, asked.path))
                pages, faults = walks.count - pages, len(walks.faults) - faults
                print(f"{role} {language}: {pages} pages, {faults} faults", flush=True)
        if not (asked.role or asked.language or asked.path):
            walks.tell_of_unseen()
    (PICTURES / "statuses.json").write_text(json.dumps(walks.answered, indent=1, sort_keys=True), "utf-8")
    print(f"{walks.count} pages, {len(walks.faults)} faults")
    return 1 if walks.faults or not walks.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
