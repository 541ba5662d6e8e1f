"""Every failure at every band, over everything that claims to be a printer; and printers that no such test may pass."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import pytest

from drivers.errors import (
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)
from drivers.printer.fake import FakePrinter
from drivers.printer.port import Part
from drivers.printer.profile import PROFILES
from tests.contract.printer import PrinterRig
from tests.contract.printer_faults import NewRig, PrinterFaults
from tests.contract.printer_rigs import PATIENT, QUICK, escpos_rig, fake_rig, serial_rig

RIGS: dict[str, Callable[..., AbstractContextManager[PrinterRig]]] = {
    "fake": lambda *, timing=PATIENT: nullcontext(fake_rig(FakePrinter())),
    "network": escpos_rig,
    "network, draws itself": partial(escpos_rig, PROFILES["epson-tm-t20"]),
    "serial line": serial_rig,
}


class TestPrinterFaults(PrinterFaults):
    @pytest.fixture(params=RIGS.values(), ids=RIGS)
    def new_rig(self, request: pytest.FixtureRequest) -> NewRig:
        """Only silence is told by the clock: in its tests the driver gives up soon, in all others hardly ever."""
        return partial(request.param, timing=QUICK if "silence" in request.node.name else PATIENT)


class Swallows(FakePrinter):
    """Calls a slip printed that was not."""

    swallowed: type[DriverError] = DriverError
    fault: Fault | None = None

    def print(self, parts: tuple[Part, ...]) -> None:
        try:
            super().print(parts)
        except self.swallowed as err:
            if self.fault is not None and not (isinstance(err, DeviceFaultError) and err.fault is self.fault):
                raise


class SwallowsPaper(Swallows):
    fault = Fault.PAPER_OUT


class SwallowsCover(Swallows):
    fault = Fault.COVER_OPEN


class SwallowsKnife(Swallows):
    fault = Fault.CUTTER


class SwallowsHeat(Swallows):
    fault = Fault.OVERHEATED


class SwallowsSilence(Swallows):
    swallowed = DeviceTimeoutError


class SwallowsNonsense(Swallows):
    swallowed = DeviceProtocolError


class LeavesThePieceOnTheNextSlip(FakePrinter):
    """Half of somebody's slip hangs from the next visitor's."""

    def _tear_off(self) -> None:
        pass


SABOTEURS = {
    SwallowsPaper: "test_paper_that_ends_at_any_band",
    SwallowsCover: "test_a_cover_opened_at_any_band",
    SwallowsKnife: "test_a_knife_that_sticks_at_any_band",
    SwallowsHeat: "test_a_head_that_overheats_at_any_band",
    SwallowsSilence: "test_silence_from_any_band_on",
    SwallowsNonsense: "test_nonsense_answered_at_any_band",
    LeavesThePieceOnTheNextSlip: "test_a_connection_cut_at_any_band",
}


@pytest.mark.parametrize(("cls", "test"), SABOTEURS.items(), ids=[cls.__name__ for cls in SABOTEURS])
def test_saboteur_is_caught(cls: type[FakePrinter], test: str) -> None:
    def new_rig() -> AbstractContextManager[PrinterRig]:
        return nullcontext(fake_rig(cls()))

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(PrinterFaults(), test)(new_rig)


def test_every_fault_has_a_saboteur() -> None:
    assert {name for name in vars(PrinterFaults) if name.startswith("test_")} == set(SABOTEURS.values())
