"""Which file a USB printer has, on made-up sysfs trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.errors import DeviceAbsentError
from drivers.printer.usb import UsbPrinter
from tests.support.usb_tree import BIXOLON, EPSON, plug


def found(tree: Path, address: str) -> str:
    file = UsbPrinter.parse(address).device_file(tree / "sys", tree / "dev")
    return file.relative_to(tree / "dev").as_posix()


def test_a_printer_is_found_by_what_it_is(tmp_path: Path) -> None:
    plug(tmp_path, "1-1.2", "lp0", EPSON, None)
    plug(tmp_path, "1-1.3", "lp1", BIXOLON, "B1")
    assert found(tmp_path, "04B8:0E15") == "usb/lp0"
    assert found(tmp_path, "1504:006e") == "usb/lp1"


def test_two_alike_are_told_apart_by_serial_number_only(tmp_path: Path) -> None:
    plug(tmp_path, "1-1.2", "lp0", EPSON, "X1")
    plug(tmp_path, "1-1.3", "lp1", EPSON, "X2")
    assert found(tmp_path, "04b8:0e15:X2") == "usb/lp1"
    with pytest.raises(DeviceAbsentError, match="add the serial number"):
        found(tmp_path, "04b8:0e15")


def test_it_is_found_again_under_another_number(tmp_path: Path) -> None:
    plug(tmp_path / "before", "1-1.2", "lp0", EPSON, "X1")
    plug(tmp_path / "after", "1-1.4", "lp3", EPSON, "X1")
    plug(tmp_path / "after", "1-1.2", "lp0", BIXOLON, "X1")
    assert found(tmp_path / "before", "04b8:0e15:X1") == "usb/lp0"
    assert found(tmp_path / "after", "04b8:0e15:X1") == "usb/lp3"


def test_what_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError, match="no USB printer 04b8:0e15 is plugged in"):
        found(tmp_path, "04b8:0e15")
    plug(tmp_path, "1-1.2", "lp0", EPSON, None)
    with pytest.raises(DeviceAbsentError):
        found(tmp_path, "04b8:0e15:X1")


def test_one_that_goes_while_we_look_is_absent(tmp_path: Path) -> None:
    plug(tmp_path, "1-1.2", "lp0", EPSON, None)
    (tmp_path / "sys/devices/usb1/1-1.2/1-1.2:1.0/usbmisc/lp0/device").unlink()
    with pytest.raises(DeviceAbsentError):
        found(tmp_path, "04b8:0e15")


@pytest.mark.parametrize("address", ["", "04b8", "04b8:0e1", "04b8:0e15:", "lp0", "04b8-0e15"])
def test_an_address_nobody_understands_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(ValueError, match="as lsusb shows it"):
        UsbPrinter.parse(address)
