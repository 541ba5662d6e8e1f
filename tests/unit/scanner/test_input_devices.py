"""Descriptions of devices from ``/dev``, ``/run/udev`` and ``/sys``, on a pretend tree of them."""

from __future__ import annotations

import errno
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drivers.scanner.finding import BUS_USB, TYPING_KEYS, Wanted, choose
from drivers.scanner.input_devices import LinuxInputDevices
from tests.support.held import assert_nothing_more_than, held


@dataclass
class Info:
    bustype: int = BUS_USB
    vendor: int = 0x0C2E
    product: int = 0x0B61
    version: int = 0x0110


@dataclass
class Described:
    """An opened ``evdev.InputDevice``, as far as it is asked for a description."""

    closed: Counter[str]
    path: str
    name: str = "Honeywell 1450g"
    phys: str = "usb-0000:01:00.0-1.2/input0"
    info: Info = field(default_factory=Info)

    def capabilities(self, *, absinfo: bool) -> dict[int, list[int]]:
        assert not absinfo
        return {0: [0, 1, 4], 1: sorted(TYPING_KEYS), 4: [4]}

    def close(self) -> None:
        self.closed[self.path] += 1


@dataclass
class Machine:
    root: Path
    opened: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    error: OSError | None = None

    def __post_init__(self) -> None:
        for folder in ("by-id", "by-path"):
            (self.root / "dev/input" / folder).mkdir(parents=True)
        self.devices = LinuxInputDevices(self.root, self._open)

    def _open(self, node: str) -> Any:
        if self.error is not None:
            raise self.error
        self.opened[node] += 1
        return Described(self.closed, node)

    def plug(self, number: int, *links: str) -> str:
        node = self.root / f"dev/input/event{number}"
        node.touch()
        for link in links:
            (self.root / "dev/input" / link).unlink(missing_ok=True)
            (self.root / "dev/input" / link).symlink_to(f"../event{number}")
        return str(node)

    def usb(self, number: int, *, protocol: str, release: str) -> None:
        """As the kernel lays it out: USB device, its interface, the HID device, the input device."""
        hid = self.root / "sys/devices/usb1/1-1.2/1-1.2:1.0/0003:0C2E:0B61.0001"
        (hid / "input/input7").mkdir(parents=True)
        (hid.parent / "bInterfaceProtocol").write_text(f"{protocol}\n")
        (hid.parent.parent / "bcdDevice").write_text(f"{release}\n")
        (hid / "input/input7/device").symlink_to(hid)
        of_node = self.root / f"sys/class/input/event{number}"
        of_node.mkdir(parents=True)
        (of_node / "device").symlink_to(hid / "input/input7")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_device_is_described_by_kernel_and_udev(machine: Machine) -> None:
    node = machine.plug(5, "by-path/platform-usb-0:1.2:1.0-event-kbd", "by-id/usb-Honeywell_1450g-event-kbd")
    machine.usb(5, protocol="00", release="0104")
    (found,) = machine.devices.present()
    assert (found.node, found.name, found.model) == (node, "Honeywell 1450g", (0x0C2E, 0x0B61))
    assert [Path(name).parent.name for name in found.names] == ["by-id", "by-path"]
    assert found.path.endswith("by-id/usb-Honeywell_1450g-event-kbd")
    assert found.can_type
    assert (found.usb_protocol, found.release, found.mark) == (0, "1.04", None)
    assert found.plug == "usb-0000:01:00.0-1.2"


def test_what_the_tree_does_not_say_is_not_known(machine: Machine) -> None:
    machine.plug(5)
    (found,) = machine.devices.present()
    assert (found.usb_protocol, found.release, found.mark, found.names) == (None, None, None, ())
    assert found.path == found.node


@pytest.mark.parametrize(("word", "mark"), [("1", True), ("0", False), ("maybe", None)])
def test_udevs_mark_is_read(machine: Machine, word: str, mark: bool | None) -> None:
    machine.plug(5)
    assert [found.mark for found in machine.devices.present()] == [None], "udev has not written yet"
    data = machine.root / "run/udev/data"
    data.mkdir(parents=True)
    (data / "c0:0").write_text(f"S:input/by-id/x\nE:ID_INPUT_KEYBOARD=1\nE:SALA_SCANNER={word}\n")  # a plain file: 0:0
    assert [found.mark for found in machine.devices.present()] == [mark]


def test_a_device_is_opened_once_to_be_described_and_closed_again(machine: Machine) -> None:
    node = machine.plug(5)
    for _ in range(3):
        assert len(machine.devices.present()) == 1
    assert machine.opened == machine.closed == {node: 1}


def test_a_node_that_was_made_anew_is_another_device(machine: Machine) -> None:
    node = machine.plug(5)
    machine.devices.present()
    Path(node).unlink()
    assert machine.devices.present() == ()
    machine.plug(5)
    assert len(machine.devices.present()) == 1
    assert machine.opened[node] == 2


def test_links_that_udev_makes_later_are_seen(machine: Machine) -> None:
    node = machine.plug(5)
    assert [found.path for found in machine.devices.present()] == [node]
    machine.plug(5, "by-id/usb-Sample-event-kbd")
    assert [Path(found.path).name for found in machine.devices.present()] == ["usb-Sample-event-kbd"]


def test_twins_that_share_a_name_are_told_apart_by_their_place(machine: Machine) -> None:
    """Two of one model without serial numbers: udev's one link in by-id leads to whichever came last."""
    for number in (5, 6):
        machine.plug(number, "by-id/usb-Sample-event-kbd", f"by-path/usb-0:1.{number}:1.0-event-kbd")
    found = choose(machine.devices.present(), Wanted())
    assert len(found) == len({one.path for one in found}) == 2


def test_what_we_may_not_open_is_counted_until_we_may(machine: Machine) -> None:
    machine.plug(5)
    machine.error = PermissionError(errno.EACCES, "Permission denied")
    assert machine.devices.present() == ()
    assert machine.devices.barred == 1
    machine.error = None
    assert len(machine.devices.present()) == 1
    assert machine.devices.barred == 0


def test_one_that_vanishes_while_we_look_is_left_out(machine: Machine) -> None:
    machine.plug(5)
    machine.error = OSError(errno.ENODEV, "No such device")
    assert machine.devices.present() == ()
    assert machine.devices.barred == 0


def test_a_machine_without_input_devices_has_none(tmp_path: Path) -> None:
    assert LinuxInputDevices(tmp_path / "nothing").present() == ()


def test_what_is_no_input_device_to_the_kernel_is_left_out(tmp_path: Path) -> None:
    """The real library opens it and asks; the descriptor it opened is closed again."""
    (tmp_path / "dev/input").mkdir(parents=True)
    os.mkfifo(tmp_path / "dev/input/event0")
    devices = LinuxInputDevices(tmp_path)
    before = held()
    assert devices.present() == ()
    assert devices.barred == 0
    assert_nothing_more_than(before)
