"""Addresses to drivers: each of its own kind, nothing loaded that was not asked for, no address half understood."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from drivers import registry
from drivers.card.fake import FakeCardReader
from drivers.display.fake import FakeDisplay
from drivers.display.pygame_display import PygameDisplay
from drivers.display.virtual import VirtualDisplay
from drivers.errors import DeviceAbsentError
from drivers.panel.fake import FakePanel
from drivers.panel.virtual import VirtualPanel
from drivers.printer.fake import FakePrinter
from drivers.scanner.fake import FakeScanner
from drivers.scanner.stream import StreamScanner

Opener = Callable[[str], object]
open_display = partial(registry.open_display, size=(320, 200))
display = partial(registry.display, size=(320, 200))
EVERY_KIND = [registry.card_reader, registry.scanner, registry.printer, registry.panel, display]


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "page"))
        listener.listen(1)
        yield tmp_path / "page"


@pytest.mark.parametrize(
    ("opener", "uri", "kind"),
    [
        (registry.open_card_reader, "fake:", FakeCardReader),
        (registry.open_scanner, "fake:", FakeScanner),
        (registry.open_scanner, "unix:{page}", StreamScanner),
        (registry.open_printer, "fake:", FakePrinter),
        (registry.open_panel, "fake:", FakePanel),
        (registry.open_panel, "unix:{page}", VirtualPanel),
        (open_display, "fake:", FakeDisplay),
        (open_display, "unix:{page}", VirtualDisplay),
        (open_display, "pygame:dummy", PygameDisplay),
        (open_display, "pygame:dummy?rotation=270", PygameDisplay),
    ],
)
def test_an_address_opens_its_driver(opener: Opener, uri: str, kind: type, listening: Path) -> None:
    driver = opener(uri.format(page=listening))
    assert type(driver) is kind
    driver.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("profile", "width_px"), [("", 576), ("?profile=80mm", 576), ("?profile=58mm", 384), ("?profile=epson-tm-t20", 576)]
)
def test_the_profile_is_the_papers_width(profile: str, width_px: int) -> None:
    assert registry.open_printer(f"fake:{profile}").width_px == width_px


@pytest.mark.parametrize(
    ("profile", "draws"), [("", False), ("?profile=58mm-qr", True), ("?profile=epson-tm-t20", True)]
)
def test_the_profile_says_whether_the_printer_draws_codes(profile: str, draws: bool) -> None:
    assert registry.open_printer(f"fake:{profile}").draws_codes is draws


@pytest.mark.parametrize(
    ("opener", "uri"),
    [
        (registry.open_scanner, "unix:{empty}/scanner"),
        (registry.open_scanner, "evdev:{empty}/usb-Sample-event-kbd"),
        (registry.open_printer, "tcp://127.0.0.1:9?profile=80mm"),
        (registry.open_panel, "unix:{empty}/panel"),
        (open_display, "unix:{empty}/display"),
    ],
)
def test_where_nobody_answers_the_device_is_absent(opener: Opener, uri: str, tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError):
        opener(uri.format(empty=tmp_path))


@pytest.mark.parametrize("understand", EVERY_KIND)
@pytest.mark.parametrize("uri", ["", "fake", "cups:printer", "://"])
def test_an_unknown_scheme_is_answered_with_the_known_ones(understand: Opener, uri: str) -> None:
    with pytest.raises(ValueError, match=r"no .+ is called .*begins with one of .*fake:"):
        understand(uri)


@pytest.mark.parametrize(
    ("understand", "uri", "sentence"),
    [
        (registry.scanner, "evdev:", "evdev:auto or"),
        (registry.scanner, "evdev:event3", "evdev:auto or"),
        (registry.scanner, "unix:", "whole path"),
        (registry.scanner, "unix:/" + "x" * 107, "at most 107 bytes"),
        (registry.printer, "tcp://", "tcp://host"),
        (registry.printer, "tcp:9100", "tcp://host"),
        (registry.printer, "tcp://printer:0", "tcp://host"),
        (registry.printer, "tcp://printer:99999", "Port out of range"),
        (registry.printer, "tcp://printer/9100", "tcp://host"),
        (registry.printer, "fake:?profile=112mm", "profile is one of 80mm, 58mm"),
        (registry.printer, "tcp://127.0.0.1:9?raster=dots", "raster is one of strips, bands"),
        (registry.printer, "file:lp0", "a printer's device is file:/dev/usb/lp0"),
        (registry.printer, "usb:04b8", "a USB printer is usb:04b8:0e15"),
        (registry.printer, "usb:04b8:0e15?width=576", "options nobody knows: width"),
        (registry.printer, "serial:ttyS0", "a serial printer is serial:/dev/ttyUSB0"),
        (registry.printer, "serial:/dev/ttyS0?baud=9600", "baud is one of 19200"),
        (registry.printer, "fake:?paper=80mm", "options nobody knows: paper"),
        (registry.panel, "gpio:", "names each of its pins once"),
        (registry.panel, "gpio:status=17,card=27,paper=22,call=23", "names each of its pins once"),
        (registry.panel, "gpio:status=17,card=27,paper=22,call=23,tamper=x", "names each of its pins once"),
        (registry.panel, "gpio:status=1,card=2,paper=3,call=4,tamper=5,tamper=6", "names each of its pins once"),
        (registry.panel, "gpio:status=17,card=17,paper=22,call=23,tamper=24", "on one pin"),
        (registry.panel, "fake:?rotation=90", "options nobody knows: rotation"),
        (display, "pygame:", "is one of kmsdrm, window, dummy"),
        (display, "pygame:dummy?rotation=45", "rotation is one of 0, 90, 180, 270"),
        (display, "pygame:dummy?rotation", "bad query field"),
    ],
)
def test_an_address_half_right_is_answered_with_what_is_wrong_before_anything_is_opened(
    understand: Opener, uri: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        understand(uri)


@pytest.mark.parametrize(
    ("understand", "uri"),
    [
        (registry.card_reader, "pcsc:"),
        (registry.card_reader, "pcsc:ACS ACR39U"),
        (registry.scanner, "evdev:auto"),
        (registry.scanner, "evdev:/dev/input/by-id/usb-Sample-event-kbd"),
        (registry.scanner, "unix:/nowhere/scanner"),
        (registry.printer, "tcp://127.0.0.1:9?profile=80mm"),
        (registry.printer, "tcp://[::1]"),
        (registry.printer, "file:/dev/usb/lp0?raster=bands"),
        (registry.printer, "serial:/dev/ttyUSB0?baud=19200&profile=58mm"),
        (registry.panel, "gpio:status=17,card=27,paper=22,call=23,tamper=24"),
        (registry.panel, "unix:/nowhere/panel"),
        (display, "pygame:kmsdrm?rotation=90"),
        (display, "unix:/nowhere/display"),
    ],
)
def test_an_address_is_understood_where_the_device_is_not(understand: Opener, uri: str) -> None:
    assert callable(understand(uri))


def test_what_was_understood_opens_a_fresh_device_each_time() -> None:
    opened = registry.scanner("fake:")
    assert opened() is not opened()


def test_nothing_is_loaded_that_was_not_asked_for() -> None:
    program = (
        "import sys; from drivers import registry as r; r.open_scanner('fake:').close();"
        "r.card_reader('pcsc:'); r.scanner('evdev:auto'); r.printer('tcp://printer');"
        "r.panel('gpio:status=17,card=27,paper=22,call=23,tamper=24'); r.display('unix:/nowhere', (1, 1));"
        "print(*({'pygame', 'gpiozero', 'lgpio', 'evdev', 'smartcard', 'escpos'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout.strip() == ""
