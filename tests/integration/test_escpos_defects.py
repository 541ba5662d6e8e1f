"""What other printer drivers are known for, and the test that ours is not.

| whose | what | where it is tested |
| --- | --- | --- |
| python-escpos 3.1 | Thai as ``??????``; composition only on South Asia models | test_no_letter_is_sent_as_text |
| " | centred pictures over 960 rows cut from the wrong source | test_a_tall_centred_picture_is_whole |
| " | silent printer = paper adequate | contract: test_a_silent_printer_is_unknown |
| " | never asks for cover, knife, errors | contract: test_an_open_cover_is_told, test_a_stuck_knife_is_an_error, ... |
| " | ``File`` cannot read (#622) | contract over the serial line |
| " | ``Usb`` waits for ever when writing | unit: test_silence_and_a_full_line_end_in_time |
| " | ``Usb`` resets the printer at each opening | test_opening_and_closing_says_nothing_to_the_printer |
| " | slips lost in silence when the power goes (#253) | faults: test_a_connection_cut_at_any_band |
| " | not found after the printer was off (#437) | test_a_printer_that_was_off_is_found_again |
| " | garbage after a timeout (#628) | test_escpos: test_a_line_that_breaks_in_a_slip_...; faults: silence |
| " | resource busy after reopening (#259) | test_a_thousand_connections_leave_nothing_behind |
| " | native QR cannot be centred | contract, on the printer that draws itself |
| " | remarks on standard output | test_nothing_is_said_on_standard_output |
| clones | overflow on tall pictures | unit: test_pieces_are_at_most_128_rows |
| " | ``DLE EOT`` inside a picture is a question | unit: test_no_real_time_command_is_left_in_a_picture |
| ``GS a`` left on | unasked status taken for answers | test_status_that_nobody_asked_for_is_no_answer |
| Odoo | USB printers known by a counter | unit: test_it_is_found_again_under_another_number |
| " | paper looked at only when printing | contract: test_low_paper_is_told |
| " | one failed question ends all status | test_escpos: test_a_printer_that_speaks_again_is_believed_again |
| " | lost printers, empty log | unit: test_what_is_not_there_is_absent (says which) |
"""

from __future__ import annotations

import io
import socket
from contextlib import ExitStack

import pytest
import zxingcpp
from PIL import Image

from drivers.errors import DeviceAbsentError, DeviceFaultError, Fault
from drivers.printer.bands import preamble, steps
from drivers.printer.escpos import EscposPrinter
from drivers.printer.paper import PaperPath, png
from drivers.printer.port import Cut, Logo, Raster, length_dots
from drivers.printer.profile import PROFILES
from drivers.printer.stand_in import PrinterStandIn
from kiosk.slips.payment_slip import render
from tests.contract.patience import SOON_S
from tests.contract.printer import CODE, FINE, SLIP, SLIP_PARTS
from tests.contract.printer_rigs import PATIENT
from tests.support.held import assert_nothing_more_than, held
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread
from tests.support.sample_slips import SLIPS
from tests.support.serial_cable import serial_cable

CYCLES = 1000


class TextRefuser(PaperPath):
    """Paper on which a letter is a failure."""

    def _plain_byte(self, byte: int):  # type: ignore[no-untyped-def]  # as in PaperPath
        pytest.fail(f"{byte:#04x} was sent as text")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("name", SLIPS)
def test_no_letter_is_sent_as_text(name: str, profile) -> None:  # type: ignore[no-untyped-def]
    paper = TextRefuser(profile.width_px)
    parts = render(SLIPS[name], profile.width_px, draws_codes=profile.native_qr)
    paper.receive(preamble() + b"".join(step.data for step in steps(parts, profile)))
    while paper.waiting:
        paper.step()
    assert paper.unknown == []


def test_a_tall_centred_picture_is_whole(bench: PrinterBench) -> None:
    tall = Raster(80, 1400, b"\xc3\x00\xff\x00\x00\x3c\x00\x00\x00\x81" * 1400)
    printer = EscposPrinter.open(bench.uri, timing=PATIENT)
    printer.print((Logo(tall), Cut()))
    printer.close()
    (slip,) = bench.slips
    left = (576 - 80) // 2 // 8
    assert slip.rows == (bytes(left) + tall.rows[:10] + bytes(72 - 10 - left)) * 1400


def test_opening_and_closing_says_nothing_to_the_printer(bench: PrinterBench) -> None:
    EscposPrinter.open(bench.uri, timing=PATIENT).close()
    assert bench.do(lambda p: p.received_bytes) == 0


