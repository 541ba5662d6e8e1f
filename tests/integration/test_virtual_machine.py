"""The virtual kiosk with the real drivers on the other end: what a hand does on the page is what a driver sees."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pygame
import pytest
import qrcode
from PIL import Image, ImageChops
from websockets.sync.client import connect

from drivers import registry
from drivers.display.port import Display, Pressed, Released
from drivers.errors import DeviceAbsentError, DeviceFaultError, Fault
from drivers.panel.port import CallPressed, Light, Pattern, TamperChanged
from drivers.printer.port import Cut, Paper, Raster
from drivers.scanner.port import Scanned
from kiosk.config import read_config
from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk

_WAIT_S = 60.0
_SIZE = (1280, 800)
_SLIP = Raster(576, 40, b"\xf0" * 72 * 40)

_WATCH_CARDS = """
import sys
from drivers import registry
from drivers.errors import DriverError
reader = registry.open_card_reader("pcsc:")
print("open", flush=True)
for _ in sys.stdin:
    try:
        print(type(reader.wait(60)).__name__, flush=True)
    except DriverError as err:
        print(type(err).__name__, flush=True)
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualKiosk]:
    """One for all: starting pcscd takes a second."""
    with virtual_kiosk(tmp_path_factory.mktemp("virtual"), "--no-supervise") as kiosk:
        yield kiosk


@pytest.fixture
def kiosk(running: VirtualKiosk) -> VirtualKiosk:
    """With everything plugged in, closed, filled, and an empty slot."""
    running.post("card/remove")
    for device in ("card", "scanner", "printer", "panel", "display"):
        running.post(f"device/{device}/plug")
    for act in ("refill", "close-cover", "free"):
        running.post(f"printer/{act}")
    running.post("panel/case", open=False)
    return running


def test_what_is_scanned_on_the_page_reaches_the_driver_letter_by_letter(kiosk: VirtualKiosk) -> None:
    scanner = registry.open_scanner(kiosk.devices["scanner"])
    text = "|099400016550100\rREF1\rREF2\r330000 ฟื้นฟู"
    kiosk.post("scan", text=text)
    assert scanner.wait(_WAIT_S) == Scanned(text)
    scanner.close()


def test_what_no_scanner_types_is_refused_and_nothing_is_typed(kiosk: VirtualKiosk) -> None:
    scanner = registry.open_scanner(kiosk.devices["scanner"])
    assert kiosk.ask("scan", text="😀") == (409, {"error": "cannot-type"})
    kiosk.post("scan", text="A1B2")
    assert scanner.wait(_WAIT_S) == Scanned("A1B2")
    scanner.close()


def test_without_a_driver_a_scan_is_refused(kiosk: VirtualKiosk) -> None:
    kiosk.post("device/scanner/unplug")
    assert kiosk.ask("scan", text="A1B2") == (409, {"error": "not-connected"})


def test_pulling_a_plug_is_an_absent_device_and_plugging_in_brings_it_back(kiosk: VirtualKiosk) -> None:
    scanner = registry.open_scanner(kiosk.devices["scanner"])
    panel = registry.open_panel(kiosk.devices["panel"])
    display = registry.open_display(kiosk.devices["display"], _SIZE)
    for device in ("scanner", "panel", "display"):
        kiosk.post(f"device/{device}/unplug")
    with pytest.raises(DeviceAbsentError):
        scanner.wait(_WAIT_S)
    with pytest.raises(DeviceAbsentError):
        panel.wait(_WAIT_S)
    with pytest.raises(DeviceAbsentError):
        display.poll()
    with pytest.raises(DeviceAbsentError):
        registry.open_scanner(kiosk.devices["scanner"])
    kiosk.post("device/scanner/plug")
    again = registry.open_scanner(kiosk.devices["scanner"])
    kiosk.post("scan", text="A1B2")
    assert again.wait(_WAIT_S) == Scanned("A1B2")
    for driver in (scanner, panel, display, again):
        driver.close()


def show(display: Display, kiosk: VirtualKiosk) -> None:
    """Present, and poll until the picture is over, as the front desk's loop does: a busy page takes it in parts."""
    before = kiosk.state()["display"]["frames"]
    display.present()
    until_s = time.monotonic() + _WAIT_S
    while kiosk.state()["display"]["frames"] == before and time.monotonic() < until_s:
        assert display.poll() == ()


