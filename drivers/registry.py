"""From the addresses in the machine configuration to drivers: the only list of what there is.

What it is: for each kind of device a table from scheme to a function that understands the rest of the address.
What it is not: a plug-in system, nor a place where a missing driver is replaced by another.

Rules:

1. Two steps, at two times. ``printer(uri)`` understands the address, when the program starts: one that cannot be
   understood is a ValueError with a sentence for the technician who wrote it. What it returns opens the device, as
   often as wanted and on the thread that will use it: all that leaves it is a DriverError, as everywhere.
2. An implementation is imported when its device is opened, and not before: a kiosk without GPIO needs no lgpio, and
   the first frame waits for no library but the screen's.

    card      pcsc:                      pcsc:ACS ACR39U       fake:
    scanner   evdev:auto                 evdev:/dev/input/by-id/usb-...-event-kbd      unix:/path      fake:
              evdev:0c2e:0901            evdev:05e0:1200,/dev/input/by-path/...
    printer   tcp://host:9100?profile=80mm&raster=strips       fake:?profile=58mm
              usb:04b8:0e15                usb:04b8:0e15:SERIAL?profile=epson-tm-t20
              file:/dev/usb/lp0            serial:/dev/ttyUSB0?baud=115200&profile=58mm
    panel     gpio:status=17,card=27,paper=22,call=23,tamper=24[,buzzer=25][,fan=18]   unix:/path      fake:
    display   pygame:kmsdrm?rotation=90  pygame:window         pygame:dummy            unix:/path      fake:

``fake:`` is a device that nothing ever happens to: a kiosk that has none of the kind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:  # the display's port alone brings pygame with it, and the agent wants none
    from drivers.card.port import CardReader
    from drivers.display.port import Display
    from drivers.panel.port import Panel
    from drivers.printer.port import Printer
    from drivers.printer.profile import Profile
    from drivers.scanner.port import Scanner

T = TypeVar("T")

_SOCKET_PATH_BYTES_MAX = 107
"""Of a Unix socket's name on Linux (``struct sockaddr_un``), its closing zero byte not counted."""


def card_reader(uri: str) -> Callable[[], CardReader]:
    """What opens the card reader at ``uri``: a fresh one at each call, or a DriverError (try again later).

    Raises: ValueError for an address that names none; a person must correct it.
    """
    return _understood("card reader", uri, {"pcsc": _pcsc, "fake": _fake_card_reader})


def scanner(uri: str) -> Callable[[], Scanner]:
    """What opens the scanner at ``uri``. Raises as ``card_reader`` does."""
    return _understood("scanner", uri, {"evdev": _evdev, "unix": _stream_scanner, "fake": _fake_scanner})


def printer(uri: str) -> Callable[[], Printer]:
    """What opens the printer at ``uri``. Raises as ``card_reader`` does."""
    table = {
        "tcp": _tcp_printer,
        "usb": _usb_printer,
        "file": _file_printer,
        "serial": _serial_printer,
        "fake": _fake_printer,
    }
    return _understood("printer", uri, table)


def panel(uri: str) -> Callable[[], Panel]:
    """What opens the panel at ``uri``. Raises as ``card_reader`` does."""
    return _understood("panel", uri, {"gpio": _gpio_panel, "unix": _virtual_panel, "fake": _fake_panel})


def display(uri: str, size: tuple[int, int]) -> Callable[[], Display]:
    """What opens the display at ``uri``, with a canvas of ``size`` (width, height in pixels), on the thread that draws.

    Raises as ``card_reader`` does.
    """
    table = {"pygame": _pygame_display, "unix": _virtual_display, "fake": _fake_display}
    opened = _understood("display", uri, table)
    return lambda: opened(size)


def open_card_reader(uri: str) -> CardReader:
    """The card reader at ``uri``, both steps at once. Raises: ValueError and DriverError as they do."""
    return card_reader(uri)()


def open_scanner(uri: str) -> Scanner:
    """The scanner at ``uri``. Raises as ``open_card_reader`` does."""
    return scanner(uri)()


