"""The virtual kiosk's page in a real browser; the test plays the front desk with the real drivers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from drivers import registry
from drivers.display.port import Display, Pressed, Released, TouchEvent
from drivers.panel.port import CallPressed, Light, Pattern, Sound
from drivers.printer.port import Cut, Raster
from drivers.scanner.port import Scanned
from tests.support.browser import WAIT_MS, chromium
from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk

_WAIT_S = 60.0
_SIZE = (1280, 800)
_INDIGO, _TURMERIC = (36, 59, 125), (242, 178, 51)
_SAMPLES = '[{"label": "ใบแจ้งตัวอย่าง", "label_en": "Sample notice", "code": "SAMPLE-1"}]'
_SLIP = Raster(576, 160, b"\xf0" * 72 * 160)
_DESKTOPS = [(1440, 900), (1280, 720), (1920, 1080)]
_PHONE = (390, 844)

_HAS_PIXEL = """([x, y, ...colour]) => {
  const pixel = document.getElementById("screen").getContext("2d").getImageData(x, y, 1, 1).data;
  return colour.every((value, at) => pixel[at] === value);
}"""
_NATURAL_WIDTH = "async (image) => { await image.decode(); return image.naturalWidth; }"
_WORDLESS = "[...document.querySelectorAll('[data-word]')].filter((e) => !e.textContent.trim()).length"
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualKiosk]:
    directory = tmp_path_factory.mktemp("page")
    samples = directory / "samples.json"
    samples.write_text(_SAMPLES, encoding="utf-8")
    with virtual_kiosk(directory, "--no-supervise", "--samples", str(samples)) as running:
        yield running


@pytest.fixture
def display(kiosk: VirtualKiosk) -> Iterator[Display]:
    """A front desk's screen, indigo with a turmeric right half."""
    opened = registry.open_display(kiosk.devices["display"], _SIZE)
    paint(opened, kiosk)
    yield opened
    opened.close()


def paint(display: Display, kiosk: VirtualKiosk) -> None:
    display.canvas.fill(_INDIGO)
    display.canvas.fill(_TURMERIC, (640, 0, 640, 800))
    show(display, kiosk)


def show(display: Display, kiosk: VirtualKiosk) -> None:
    """Present, and poll until the picture is over, as the front desk's loop does: a busy page takes it in parts."""
    before = kiosk.state()["display"]["frames"]
    display.present()
    until_s = time.monotonic() + _WAIT_S
    while kiosk.state()["display"]["frames"] == before and time.monotonic() < until_s:
        display.poll()


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether the browser found fault; a refusal by the kiosk (409) is an answer, and the page's business."""
    return message.type == "error" and "409 (Conflict)" not in message.text