def test_frames_arrive_exactly_and_touches_return(kiosk: VirtualKiosk) -> None:
    before = kiosk.state()["display"]["frames"]
    display = registry.open_display(kiosk.devices["display"], _SIZE)
    display.canvas.fill((36, 59, 125))
    pygame.draw.rect(display.canvas, (242, 178, 51), (100, 50, 3, 7))
    show(display, kiosk)
    assert kiosk.state()["display"] == {
        "plugged": True, "connected": True, "showing": True, "width": 1280, "height": 800, "frames": before + 1,
    }  # fmt: skip
    seen = Image.open(io.BytesIO(kiosk.get("screen.png")))
    assert (seen.mode, seen.size, seen.tobytes()) == ("RGB", _SIZE, pygame.image.tobytes(display.canvas, "RGB"))
    kiosk.post("touch", x=1279, y=799)
    assert display.poll() == (Pressed(1279, 799), Released(1279, 799))
    display.close()


def test_patches_on_the_live_connection_add_up_to_the_screen(kiosk: VirtualKiosk) -> None:
    display = registry.open_display(kiosk.devices["display"], _SIZE)
    before = kiosk.state()["display"]["frames"]
    with connect(kiosk.url.replace("http", "ws") + "live") as live:
        screen = Image.new("RGB", _SIZE)
        for number, box in enumerate([(0, 0, 1280, 800), (640, 400, 2, 2), (0, 799, 1280, 1)]):
            pygame.draw.rect(display.canvas, (number * 90, 200, 30), box)
            show(display, kiosk)
            assert kiosk.state()["display"]["frames"] == before + number + 1
        while screen.tobytes() != pygame.image.tobytes(display.canvas, "RGB"):
            message = live.recv(timeout=_WAIT_S)
            if isinstance(message, bytes) and message[0] == 1:
                left, top = (int.from_bytes(message[at : at + 2], "big") for at in (5, 7))
                screen.paste(Image.open(io.BytesIO(message[13:])), (left, top))
        live.send(json.dumps({"pressed": [5, 6]}))
        live.send(json.dumps({"released": [7, 8]}))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(_touches, display, 2).result(_WAIT_S) == [Pressed(5, 6), Released(7, 8)]
    display.close()


def _touches(display: Display, count: int) -> list[Pressed | Released]:
    found: list[Pressed | Released] = []
    while len(found) < count:
        found += display.poll()
    return found


def test_a_dark_screen_feels_nothing(kiosk: VirtualKiosk) -> None:
    kiosk.post("device/display/unplug")
    assert kiosk.ask("touch", x=1, y=1) == (409, {"error": "not-connected"})


def test_lights_shine_on_the_page_and_the_button_and_the_case_reach_the_driver(kiosk: VirtualKiosk) -> None:
    panel = registry.open_panel(kiosk.devices["panel"])
    with connect(kiosk.url.replace("http", "ws") + "live") as live:
        panel.show(Light.STATUS, Pattern.ON)
        panel.show(Light.CARD, Pattern.SLOW)
        wanted = {
            "status": {"pattern": "on", "lit": True},
            "card": {"pattern": "slow", "lit": True},
            "paper": {"pattern": "off", "lit": False},
        }
        while _lights(live.recv(timeout=_WAIT_S)) != wanted:
            pass
    kiosk.post("panel/press")
    assert panel.wait(_WAIT_S) == CallPressed()
    kiosk.post("panel/case", open=True)
    assert panel.wait(_WAIT_S) == TamperChanged(open=True)
    panel.close()
    again = registry.open_panel(kiosk.devices["panel"])
    assert again.wait(_WAIT_S) == TamperChanged(open=True), "the case is still open"
    again.close()


def _lights(message: str | bytes) -> object:
    return json.loads(message).get("lights") if isinstance(message, str) else None


