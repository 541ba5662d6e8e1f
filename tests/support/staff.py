"""Staff who sign in to the pages in a browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.running_fleet import PASSWORD, RunningFleet


def sign_in(page: Page, fleet: RunningFleet, name: str, then: str = "/") -> None:
    """As a person does: asks for the page, is asked for the password, arrives. Once an account; then it is known."""
    if name in fleet.sessions:
        page.context.add_cookies(fleet.sessions[name])
        page.goto(f"{fleet.address}{then}")
        return
    page.goto(f"{fleet.address}{then}")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{fleet.address}{then}")
    fleet.sessions[name] = [each for each in page.context.cookies() if each["name"] == "sessionid"]
