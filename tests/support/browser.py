"""The system's Chromium for tests, and pages that remember everything that went wrong in them.

A page of ours logs nothing, refuses nothing and loads everything it names; ``Watched.complaints`` holds what did not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.support.require import require

WIDTHS: dict[str, tuple[int, int]] = {"phone": (360, 780), "tablet": (768, 1024), "desk": (1440, 1000)}
"""The three sizes every page is looked at in."""

WAIT_MS = 60_000
"""How long a page may take for what it promises, on a busy machine; a test that passes never waits so long."""


LOADED_BYTES = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, each) => sum + each.transferSize, 0)"""
"""Evaluated in a page: what was fetched for it, as it came over the line."""


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A browser, closed afterwards. ``arguments``: more of Chromium's own."""
    require("chromium")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        # --no-sandbox: Chromium's own sandbox refuses to run as root, as tests in containers do.
        whole = ["--no-sandbox", *arguments]
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=whole)
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page, and what it complained of. ``expected``: addresses whose refusal is the matter of the test."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        is_expected = any(address.endswith(each) for each in self.expected)
        if message.type in ("error", "warning") and not is_expected:
            self.complaints.append(f"{message.type}: {message.text} ({address})")

    def _failed(self, request: Request) -> None:
        # A poll under way when the page is left is cut off by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} {request.failure}")

    @property
    def sideways_px(self) -> int:
        """How far the page can be pushed sideways; never on a page of ours."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@contextmanager
def watched_page(
    browser: Browser, *, size: str = "desk", dark: bool = False, script: bool = True, language: str = "th-TH"
) -> Iterator[Watched]:
    """A page with cookies of its own; at the end it must have had nothing to complain of."""
    width, height = WIDTHS[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        locale=language,
        timezone_id="Asia/Bangkok",
    )
    watched = Watched(context.new_page())
    try:
        yield watched
    finally:
        context.close()
    assert not watched.complaints, "\n".join(watched.complaints)