def test_a_printer_that_was_off_is_found_again(bench: PrinterBench) -> None:
    printer = EscposPrinter.open(bench.uri, timing=PATIENT)
    bench.do(PrinterStandIn.unplug)
    with pytest.raises(DeviceAbsentError):
        printer.print(SLIP_PARTS)
    printer.close()
    bench.do(PrinterStandIn.plug_in)
    again = EscposPrinter.open(bench.uri, timing=PATIENT)
    again.print(SLIP_PARTS)
    again.close()
    assert bench.slips == [SLIP]


@pytest.mark.parametrize("way", ["network", "serial line"])
def test_a_thousand_connections_leave_nothing_behind(bench: PrinterBench, way: str) -> None:
    with ExitStack() as cables:
        address = bench.do(lambda p: p.address)
        uri = bench.uri if way == "network" else f"serial:{cables.enter_context(serial_cable(address))}"
        EscposPrinter.open(uri, timing=PATIENT).close()
        before = held()
        for number in range(CYCLES):
            printer = EscposPrinter.open(uri, timing=PATIENT)
            if number % 100 == 0:
                assert printer.wait(SOON_S) == FINE
            printer.close()
        printer = EscposPrinter.open(uri, timing=PATIENT)
        assert printer.wait(SOON_S) == FINE
        printer.close()
        bench.do(lambda _: None)
        # The stand-in is in this process: it may still be letting go of its end of the last connections.
        assert_nothing_more_than(before, spare_descriptors=4)


def test_a_thousand_refused_connections_leave_nothing_behind() -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        uri = f"tcp://127.0.0.1:{placeholder.getsockname()[1]}"
        before = held()
        for _ in range(CYCLES):
            with pytest.raises(DeviceAbsentError):
                EscposPrinter.open(uri, timing=PATIENT)
        assert_nothing_more_than(before)


def test_nothing_is_said_on_standard_output(bench: PrinterBench, capfd: pytest.CaptureFixture[str]) -> None:
    printer = EscposPrinter.open(bench.uri, PROFILES["epson-tm-t20"], PATIENT)
    printer.print((CODE, SLIP, Cut()))
    printer.close()
    assert capfd.readouterr().out == ""


def test_status_that_nobody_asked_for_is_no_answer(bench: PrinterBench) -> None:
    """A printer switched to tell of changes by itself tells while we ask, and while a slip is under way."""
    printer = EscposPrinter.open(bench.uri, timing=PATIENT)
    printer._dialogue.say(b"\x1da\xff")
    assert printer.wait(SOON_S) == FINE
    bench.do(PrinterStandIn.open_cover)
    told = printer.wait(SOON_S)
    assert told is not None
    assert told.cover_open
    bench.do(PrinterStandIn.close_cover)
    assert printer.wait(SOON_S) == FINE
    bench.do(lambda p: p.open_cover(after_mm=20))
    with pytest.raises(DeviceFaultError) as caught:
        printer.print(SLIP_PARTS)
    assert caught.value.fault is Fault.COVER_OPEN
    bench.do(PrinterStandIn.close_cover)
    printer.print(SLIP_PARTS)
    printer.close()
    assert bench.slips[-1] == SLIP


def test_a_printer_that_slows_down_on_the_way_prints_all_the_same(bench: PrinterBench) -> None:
    printer = EscposPrinter.open(bench.uri, timing=PATIENT)
    bench.do(lambda p: p.set_speed(80.0, after_mm=20))
    printer.print(SLIP_PARTS)
    printer.close()
    assert bench.slips == [SLIP]


def test_an_error_that_only_the_switch_mends_is_offline(bench: PrinterBench) -> None:
    printer = EscposPrinter.open(bench.uri, timing=PATIENT)
    bench.do(PrinterStandIn.break_down)
    status = printer.wait(SOON_S)
    assert status is not None
    assert (status.error, status.overheated, status.online) == (True, False, False)
    printer.close()


@pytest.mark.parametrize("name", ["80mm", "80mm-qr", "epson-tm-t20", "58mm", "58mm-qr"])
def test_a_code_is_in_the_middle_and_read_whoever_draws_it(name: str) -> None:
    profile = PROFILES[name]
    with printer_on_a_thread(profile.width_px) as bench:
        printer = EscposPrinter.open(bench.uri, profile, PATIENT)
        printer.print((CODE, Cut()))
        printer.close()
        (slip,) = bench.slips
    assert slip.height_px == length_dots(CODE)
    picture = Image.open(io.BytesIO(png(slip))).convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == CODE.payload
    left, _, right, _ = picture.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert abs(left - (profile.width_px - right)) <= 1
