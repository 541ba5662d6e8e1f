"""One rig for each Scanner: the hand at a fake, at a socket, at one input device, at one of two."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.fake import FakeScanner
from drivers.scanner.finding import BUS_USB, TYPING_KEYS, Candidate, Wanted
from drivers.scanner.input_event import EV_KEY, EVENT_BYTES
from drivers.scanner.port import Scanner
from drivers.scanner.stream import StreamScanner
from drivers.scanner.virtual import keystrokes, overrun
from tests.contract.scanner import ScannerRig

_SETTLED_S = 1.0
"""Stamped so much later than it is written: no scan of ours was under way when the device was opened."""


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


def plugged(number: int, name: str = "Sample Barcode Scanner") -> Candidate:
    """A scanner on its own USB port, as the kernel describes it."""
    return Candidate(
        node=f"/dev/input/event{number}",
        name=name,
        names=(f"/dev/input/by-id/usb-Sample_{number}-event-kbd",),
        bus=BUS_USB,
        phys=f"usb-0000:01:00.0-1.{number}/input0",
        keys=TYPING_KEYS,
        types=frozenset({EV_KEY}),
    )


@dataclass
class PretendInputDevices:
    """A machine's USB ports: what is plugged in, by node."""

    barred: int = 0
    make: Callable[[], PretendInputDevice] = PretendInputDevice
    listed: dict[str, Candidate] = field(default_factory=dict)
    cables: dict[str, PretendInputDevice] = field(default_factory=dict)
    """Of the nodes that were opened, the last opening's."""
    gone: set[str] = field(default_factory=set)
    """The kernel knows already, udev does not: still listed."""

    def plug(self, number: int, name: str = "Sample Barcode Scanner") -> str:
        candidate = plugged(number, name)
        self.listed[candidate.node] = candidate
        self.gone.discard(candidate.node)
        return candidate.node

    def pull(self, node: str, *, udev_knows: bool = True) -> None:
        # First it is not there any more, then it is noticed: who looks again at once must not find it.
        if udev_knows:
            del self.listed[node]
        else:
            self.gone.add(node)
        if (cable := self.cables.pop(node, None)) is not None:
            cable.write_end.close()

    def present(self) -> tuple[Candidate, ...]:
        return tuple(self.listed.values())

    def open(self, node: str) -> PretendInputDevice:
        if node in self.gone:
            raise OSError(errno.ENODEV, "No such device")
        if (before := self.cables.get(node)) is not None:
            before.write_end.close()
        self.cables[node] = self.make()
        return self.cables[node]

    def close(self) -> None:
        for cable in self.cables.values():
            cable.write_end.close()


class _Hand:
    """Writes what a scanner would type, some of it lost when asked, up to where the cable is pulled."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._loses_after: int | None = None

    def lose_events(self, after: int) -> None:
        self._loses_after = after

    def scan(self, text: str) -> None:
        start_s = time.monotonic() + _SETTLED_S
        typed = keystrokes(text, start_s=start_s)
        if self._loses_after is not None:
            cut = self._loses_after * EVENT_BYTES
            typed = typed[:cut] + overrun(start_s=start_s) + typed[cut + EVENT_BYTES * 4 :]
            self._loses_after = None
        self._write(typed)

    def scan_partly(self, text: str, events: int) -> None:
        self._write(keystrokes(text, start_s=time.monotonic() + _SETTLED_S)[: events * EVENT_BYTES])


def fake_rig(scanner: FakeScanner) -> ScannerRig:
    def replug() -> Scanner:
        scanner.close()
        scanner.plug()
        return scanner.open()

    return ScannerRig(scanner, scanner.scan, scanner.drop_events, scanner.unplug, scanner.unplug_within, replug)


@contextmanager
def stream_rig(directory: Path) -> Iterator[ScannerRig]:
    path = str(directory / "scanner")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        scanner = StreamScanner(path)
        far_end, _ = listener.accept()

        def typed(keys: bytes) -> None:
            far_end.sendall(keys)

        def unplug() -> None:
            far_end.close()

        def unplug_within(text: str, events: int) -> None:
            hand.scan_partly(text, events)
            unplug()

        def replug() -> Scanner:
            nonlocal far_end
            rig.scanner.close()
            rig.scanner = StreamScanner(path)
            far_end.close()
            far_end, _ = listener.accept()
            return rig.scanner

        hand = _Hand(typed)
        rig = ScannerRig(scanner, hand.scan, hand.lose_events, unplug, unplug_within, replug)
        yield rig
    far_end.close()
    rig.scanner.close()


@contextmanager
def evdev_rig(*, beside: bool) -> Iterator[ScannerRig]:
    """``beside``: another scanner lies beside the one in the hand, and goes with it when that is unplugged."""
    devices = PretendInputDevices()
    node = devices.plug(1)
    other = devices.plug(2) if beside else None
    scanner = EvdevScanner(Wanted(), devices=devices)

    def typed(keys: bytes) -> None:
        devices.cables[node].write_end.sendall(keys)

    def unplug() -> None:
        devices.pull(node, udev_knows=False)
        if other is not None:
            devices.pull(other, udev_knows=False)

    def unplug_within(text: str, events: int) -> None:
        hand.scan_partly(text, events)
        unplug()

    def replug() -> Scanner:
        rig.scanner.close()
        devices.gone.clear()
        rig.scanner = EvdevScanner(Wanted(), devices=devices)
        return rig.scanner

    hand = _Hand(typed)
    rig = ScannerRig(scanner, hand.scan, hand.lose_events, unplug, unplug_within, replug)
    yield rig
    rig.scanner.close()
    assert all(cable.fileno() == -1 for cable in devices.cables.values()), "a device was left open"
    devices.close()
