"""The staff's pages in a real browser, over a fleet that really runs and a kiosk that is its wire.

Every page is opened as its reader would open it; a ``watched_page`` fails when anything was refused, missing or logged.
Pictures of every page are left under ``build/dashboard`` to be looked at.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fleet.protocol.messages import DeviceState
from fleet.protocol.records import DeviceChanged, SlipPrinted, VisitEnded
from fleet.protocol.thai import BANGKOK
from tests.support.browser import WIDTHS, Watched, chromium, watched_page
from tests.support.running_fleet import RunningFleet, WireKiosk, running_fleet, wire_kiosk
from tests.support.staff import sign_in

PICTURES = Path("build/dashboard")
THAI = re.compile(r"[\u0e00-\u0e7f]")

STAFF_PAGES = {
    "overview": "/",
    "kiosks": "/kiosks/",
    "kiosk": "/kiosks/CBI-02/",
    "kiosk-silent": "/kiosks/KKN-01/",
    "settings": "/settings/",
    "settings-reference": "/settings/reference/",
    "settings-waiting": "/settings/waiting/",
    "settings-national": "/settings/national/",
    "settings-province": "/settings/province/20/",
    "settings-kiosk": "/settings/kiosk/CBI-02/",
    "payments": "/payments/",
    "bank": "/bank/",
    "more": "/more/",
}
OFFICE_PAGES = {
    "cases": "/cases/",
    "case-open": "/cases/new/?q=ตัวอย่าง",
    "factories": "/factories/",
    "holidays": "/holidays/",
    "fees": "/fees/",
    "fee-rule-new": "/fee-rules/new/",
    "fee-policy": "/fee-policy/",
    "folders": "/folders/",
}
"""What of them is data stays Thai in English."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    with running_fleet(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(fleet: RunningFleet) -> Iterator[WireKiosk]:
    """CBI-02, at work: everything it has is well, and a morning lies behind it."""
    with wire_kiosk(fleet, "CBI-02") as speaking:
        speaking.say_status()
        speaking.say_reported(speaking.hear_desired())
        speaking.ship(*_morning())
        yield speaking


def _morning() -> list[VisitEnded | SlipPrinted | DeviceChanged]:
    now = datetime.now(UTC)
    visit = VisitEnded(
        visit_id="v1", service="pay-fee", language="th", outcome="paid",
        started_at=now - timedelta(minutes=9), ended_at=now - timedelta(minutes=7),
    )  # fmt: skip
    slip = SlipPrinted(
        transaction_no="CBI02-000001", confirmed=True, length_mm=187, printed_at=now - timedelta(minutes=7)
    )
    fault = DeviceChanged(
        device="scanner", state="no-device", detail="unplugged", changed_at=now - timedelta(minutes=5)
    )
    back = DeviceChanged(device="scanner", state="online", detail="", changed_at=now - timedelta(minutes=4))
    return [visit, slip, fault, back]


