"""A printer behind a device file: over a pseudo-terminal, whose other end plays the printer."""

from __future__ import annotations

import os
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from drivers.printer.device_file import DeviceFileTransport
from drivers.printer.dialogue import Dialogue
from drivers.printer.transport import open_transport
from tests.support.held import assert_nothing_more_than, held


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """The printer's end, and the path of ours."""
    printer, ours = os.openpty()
    tty.setraw(ours)
    yield printer, os.ttyname(ours)
    os.close(ours)
    os.close(printer)


@pytest.mark.parametrize("uri", ["serial:{path}?baud=115200", "serial:{path}", "file:{path}"])
def test_every_byte_passes_both_ways_unchanged(line: tuple[int, str], uri: str) -> None:
    printer, path = line
    transport = open_transport(uri.format(path=path), 1, 1)
    every = bytes(range(256))
    transport.send(every)
    assert os.read(printer, 512) == every
    os.write(printer, every)
    assert transport.receive(1) == every
    transport.close()


def test_a_status_is_read_through_it(line: tuple[int, str]) -> None:
    printer, path = line
    transport = DeviceFileTransport(path, 1, 19200)
    os.write(printer, b"\x12")
    reading = Dialogue(transport, 0.1).read_status()
    assert (reading.printer, reading.is_complete) == (0x12, False)
    transport.close()


def test_silence_and_a_full_line_end_in_time(line: tuple[int, str]) -> None:
    transport = DeviceFileTransport(line[1], 0.2, 115200)
    began_s = time.monotonic()
    assert transport.receive(0.1) == b""
    with pytest.raises(DeviceTimeoutError):
        transport.send(bytes(1 << 20))
    assert time.monotonic() - began_s < 20  # the machine may be busy; without a bound it never ends
    transport.close()


def test_a_line_that_is_pulled_is_absence() -> None:
    printer, ours = os.openpty()
    transport = DeviceFileTransport(os.ttyname(ours), 1, 115200)
    os.close(ours)
    os.close(printer)
    with pytest.raises(DeviceAbsentError):
        transport.receive(1)
    with pytest.raises(DeviceAbsentError):
        transport.send(b"x")
    transport.close()


def test_close_twice_and_nothing_after(line: tuple[int, str]) -> None:
    transport = DeviceFileTransport(line[1], 1)
    transport.close()
    transport.close()
    with pytest.raises(DeviceAbsentError):
        transport.send(b"x")


def test_what_is_no_device_is_absence_and_is_not_made(tmp_path: Path) -> None:
    missing, plain = tmp_path / "lp0", tmp_path / "paper"
    plain.write_bytes(b"")
    before = held()
    for path in (missing, plain, Path("/dev/null")):
        with pytest.raises(DeviceAbsentError):
            DeviceFileTransport(str(path), 1, 19200)
    assert not missing.exists()
    assert_nothing_more_than(before)


@pytest.mark.parametrize(
    "uri", ["file:lp0", "serial:ttyS0", "serial:/dev/ttyS0?baud=9600", "serial:/dev/ttyS0?speed=9600", "usb:1:2"]
)
def test_an_address_that_cannot_be_read_is_a_wrong_setting(uri: str) -> None:
    with pytest.raises(ValueError, match="printer"):
        open_transport(uri, 1, 1)
