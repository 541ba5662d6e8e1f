"""The driver, python-escpos and TCP against the stand-in, where things go wrong in ways the contract does not tell."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceTimeoutError, Fault
from drivers.printer.device_file import DeviceFileTransport
from drivers.printer.escpos import EscposPrinter, Timing
from drivers.printer.memory import Past
from drivers.printer.paper import png
from drivers.printer.port import Cut, Paper, PrinterStatus, Raster
from drivers.printer.stand_in import PrinterStandIn
from drivers.printer.usb import UsbPrinter
from tests.contract.patience import SOON_S
from tests.contract.printer import FINE, OTHER, SLIP, SLIP_PARTS
from tests.contract.printer_rigs import PATIENT, QUICK
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread
from tests.support.serial_cable import serial_cable
from tests.support.usb_tree import EPSON, plug

# White rows that end a picture left open by a lost connection: 128 rows of 72 bytes.
FLUSH_BYTES = 128 * 72


@pytest.fixture
def printer(bench: PrinterBench, request: pytest.FixtureRequest) -> Iterator[EscposPrinter]:
    """Only silence is told by the clock: in its tests the driver gives up soon, in all others hardly ever."""
    tells_silence = "silent" in request.node.name
    printer = EscposPrinter.open(bench.uri, timing=QUICK if tells_silence else PATIENT)
    yield printer
    printer.close()


def test_nobody_listens() -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        with pytest.raises(DeviceAbsentError):
            EscposPrinter.open(f"tcp://127.0.0.1:{placeholder.getsockname()[1]}", timing=PATIENT)


@pytest.mark.parametrize("uri", ["", "127.0.0.1:9100", "lpt://1", "tcp://"])
def test_an_address_we_cannot_read_is_a_wrong_setting(uri: str) -> None:
    with pytest.raises(ValueError, match="printer address"):
        EscposPrinter.open(uri)


@pytest.mark.parametrize("after_bytes", [FLUSH_BYTES + 40, FLUSH_BYTES + 900, FLUSH_BYTES + 3000])
def test_a_line_that_breaks_in_a_slip_costs_that_one_and_not_the_next(after_bytes: int) -> None:
    """Inside a picture or inside a command: what is sent on the next connection is first taken for the rest of it."""
    with printer_on_a_thread() as bench:
        printer = EscposPrinter.open(bench.uri, timing=PATIENT)
        bench.do(lambda p: p.drop_connection_after(after_bytes))
        with pytest.raises(DeviceAbsentError):
            printer.print(SLIP_PARTS)
        printer.close()
        again = EscposPrinter.open(bench.uri, timing=PATIENT)
        assert again.wait(SOON_S) == FINE
        again.print(SLIP_PARTS)
        again.print((OTHER, Cut()))
        again.close()
        *broken_off, first, second = bench.slips
    assert (first, second) == (SLIP, OTHER)
    assert len(broken_off) <= 1


def test_the_test_above_breaks_the_line_inside_a_picture(bench: PrinterBench, printer: EscposPrinter) -> None:
    bench.do(lambda p: p.drop_connection_after(FLUSH_BYTES + 3000))
    with pytest.raises(DeviceAbsentError):
        printer.print(SLIP_PARTS)
    assert bench.do(lambda p: p.inside_picture)


def test_a_slip_broken_off_by_a_fault_is_cut_from_the_next(bench: PrinterBench, printer: EscposPrinter) -> None:
    bench.do(lambda p: p.run_out_of_paper(after_mm=30))
    with pytest.raises(DeviceFaultError):
        printer.print(SLIP_PARTS)
    bench.do(PrinterStandIn.refill)
    printer.print(SLIP_PARTS)
    broken_off, whole = bench.slips
    assert whole == SLIP
    assert broken_off.rows == SLIP.rows[: len(broken_off.rows)]
    # No more than the window was in the printer's hands when the paper ended.
    assert broken_off.height_px <= 30 * 8 + 256


@pytest.mark.parametrize("is_reopened", [False, True], ids=["same connection", "new connection"])
def test_a_printer_that_first_prints_what_it_still_holds_is_waited_for(is_reopened: bool) -> None:
    """At a printer's own speed the answers to the slip before come one by one, while the next is under way."""
    past = Past()
    with printer_on_a_thread(speed_mm_s=100) as slow:
        printer = EscposPrinter.open(slow.uri, past=past)
        slow.do(lambda p: p.run_out_of_paper(after_mm=30))
        with pytest.raises(DeviceFaultError):
            printer.print(SLIP_PARTS)
        if is_reopened:
            printer.close()
            printer = EscposPrinter.open(slow.uri, past=past)
        slow.do(PrinterStandIn.refill)
        printer.print(SLIP_PARTS)
        assert slow.slips[-1] == SLIP, "it was called printed before it was cut"
        printer.close()