def picture(watched: Watched, name: str) -> None:
    """Leave a picture of the whole page to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    watched.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


# ---- every page, every size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", WIDTHS)
def test_every_page_fits_every_size(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk, size: str) -> None:
    with watched_page(browser, size=size) as watched:
        watched.page.goto(f"{fleet.address}/sign-in/")
        picture(watched, f"sign-in-{size}")
        sign_in(watched.page, fleet, "nation")
        for name, address in {**STAFF_PAGES, **OFFICE_PAGES}.items():
            answer = watched.page.goto(fleet.address + address)
            assert answer is not None
            assert answer.status == 200, address
            assert watched.page.locator("h1").count() == 1, address
            assert watched.sideways_px == 0, f"{address} can be pushed sideways at {size}"
            picture(watched, f"{name}-{size}")


def test_on_a_phone_a_machine_is_named_before_its_buttons(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with watched_page(browser, size="phone") as watched:
        sign_in(watched.page, fleet, "nation", "/kiosks/CBI-02/")
        top_px = "document.querySelector('{}').getBoundingClientRect().top"
        name_px, buttons_px = (watched.page.evaluate(top_px.format(each)) for each in ("h1", "#ask .btn"))
        assert name_px < buttons_px


def test_at_night_the_page_is_dark_and_the_switch_makes_it_day(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with watched_page(browser, dark=True) as watched:
        sign_in(watched.page, fleet, "nation")
        expect(watched.page.locator("body")).to_have_css("background-color", "rgb(14, 20, 32)")
        for name, address in STAFF_PAGES.items():
            watched.page.goto(fleet.address + address)
            picture(watched, f"{name}-dark")
        watched.page.goto(fleet.address)
        watched.page.get_by_role("button", name="โหมดสว่าง").locator("visible=true").first.click()
        expect(watched.page.locator("body")).to_have_css("background-color", "rgb(245, 246, 249)")


def test_english_is_complete(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    """Thai letters are left only in what is data: names, reasons, texts of settings; and the way back to Thai."""
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, "nation")
        watched.page.get_by_role("button", name="English").locator("visible=true").first.click()
        expect(watched.page.locator("html")).to_have_attribute("lang", "en")  # else the next page cuts the press off
        for name, address in STAFF_PAGES.items():
            watched.page.goto(fleet.address + address)
            assert watched.page.locator("html").get_attribute("lang") == "en"
            picture(watched, f"{name}-en")
            left = watched.page.evaluate(
                """() => {
                  document.querySelectorAll('[lang=th], .who, .rev').forEach((each) => each.remove());
                  return document.body.innerText;
                }"""
            )
            lines = [line for line in left.splitlines() if THAI.search(line)]
            assert not lines, f"{address}: {lines}"


# ---- settings --------------------------------------------------------------------------------------------------------


def test_a_new_greeting_reaches_the_kiosk_and_the_page_sees_it_arrive(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    before = kiosk.running
    with watched_page(browser) as watched:
        page = watched.page
        sign_in(page, fleet, "chonburi", "/settings/province/20/")
        page.fill("input[name='greeting.th']", "ยินดีต้อนรับสู่ชลบุรี")
        page.fill("input[name=reason]", "ทดลองคำทักทายใหม่")
        page.click("button:has-text('ปล่อย') >> visible=true")
        page.wait_for_url("**published=1")
        expect(page.locator("input[name='greeting.th']")).to_have_value("ยินดีต้อนรับสู่ชลบุรี")

        desired = kiosk.hear_desired()
        assert desired.settings_revision == before + 1
        assert any(layer.document.get("greeting", {}).get("th") == "ยินดีต้อนรับสู่ชลบุรี" for layer in desired.layers)
        row = page.locator("[data-kiosk='CBI-02']")
        expect(row.locator("[data-desired]")).to_have_text(str(desired.settings_revision))
        expect(row.locator("[data-reported]")).to_have_text(str(before))

        kiosk.say_reported(desired)
        expect(row.locator("[data-reported]")).to_have_text(str(desired.settings_revision))
        expect(row).to_contain_text(re.compile(r"ใช้แล้วใน \d"))
        picture(watched, "settings-published")


def test_an_amount_is_looked_at_agreed_to_by_another_and_comes_at_its_time(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    before, code = kiosk.running, "sample-waste"
    amount = f"fees.{code}.amount.fixed_satang"
    with watched_page(browser) as watched:
        page = watched.page
        sign_in(page, fleet, "chonburi", "/settings/province/20/")
        page.fill(f"input[name='{amount}']", "250")
        page.click("button[name=look][value='1']")
        expect(page.locator("#where")).to_contain_text("2 เครื่อง")
        page.click("button[name=look][value='th-landscape']")
        expect(page.locator(".shots img").last).to_be_visible(timeout=60_000)
        pictures = page.locator(".shots img")
        for n in range(pictures.count()):
            expect(pictures.nth(n)).to_have_js_property("naturalWidth", 640)
        picture(watched, "settings-preview")
        page.fill("input[name=reason]", "ยอดใหม่ตามหนังสือ")
        page.fill("input[name=at]", f"{datetime.now(BANGKOK) + timedelta(days=2):%Y-%m-%dT%H:%M}")
        page.click("button:has-text('ปล่อย') >> visible=true")
        page.wait_for_url("**/settings/waiting/*/")
        address = page.url.removeprefix(fleet.address)
        expect(page.locator("main")).to_contain_text("คนที่ขอเห็นชอบเองไม่ได้")
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, "nation", address)
        picture(watched, "settings-second-person")
        watched.page.click("button[value=agree]")
        expect(watched.page.locator("main")).to_contain_text("รอเวลา")
    with closing(sqlite3.connect(fleet.directory / "fleet.sqlite", timeout=10)) as database, database:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        assert database.execute("UPDATE devices_plannedsettings SET takes_effect_at = ?", [now]).rowcount == 1
    desired = kiosk.hear_desired()
    assert desired.settings_revision == before + 1
    assert desired.layers[1].document["fees"][code]["amount"]["fixed_satang"] == 25_000
    kiosk.say_reported(desired)


def test_what_cannot_be_is_said_at_the_field(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        watched.expected.append("/settings/province/20/")  # the browser logs the 422 of the page itself
        sign_in(page, fleet, "chonburi", "/settings/province/20/")
        page.eval_on_selector("input[name='greeting.th']", "(field) => field.removeAttribute('maxlength')")
        page.fill("input[name='greeting.th']", "ก" * 61)
        page.fill("input[name=reason]", "ยาวเกินไป")
        page.click("button:has-text('ปล่อย') >> visible=true")
        field = page.locator("input[name='greeting.th']")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value("ก" * 61)
        expect(page.locator("main")).to_contain_text("60 ตัวอักษร")
        picture(watched, "settings-invalid")


def test_the_last_change_can_be_undone(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        sign_in(page, fleet, "chonburi", "/settings/kiosk/CBI-02/")
        for number, text in enumerate(("เคาน์เตอร์ 7", "เคาน์เตอร์ 9")):
            page.fill("input[name='help_point.th']", text)
            page.fill("input[name=reason]", f"ย้ายเคาน์เตอร์ {number}")
            page.click("button:has-text('ปล่อย') >> visible=true")
            page.wait_for_url("**published=1")
            page.goto(f"{fleet.address}/settings/kiosk/CBI-02/")
        page.click("form[action*='settings-undo'] button >> visible=true")
        page.wait_for_url("**published=1")
        expect(page.locator("input[name='help_point.th']")).to_have_value("เคาน์เตอร์ 7")
    for _change in range(3):
        kiosk.say_reported(kiosk.hear_desired())


# ---- live ------------------------------------------------------------------------------------------------------------


def test_a_lost_device_shows_without_a_reload(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        sign_in(page, fleet, "chonburi", "/kiosks/CBI-02/")
        expect(page.locator("#live")).to_contain_text("ปกติ")
        page.evaluate("window.notReloaded = true")
        kiosk.say_status(printer=DeviceState.NO_DEVICE, spool_depth=3)
        expect(page.locator("#live")).to_contain_text("ไม่พบอุปกรณ์")
        expect(page.locator("#live")).to_contain_text("ขัดข้อง")
        expect(page.locator(".say[role=status]")).to_contain_text("ตรวจสาย")
        assert page.evaluate("window.notReloaded")
        picture(watched, "kiosk-failing")
        page.goto(fleet.address)
        expect(page.locator("main")).to_contain_text("CBI-02")
        expect(page.locator("main")).to_contain_text("ขัดข้อง")
        picture(watched, "overview-failing")
        kiosk.say_status()
        expect(page.locator("#live")).not_to_contain_text("ไม่พบอุปกรณ์")


GONE = "ขัดข้องไม่พบอุปกรณ์"
"""Of a device, as it is; its history says it in other words."""


PATIENT = """(() => {
    const soon = window.setTimeout.bind(window);
    window.setTimeout = (then, after_ms, ...said) => soon(then, after_ms >= 8000 ? 100 * after_ms : after_ms, ...said);
})()"""
"""A page that waits a hundred times as long before it takes silence for a break: a starved server is long silent."""


def test_a_page_is_told_over_one_stream_and_has_none_in_the_background(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with watched_page(browser) as watched:
        page, asked = watched.page, list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.add_init_script(PATIENT)
        sign_in(page, fleet, "chonburi", "/kiosks/CBI-02/")
        expect(page.locator("#live")).not_to_contain_text(GONE)
        kiosk.say_status(scanner=DeviceState.NO_DEVICE)
        expect(page.locator("#live")).to_contain_text(GONE)
        assert sum("/live?" in each for each in asked) == 1
        assert not [each for each in asked if "seen=" in each and "/live?" not in each], "it was told, and did not ask"
        with page.expect_event("requestfailed", lambda request: "/live?" in request.url):
            _look_away(page, is_hidden=True)
        kiosk.say_status()
        with page.expect_request("**/live?*"):
            _look_away(page, is_hidden=False)
        expect(page.locator("#live")).not_to_contain_text(GONE)


def _look_away(page: Page, *, is_hidden: bool) -> None:
    """Another tab is in front, or is not: what the browser says of it, said by hand."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_a_page_that_is_refused_a_stream_asks(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.route("**/live?*", lambda route: route.fulfill(status=503))
        sign_in(page, fleet, "chonburi", "/kiosks/CBI-02/")
        kiosk.say_status(scanner=DeviceState.NO_DEVICE)
        expect(page.locator("#live")).to_contain_text(GONE)
        kiosk.say_status()
        expect(page.locator("#live")).not_to_contain_text(GONE)
        page.goto("about:blank")  # else it asks once more, and complains of that
        watched.complaints[:] = [each for each in watched.complaints if "/live?" not in each]


