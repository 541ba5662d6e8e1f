"""The first page on wide screens, and on a wall: nothing of the map or its legend is outside the screen, in Chromium.

Over 300 kiosks in all provinces, of which one, twenty or all need somebody. Pictures are left under ``build/wall`` to
be looked at.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.support.browser import Watched, chromium
from tests.support.pages_only import prepare, served_pages
from tests.support.running_fleet import ACCOUNTS, RunningFleet
from tests.support.staff import sign_in

pytestmark = pytest.mark.timeout(900)

PICTURES = Path("build/wall")
LOOKS = Path(__file__).with_name("page_looks.js").read_text("utf-8").rstrip().rstrip(";")

SCREENS: dict[str, ViewportSize] = {
    "small": {"width": 1600, "height": 900},
    "full-hd": {"width": 1920, "height": 1080},
    "4k": {"width": 3840, "height": 2160},
    "upright": {"width": 1080, "height": 1920},
    "tablet": {"width": 768, "height": 1024},
}
WIDE = ("small", "full-hd", "4k")
PATHS = {"first": "/", "wall": "/?wall=1"}
NEEDS = (1, 20, 300)
PROVINCES = 77

READ_FROM_AFAR = 0.022
"""What is read from four metres, of the height of a wall screen."""

OUTSIDE = """() => [...document.querySelectorAll(
        ".map .t, .map .leg li, .wall .card, .wall-top, .wall-rows > *, .wall-further, .wall .kp > div, #cut-off")]
    .filter(each => { const box = each.getBoundingClientRect();
        return box.top < 0 || box.left < 0 || box.bottom > innerHeight + 0.5 || box.right > innerWidth + 0.5; })
    .map(each => each.textContent)"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll(".map .t, .map .t small, .wall .n")]
    .map(each => parseFloat(getComputedStyle(each).fontSize)))"""
SCROLLS = "() => document.documentElement.scrollHeight > innerHeight"


def day_of(fleet: RunningFleet, needs: int) -> None:
    """So many kiosks need somebody."""
    environment = {
        **os.environ,
        "SALA_FLEET_DIR": str(fleet.directory),
        "DJANGO_SETTINGS_MODULE": "fleet.site.settings",
    }
    subprocess.run([sys.executable, "-m", "tests.support.wall_nation", str(needs)], env=environment, check=True)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    folder = tmp_path_factory.mktemp("wall")
    prepare(folder)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served_pages(folder) as address:
        served = RunningFleet(folder, address, broker_port=0)
        served.command("user", "nation", *ACCOUNTS["nation"])
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@contextmanager
def screen(browser: Browser, fleet: RunningFleet, language: str = "th", *, dark: bool = False) -> Iterator[Watched]:
    """A page of somebody who sees the nation."""
    context = browser.new_context(color_scheme="dark" if dark else "light", timezone_id="Asia/Bangkok")
    context.add_cookies([{"name": "django_language", "value": language, "url": fleet.address}])
    watched = Watched(context.new_page())
    sign_in(watched.page, fleet, "nation")
    yield watched
    context.close()
    assert not watched.complaints, watched.complaints


@pytest.mark.parametrize("needs", NEEDS)
@pytest.mark.parametrize("language", ["th", "en"])
def test_the_whole_map_and_its_legend_are_within_the_screen(
    browser: Browser, fleet: RunningFleet, language: str, needs: int
) -> None:
    day_of(fleet, needs)
    with screen(browser, fleet, language, dark=language == "en") as watched:
        for (name, size), (kind, path) in product(SCREENS.items(), PATHS.items()):
            if kind == "first" and name not in WIDE:
                continue  # it scrolls there
            look = f"{kind}-{name}-{language}-{needs}"
            watched.page.set_viewport_size(size)
            watched.page.goto(fleet.address + path)
            watched.page.evaluate("document.fonts.ready")
            watched.page.screenshot(path=PICTURES / f"{look}.png")
            assert watched.page.locator(".map .t").count() == PROVINCES, look
            assert not watched.page.evaluate(OUTSIDE), look
            assert watched.sideways_px == 0, look
            said = watched.page.evaluate(f"({LOOKS})('{language}')")
            assert not said["clipped"], (look, said["clipped"])
            assert not said["overlapping"], (look, said["overlapping"])
            if kind == "wall":
                assert not watched.page.evaluate(SCROLLS), look
                assert name not in WIDE or watched.page.evaluate(SMALLEST) >= READ_FROM_AFAR * size["height"], look


def test_a_wall_is_reached_from_a_wide_first_page_and_left_again(browser: Browser, fleet: RunningFleet) -> None:
    day_of(fleet, 1)
    with screen(browser, fleet) as watched:
        page = watched.page
        page.set_viewport_size({"width": 1199, "height": 900})
        expect(page.get_by_role("link", name="จอผนัง")).to_be_hidden()
        page.set_viewport_size(SCREENS["full-hd"])
        page.get_by_role("link", name="จอผนัง").click()
        page.wait_for_url("**/?wall=1")
        expect(page.locator(".wall-needs")).to_contain_text("ขัดข้อง")
        expect(page.locator(".side, .search, .tab")).to_have_count(0)
        page.get_by_role("button", name="โหมดมืด").click()
        expect(page.locator("body")).to_have_css("background-color", "rgb(14, 20, 32)")
        assert page.url.endswith("/?wall=1")
        page.get_by_role("link", name="ออกจากจอผนัง").click()
        page.wait_for_url(f"{fleet.address}/")


def test_a_wall_that_is_open_is_told_what_changes(browser: Browser, fleet: RunningFleet) -> None:
    day_of(fleet, 1)
    with screen(browser, fleet) as watched:
        watched.page.goto(f"{fleet.address}/?wall=1")
        expect(watched.page.locator(".wall-sum")).to_contain_text("1เครื่องต้องดู")
        watched.page.evaluate("window.notReloaded = true")
        day_of(fleet, 20)
        expect(watched.page.locator(".wall-sum")).to_contain_text("20เครื่องต้องดู")
        assert watched.page.evaluate("window.notReloaded")


def test_a_wall_that_is_cut_off_says_so_and_since_when(browser: Browser, fleet: RunningFleet) -> None:
    with screen(browser, fleet) as watched:
        page = watched.page
        page.set_viewport_size(SCREENS["full-hd"])
        page.route(re.compile("/live[?]|[?&]seen="), lambda each: each.abort())  # told nothing, and answered nothing
        page.goto(f"{fleet.address}/?wall=1")
        expect(page.locator("#cut-off")).to_be_visible()
        expect(page.locator("#cut-off")).to_contain_text(re.compile(r"ขาดการติดต่อ.* [0-9]{2}:[0-9]{2}:[0-9]{2}"))
        page.screenshot(path=PICTURES / "wall-cut-off.png")
        assert not page.evaluate(OUTSIDE)
        assert not page.evaluate(SCROLLS)
        page.goto("about:blank")  # else it asks once more, and complains of that
        watched.complaints.clear()
