"""Waiting, beyond the contract: scans in pieces, the real device's manners, several scanners at once.

What others got wrong, and the test that we do not:

| defect | seen in | test |
| --- | --- | --- |
| of several scanners only the first is read | Odoo IoT | test_two_scanners_at_once_lose_and_mix_nothing |
| state kept in the class: two drivers share it | Odoo IoT | test_two_drivers_share_nothing |
| what is scanned leaks to console or screen | usb_barcode_scanner 9 | test_the_device_is_grabbed |
| grabbed with a key down, which then stays down | evdev 4, evsieve 57 | test_a_device_with_a_key_down_is_grabbed... |
| unplugged: OSError 19, before udev has noticed | evdev 64 | test_gone_before_udev_knows_is_absence |
| read_loop misses events | evdev 101 | test_more_keys_than_one_read_takes_are_all_heard |
| a replugged scanner is not found again | usual | test_a_scanner_plugged_in_later_is_heard |
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from drivers.about import About
from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.finding import Wanted
from drivers.scanner.input_event import EVENT_BYTES, SYN_DROPPED, InputEvent, pack
from drivers.scanner.keys import GAP_S
from drivers.scanner.port import Scanned
from drivers.scanner.reader import LOOK_S, KeyReader, KeySource
from drivers.scanner.stream import StreamScanner
from drivers.scanner.us_keys import KEY_LEFTSHIFT
from drivers.scanner.virtual import key_events, keystrokes
from tests.contract.patience import SOON_S
from tests.contract.scanner_rigs import PretendInputDevice, PretendInputDevices


def until(scanner: EvdevScanner, is_so: Callable[[], bool]) -> None:
    """Listen until it is so; nothing is scanned meanwhile."""
    end_s = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < end_s
        assert scanner.wait(0.02) is None


def settled(text: str) -> bytes:
    """A scan that began when the device had been open for long."""
    return keystrokes(text, start_s=time.monotonic() + 1)


def one(device: PretendInputDevice) -> PretendInputDevices:
    devices = PretendInputDevices(make=lambda: device)
    devices.plug(1)
    return devices


def open_one(device: PretendInputDevice) -> EvdevScanner:
    return EvdevScanner(Wanted(), devices=one(device))


def test_a_scan_under_way_survives_the_end_of_a_wait() -> None:
    device = PretendInputDevice()
    scanner = open_one(device)
    typed = settled("10180000125417")
    device.write_end.sendall(typed[: EVENT_BYTES * 10 + 7])  # in the middle of a key, and of an event
    assert scanner.wait(0) is None
    device.write_end.sendall(typed[EVENT_BYTES * 10 + 7 :])
    assert scanner.wait(SOON_S) == Scanned("10180000125417")
    scanner.close()
    device.write_end.close()


def test_more_keys_than_one_read_takes_are_all_heard() -> None:
    device = PretendInputDevice()
    scanner = open_one(device)
    texts = [f"{number:014d}" for number in range(40)]
    start_s = time.monotonic() + 1
    typed = pack(
        event
        for number, text in enumerate(texts)
        for event in key_events(text, start_s=start_s + number * 0.02, interval_s=0.0005)
    )
    assert len(typed) > 4 * 256 * EVENT_BYTES
    device.write_end.sendall(typed)
    assert [scanner.wait(SOON_S) for _ in texts] == [Scanned(text) for text in texts]
    scanner.close()
    device.write_end.close()


# ---- the real device's manners


def test_the_device_is_grabbed() -> None:
    device = PretendInputDevice()
    open_one(device).close()
    assert device.grabs == [True]
    device.write_end.close()


def test_a_device_with_a_key_down_is_grabbed_when_the_key_is_up() -> None:
    class LetGoOnceSeen(PretendInputDevice):
        def active_keys(self) -> list[int]:
            held = super().active_keys()
            if held:
                assert self.grabs == []
                self.held = []
                self.write_end.sendall(keystrokes("")[-2 * EVENT_BYTES :])
            return held

    device = LetGoOnceSeen()
    device.held = [28]
    open_one(device).close()
    assert device.grabs == [True]
    device.write_end.close()


def test_a_key_pressed_just_before_the_grab_gives_it_back() -> None:
    class PressedMeanwhile(PretendInputDevice):
        def grab(self) -> None:
            super().grab()
            self.held = [28] if self.grabs == [True] else []
            self.write_end.sendall(keystrokes("")[-2 * EVENT_BYTES :])

        def ungrab(self) -> None:
            super().ungrab()
            self.held = []

    device = PressedMeanwhile()
    open_one(device).close()
    assert device.grabs == [True, False, True]
    device.write_end.close()


def test_a_key_that_stays_down_is_a_timeout_and_leaves_nothing_open() -> None:
    device = PretendInputDevice()
    device.held = [28]
    with pytest.raises(DeviceTimeoutError):
        open_one(device)
    assert device.grabs == []
    assert device.fileno() == -1
    device.write_end.close()


def test_a_scan_that_began_before_we_listened_is_not_believed() -> None:
    end_s = time.monotonic() + SOON_S
    while True:
        began_s, device = time.monotonic(), PretendInputDevice()
        scanner, start_s = open_one(device), time.monotonic()
        if start_s - began_s < GAP_S:
            break
        assert start_s < end_s, "this machine is always busy for longer than a scan pauses"
        scanner.close()
        device.write_end.close()
    device.write_end.sendall(keystrokes("125417", start_s=start_s))  # the end of 10180000125417
    assert scanner.wait(0.2) is None
    device.write_end.sendall(keystrokes("10180000125417", start_s=time.monotonic()))
    assert scanner.wait(SOON_S) == Scanned("10180000125417")
    scanner.close()
    device.write_end.close()


def test_after_lost_events_the_device_is_asked_what_is_held() -> None:
    class Asked(PretendInputDevice):
        times = 0

        def active_keys(self) -> list[int]:
            self.times += 1
            return super().active_keys()

    device = Asked()
    scanner = open_one(device)
    before = device.times
    until(scanner, lambda: device.times > before)
    device.held, before = [KEY_LEFTSHIFT], device.times
    device.write_end.sendall(pack([InputEvent(0, SYN_DROPPED, 0, time.monotonic())]))
    until(scanner, lambda: device.times > before)
    device.write_end.sendall(settled("abc"))
    assert scanner.wait(SOON_S) == Scanned("ABC")
    scanner.close()
    device.write_end.close()


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
    scanner = open_one(device)
    with pytest.raises(DeviceAbsentError, match="unplugged"):
        scanner.wait(1)
    scanner.close()
    device.write_end.close()


def test_gone_before_udev_knows_is_absence() -> None:
    devices = PretendInputDevices()
    node = devices.plug(1)
    devices.pull(node, udev_knows=False)
    with pytest.raises(DeviceAbsentError, match=r"cannot open .*No such device"):
        EvdevScanner(Wanted(), devices=devices)


def test_a_device_that_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError, match=r"no barcode scanner is plugged in$"):
        EvdevScanner(Wanted(), devices=PretendInputDevices())
    with pytest.raises(DeviceAbsentError, match="nobody answers"):
        StreamScanner(str(tmp_path / "none"))


def test_devices_we_may_not_open_are_counted_in_the_reason() -> None:
    with pytest.raises(DeviceAbsentError, match="2 devices may not be opened, which takes group input"):
        EvdevScanner(Wanted(), devices=PretendInputDevices(barred=2))


# ---- several at once


def test_two_scanners_at_once_lose_and_mix_nothing() -> None:
    devices = PretendInputDevices()
    nodes = devices.plug(1), devices.plug(2)
    scanner = EvdevScanner(Wanted(), devices=devices)
    texts = [[f"{which}018{number:010d}" for number in range(30)] for which in (1, 2)]
    start_s = time.monotonic() + 1
    typed = [
        b"".join(keystrokes(text, start_s=start_s + number * 0.2) for number, text in enumerate(each)) for each in texts
    ]
    step = EVENT_BYTES * 3

    def type_in_turns() -> None:
        for at in range(0, max(map(len, typed)), step):  # key by key, as two hands would
            for node, keys in zip(nodes, typed, strict=True):
                devices.cables[node].write_end.sendall(keys[at : at + step])

    hands = threading.Thread(target=type_in_turns)
    hands.start()
    heard = [scanner.wait(SOON_S) for _ in range(60)]
    hands.join()
    assert [scan.text for scan in heard if scan and scan.text[0] == "1"] == texts[0]
    assert [scan.text for scan in heard if scan and scan.text[0] == "2"] == texts[1]
    scanner.close()
    devices.close()


@pytest.mark.parametrize("pulled", [0, 1])
def test_unplugging_one_in_the_middle_of_a_scan_leaves_the_other(pulled: int) -> None:
    devices = PretendInputDevices()
    nodes = [devices.plug(1), devices.plug(2)]
    scanner = EvdevScanner(Wanted(), devices=devices)
    half, stays = nodes.pop(pulled), nodes[0]
    devices.cables[half].write_end.sendall(settled("10180000125417")[: EVENT_BYTES * 20])
    devices.pull(half, udev_knows=False)
    devices.cables[stays].write_end.sendall(settled("F20000001"))
    assert scanner.wait(SOON_S) == Scanned("F20000001")
    assert scanner.about().port == devices.listed[stays].path
    devices.pull(stays)
    with pytest.raises(DeviceAbsentError):
        scanner.wait(1)
    scanner.close()
    devices.close()


def test_a_scan_heard_from_one_before_all_are_pulled_is_handed_out() -> None:
    devices = PretendInputDevices()
    nodes = devices.plug(1), devices.plug(2)
    scanner = EvdevScanner(Wanted(), devices=devices)
    two = pack([*key_events("F20000001", start_s=time.monotonic() + 1), *key_events("x", start_s=time.monotonic() + 9)])
    devices.cables[nodes[0]].write_end.sendall(two)
    for node in nodes:
        devices.pull(node)
    assert scanner.wait(SOON_S) == Scanned("F20000001")
    with pytest.raises(DeviceAbsentError):
        scanner.wait(1)
    scanner.close()
    devices.close()


def test_a_scanner_plugged_in_later_is_heard() -> None:
    class TypesAtOnce(PretendInputDevice):
        def grab(self) -> None:
            super().grab()
            self.write_end.sendall(settled("F20000001"))

    devices = PretendInputDevices()
    devices.plug(1)
    scanner = EvdevScanner(Wanted(), devices=devices)
    devices.make = TypesAtOnce
    devices.plug(2)
    assert scanner.wait(SOON_S) == Scanned("F20000001")
    assert scanner.about().port == ", ".join(candidate.path for candidate in devices.listed.values())
    scanner.close()
    devices.close()


def test_a_scanner_is_found_again_where_it_is_plugged_in_again() -> None:
    devices = PretendInputDevices()
    stays, replugged = devices.plug(1), devices.plug(2)
    scanner = EvdevScanner(Wanted(), devices=devices)
    first = devices.cables[replugged]
    devices.pull(replugged, udev_knows=False)
    assert scanner.wait(0.05) is None
    assert first.fileno() == -1
    devices.plug(2)
    until(scanner, lambda: replugged in devices.cables)
    devices.cables[replugged].write_end.sendall(settled("F20000001"))
    assert scanner.wait(SOON_S) == Scanned("F20000001")
    assert devices.cables[stays].grabs == [True]  # the other was left in peace
    scanner.close()
    devices.close()


def test_a_key_held_on_a_newcomer_does_not_hold_up_the_others() -> None:
    class Held(PretendInputDevice):
        def __init__(self) -> None:
            super().__init__()
            self.held = [28] if len(made) else []
            made.append(self)

    made: list[PretendInputDevice] = []
    devices = PretendInputDevices(make=Held)
    first = devices.plug(1)
    scanner = EvdevScanner(Wanted(), devices=devices)
    devices.plug(2)
    until(scanner, lambda: len(made) == 2)
    assert [device.fileno() == -1 for device in made] == [False, True]
    devices.cables[first].write_end.sendall(settled("F20000001"))
    assert scanner.wait(SOON_S) == Scanned("F20000001")
    scanner.close()
    devices.close()


def test_two_drivers_share_nothing() -> None:
    devices = PretendInputDevices(), PretendInputDevices()
    nodes = [each.plug(1) for each in devices]
    scanners = [EvdevScanner(Wanted(), devices=each) for each in devices]
    devices[0].cables[nodes[0]].write_end.sendall(settled("F20000001"))
    assert scanners[1].wait(0.1) is None
    assert scanners[0].wait(SOON_S) == Scanned("F20000001")
    scanners[0].close()
    devices[1].cables[nodes[1]].write_end.sendall(settled("F20000002"))
    assert scanners[1].wait(SOON_S) == Scanned("F20000002")
    scanners[1].close()
    for each in devices:
        each.close()


def test_a_scanner_tells_what_and_where_it_is() -> None:
    devices = PretendInputDevices()
    devices.plug(1, "Honeywell 1450g Scanner")
    devices.plug(2, "Zebra DS2208 Scanner")
    scanner = EvdevScanner(Wanted(), devices=devices)
    assert scanner.about() == About(
        "Honeywell 1450g Scanner, Zebra DS2208 Scanner",
        None,
        "/dev/input/by-id/usb-Sample_1-event-kbd, /dev/input/by-id/usb-Sample_2-event-kbd",
    )
    scanner.close()
    devices.close()


# ---- a source that plays a part


class Scripted:
    """A source that always has something to read: what the script says, then nothing."""

    opened_s = None

    def __init__(self, *script: bytes, pace_s: float = 0.0, is_pulled_when_asked: bool = False) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._theirs.sendall(b"!")
        self._script = list(script)
        self._pace = threading.Event()
        self._pace_s = pace_s
        self._is_pulled_when_asked = is_pulled_when_asked

    @property
    def is_done(self) -> bool:
        return not self._script

    def fileno(self) -> int:
        return self._ours.fileno()

    def read(self) -> bytes:
        self._pace.wait(self._pace_s)
        return self._script.pop(0) if self._script else b""

    def held_keys(self) -> tuple[int, ...]:
        if self._is_pulled_when_asked:
            raise DeviceAbsentError("scanner", "unplugged")
        return ()

    def about(self) -> About:
        return About()

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()


def test_others_are_looked_for_between_scans_and_never_within_one() -> None:
    """A scan longer than ``LOOK_S``: what takes time then would let the kernel's buffer run over."""
    keys = keystrokes("1" * 120)
    each = EVENT_BYTES * 2
    source = Scripted(*(keys[at : at + each] for at in range(0, len(keys), each)), pace_s=0.005)
    looks: list[bool] = []

    def others(held: Collection[str]) -> dict[str, KeySource]:
        assert set(held) == {"here"}
        looks.append(source.is_done)
        return {}

    began_s = time.monotonic()
    reader = KeyReader({"here": source}, device="scanner", others=others)
    assert reader.wait(SOON_S) == Scanned("1" * 120)
    assert time.monotonic() - began_s > LOOK_S
    assert looks == []
    assert reader.wait(0.1) is None
    assert looks == [True]
    reader.close()


def test_a_scan_is_handed_out_before_the_absence_that_came_with_it() -> None:
    late = pack([InputEvent(0, SYN_DROPPED, 0, 1.0), InputEvent(0, 0, 0, 1.0), *key_events("F20000001", start_s=2.0)])
    reader = KeyReader({"here": Scripted(late, is_pulled_when_asked=True)}, device="scanner")
    assert reader.wait(SOON_S) == Scanned("F20000001")
    reader.close()
