"""Keys, in Chromium: each that the help names does what it says, on every long list, and none of them while typing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, watched_page
from tests.support.lived_in import live_in
from tests.support.running_fleet import RunningFleet, running_fleet, wire_kiosk
from tests.support.staff import sign_in

pytestmark = pytest.mark.timeout(600)

WHO = "national-admin"
LISTS = {
    "/rollouts/": "/rollouts/",
    "/payments/": "/payments/",
    "/register/": "/register/",
    "/people/": "/people/",
    "/audit/": "?who=",
    "/kiosks/": "/kiosks/",
    "/find/?q=CBI": "/",
}
"""Long lists, and how the address of what a row opens begins."""

AT = "document.activeElement?.getAttribute('href') ?? ''"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    with running_fleet(tmp_path_factory.mktemp("keys")) as running:
        with wire_kiosk(running, "CBI-02") as kiosk:
            live_in(running, kiosk)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser, fleet: RunningFleet) -> Iterator[Page]:
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, WHO)
        yield watched.page


@pytest.mark.parametrize("path", LISTS)
def test_j_goes_to_a_row_and_enter_opens_it(page: Page, fleet: RunningFleet, path: str) -> None:
    page.goto(fleet.address + path)
    page.keyboard.press("j")
    row = str(page.evaluate(AT))
    assert row.startswith(LISTS[path]), "no row has the focus"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address.endswith(row))


def test_j_and_k_go_through_a_list(page: Page, fleet: RunningFleet) -> None:
    page.goto(f"{fleet.address}/kiosks/")
    page.keyboard.press("j")
    first = page.evaluate(AT)
    page.keyboard.press("j")
    assert page.evaluate(AT) != first
    page.keyboard.press("k")
    assert page.evaluate(AT) == first


def test_arrows_turn_the_pages(page: Page, fleet: RunningFleet) -> None:
    page.goto(f"{fleet.address}/kiosks/CBI-02/day/?day=2569-01-02")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda address: "2569-01-02" not in address and "/day/" in address)
    before = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda address: address != before)


def test_a_question_mark_opens_the_help_and_escape_closes_it(page: Page, fleet: RunningFleet) -> None:
    page.goto(f"{fleet.address}/kiosks/")
    help_ = page.get_by_role("dialog", name="ปุ่มลัดบนแป้นพิมพ์")
    expect(help_).to_have_count(0)
    page.keyboard.press("?")
    expect(help_).to_be_visible()
    expect(help_.get_by_role("button")).to_be_focused()
    page.keyboard.press("j")  # of the list behind it
    expect(help_.get_by_role("button")).to_be_focused()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Shift+Slash")  # where a Thai keyboard writes another letter
    expect(help_).to_have_count(0)


def test_a_button_opens_it_for_who_does_not_know_the_key(page: Page, fleet: RunningFleet) -> None:
    page.goto(f"{fleet.address}/people/")
    opens = page.get_by_role("button", name="ปุ่มลัด")
    opens.click()
    expect(page.get_by_role("dialog")).to_contain_text("แถวถัดไปของรายการ")
    page.get_by_role("button", name="ปิดหน้าต่างนี้").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opens).to_be_focused()


def test_who_types_gets_letters(page: Page, fleet: RunningFleet) -> None:
    page.goto(f"{fleet.address}/kiosks/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j?/k")
    expect(page.locator("#q")).to_have_value("j?/k")
    expect(page.get_by_role("dialog")).to_have_count(0)