def test_a_slip_comes_out_row_by_row_and_is_kept_until_taken(kiosk: VirtualKiosk) -> None:
    earlier = len(kiosk.state()["slips"])
    printer = registry.open_printer(kiosk.devices["printer"])
    with connect(kiosk.url.replace("http", "ws") + "live") as live, ThreadPoolExecutor(1) as pool:
        printing = pool.submit(printer.print, (_SLIP, Cut()))
        rows: dict[int, bytes] = {}
        while True:
            message = live.recv(timeout=_WAIT_S)
            if isinstance(message, bytes) and message[0] == 2:
                number, first = int.from_bytes(message[1:5], "big"), int.from_bytes(message[7:11], "big")
                rows[number] = rows.get(number, b"")[: first * 72] + message[11:]
            elif isinstance(message, str) and len(json.loads(message).get("state", {"slips": []})["slips"]) > earlier:
                break
        printing.result(_WAIT_S)
    slip = kiosk.state()["slips"][-1]
    assert slip["taken"] is False
    assert kiosk.state()["printer"]["sheet"] == {"number": slip["number"], "cut": True}
    assert rows[slip["number"]].startswith(_SLIP.rows)
    picture = Image.open(io.BytesIO(kiosk.get(f"slips/{slip['number']}.png")))
    assert picture.size == (576, slip["height_px"])
    kiosk.post(f"slips/{slip['number']}/take")
    assert kiosk.state()["printer"]["sheet"] is None
    assert kiosk.state()["slips"][-1]["taken"] is True
    printer.close()


@pytest.mark.parametrize(
    ("act", "mend", "fault", "shown"),
    [
        ("paper-out", "refill", Fault.PAPER_OUT, {"paper": "out"}),
        ("open-cover", "close-cover", Fault.COVER_OPEN, {"cover_open": True}),
        ("jam", "free", Fault.CUTTER, {"jammed": True}),
    ],
)
def test_what_the_hand_does_to_the_printer_is_a_fault_until_mended(
    kiosk: VirtualKiosk, act: str, mend: str, fault: Fault, shown: dict[str, object]
) -> None:
    kiosk.post(f"printer/{act}")
    assert shown.items() <= kiosk.state()["printer"].items()
    printer = registry.open_printer(kiosk.devices["printer"])
    with pytest.raises(DeviceFaultError) as refused:
        printer.print((_SLIP, Cut()))
    assert refused.value.fault is fault
    printer.close()
    kiosk.post(f"printer/{mend}")
    again = registry.open_printer(kiosk.devices["printer"])
    status = again.wait(_WAIT_S)
    assert status is not None
    assert (status.paper, status.cover_open, status.error) == (Paper.FULL, False, False)
    again.close()


def test_an_unplugged_printer_answers_nobody_and_comes_back_under_its_address(kiosk: VirtualKiosk) -> None:
    printer = registry.open_printer(kiosk.devices["printer"])
    assert printer.wait(_WAIT_S) is not None
    kiosk.post("device/printer/unplug")
    with pytest.raises(DeviceAbsentError):
        printer.wait(_WAIT_S)
    printer.close()
    with pytest.raises(DeviceAbsentError, match="cannot connect"):
        registry.open_printer(kiosk.devices["printer"])
    kiosk.post("device/printer/plug")
    again = registry.open_printer(kiosk.devices["printer"])
    status = again.wait(_WAIT_S)
    assert status is not None
    assert status.paper is Paper.FULL
    again.close()


def test_a_roll_that_ends_amid_a_slip_is_out_from_then_on(kiosk: VirtualKiosk) -> None:
    kiosk.post("printer/paper-out", after_mm=2)
    assert kiosk.state()["printer"]["paper"] == "ending"
    printer = registry.open_printer(kiosk.devices["printer"])
    with pytest.raises(DeviceFaultError):
        printer.print((_SLIP, Cut()))
    printer.close()
    assert kiosk.state()["printer"]["paper"] == "out"


def test_a_slip_tells_what_a_phone_reads_in_it(kiosk: VirtualKiosk) -> None:
    address = "http://127.0.0.1:1/t/sample"
    printer = registry.open_printer(kiosk.devices["printer"])
    for picture in (_slip_with_code(address), _SLIP):
        printer.print((picture, Cut()))
    printer.close()
    with_code, without = (each["number"] for each in kiosk.state()["slips"][-2:])
    assert json.loads(kiosk.get(f"slips/{with_code}/code")) == {"text": address}
    assert json.loads(kiosk.get(f"slips/{without}/code")) == {"text": ""}