def open_printer(uri: str) -> Printer:
    """The printer at ``uri``. Raises as ``open_card_reader`` does."""
    return printer(uri)()


def open_panel(uri: str) -> Panel:
    """The panel at ``uri``. Raises as ``open_card_reader`` does."""
    return panel(uri)()


def open_display(uri: str, size: tuple[int, int]) -> Display:
    """The display at ``uri``. Raises as ``open_card_reader`` does."""
    return display(uri, size)()


def _understood(kind: str, uri: str, table: Mapping[str, Callable[[str], T]]) -> T:
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in table:
        known = ", ".join(f"{name}:" for name in table)
        raise ValueError(f"no {kind} is called {uri!r}; its address begins with one of {known}")
    return table[scheme](rest)


def _options(rest: str, *allowed: str) -> tuple[str, dict[str, str]]:
    """What stands before the ``?``, and the options behind it; an option nobody knows is refused."""
    body, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    if unknown := options.keys() - set(allowed):
        raise ValueError(f"{rest!r} has options nobody knows: {', '.join(sorted(unknown))}")
    return body, options


def _chosen(option: str, value: str, choices: dict[str, T]) -> T:
    if value not in choices:
        raise ValueError(f"{option} is one of {', '.join(choices)}, not {value!r}")
    return choices[value]


