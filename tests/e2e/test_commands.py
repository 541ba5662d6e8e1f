"""A technician asks things of a running kiosk from its page, in a real browser, and sees them done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import chromium, watched_page
from tests.support.demo import KIOSK_ID, TECHNICIAN, Demo
from tests.support.require import require
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(600)

PICTURES = Path("build/dashboard")


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    require("pcscd")
    require("mosquitto")
    with Demo() as running:
        Visitor(running).await_state("Idle")
        Visitor(running).await_online()
        yield running


@pytest.fixture(scope="module")
def page(demo: Demo) -> Iterator[Page]:
    """The kiosk's page, its technician signed in."""
    with chromium() as browser, watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{demo.fleet_address}/kiosks/{KIOSK_ID}/")
        page.fill("input[name=username]", TECHNICIAN)
        page.fill("input[name=password]", demo.password)
        page.click("button.pri")
        page.wait_for_url(f"**/kiosks/{KIOSK_ID}/")
        yield page


def ask(page: Page, kind: str) -> None:
    """Press the button, wherever it is."""
    button = page.locator(f"button[name=kind][value={kind}]")
    button.wait_for(state="attached")
    if not button.is_visible():
        page.click("details.menu > summary")
    button.click()


def latest(page: Page, word: str, says: str) -> None:
    """The newest command of the list is ``word``, and says ``says``."""
    first = page.locator("#commands li").first
    expect(first).to_contain_text(word)
    expect(first).to_contain_text(says)


def test_the_last_screenshot_stands_on_the_page(page: Page) -> None:
    ask(page, "screenshot")
    latest(page, "ขอภาพหน้าจอ", "สำเร็จ")
    shot = page.locator("#screen img")
    expect(shot).to_be_visible()
    expect(shot).to_have_js_property("naturalWidth", 1280)


def test_identify_is_done_and_says_who_asked(page: Page) -> None:
    ask(page, "identify")
    latest(page, "ระบุตัว", "สำเร็จ")
    latest(page, "ระบุตัว", "วิชัย")


def test_a_test_print_comes_out_of_the_printer(page: Page, demo: Demo) -> None:
    before = len(demo.state()["slips"])
    ask(page, "test-print")
    latest(page, "พิมพ์ทดสอบ", "สำเร็จ")
    demo.wait_until(lambda: len(demo.state()["slips"]) == before + 1, "the test slip")


def test_logs_come_as_a_file_without_tokens(page: Page) -> None:
    ask(page, "send-logs")
    latest(page, "ขอบันทึกการทำงาน", "สำเร็จ")
    with page.expect_download() as begun:
        page.locator("#commands li").first.locator("a").click()
    logs = Path(begun.value.path()).read_text("utf-8")
    assert {"==> agent <==", "==> frontdesk <=="} <= set(logs.splitlines())
    assert begun.value.suggested_filename.startswith(f"{KIOSK_ID}-send-logs-")


def test_a_restart_of_the_screen_ends_the_process_and_the_next_one_is_there(page: Page, demo: Demo) -> None:
    def pid() -> int | None:
        return next((each["pid"] for each in demo.state()["programs"] if each["name"] == "frontdesk"), None)

    before = pid()
    assert before is not None
    ask(page, "restart-frontdesk")
    latest(page, "เริ่มหน้าจอใหม่", "สำเร็จ")
    demo.wait_until(lambda: pid() not in (None, before), "another front desk")
    Visitor(demo).await_state("Idle")


def test_a_kiosk_that_was_not_set_up_for_it_is_not_rebooted_and_says_so(page: Page) -> None:
    ask(page, "reboot")
    latest(page, "รีสตาร์ตเครื่อง", "ตู้นี้ไม่เปิดให้รีสตาร์ตจากทางไกล")


def test_the_page_stays_in_order_at_every_width(page: Page) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
        page.screenshot(path=PICTURES / f"kiosk-commands-{width}.png", full_page=True)
        page.click("details.menu > summary")
        expect(page.locator("button[value=reboot]")).to_be_visible()
        page.screenshot(path=PICTURES / f"kiosk-commands-{width}-more.png")
        page.click("details.menu > summary")