def _slip_with_code(text: str) -> Raster:
    code = qrcode.QRCode(box_size=6, border=4)
    code.add_data(text)
    paper = Image.new("1", (576, 400), 1)
    paper.paste(code.make_image().get_image(), (100, 40))
    return Raster(576, 400, ImageChops.invert(paper).tobytes())


def test_cards_go_in_and_out_through_pcscd_and_survive_the_reader_being_unplugged(kiosk: VirtualKiosk) -> None:
    with CardWatcher(kiosk) as watcher:
        kiosk.post("card/insert", citizen="owner")
        assert watcher.next() == "CardInserted"
        assert kiosk.ask("card/insert", citizen="foreign") == (409, {"error": "slot-full"})
        kiosk.post("card/remove")
        assert watcher.next() == "CardRemoved"
        kiosk.post("card/insert", citizen="upside-down")
        assert watcher.next() == "CardMute"
        kiosk.post("card/remove")
        assert watcher.next() == "CardRemoved"
        kiosk.post("card/insert", citizen="owner")
        assert watcher.next() == "CardInserted"
        kiosk.post("device/card/unplug")
        assert watcher.next() == "DeviceAbsentError"
    kiosk.post("device/card/plug")
    assert kiosk.state()["card"]["inside"] == "owner"
    with CardWatcher(kiosk) as watcher:
        assert watcher.next() == "CardInserted"


def test_a_card_nobody_has_is_not_found(kiosk: VirtualKiosk) -> None:
    assert kiosk.ask("card/insert", citizen="emperor") == (404, {"error": "no-such-card"})
    assert kiosk.state()["card"]["inside"] is None


class CardWatcher:
    """The real card driver, in a process of its own: libpcsclite chooses its pcscd once in the life of a process."""

    def __init__(self, kiosk: VirtualKiosk) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WATCH_CARDS],
            env=kiosk.environment,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._patience = threading.Timer(4 * _WAIT_S, self._process.kill)

    def __enter__(self) -> CardWatcher:
        self._patience.start()
        assert self._line() == "open"
        return self

    def __exit__(self, *_: object) -> None:
        self._patience.cancel()
        self._process.kill()
        self._process.communicate()

    def next(self) -> str:
        """The name of the next event, or of the driver's error."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def test_the_log_holds_nothing_that_was_scanned_or_read(kiosk: VirtualKiosk) -> None:
    scanner = registry.open_scanner(kiosk.devices["scanner"])
    kiosk.post("scan", text="1999900000013")
    assert scanner.wait(_WAIT_S) == Scanned("1999900000013")
    kiosk.post("card/insert", citizen="owner")
    scanner.close()
    assert "1999900000013" not in "".join(kiosk.log)
    assert "1999900000013" not in json.dumps(kiosk.state())


def test_the_machine_configuration_is_one_that_the_programs_accept(kiosk: VirtualKiosk) -> None:
    config = read_config(kiosk.kiosk_dir / "machine.toml")
    assert config.kiosk_id == "VIRTUAL-01"
    assert config.data_path == kiosk.kiosk_dir / "data"
    assert config.data_path.is_dir()
    assert config.run_path.is_dir()
    assert config.link.ca_file == str(kiosk.kiosk_dir / "identity" / "ca.pem")


def test_the_network_is_cut_and_restored_between_the_programs_and_the_fleet(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(_WAIT_S)
        far = f"127.0.0.1:{broker.getsockname()[1]}"
        with virtual_kiosk(tmp_path, "--no-supervise", "--broker", far, "--kiosk-id", "CBI-02") as kiosk:
            near = ("127.0.0.1", read_config(kiosk.kiosk_dir / "machine.toml").link.broker_port)
            with socket.create_connection(near, _WAIT_S) as agent, broker.accept()[0] as taken:
                taken.sendall(b"hello")
                assert agent.recv(5) == b"hello"
                assert kiosk.state()["network"] == {"state": "whole", "connections": 1}
                kiosk.post("network/cut")
                with suppress(ConnectionError):
                    assert agent.recv(1) == b""
                assert kiosk.state()["network"]["state"] == "cut"
            kiosk.post("network/restore")
            with socket.create_connection(near, _WAIT_S) as agent, broker.accept()[0] as taken:
                agent.sendall(b"again")
                assert taken.recv(5) == b"again"
        assert kiosk.log == []
