"""Waiting, beyond the contract: scans in pieces, the real device's manners, who is the scanner."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.finding import Candidate, choose
from drivers.scanner.port import Scanned
from drivers.scanner.stream import StreamScanner
from drivers.scanner.virtual import keystrokes
from tests.contract.scanner_rigs import PretendInputDevice

PATH = "/dev/input/by-id/usb-Sample-event-kbd"


def test_a_scan_under_way_survives_the_end_of_a_wait() -> None:
    device = PretendInputDevice()
    scanner = EvdevScanner(PATH, open_device=lambda _path: device)
    typed = keystrokes("10180000125417")
    device.write_end.sendall(typed[: 24 * 10 + 7])  # in the middle of a key, and of an event
    assert scanner.wait(0) is None
    device.write_end.sendall(typed[24 * 10 + 7 :])
    assert scanner.wait(1) == Scanned("10180000125417")
    scanner.close()
    device.write_end.close()


def test_the_device_is_grabbed() -> None:
    device = PretendInputDevice()
    EvdevScanner(PATH, open_device=lambda _path: device).close()
    assert device.grabs == [True]
    device.write_end.close()


def test_a_device_with_a_key_down_is_grabbed_when_the_key_is_up() -> None:
    device = PretendInputDevice()
    device.held = [28]

    def let_go() -> None:
        device.held = []
        device.write_end.sendall(keystrokes("")[-48:])

    hand = threading.Timer(0.1, let_go)
    hand.start()
    EvdevScanner(PATH, open_device=lambda _path: device).close()
    assert device.grabs == [True]
    hand.join()
    device.write_end.close()


def test_a_key_pressed_just_before_the_grab_gives_it_back() -> None:
    class PressedMeanwhile(PretendInputDevice):
        def grab(self) -> None:
            super().grab()
            self.held = [28] if self.grabs == [True] else []
            self.write_end.sendall(keystrokes("")[-48:])

        def ungrab(self) -> None:
            super().ungrab()
            self.held = []

    device = PressedMeanwhile()
    EvdevScanner(PATH, open_device=lambda _path: device).close()
    assert device.grabs == [True, False, True]
    device.write_end.close()


def test_a_key_that_stays_down_is_a_timeout_and_leaves_nothing_open() -> None:
    device = PretendInputDevice()
    device.held = [28]
    with pytest.raises(DeviceTimeoutError):
        EvdevScanner(PATH, open_device=lambda _path: device)
    assert device.grabs == []
    assert device.fileno() == -1
    device.write_end.close()


def test_a_device_that_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError, match="cannot open"):
        EvdevScanner(str(tmp_path / "none"))
    with pytest.raises(DeviceAbsentError, match="nobody answers"):
        StreamScanner(str(tmp_path / "none"))


def test_an_error_of_the_kernel_is_absence(tmp_path: Path) -> None:
    class Unreadable(PretendInputDevice):
        """Ready, but a read fails: a directory behaves so, as does a device pulled between wake-up and read."""

        def __init__(self) -> None:
            super().__init__()
            self._directory = os.open(tmp_path, os.O_RDONLY)

        def fileno(self) -> int:
            return self._directory

        def close(self) -> None:
            super().close()
            os.close(self._directory)

    device = Unreadable()
    scanner = EvdevScanner(PATH, open_device=lambda _path: device)
    with pytest.raises(DeviceAbsentError, match="unplugged"):
        scanner.wait(1)
    scanner.close()
    device.write_end.close()


KEYBOARD = Candidate("/dev/input/by-id/usb-Logitech_Keyboard-event-kbd", "Logitech Keyboard", True, True)
SCANNER = Candidate("/dev/input/by-id/usb-Sample_Barcode_Reader-event-kbd", "Sample Barcode Reader", True, True)
PLAIN = Candidate("/dev/input/by-id/usb-WCM_HIDKeyBoard-event-kbd", "WCM HIDKeyBoard", True, False)
BUTTONS = Candidate("/dev/input/by-id/usb-Power_Buttons-event-kbd", "Scan Buttons", False, False)


@pytest.mark.parametrize("candidates", [(KEYBOARD, SCANNER), (SCANNER, PLAIN, KEYBOARD), (SCANNER, BUTTONS)])
def test_a_device_named_like_a_scanner_is_the_scanner(candidates: tuple[Candidate, ...]) -> None:
    assert choose(candidates) == SCANNER.path


def test_else_the_only_keyboard_without_lights() -> None:
    assert choose((KEYBOARD, PLAIN, BUTTONS)) == PLAIN.path


@pytest.mark.parametrize("candidates", [(), (KEYBOARD,), (BUTTONS,)])
def test_a_persons_keyboard_is_never_taken(candidates: tuple[Candidate, ...]) -> None:
    with pytest.raises(DeviceAbsentError, match="no barcode scanner"):
        choose(candidates)


def test_two_that_may_be_are_both_named() -> None:
    other = Candidate("/dev/input/by-id/usb-Zebra-event-kbd", "Zebra", True, False)
    with pytest.raises(DeviceAbsentError, match=r"Sample_Barcode.*Zebra"):
        choose((other, SCANNER))