def _socket_path(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(f"a socket is named by its whole path, as unix:/run/sala/scanner, not by {path!r}")
    if len(os.fsencode(path)) > _SOCKET_PATH_BYTES_MAX:
        raise ValueError(f"a socket's path has at most {_SOCKET_PATH_BYTES_MAX} bytes, more than {path!r} has")
    return path


# ---- card reader ----------------------------------------------------------------------------------------------------


def _pcsc(name: str) -> Callable[[], CardReader]:
    def opened() -> CardReader:
        from drivers.card.pcsc import PcscCardReader

        return PcscCardReader(name or None)

    return opened


def _fake_card_reader(rest: str) -> Callable[[], CardReader]:
    _options(rest)

    def opened() -> CardReader:
        from drivers.card.fake import FakeCardReader

        return FakeCardReader()

    return opened


# ---- scanner --------------------------------------------------------------------------------------------------------


def _evdev(rest: str) -> Callable[[], Scanner]:
    from drivers.scanner.finding import parse_wanted

    wanted = parse_wanted(rest)

    def opened() -> Scanner:
        from drivers.scanner.evdev import EvdevScanner

        return EvdevScanner(wanted)

    return opened


def _stream_scanner(rest: str) -> Callable[[], Scanner]:
    path = _socket_path(rest)

    def opened() -> Scanner:
        from drivers.scanner.stream import StreamScanner

        return StreamScanner(path)

    return opened


def _fake_scanner(rest: str) -> Callable[[], Scanner]:
    _options(rest)

    def opened() -> Scanner:
        from drivers.scanner.fake import FakeScanner

        return FakeScanner()

    return opened


# ---- printer --------------------------------------------------------------------------------------------------------


_PRINTER_SPEEDS = ("19200", "38400", "57600", "115200")


def _printer_profile(options: dict[str, str]) -> Profile:
    from drivers.printer.profile import DEFAULT, PROFILES

    return _chosen("profile", options.get("profile", DEFAULT), PROFILES)


def _tcp_printer(rest: str) -> Callable[[], Printer]:
    address, options = _options(rest, "profile", "raster")
    parts = urlsplit(address)
    if not parts.hostname or parts.path or parts.port == 0:  # ``port`` itself refuses letters and what is too high
        raise ValueError(f"a network printer is tcp://host or tcp://host:9100, not tcp:{address}")
    return _escpos_printer(f"tcp:{address}", options)


def _usb_printer(rest: str) -> Callable[[], Printer]:
    from drivers.printer.usb import UsbPrinter

    address, options = _options(rest, "profile", "raster")
    return _escpos_printer(f"usb:{UsbPrinter.parse(address)}", options)


def _file_printer(rest: str) -> Callable[[], Printer]:
    path, options = _options(rest, "profile", "raster")
    if not path.startswith("/"):
        raise ValueError(f"a printer's device is file:/dev/usb/lp0, its whole path, not file:{path}")
    return _escpos_printer(f"file:{path}", options)


def _serial_printer(rest: str) -> Callable[[], Printer]:
    path, options = _options(rest, "profile", "raster", "baud")
    baud = _chosen("baud", options.get("baud", "115200"), {speed: speed for speed in _PRINTER_SPEEDS})
    if not path.startswith("/"):
        raise ValueError(f"a serial printer is serial:/dev/ttyUSB0, its line's whole path, not serial:{path}")
    return _escpos_printer(f"serial:{path}?baud={baud}", options)


def _escpos_printer(uri: str, options: dict[str, str]) -> Callable[[], Printer]:
    from drivers.printer.memory import Past

    strips = _chosen("raster", options.get("raster", "strips"), {"strips": True, "bands": False})
    profile = replace(_printer_profile(options), strips=strips)
    past = Past()  # one for all connections

    def opened() -> Printer:
        from drivers.printer.escpos import EscposPrinter

        return EscposPrinter.open(uri, profile, past=past)

    return opened


def _fake_printer(rest: str) -> Callable[[], Printer]:
    profile = _printer_profile(_options(rest, "profile")[1])

    def opened() -> Printer:
        from drivers.printer.fake import FakePrinter

        return FakePrinter(profile.width_px, draws_codes=profile.native_qr)

    return opened


# ---- panel ----------------------------------------------------------------------------------------------------------


def _gpio_panel(rest: str) -> Callable[[], Panel]:
    from drivers.panel.pins import PanelPins

    names = {field.name for field in fields(PanelPins)}
    needed = {field.name for field in fields(PanelPins) if field.default is MISSING}
    given = [part.partition("=") for part in rest.split(",")]
    try:
        numbers = {name: int(number) for name, _, number in given}
    except ValueError:
        numbers = {}
    if not needed <= numbers.keys() <= names or len(given) != len(numbers):
        raise ValueError(
            "a panel names each of its pins once, as gpio:status=17,card=27,paper=22,call=23,tamper=24; "
            "buzzer=25 and fan=18 where there are such"
        )
    pins = PanelPins(**numbers)

    def opened() -> Panel:
        from drivers.panel.gpio import open_lgpio_panel

        return open_lgpio_panel(pins)

    return opened


def _virtual_panel(rest: str) -> Callable[[], Panel]:
    path = _socket_path(rest)

    def opened() -> Panel:
        from drivers.panel.virtual import VirtualPanel

        return VirtualPanel(path)

    return opened


def _fake_panel(rest: str) -> Callable[[], Panel]:
    _options(rest)

    def opened() -> Panel:
        from drivers.panel.fake import FakePanel

        return FakePanel()

    return opened


# ---- display --------------------------------------------------------------------------------------------------------


def _pygame_display(rest: str) -> Callable[[tuple[int, int]], Display]:
    from drivers.display.kernel import KernelScreen
    from drivers.display.pygame_display import PygameDisplay, VideoDriver
    from drivers.display.rotation import ANGLES

    name, options = _options(rest, "rotation")
    driver = _chosen("a pygame display", name, {driver.value: driver for driver in VideoDriver})
    rotation = _chosen("rotation", options.get("rotation", "0"), {str(angle): angle for angle in ANGLES})
    kernel = KernelScreen(Path("/")) if driver is VideoDriver.KMSDRM else None
    return lambda size: PygameDisplay(size, rotation=rotation, driver=driver, kernel=kernel)


def _virtual_display(rest: str) -> Callable[[tuple[int, int]], Display]:
    path = _socket_path(rest)

    def opened(size: tuple[int, int]) -> Display:
        from drivers.display.virtual import VirtualDisplay

        return VirtualDisplay(path, size)

    return opened


def _fake_display(rest: str) -> Callable[[tuple[int, int]], Display]:
    _options(rest)

    def opened(size: tuple[int, int]) -> Display:
        from drivers.display.fake import FakeDisplay

        return FakeDisplay(size)

    return opened