# ---- who may see what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/kiosks/KKN-01/",
        "/settings/kiosk/KKN-01/",
        "/settings/office/KKN/",
        "/settings/province/40/",
        "/kiosks/XXX-99/",
    ],
)
def test_another_province_does_not_exist(browser: Browser, fleet: RunningFleet, address: str) -> None:
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, "chonburi")
        watched.expected.append(address)
        answer = watched.page.goto(fleet.address + address)
        assert answer is not None
        assert answer.status == 404
        picture(watched, "not-found")
        watched.page.goto(f"{fleet.address}/kiosks/")
        expect(watched.page.locator("main")).to_contain_text("CBI-01")
        expect(watched.page.locator("main")).not_to_contain_text("KKN")


def test_a_technician_reads_settings_and_cannot_publish(browser: Browser, fleet: RunningFleet) -> None:
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, "technician", "/settings/province/20/")
        expect(watched.page.locator("main")).to_contain_text("คำทักทาย")
        expect(watched.page.locator("button:has-text('ปล่อย')")).to_have_count(0)
        picture(watched, "settings-technician")


def test_signed_out_means_out(browser: Browser, fleet: RunningFleet) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        sign_in(page, fleet, "chonburi")
        page.locator("form[action='/sign-out/'] button >> visible=true").first.click()
        page.wait_for_url("**/sign-in/**")
        del fleet.sessions["chonburi"]
        page.goto(f"{fleet.address}/kiosks/CBI-02/")
        page.wait_for_url("**/sign-in/**")


def test_a_wrong_password_is_told_in_a_sentence(browser: Browser, fleet: RunningFleet) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{fleet.address}/sign-in/")
        page.fill("input[name=username]", "nation")
        page.fill("input[name=password]", "not-the-password")
        page.press("input[name=password]", "Enter")
        expect(page.locator("[role=alert]")).to_be_visible()
        picture(watched, "sign-in-wrong")
