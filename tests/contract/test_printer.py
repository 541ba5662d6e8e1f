"""The printer contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.printer.escpos import Timing
from drivers.printer.fake import FakePrinter
from drivers.printer.profile import PROFILES
from tests.contract.printer import PrinterContract, PrinterRig
from tests.contract.printer_rigs import PATIENT, QUICK, escpos_rig, fake_rig, serial_rig


@pytest.fixture
def timing(request: pytest.FixtureRequest) -> Timing:
    """Only silence is told by the clock: in its tests the driver gives up soon, in all others hardly ever."""
    return QUICK if "silent" in request.node.name else PATIENT


class TestFakePrinter(PrinterContract):
    @pytest.fixture
    def rig(self) -> PrinterRig:
        return fake_rig(FakePrinter())


class TestFakePrinterThatDrawsCodes(PrinterContract):
    @pytest.fixture
    def rig(self) -> PrinterRig:
        return fake_rig(FakePrinter(draws_codes=True))


class TestEscposPrinterOnASerialLine(PrinterContract):
    @pytest.fixture
    def rig(self, timing: Timing) -> Iterator[PrinterRig]:
        with serial_rig(timing=timing) as rig:
            yield rig


class TestEscposPrinterThatDrawsItself(PrinterContract):
    """With a printer that has QR codes, a memory for logos, and counters."""

    @pytest.fixture
    def rig(self, timing: Timing) -> Iterator[PrinterRig]:
        with escpos_rig(PROFILES["epson-tm-t20"], timing=timing) as rig:
            yield rig


class TestEscposPrinter(PrinterContract):
    @pytest.fixture
    def rig(self, timing: Timing) -> Iterator[PrinterRig]:
        with escpos_rig(timing=timing) as rig:
            yield rig
