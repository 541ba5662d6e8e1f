"""From the addresses in the machine configuration to drivers: the only list of what there is.

What it is: for each kind of device a table from scheme to a function that opens it.
What it is not: a plug-in system, nor a place where a missing driver is replaced by another.

Rules:

1. An implementation is imported when its scheme is asked for, and not before: a kiosk without GPIO needs no lgpio.
2. An address that cannot be understood is a ValueError with a sentence for the technician who wrote it; a device that
   does not answer is a DriverError, as everywhere.

    card      pcsc:                      pcsc:ACS ACR39U       fake:
    scanner   evdev:auto                 evdev:/dev/input/by-id/usb-...-event-kbd      unix:/path      fake:
    printer   tcp://host:9100?profile=80mm                     fake:?profile=58mm
    panel     gpio:status=17,card=27,paper=22,call=23,tamper=24                        unix:/path      fake:
    display   pygame:kmsdrm?rotation=90  pygame:window         pygame:dummy            unix:/path      fake:

``fake:`` is a device that nothing ever happens to: a kiosk that has none of the kind.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

if TYPE_CHECKING:  # the display's port alone brings pygame with it, and the agent wants none
    from drivers.card.port import CardReader
    from drivers.display.port import Display
    from drivers.panel.port import Panel
    from drivers.printer.port import Printer
    from drivers.scanner.port import Scanner

T = TypeVar("T")

PAPER_WIDTH_PX = {"80mm": 576, "58mm": 384}
"""Printable dots across at 203 dpi (72 mm and 48 mm), by the ``profile`` of a printer's address."""


def open_card_reader(uri: str) -> CardReader:
    """The card reader at ``uri``.

    Raises: ValueError for an address that names none; DriverError when it cannot be opened: try again later.
    """
    return _opener("card reader", uri, {"pcsc": _pcsc, "fake": _fake_card_reader})(_rest(uri))


def open_scanner(uri: str) -> Scanner:
    """The scanner at ``uri``. Raises as ``open_card_reader`` does."""
    return _opener("scanner", uri, {"evdev": _evdev, "unix": _stream_scanner, "fake": _fake_scanner})(_rest(uri))


def open_printer(uri: str) -> Printer:
    """The printer at ``uri``. Raises as ``open_card_reader`` does."""
    return _opener("printer", uri, {"tcp": _tcp_printer, "fake": _fake_printer})(_rest(uri))


def open_panel(uri: str) -> Panel:
    """The panel at ``uri``. Raises as ``open_card_reader`` does."""
    return _opener("panel", uri, {"gpio": _gpio_panel, "unix": _virtual_panel, "fake": _fake_panel})(_rest(uri))


def open_display(uri: str, size: tuple[int, int]) -> Display:
    """The display at ``uri``, with a canvas of ``size`` (width, height in pixels).

    Raises as ``open_card_reader`` does. To be called on the thread that draws.
    """
    table = {"pygame": _pygame_display, "unix": _virtual_display, "fake": _fake_display}
    return _opener("display", uri, table)(_rest(uri), size)


def _opener(kind: str, uri: str, table: dict[str, T]) -> T:
    scheme, colon, _ = uri.partition(":")
    if not colon or scheme not in table:
        known = ", ".join(f"{name}:" for name in table)
        raise ValueError(f"no {kind} is called {uri!r}; its address begins with one of {known}")
    return table[scheme]


def _rest(uri: str) -> str:
    return uri.partition(":")[2]


def _options(rest: str, *allowed: str) -> tuple[str, dict[str, str]]:
    """What stands before the ``?``, and the options behind it."""
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
    return path


# ---- card reader ----------------------------------------------------------------------------------------------------


def _pcsc(name: str) -> CardReader:
    from drivers.card.pcsc import PcscCardReader

    return PcscCardReader(name or None)


def _fake_card_reader(_rest: str) -> CardReader:
    from drivers.card.fake import FakeCardReader

    return FakeCardReader()


# ---- scanner --------------------------------------------------------------------------------------------------------


def _evdev(path: str) -> Scanner:
    from drivers.scanner.evdev import EvdevScanner
    from drivers.scanner.finding import choose, plugged_in

    if path != "auto" and not path.startswith("/"):
        raise ValueError(f"a scanner is evdev:auto or evdev:/dev/input/by-id/..., not evdev:{path}")
    return EvdevScanner(choose(plugged_in()) if path == "auto" else path)


def _stream_scanner(path: str) -> Scanner:
    from drivers.scanner.stream import StreamScanner

    return StreamScanner(_socket_path(path))


def _fake_scanner(_rest: str) -> Scanner:
    from drivers.scanner.fake import FakeScanner

    return FakeScanner()


# ---- printer --------------------------------------------------------------------------------------------------------


def _paper_width_px(options: dict[str, str]) -> int:
    return _chosen("profile", options.get("profile", "80mm"), PAPER_WIDTH_PX)


def _tcp_printer(rest: str) -> Printer:
    from drivers.printer.escpos import EscposPrinter

    address, options = _options(rest, "profile")
    return EscposPrinter.open(f"tcp:{address}", _paper_width_px(options))


def _fake_printer(rest: str) -> Printer:
    from drivers.printer.fake import FakePrinter

    return FakePrinter(_paper_width_px(_options(rest, "profile")[1]))


# ---- panel ----------------------------------------------------------------------------------------------------------


def _gpio_panel(rest: str) -> Panel:
    from drivers.panel.gpio import PanelPins, open_lgpio_panel

    names = [field.name for field in fields(PanelPins)]
    given = [part.partition("=") for part in rest.split(",")]
    try:
        pins = {name: int(number) for name, _, number in given}
    except ValueError:
        pins = {}
    if sorted(pins) != sorted(names) or len(given) != len(names):
        raise ValueError(f"a panel names each of its pins once, as gpio:{','.join(f'{name}=17' for name in names)}")
    return open_lgpio_panel(PanelPins(**pins))


def _virtual_panel(path: str) -> Panel:
    from drivers.panel.virtual import VirtualPanel

    return VirtualPanel(_socket_path(path))


def _fake_panel(_rest: str) -> Panel:
    from drivers.panel.fake import FakePanel

    return FakePanel()


# ---- display --------------------------------------------------------------------------------------------------------


def _pygame_display(rest: str, size: tuple[int, int]) -> Display:
    from drivers.display.pygame_display import PygameDisplay, VideoDriver
    from drivers.display.rotation import ANGLES

    name, options = _options(rest, "rotation")
    driver = _chosen("a pygame display", name, {driver.value: driver for driver in VideoDriver})
    rotation = _chosen("rotation", options.get("rotation", "0"), {str(angle): angle for angle in ANGLES})
    return PygameDisplay(size, rotation=rotation, driver=driver)


def _virtual_display(path: str, size: tuple[int, int]) -> Display:
    from drivers.display.virtual import VirtualDisplay

    return VirtualDisplay(_socket_path(path), size)


def _fake_display(_rest: str, size: tuple[int, int]) -> Display:
    from drivers.display.fake import FakeDisplay

    return FakeDisplay(size)
