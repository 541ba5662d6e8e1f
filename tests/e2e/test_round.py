"""A technician's round on a phone that loses its signal, and the camera that reads a new kiosk's QR.

Over a fleet that really runs: what is pressed in a dead spot is asked of the kiosk once, or says that it came too late.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from fleet.protocol.messages import DeviceState, Reply
from fleet.protocol.topics import Channel
from tests.support.browser import WAIT_MS, WIDTHS, chromium
from tests.support.running_fleet import RunningFleet, WireKiosk, running_fleet, wire_kiosk
from tests.support.staff import sign_in

PICTURES = Path("build/dashboard")
PATH = "/enrol/ABCDEFGHIJKLMNOPQRSTUVWXYZ?key=0123456789abcdef0123456789abcdef"
TEST_PRINT = '#CBI-02 form[data-deed]:has(input[value="test-print"])'
ANSWER = f"{TEST_PRINT} + .answer"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    with running_fleet(tmp_path_factory.mktemp("round")) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(fleet: RunningFleet) -> Iterator[WireKiosk]:
    """CBI-02, whose printer is gone."""
    with wire_kiosk(fleet, "CBI-02") as speaking:
        speaking.say_status(paper="unknown", printer=DeviceState.NO_DEVICE)
        yield speaking


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One before whose camera stands a kiosk that wants in. Its QR names another server, as a forger's would."""
    film = tmp_path_factory.mktemp("camera") / "kiosk.y4m"
    filmed(drawn(f"https://elsewhere.example{PATH}"), film)
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*camera, f"--use-file-for-fake-video-capture={film}") as launched:
        yield launched


@contextmanager
def phone(browser: Browser) -> Iterator[Page]:
    """A phone's page, with cookies and a memory of its own, whose scripts never break."""
    width, height = WIDTHS["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="th-TH", timezone_id="Asia/Bangkok", has_touch=True
    )
    page, broken = context.new_page(), list[str]()
    page.set_default_timeout(WAIT_MS)
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert broken == []


def opened(page: Page, fleet: RunningFleet, name: str = "technician") -> BrowserContext:
    """The round of somebody, kept by the phone."""
    sign_in(page, fleet, name, "/round/")
    page.wait_for_selector("#round[data-kept]")
    return page.context


def commands(fleet: RunningFleet) -> list[str]:
    """The numbers of all test prints that the fleet was asked for."""
    with closing(sqlite3.connect(f"file:{fleet.directory / 'fleet.sqlite'}?mode=ro", uri=True, timeout=10)) as database:
        asked = "SELECT command_id FROM devices_kioskcommand WHERE kind = 'test-print' ORDER BY asked_at"
        return [row[0] for row in database.execute(asked)]


def test_one_kiosk_is_shown_and_another_chosen_before_the_script_comes(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with phone(browser) as page:
        page.route("**/round*.js*", lambda route: route.abort())
        sign_in(page, fleet, "technician", "/round/")
        for line in ("CBI-02", "CBI-01"):
            expect(page.locator(".work").filter(visible=True)).to_have_id(line)
            page.locator(".stop[href='#CBI-01']").click()


def test_a_test_print_pressed_in_a_dead_spot_is_sent_once(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with phone(browser) as page:
        context = opened(page, fleet)
        before = commands(fleet)
        context.set_offline(True)
        page.reload()
        expect(page.locator("#dead-spot")).to_contain_text("ไม่มีสัญญาณ")
        expect(page.locator(".stop[href='#CBI-02']")).to_contain_text("ไม่พบเครื่องพิมพ์")
        assert "วิชัย" not in page.content()
        page.locator(".stop[href='#CBI-02']").click()
        page.locator(TEST_PRINT).get_by_role("button").click()
        expect(page.locator(ANSWER)).to_contain_text("รอสัญญาณ")
        page.reload()
        expect(page.locator("#dead-spot")).to_contain_text("รอส่ง 1 รายการ")
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / "round-dead-spot-phone.png", full_page=True)
        lost: list[int] = []

        def lose_the_first_answer(route: Route) -> None:
            if lost:
                route.continue_()
                return
            lost.append(route.fetch().status)
            route.abort()

        context.route("**/deed/", lose_the_first_answer)
        context.set_offline(False)
        expect(page.locator(ANSWER)).to_contain_text("รอตู้ตอบ")
        assert lost == [200]
        [asked] = commands(fleet)[len(before) :]
        kiosk.say(Channel.REPLY, Reply(command_id=asked, done=True))
        expect(page.locator(ANSWER)).to_contain_text("สำเร็จ")
        expect(page.locator("#dead-spot")).to_be_hidden()
        assert len(commands(fleet)) == len(before) + 1


def test_a_test_print_of_an_hour_ago_is_not_sent_and_says_so(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with phone(browser) as page:
        context = opened(page, fleet)
        before = commands(fleet)
        context.set_offline(True)
        page.locator(".stop[href='#CBI-02']").click()
        page.locator(TEST_PRINT).get_by_role("button").click()
        expect(page.locator(ANSWER)).to_contain_text("รอสัญญาณ")
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=1))
        context.set_offline(False)
        expect(page.locator(ANSWER)).to_contain_text("หมดเวลาแล้ว")
        assert commands(fleet) == before


