"""One rig for each Scanner: the hand at a fake, at a socket, at an input device."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.fake import FakeScanner
from drivers.scanner.stream import StreamScanner
from drivers.scanner.virtual import keystrokes, overrun
from tests.contract.scanner import ScannerRig


class PretendInputDevice:
    """What the kernel offers of one input device, on a socket pair: this machine has no ``/dev/input``."""

    def __init__(self) -> None:
        self._read_end, self.write_end = socket.socketpair()
        self._read_end.setblocking(False)
        self.held: list[int] = []
        self.grabs: list[bool] = []

    def fileno(self) -> int:
        return self._read_end.fileno()

    def active_keys(self) -> list[int]:
        return list(self.held)

    def grab(self) -> None:
        self.grabs.append(True)

    def ungrab(self) -> None:
        self.grabs.append(False)

    def close(self) -> None:
        self._read_end.close()


class _Hand:
    """Writes what a scanner would type, some of it lost when asked."""

    def __init__(self, far_end: socket.socket) -> None:
        self._far_end = far_end
        self._loses = False

    def lose_events(self) -> None:
        self._loses = True

    def scan(self, text: str) -> None:
        typed = keystrokes(text, start_s=time.monotonic())
        if self._loses:
            middle = len(typed) // 48 * 24
            typed = typed[:middle] + overrun(start_s=time.monotonic()) + typed[middle + 24 * 4 :]
            self._loses = False
        self._far_end.sendall(typed)


def fake_rig(scanner: FakeScanner) -> ScannerRig:
    return ScannerRig(scanner, scanner.scan, scanner.drop_events, scanner.unplug)


@contextmanager
def stream_rig(directory: Path) -> Iterator[ScannerRig]:
    path = str(directory / "scanner")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        scanner = StreamScanner(path)
        far_end, _ = listener.accept()
    with far_end:
        hand = _Hand(far_end)
        yield ScannerRig(scanner, hand.scan, hand.lose_events, far_end.close)
    scanner.close()


@contextmanager
def evdev_rig() -> Iterator[ScannerRig]:
    device = PretendInputDevice()
    scanner = EvdevScanner("/dev/input/by-id/usb-Sample-event-kbd", open_device=lambda _path: device)
    with device.write_end:
        hand = _Hand(device.write_end)
        yield ScannerRig(scanner, hand.scan, hand.lose_events, device.write_end.close)
    scanner.close()
    assert device.fileno() == -1, "the device was left open"
