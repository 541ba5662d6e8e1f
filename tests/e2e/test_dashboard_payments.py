"""From the QR on a kiosk's screen to the bank's word and the visitor's tracking page, in a real browser."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fleet.protocol.records import PaymentOpened
from tests.support.browser import chromium, watched_page
from tests.support.running_fleet import RunningFleet, WireKiosk, running_fleet, wire_kiosk
from tests.support.staff import sign_in

PICTURES = Path("build/dashboard")
BILLER_ID = "112345678901234"
AMOUNT_SATANG = 150_000
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    with running_fleet(tmp_path_factory.mktemp("payments")) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(fleet: RunningFleet) -> Iterator[WireKiosk]:
    with wire_kiosk(fleet, "CBI-02") as speaking:
        speaking.say_status()
        yield speaking


@pytest.fixture(scope="module")
def notices(fleet: RunningFleet) -> Iterator[str]:
    """References of sample notices nobody has paid, one a test."""
    codes = json.loads(fleet.command("sample-codes", "CBI"))
    return iter([each["code"] for each in codes if each["kind"] == "notice"][1:4])


def shown(kiosk: WireKiosk, ref1: str) -> PaymentOpened:
    """A visitor has chosen a notice, and the QR is on the screen."""
    number = next(_numbers)
    opened = PaymentOpened(
        transaction_no=f"CBI02-{number:06d}",
        tracking_token=f"sample-token-of-a-slip-{number:04d}",
        notice_no=f"CBI-{ref1[4:6]}-{ref1[6:11]}",
        biller_id=BILLER_ID,
        ref1=ref1,
        ref2=f"CBI02{number:06d}",
        amount_satang=AMOUNT_SATANG,
        opened_at=datetime.now(UTC),
    )
    kiosk.ship(opened)
    return opened


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def test_from_the_qr_to_the_confirmed_slip(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk, notices: Iterator[str]
) -> None:
    """One phone of the visitor's runs no script, another looks by itself; the bank is played on a phone too."""
    opened = shown(kiosk, next(notices))
    with (
        watched_page(browser, size="phone", script=False) as slip,
        watched_page(browser, size="phone") as other,
        watched_page(browser, size="phone") as bank,
    ):
        other.page.goto(f"{fleet.address}/t/{opened.tracking_token}")
        assert other.page.locator("meta[http-equiv=refresh]").count() == 0
        slip.page.goto(f"{fleet.address}/t/{opened.tracking_token}")
        expect(slip.page.locator("main")).to_contain_text("รอธนาคารยืนยัน")
        expect(slip.page.locator("main")).to_contain_text("1,500.00")
        expect(slip.page.locator("meta[http-equiv=refresh]")).to_have_count(1)
        assert slip.sideways_px == 0
        picture(slip.page, "tracking-waiting")

        sign_in(bank.page, fleet, "nation", "/bank/")
        expect(bank.page.locator(".pretend")).to_contain_text("ธนาคารจำลอง")
        expect(bank.page.locator("main")).to_contain_text(opened.ref1)
        assert bank.sideways_px == 0
        picture(bank.page, "bank-waiting-phone")
        bank.page.click(f"button[name=transaction_no][value='{opened.transaction_no}']")
        bank.page.wait_for_url("**/bank/?said=*")
        expect(bank.page.locator(".say[role=status]")).to_contain_text("1,500.00")
        picture(bank.page, "bank-confirmed-phone")

        expect(other.page.locator("main")).to_contain_text("ธนาคารยืนยันแล้ว")
        assert other.page.locator("#track[data-waits]").count() == 1  # the same page: only what it shows is new
        expect(slip.page.locator("main")).to_contain_text("ธนาคารยืนยันแล้ว")  # it loads itself anew, as it says
        expect(slip.page.locator("meta[http-equiv=refresh]")).to_have_count(0)
        picture(slip.page, "tracking-confirmed")
        slip.page.click("a[href='?lang=en']")
        expect(slip.page.locator("main")).to_contain_text("Confirmed by the bank")
        picture(slip.page, "tracking-confirmed-en")