def test_a_printer_that_stops_again_before_it_has_printed_what_it_holds_is_told() -> None:
    with printer_on_a_thread(speed_mm_s=100) as slow:
        printer = EscposPrinter.open(slow.uri)
        for rest_mm in (30, 8):
            slow.do(lambda p, mm=rest_mm: p.run_out_of_paper(after_mm=mm))
            with pytest.raises(DeviceFaultError):
                printer.print(SLIP_PARTS)
            slow.do(PrinterStandIn.refill)
        printer.print(SLIP_PARTS)
        assert slow.slips[-1] == SLIP, "it was called printed before it was cut"
        printer.close()


def test_a_knife_that_sticks_at_the_end_is_told(bench: PrinterBench, printer: EscposPrinter) -> None:
    bench.do(lambda p: p.jam_knife(at_next_cut=True))
    with pytest.raises(DeviceFaultError) as caught:
        printer.print(SLIP_PARTS)
    assert caught.value.fault is Fault.CUTTER


def test_paper_that_ends_after_the_last_byte_was_sent_is_told(bench: PrinterBench) -> None:
    """The printer is up to 32 mm behind the sender: a status asked right after sending would be fine."""
    with printer_on_a_thread(speed_mm_s=400) as slow:
        printer = EscposPrinter.open(slow.uri, timing=PATIENT)
        slow.do(lambda p: p.run_out_of_paper(after_mm=59.5))
        with pytest.raises(DeviceFaultError) as caught:
            printer.print(SLIP_PARTS)
        printer.close()
    assert caught.value.fault is Fault.PAPER_OUT


def test_a_printer_at_its_own_speed_is_not_taken_for_silent() -> None:
    with printer_on_a_thread(speed_mm_s=120) as slow:
        printer = EscposPrinter.open(slow.uri)
        printer.print(SLIP_PARTS)
        printer.close()
        assert slow.slips == [SLIP]


def test_a_silent_printer_gets_no_slip(bench: PrinterBench, printer: EscposPrinter) -> None:
    bench.do(PrinterStandIn.silence)
    with pytest.raises(DeviceTimeoutError, match="nothing was sent"):
        printer.print(SLIP_PARTS)
    assert bench.do(lambda p: p.received_bytes) < 10


def test_a_printer_that_speaks_again_is_believed_again(bench: PrinterBench) -> None:
    printer = EscposPrinter.open(bench.uri, timing=replace(PATIENT, answer_s=2))
    bench.do(PrinterStandIn.silence)
    silent = printer.wait(SOON_S)
    bench.do(PrinterStandIn.speak)
    assert (silent, printer.wait(SOON_S)) == (PrinterStatus(None, Paper.UNKNOWN, None, None), FINE)
    printer.print(SLIP_PARTS)
    printer.close()
    assert bench.slips == [SLIP]


