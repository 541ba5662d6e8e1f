"""What every Printer must do, whoever made it. A rig plays the hand at the printer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    Fault,
)
from drivers.printer.drawn import as_raster
from drivers.printer.port import (
    Correction,
    Cut,
    Feed,
    Logo,
    Paper,
    Part,
    Printer,
    PrinterStatus,
    Qr,
    Raster,
    length_dots,
)
from tests.contract.patience import LONG_S, PROMPT_S, SOON_S

HEIGHT_MM = 60
FINE = PrinterStatus(online=True, paper=Paper.FULL, cover_open=False, error=False)


@dataclass
class PrinterRig:
    """``*_after`` take mm of paper printed from now on; 0 is now. ``reopen`` plugs the printer in where it was pulled,
    closes the driver and opens a new one, which is ``printer`` then."""

    printer: Printer
    run_out_of_paper_after: Callable[[float], None]
    run_low: Callable[[], None]
    refill: Callable[[], None]
    open_cover_after: Callable[[float], None]
    close_cover: Callable[[], None]
    jam_knife_after: Callable[[float], None]
    free_knife: Callable[[], None]
    overheat_after: Callable[[float], None]
    cool_down: Callable[[], None]
    silence_after: Callable[[float], None]
    speak: Callable[[], None]
    garble_after: Callable[[float], None]
    unplug_after: Callable[[float], None]
    reopen: Callable[[], None]
    slips: Callable[[], list[Raster]]
    own_codes: Callable[[], list[str]]
    """What the codes say that the printer drew itself."""


def striped(seed: int) -> Raster:
    """A picture with every kind of row: white ones, ink at the left, in the middle, at the right, all across."""
    stride, rows = 72, bytearray()
    for y in range(HEIGHT_MM * 8):
        kind = (y // 16 + seed) % 5
        row = bytearray(stride)
        if kind == 1:
            row[0] = 0x80 | y & 0x0F
        elif kind == 2:
            row[20:40] = bytes((y + seed) % 255 + 1 for _ in range(20))
        elif kind == 3:
            row[stride - 1] = 1
        elif kind == 4:
            row = bytearray(b"\xff" * stride)
        rows += row
    rows[-1] = 1  # the last row has ink, so that nothing below it is in question
    return Raster(576, HEIGHT_MM * 8, bytes(rows))


SLIP = striped(0)
OTHER = striped(2)
CODE = Qr("https://sala.example.go.th/t/0123456789ABCDEF", module_px=6, correction=Correction.M)
OTHER_CODE = Qr("HTTPS://SALA.EXAMPLE.GO.TH/P/0123456789", module_px=4, correction=Correction.L)
EMBLEM = Logo(
    Raster(100, 24, bytes((0xF3, 0xFF, 0x0F, 0xFF, 0x81, 0xFF, 0x18, 0xFF, 0xA5, 0xFF, 0xFF, 0xFF, 0xF0)) * 24)
)
SLIP_PARTS: tuple[Part, ...] = (SLIP, Cut())


class PrinterContract:
    soon_s = SOON_S
    prompt_s = PROMPT_S

    def test_the_first_wait_tells_how_things_are(self, rig: PrinterRig) -> None:
        assert rig.printer.wait(self.soon_s) == FINE

    def test_wait_gives_up_after_its_timeout(self, rig: PrinterRig) -> None:
        assert rig.printer.wait(self.soon_s) is not None
        began_s = time.monotonic()
        assert rig.printer.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < self.prompt_s

    def test_cancel_from_another_thread_ends_a_wait(self, rig: PrinterRig) -> None:
        assert rig.printer.wait(self.soon_s) is not None
        canceller = threading.Timer(0.1, rig.printer.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.printer.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: PrinterRig) -> None:
        rig.printer.cancel()
        assert rig.printer.wait(LONG_S) is None
        assert rig.printer.wait(self.soon_s) == FINE

    def test_low_paper_is_told(self, rig: PrinterRig) -> None:
        rig.run_low()
        assert rig.printer.wait(self.soon_s) == PrinterStatus(True, Paper.LOW, cover_open=False, error=False)

    def test_paper_out_and_refilled_are_told(self, rig: PrinterRig) -> None:
        rig.run_out_of_paper_after(0)
        out = rig.printer.wait(self.soon_s)
        rig.refill()
        assert (out, rig.printer.wait(self.soon_s)) == (
            PrinterStatus(False, Paper.OUT, cover_open=False, error=False),
            FINE,
        )

    def test_an_open_cover_is_told(self, rig: PrinterRig) -> None:
        rig.open_cover_after(0)
        assert rig.printer.wait(self.soon_s) == PrinterStatus(False, Paper.FULL, cover_open=True, error=False)

    def test_a_stuck_knife_is_an_error(self, rig: PrinterRig) -> None:
        rig.jam_knife_after(0)
        assert rig.printer.wait(self.soon_s) == PrinterStatus(False, Paper.FULL, cover_open=False, error=True)

    def test_a_hot_print_head_is_told_from_other_errors(self, rig: PrinterRig) -> None:
        rig.overheat_after(0)
        hot = rig.printer.wait(self.soon_s)
        with pytest.raises(DeviceFaultError) as caught:
            rig.printer.print(SLIP_PARTS)
        rig.cool_down()
        assert (hot, rig.printer.wait(self.soon_s)) == (replace(FINE, online=False, error=True, overheated=True), FINE)
        assert caught.value.fault is Fault.OVERHEATED

    def test_a_printer_tells_what_it_is(self, rig: PrinterRig) -> None:
        about = rig.printer.about()
        assert all((about.model, about.firmware, about.port))

    def test_a_silent_printer_tells_nothing_of_itself(self, rig: PrinterRig) -> None:
        rig.silence_after(0)
        about = rig.printer.about()
        assert (about.model, about.firmware, rig.printer.counters()) == (None, None, None)
        rig.speak()
        assert rig.printer.wait(self.soon_s) == FINE

    def test_cuts_are_counted_where_anything_is(self, rig: PrinterRig) -> None:
        rig.printer.print((OTHER, Cut()))
        before = rig.printer.counters()
        rig.printer.print(SLIP_PARTS)
        after = rig.printer.counters()
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert (after.cuts - before.cuts, after.lines - before.lines) == (1, HEIGHT_MM * 8 // 30)

    def test_a_silent_printer_is_unknown(self, rig: PrinterRig) -> None:
        assert rig.printer.wait(self.soon_s) == FINE
        rig.silence_after(0)
        assert rig.printer.wait(self.soon_s) == PrinterStatus(None, Paper.UNKNOWN, cover_open=None, error=None)

    def test_a_garbled_answer_is_no_status(self, rig: PrinterRig) -> None:
        rig.garble_after(0)
        with pytest.raises(DeviceProtocolError):
            rig.printer.wait(self.soon_s)

    def test_unplugging_is_absence(self, rig: PrinterRig) -> None:
        rig.unplug_after(0)
        with pytest.raises(DeviceAbsentError):
            rig.printer.wait(self.soon_s)
        with pytest.raises(DeviceAbsentError):
            rig.printer.print(SLIP_PARTS)

    def test_every_dot_reaches_the_paper(self, rig: PrinterRig) -> None:
        rig.printer.print(SLIP_PARTS)
        assert rig.slips() == [SLIP]

    def test_feeds_are_white_paper_of_their_length(self, rig: PrinterRig) -> None:
        rig.printer.print((SLIP, Feed(300), OTHER, Cut()))
        together = SLIP.rows + bytes(300 * 72) + OTHER.rows
        assert rig.slips() == [Raster(576, SLIP.height_px + 300 + OTHER.height_px, together)]

    def test_a_qr_code_is_the_same_dots_whoever_draws_it(self, rig: PrinterRig) -> None:
        rig.printer.print((SLIP, CODE, OTHER, Cut()))
        together = SLIP.rows + as_raster(CODE, 576).rows + OTHER.rows
        assert rig.slips() == [Raster(576, SLIP.height_px + length_dots(CODE) + OTHER.height_px, together)]

    def test_a_printer_that_draws_codes_says_so_and_draws_every_one(self, rig: PrinterRig) -> None:
        rig.printer.print((CODE, SLIP, OTHER_CODE, Cut()))
        both = [CODE.payload, OTHER_CODE.payload]
        assert rig.own_codes() == (both if rig.printer.draws_codes else [])

    def test_a_logo_is_the_same_dots_on_every_slip(self, rig: PrinterRig) -> None:
        for _ in range(2):
            rig.printer.print((EMBLEM, SLIP, Cut()))
        whole = Raster(576, 24 + SLIP.height_px, as_raster(EMBLEM, 576).rows + SLIP.rows)
        assert rig.slips() == [whole, whole]

    def test_slips_come_out_in_order(self, rig: PrinterRig) -> None:
        rig.printer.print(SLIP_PARTS)
        rig.printer.print((OTHER, Cut()))
        assert rig.slips() == [SLIP, OTHER]

    def test_without_paper_nothing_is_printed(self, rig: PrinterRig) -> None:
        rig.run_out_of_paper_after(0)
        with pytest.raises(DeviceFaultError) as caught:
            rig.printer.print(SLIP_PARTS)
        rig.refill()
        assert (caught.value.fault, rig.slips()) == (Fault.PAPER_OUT, [])

    def test_paper_that_ends_on_the_way_is_told_and_the_slip_can_be_printed_again(self, rig: PrinterRig) -> None:
        rig.run_out_of_paper_after(HEIGHT_MM / 2)
        with pytest.raises(DeviceFaultError) as caught:
            rig.printer.print(SLIP_PARTS)
        rig.refill()
        rig.printer.print(SLIP_PARTS)
        assert (caught.value.fault, rig.slips()[-1]) == (Fault.PAPER_OUT, SLIP)

    def test_a_cover_opened_on_the_way_is_told_and_the_slip_can_be_printed_again(self, rig: PrinterRig) -> None:
        rig.open_cover_after(HEIGHT_MM / 2)
        with pytest.raises(DeviceFaultError) as caught:
            rig.printer.print(SLIP_PARTS)
        rig.close_cover()
        rig.printer.print(SLIP_PARTS)
        assert (caught.value.fault, rig.slips()[-1]) == (Fault.COVER_OPEN, SLIP)

    def test_a_stuck_knife_keeps_a_slip_from_being_printed(self, rig: PrinterRig) -> None:
        rig.jam_knife_after(0)
        with pytest.raises(DeviceFaultError) as caught:
            rig.printer.print(SLIP_PARTS)
        assert caught.value.fault is Fault.CUTTER

    def test_a_printer_that_falls_silent_on_the_way_has_not_printed(self, rig: PrinterRig) -> None:
        rig.silence_after(HEIGHT_MM / 2)
        with pytest.raises(DeviceTimeoutError):
            rig.printer.print(SLIP_PARTS)

    def test_a_cable_pulled_on_the_way_is_absence(self, rig: PrinterRig) -> None:
        rig.unplug_after(HEIGHT_MM / 2)
        with pytest.raises(DeviceAbsentError):
            rig.printer.print(SLIP_PARTS)

    def test_a_picture_too_wide_is_the_callers_mistake(self, rig: PrinterRig) -> None:
        wide = Raster(rig.printer.width_px + 8, 1, bytes(rig.printer.width_px // 8 + 1))
        for part in (wide, Logo(wide), Qr("x" * 200, module_px=16)):
            with pytest.raises(ValueError, match="dots"):
                rig.printer.print((part, Cut()))

    def test_close_twice(self, rig: PrinterRig) -> None:
        rig.printer.close()
        rig.printer.close()
        with pytest.raises(DeviceAbsentError):
            rig.printer.wait(self.soon_s)
        rig.printer.cancel()
