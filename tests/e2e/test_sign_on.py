"""Coming in as people do, in a real browser: through a ministry's OpenID provider, and with a passkey.

The provider is a real one on loopback, the authenticator Chromium's own virtual one. The fleet only serves pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import WAIT_MS, WIDTHS, chromium, watched_page
from tests.support.openid_provider import ministry
from tests.support.pages_only import address_of, prepare, served_pages
from tests.support.running_fleet import PASSWORD, fleet

PICTURES = Path("build/dashboard")
GROUPS = {"sala-{province}-officers": "officer", "sala-auditors": "auditor"}
PEOPLE: dict[str, dict[str, object]] = {
    "somsri": {"name": "สมศรี ตัวอย่าง", "groups": ["sala-20-officers", "something-else"]},
    "nobody": {"name": "ไม่มีหน้าที่ ตัวอย่าง", "groups": []},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The fleet's address, and the ministry beside it."""
    folder, provider = tmp_path_factory.mktemp("sign-on"), ministry()
    prepare(folder)
    fleet(folder, "user", "officer", "--role", "officer", "--province", "20")
    provider.write(folder, GROUPS)
    with provider.running(address_of(folder), PEOPLE), served_pages(folder) as address:
        yield address


@contextmanager
def strangers_page(browser: Browser) -> Iterator[Page]:
    """A page nobody watches: the provider's own want fonts from elsewhere, and that is none of our business."""
    width, height = WIDTHS["desk"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="th-TH")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    try:
        yield page
    finally:
        context.close()


def through_the_ministry(page: Page, pages: str, name: str) -> None:
    """From our door to theirs and back, as a person goes."""
    page.goto(f"{pages}/cases/")
    page.get_by_role("link", name="กระทรวงตัวอย่าง").click()
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{pages}/cases/")


def test_somebody_of_the_ministry_comes_in_with_the_roles_of_their_groups(browser: Browser, pages: str) -> None:
    with strangers_page(browser) as page:
        through_the_ministry(page, pages, "somsri")
        expect(page.locator(".bar .who")).to_contain_text("สมศรี ตัวอย่าง")
        expect(page.locator(".bar .who")).to_contain_text("เจ้าหน้าที่ จังหวัดชลบุรี")
        expect(page.locator('a[href^="/cases/CBI"]').first).to_be_visible()
        page.goto(f"{pages}/account/")
        page.screenshot(path=PICTURES / "account.png", full_page=True)


def test_somebody_whose_groups_mean_nothing_here_sees_nothing(browser: Browser, pages: str) -> None:
    with strangers_page(browser) as page:
        through_the_ministry(page, pages, "nobody")
        expect(page.locator(".bar .who")).to_contain_text("ยังไม่มีหน้าที่")
        expect(page.locator('a[href^="/cases/CBI"]')).to_have_count(0)


def test_a_passkey_is_added_and_opens_the_door_without_a_password(browser: Browser, pages: str) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        _give_authenticator(page)
        page.goto(f"{pages}/account/passkeys/add/")
        page.fill("input[name=username]", "officer")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.get_by_role("button", name="ยืนยัน").wait_for()
        page.fill("input[name=password]", PASSWORD)  # once more, before ways in are changed
        page.get_by_role("button", name="ยืนยัน").click()
        page.wait_for_url(f"{pages}/account/passkeys/add/")  # whole: its button does nothing before its script is there
        page.check("input[name=passwordless]")
        page.locator("button#add").click()
        page.wait_for_url(f"{pages}/account/codes/")
        page.screenshot(path=PICTURES / "account-codes.png", full_page=True)
        page.context.clear_cookies()
        page.goto(f"{pages}/sign-in/")
        page.screenshot(path=PICTURES / "sign-in.png", full_page=True)
        page.locator("button#passkey").click()
        page.wait_for_url(f"{pages}/")
        expect(page.locator(".bar .who")).to_contain_text("officer")


def _give_authenticator(page: Page) -> None:
    """A virtual authenticator that knows its person by a finger (Chrome DevTools Protocol, WebAuthn)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