def test_a_picture_full_of_status_requests_asks_for_nothing(bench: PrinterBench, printer: EscposPrinter) -> None:
    """DLE EOT 1, DLE EOT 4 and DLE ENQ 2 (which would empty the buffer) drawn as dots."""
    row = (b"\x10\x04\x01\x10\x04\x04\x10\x05\x02" * 8)[:72]
    printer.print((Raster(576, 40, row * 40), Cut()))
    (slip,) = bench.slips
    assert slip.rows == (b"\x18\x04\x01\x18\x04\x04\x18\x05\x02" * 8)[:72] * 40


def test_a_status_request_amid_a_picture_is_answered_at_once_and_is_dots(bench: PrinterBench) -> None:
    """The stand-in does what printers do; the driver must therefore never do this."""
    with socket.create_connection(bench.do(lambda p: p.address), timeout=SOON_S) as line:
        line.sendall(b"\x1b@\x1dv0\x00\x48\x00\x02\x00" + b"\xaa" * 72 + b"\x10\x04\x01")
        assert line.recv(1) == b"\x12"
        line.sendall(b"\xaa" * 69 + b"\x1dV\x42\x00\x1dr\x01")
        assert line.recv(1) == b"\x00"
    assert bench.slips == [Raster(576, 2, b"\xaa" * 72 + b"\x10\x04\x01" + b"\xaa" * 69)]


def test_in_order_answers_wait_while_the_printer_stands_still(bench: PrinterBench) -> None:
    bench.do(PrinterStandIn.open_cover)
    with socket.create_connection(bench.do(lambda p: p.address), timeout=0.2) as line:
        line.sendall(b"\x1dr\x01")
        with pytest.raises(TimeoutError):
            line.recv(1)
        bench.do(PrinterStandIn.close_cover)
        line.settimeout(SOON_S)
        assert line.recv(1) == b"\x00"


def test_unknown_commands_are_kept(bench: PrinterBench) -> None:
    with printer_on_a_thread() as strict:
        with socket.create_connection(strict.do(lambda p: p.address), timeout=SOON_S) as line:
            line.sendall(b"\x1d\x99\x01\x1dr\x01")
            assert line.recv(1) == b"\x00"
        assert strict.do(lambda p: p.unknown_commands)[0] == b"\x1d\x99\x01"


def test_progress_is_told_row_by_row() -> None:
    rows: list[int] = []
    with printer_on_a_thread(speed_mm_s=200, on_progress=rows.append) as bench:
        printer = EscposPrinter.open(bench.uri, timing=Timing())
        printer.print(SLIP_PARTS)
        printer.close()
    assert rows[-1] == 0
    assert rows[:-1] == sorted(rows[:-1])
    assert len(set(rows)) > 10


def test_paper_as_a_picture() -> None:
    assert png(SLIP).startswith(b"\x89PNG")


def test_default_waiting_is_bounded() -> None:
    """Every time limit of the driver is finite and positive."""
    timing = Timing()
    limits = [getattr(timing, name) for name in timing.__dataclass_fields__]
    assert all(0 < limit <= 5 for limit in limits)


def test_a_usb_printer_prints_again_after_a_replug_as_another_file(tmp_path: Path) -> None:
    for node in ("lp0", "lp1"):
        with printer_on_a_thread() as bench, serial_cable(bench.do(lambda p: p.address)) as path:
            plug(tmp_path / node, "1-1.2", node, EPSON, "X1")
            (tmp_path / node / "dev/usb").mkdir(parents=True)
            (tmp_path / node / "dev/usb" / node).symlink_to(path)
            file = UsbPrinter.parse("04b8:0e15").device_file(tmp_path / node / "sys", tmp_path / node / "dev")
            printer = EscposPrinter(DeviceFileTransport(str(file), 2), timing=PATIENT)
            printer.print(SLIP_PARTS)
            bench.do(PrinterStandIn.unplug)
            with pytest.raises(DeviceAbsentError):
                printer.wait(SOON_S)
            printer.close()
            assert bench.slips == [SLIP]