@contextmanager
def opened(browser: Browser, kiosk: VirtualKiosk, size: tuple[int, int] = _DESKTOPS[0]) -> Iterator[Page]:
    """The page, connected; at the end nobody has complained (script errors, the content security policy)."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=size == _PHONE)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.goto(kiosk.url)
    expect(page.locator("#kiosk-id")).to_have_text("VIRTUAL-01")
    yield page
    context.close()
    assert complaints == []


def test_before_the_first_picture_the_page_says_that_the_kiosk_is_starting(tmp_path: Path, browser: Browser) -> None:
    with virtual_kiosk(tmp_path, "--no-supervise") as kiosk, opened(browser, kiosk) as page:
        expect(page.locator("#dark-head")).to_have_text("ตู้กำลังเปิด")
        expect(page.locator("#papers-heading")).to_be_hidden()


def test_the_screen_is_shown_exactly_and_follows(kiosk: VirtualKiosk, display: Display, browser: Browser) -> None:
    with opened(browser, kiosk) as page:
        expect(page.locator("#dark")).to_be_hidden()
        page.wait_for_function(_HAS_PIXEL, arg=[640, 799, *_TURMERIC])
        page.wait_for_function(_HAS_PIXEL, arg=[639, 0, *_INDIGO])
        display.canvas.fill((1, 2, 3), (10, 10, 1, 1))
        show(display, kiosk)
        page.wait_for_function(_HAS_PIXEL, arg=[10, 10, 1, 2, 3])
        page.wait_for_function(_HAS_PIXEL, arg=[11, 10, *_INDIGO])


@pytest.mark.parametrize("size", [*_DESKTOPS, _PHONE])
def test_a_click_is_a_touch_where_it_was_made(
    kiosk: VirtualKiosk, display: Display, browser: Browser, size: tuple[int, int]
) -> None:
    with opened(browser, kiosk, size) as page:
        expect(page.locator("#dark")).to_be_hidden()
        box = page.locator("#screen").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
        page.mouse.down()
        (pressed,) = touches(display, 1)
        assert isinstance(pressed, Pressed)
        assert abs(pressed.x - 320) <= 4
        assert abs(pressed.y - 600) <= 4
        page.mouse.move(box["x"] + box["width"] + 50, box["y"] + box["height"] * 0.5)
        page.mouse.up()
        (released,) = touches(display, 1)
        assert isinstance(released, Released)
        assert released.x == 1279, "a finger that left the glass lifts at its edge"
        assert page.evaluate(_SIDEWAYS) == 0


def touches(display: Display, count: int) -> list[TouchEvent]:
    found: list[TouchEvent] = []
    is_over = threading.Event()
    patience = threading.Timer(_WAIT_S, is_over.set)
    patience.start()
    while len(found) < count and not is_over.is_set():
        found += display.poll()
    patience.cancel()
    return found


def test_a_card_goes_in_by_a_click_or_by_hand_and_is_pulled_out(kiosk: VirtualKiosk, browser: Browser) -> None:
    with opened(browser, kiosk) as page:
        page.locator("[data-card=owner]").click()
        expect(page.locator("#slot-card .id-card")).to_be_visible()
        expect(page.locator("#slot-card .sample")).to_have_text("ตัวอย่าง")
        assert kiosk.state()["card"]["inside"] == "owner"
        page.locator("[data-card=foreign]").click()
        expect(page.locator("#toast")).to_have_text("ดึงบัตรใบเดิมออกก่อน")
        page.locator("#pull-out").click()
        expect(page.locator("#slot-card .id-card")).to_have_count(0)
        page.locator("[data-card=lifetime]").drag_to(page.locator("#slot"))
        expect(page.locator("#slot-card .id-card")).to_be_visible()
        assert kiosk.state()["card"]["inside"] == "lifetime"
        page.locator("#pull-out").click()
        expect(page.locator("#pull-out")).to_be_hidden()
        assert kiosk.state()["card"]["inside"] is None


def test_samples_and_typed_codes_are_scanned(kiosk: VirtualKiosk, browser: Browser) -> None:
    with opened(browser, kiosk) as page:
        page.get_by_role("button", name="ใบแจ้งตัวอย่าง").click()
        expect(page.locator("#toast")).to_have_text("อุปกรณ์นี้ยังไม่มีโปรแกรมใช้งาน")
        scanner = registry.open_scanner(kiosk.devices["scanner"])
        page.get_by_role("button", name="ใบแจ้งตัวอย่าง").click()
        assert scanner.wait(_WAIT_S) == Scanned("SAMPLE-1")
        page.locator("#code").fill("TYPED-2")
        page.locator("#code").press("Enter")
        assert scanner.wait(_WAIT_S) == Scanned("TYPED-2")
        scanner.close()


def test_lights_and_the_call_button(kiosk: VirtualKiosk, browser: Browser) -> None:
    panel = registry.open_panel(kiosk.devices["panel"])
    with opened(browser, kiosk) as page:
        panel.show(Light.CARD, Pattern.ON)
        expect(page.locator(".lamp[data-light=card]")).to_have_class("lamp lit")
        expect(page.locator(".slot-part .lamp-word")).to_have_text("ติด")
        expect(page.locator(".lamp[data-light=paper]")).to_have_class("lamp")
        panel.show(Light.PAPER, Pattern.DOUBLE)
        expect(page.locator(".printer .lamp-word")).to_have_text("กะพริบคู่")
        page.locator("#call").click()
        assert panel.wait(_WAIT_S) == CallPressed()
        page.locator("#tab-behind").dispatch_event("click")
        expect(page.locator("#devices")).to_contain_text("หยุดอยู่")
        panel.turn_fan(on=True)
        panel.play(Sound.ERROR)
        expect(page.locator("#devices")).to_contain_text("หมุนอยู่")
        expect(page.locator("#devices")).to_contain_text("ล่าสุด: ไม่สำเร็จ")
        panel.close()
        expect(page.locator(".lamp[data-light=card]")).to_have_class("lamp")


def test_paper_rises_is_taken_and_lies_in_the_tray(kiosk: VirtualKiosk, browser: Browser) -> None:
    printer = registry.open_printer(kiosk.devices["printer"])
    with opened(browser, kiosk) as page, ThreadPoolExecutor(1) as pool:
        expect(page.locator("#tray-empty")).to_be_visible()
        printing = pool.submit(printer.print, (_SLIP, Cut()))
        expect(page.locator("#paper")).to_be_enabled(timeout=_WAIT_S * 1000)
        printing.result(_WAIT_S)
        page.locator("#paper").click()
        expect(page.locator("#slip-picture")).to_be_visible()
        natural = page.locator("#slip-picture").evaluate(_NATURAL_WIDTH)
        assert natural == 576
        page.locator("#slip-close").click()
        expect(page.locator("#tray-slips img")).to_have_count(1)
        expect(page.locator("#paper")).to_be_hidden()
    printer.close()


def test_plugs_paper_and_case_from_behind(kiosk: VirtualKiosk, display: Display, browser: Browser) -> None:
    with opened(browser, kiosk) as page:
        expect(page.locator("#dark")).to_be_hidden()
        page.get_by_role("tab", name="หลังตู้").click()
        page.get_by_role("button", name="ถอดสาย จอ").click()
        expect(page.locator("#dark-head")).to_have_text("จอไม่มีสัญญาณ")
        page.get_by_role("button", name="เสียบคืน จอ").click()
        expect(page.get_by_role("button", name="ถอดสาย จอ")).to_be_visible()
        for press, note, mend in (
            ("เอากระดาษออก", "กระดาษหมด", "ใส่ม้วนใหม่"),
            ("ให้ใบมีดติด", "ใบมีดติด", "แก้ใบมีด"),
        ):
            page.get_by_role("button", name=press).click()
            expect(page.locator("#paper-note")).to_have_text(note)
            page.get_by_role("button", name=mend).click()
            expect(page.locator("#paper-note")).to_have_text("")


def test_the_page_speaks_english_and_remembers(kiosk: VirtualKiosk, browser: Browser) -> None:
    with opened(browser, kiosk) as page:
        page.locator("#language").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("button", name="Sample notice")).to_be_visible()
        page.reload()
        expect(page.locator("#language")).to_have_text("ไทย")
        assert page.evaluate(_WORDLESS) == 0


def test_a_kiosk_that_closes_is_said_to_be_closed(tmp_path: Path, browser: Browser) -> None:
    with virtual_kiosk(tmp_path, "--no-supervise") as kiosk:
        context = browser.new_context()
        page = context.new_page()
        page.goto(kiosk.url)
        expect(page.locator("#dark-head")).to_have_text("ตู้กำลังเปิด")
        kiosk.process.terminate()
        expect(page.locator("#dark-head")).to_have_text("ตู้จำลองปิดอยู่")
        expect(page.locator("#live")).to_have_class("bar-live lost")
        assert kiosk.process.wait(_WAIT_S) == 0, "asked once; a second time would end it in the middle of its goodbye"
        context.close()
