"""A printer that fails, in every way it can, at every band of a slip.

Each test: the failure is told and never taken for success, within the time the driver has; when it is mended, the next
slip is whole, dot for dot, and its QR code is read.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import zxingcpp
from PIL import Image

from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)
from drivers.printer.drawn import as_raster
from drivers.printer.paper import png
from drivers.printer.port import Cut, Raster, length_dots
from tests.contract.printer import CODE, OTHER, SLIP, PrinterRig

HEAD = Raster(576, 240, SLIP.rows[: 72 * 240])
FOOT = Raster(576, 96, OTHER.rows[-72 * 96 :])
PARTS = (HEAD, CODE, FOOT, Cut())
WHOLE = Raster(
    576,
    HEAD.height_px + length_dots(CODE) + FOOT.height_px,
    HEAD.rows + as_raster(CODE, 576).rows + FOOT.rows,
)
BAND_MM = 12  # what the driver sends in one step
BANDS_MM = tuple(range(1, WHOLE.height_px // 8, BAND_MM))
# What tells of a fault without a word takes five questions of 0.3 s and a wait of 0.8 s (the rigs' QUICK timing); the
# rest is room for a busy machine.
LONGEST_S = 30.0

NewRig = Callable[[], AbstractContextManager[PrinterRig]]


class PrinterFaults:
    def test_paper_that_ends_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert fault_of(rig, lambda: rig.run_out_of_paper_after(mm)) is Fault.PAPER_OUT
            rig.refill()

        at_every_band(new_rig, act)

    def test_a_cover_opened_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert fault_of(rig, lambda: rig.open_cover_after(mm)) is Fault.COVER_OPEN
            rig.close_cover()

        at_every_band(new_rig, act)

    def test_a_knife_that_sticks_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert fault_of(rig, lambda: rig.jam_knife_after(mm)) is Fault.CUTTER
            rig.free_knife()

        at_every_band(new_rig, act)

    def test_a_head_that_overheats_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert fault_of(rig, lambda: rig.overheat_after(mm)) is Fault.OVERHEATED
            rig.cool_down()

        at_every_band(new_rig, act)

    def test_silence_from_any_band_on(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert isinstance(failure_of(rig, lambda: rig.silence_after(mm)), DeviceTimeoutError)
            rig.speak()

        at_every_band(new_rig, act, BANDS_MM[::2])  # each takes its silence

    def test_nonsense_answered_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert isinstance(failure_of(rig, lambda: rig.garble_after(mm)), DeviceProtocolError)
            rig.reopen()

        at_every_band(new_rig, act)

    def test_a_connection_cut_at_any_band(self, new_rig: NewRig) -> None:
        def act(rig: PrinterRig, mm: float) -> None:
            assert isinstance(failure_of(rig, lambda: rig.unplug_after(mm)), DeviceAbsentError)
            rig.reopen()

        at_every_band(new_rig, act)


def at_every_band(
    new_rig: NewRig, act: Callable[[PrinterRig, float], None], bands_mm: tuple[int, ...] = BANDS_MM
) -> None:
    """Let ``act`` spoil a slip at each band and mend the printer; then the next slip must be whole."""
    for mm in bands_mm:
        with new_rig() as rig:
            act(rig, mm)
            before = len(rig.slips())
            rig.printer.print(PARTS)
            *_, slip = rig.slips()
            assert slip == WHOLE, f"after a fault at {mm} mm"
            assert len(rig.slips()) - before <= 2, "the broken piece and the slip, nothing more"
            (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png(slip))).convert("L"))
            assert code.text == CODE.payload


def failure_of(rig: PrinterRig, spoil: Callable[[], None]) -> DriverError:
    spoil()
    began_s = time.monotonic()
    with pytest.raises(DriverError) as caught:
        rig.printer.print(PARTS)
    assert time.monotonic() - began_s < LONGEST_S
    assert WHOLE not in rig.slips()[:-1], "it was printed whole more than once"
    return caught.value


def fault_of(rig: PrinterRig, spoil: Callable[[], None]) -> Fault | None:
    failure = failure_of(rig, spoil)
    return failure.fault if isinstance(failure, DeviceFaultError) else None