def test_a_wrong_amount_goes_to_a_person_and_the_slip_says_so(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk, notices: Iterator[str]
) -> None:
    opened = shown(kiosk, next(notices))
    with watched_page(browser) as staff, watched_page(browser, size="phone", script=False) as slip:
        sign_in(staff.page, fleet, "nation", "/bank/")
        staff.page.fill("#ref1", opened.ref1)
        staff.page.fill("#ref2", opened.ref2)
        staff.page.fill("#amount", "1400.00")
        staff.page.press("#amount", "Enter")
        staff.page.wait_for_url("**/bank/?said=*")
        expect(staff.page.locator(".say[role=status]")).to_contain_text("ชำระขาด")
        staff.page.goto(f"{fleet.address}/payments/")
        expect(staff.page.locator("#live")).to_contain_text("ชำระขาด")
        expect(staff.page.locator("#live")).to_contain_text("1,400.00")
        expect(staff.page.locator("tr", has_text=opened.ref1)).to_contain_text("ต้องมีคนดูแล")
        picture(staff.page, "payments-odd")
        staff.page.goto(fleet.address)
        expect(staff.page.locator("#live")).to_contain_text("การเงิน 1 รายการ")

        slip.page.goto(f"{fleet.address}/t/{opened.tracking_token}")
        expect(slip.page.locator("main")).to_contain_text("เจ้าหน้าที่กำลังตรวจ")
        expect(slip.page.locator("main")).to_contain_text("ไม่ต้องชำระซ้ำ")
        picture(slip.page, "tracking-looking")


def test_a_new_qr_appears_at_the_bank_by_itself(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk, notices: Iterator[str]
) -> None:
    with watched_page(browser) as watched:
        sign_in(watched.page, fleet, "nation", "/bank/")
        opened = shown(kiosk, next(notices))
        expect(watched.page.locator("#live")).to_contain_text(opened.ref1)


def test_what_the_bank_cannot_say_is_told_at_the_field(browser: Browser, fleet: RunningFleet) -> None:
    with watched_page(browser) as watched:
        watched.expected.append("/bank/")
        sign_in(watched.page, fleet, "nation", "/bank/")
        watched.page.fill("#amount", "much")
        watched.page.press("#amount", "Enter")
        expect(watched.page.locator(".err").first).to_be_visible()
        expect(watched.page.locator("#amount")).to_have_value("much")
        picture(watched.page, "bank-invalid")


def test_an_unknown_slip_is_told_what_to_do_and_nothing_else(browser: Browser, fleet: RunningFleet) -> None:
    address = "/t/nobody-has-this-token"
    with watched_page(browser, size="phone", script=False) as watched:
        watched.expected.append(address)
        answer = watched.page.goto(fleet.address + address)
        assert answer is not None
        assert answer.status == 404
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        expect(watched.page.locator("main")).to_contain_text("ไม่ต้องชำระซ้ำ")
        picture(watched.page, "tracking-unknown")


def test_an_officer_decides_on_a_phone(browser: Browser, fleet: RunningFleet) -> None:
    fleet.command("bank-confirm", "--ref1", "N2099999999X", "--amount", "209.00")
    with watched_page(browser, size="phone") as officer:
        page = officer.page
        sign_in(page, fleet, "nation", "/payments/")
        assert officer.sideways_px == 0
        page.click("a.nd:has-text('209.00')")
        expect(page.locator("main")).to_contain_text("ไม่รู้เลขอ้างอิง")
        assert officer.sideways_px == 0
        page.check("input[value=elsewhere]")
        page.fill("#reason", "โอนผิดบัญชี ตัวอย่าง")
        page.click(".decide .btn")
        expect(page.locator("main")).to_contain_text("จัดการแล้ว")
        picture(page, "payment-decided-phone")
        page.goto(f"{fleet.address}/payments/")
        expect(page.locator("a.nd:has-text('209.00')")).to_have_count(0)
