"""The printer contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.printer.fake import FakePrinter
from drivers.printer.profile import PROFILES
from tests.contract.printer import PrinterContract, PrinterRig
from tests.contract.printer_rigs import escpos_rig, fake_rig, serial_rig


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
    def rig(self) -> Iterator[PrinterRig]:
        with serial_rig() as rig:
            yield rig


class TestEscposPrinterThatDrawsItself(PrinterContract):
    """With a printer that has QR codes, a memory for logos, and counters."""

    @pytest.fixture
    def rig(self) -> Iterator[PrinterRig]:
        with escpos_rig(PROFILES["epson-tm-t20"]) as rig:
            yield rig


class TestEscposPrinter(PrinterContract):
    @pytest.fixture
    def rig(self) -> Iterator[PrinterRig]:
        with escpos_rig() as rig:
            yield rig