def test_what_the_fleet_cannot_take_is_kept_and_holds_nothing_up(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with phone(browser) as page:
        context = opened(page, fleet)
        before, answered = commands(fleet), list[int]()

        def fail(route: Route) -> None:
            answered.append(500 if answered else 403)
            route.fulfill(status=answered[-1])

        context.route("**/CBI-02/deed/", fail)
        page.locator(".stop[href='#CBI-02']").click()
        page.locator(TEST_PRINT).get_by_role("button").click()
        expect(page.locator(ANSWER)).to_contain_text("ศูนย์ยังรับรายการนี้ไม่ได้")
        page.locator(".stop[href='#CBI-01']").click()
        page.locator("#CBI-01 form.close button").click()
        expect(page.locator("#CBI-01 form.close + .answer")).to_contain_text("ศูนย์รับแล้ว")
        assert answered[:2] == [403, 500]
        expect(page.locator("#dead-spot")).to_contain_text("ศูนย์ยังรับไม่ได้ 1 รายการ")
        expect(page.locator("#dead-spot .lost")).to_be_hidden()
        assert commands(fleet) == before
        page.screenshot(path=PICTURES / "round-stuck-phone.png")
        context.unroute("**/CBI-02/deed/")
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        expect(page.locator(ANSWER)).to_contain_text("รอตู้ตอบ")
        assert len(commands(fleet)) == len(before) + 1


def kept(page: Page) -> list[str]:
    """The names of everything the phone keeps of a round."""
    names = page.evaluate(
        "async () => [...await caches.keys(), ...(await indexedDB.databases()).map((each) => each.name)]"
    )
    return [name for name in names if name.startswith("sala-round")]


def test_another_account_finds_nothing_of_the_one_before(
    browser: Browser, fleet: RunningFleet, kiosk: WireKiosk
) -> None:
    with phone(browser) as page:
        context = opened(page, fleet)
        assert kept(page) == ["sala-round-1", "sala-round"]
        context.clear_cookies()
        sign_in(page, fleet, "chonburi", "/more/")
        page.wait_for_function("() => localStorage.getItem('sala-round-whose') === null")
        page.wait_for_function("async () => (await caches.keys()).length + (await indexedDB.databases()).length === 0")


def test_signing_out_clears_the_phone(browser: Browser, fleet: RunningFleet, kiosk: WireKiosk) -> None:
    with phone(browser) as page:
        fleet.sessions.pop("technician", None)
        opened(page, fleet)
        page.goto(f"{fleet.address}/more/")
        page.locator("main form[action='/sign-out/'] button").click()
        page.wait_for_url("**/sign-in/")
        fleet.sessions.pop("technician", None)
        assert kept(page) == []
        page.context.set_offline(True)
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(f"{fleet.address}/round/")


# ---- the camera


def drawn(text: str) -> Image.Image:
    """A QR as a camera sees it: small in the picture, and not straight."""
    code = qrcode.QRCode(border=4, box_size=6)
    code.add_data(text)
    picture = code.make_image().get_image().convert("L").rotate(7, expand=True, fillcolor=235)
    seen = Image.new("L", (640, 480), 120)
    seen.paste(picture, ((640 - picture.width) // 2, (480 - picture.height) // 2))
    return seen


def filmed(picture: Image.Image, film: Path) -> None:
    """Ten frames of it, as YUV4MPEG2 (4:2:0)."""
    grey = bytes([128]) * (picture.width * picture.height // 2)
    frame = b"FRAME\n" + picture.tobytes() + grey
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n" + frame * 10)


def test_the_camera_reads_the_enrolment_and_leads_nowhere_else(
    browser: Browser, fleet: RunningFleet, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.png"
    drawn("https://elsewhere.example/round/").save(strange)
    with phone(browser) as page:
        sign_in(page, fleet, "technician", "/enrol/")
        page.set_input_files("#photo", strange)
        expect(page.locator("#scan .said")).to_contain_text("QR นี้ไม่ใช่ของตู้")
        assert urlsplit(page.url).path == "/enrol/"
        page.get_by_role("button", name="เปิดกล้อง").click()
        page.wait_for_url(f"{fleet.address}{PATH}")
