"""The scanner contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.scanner.fake import FakeScanner
from tests.contract.scanner import ScannerContract, ScannerRig
from tests.contract.scanner_rigs import evdev_rig, fake_rig, stream_rig


class TestFakeScanner(ScannerContract):
    @pytest.fixture
    def rig(self) -> ScannerRig:
        return fake_rig(FakeScanner())


class TestStreamScanner(ScannerContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[ScannerRig]:
        with stream_rig(tmp_path) as rig:
            yield rig


class TestEvdevScanner(ScannerContract):
    @pytest.fixture
    def rig(self) -> Iterator[ScannerRig]:
        with evdev_rig(beside=False) as rig:
            yield rig


class TestEvdevScannerBesideAnother(ScannerContract):
    @pytest.fixture
    def rig(self) -> Iterator[ScannerRig]:
        with evdev_rig(beside=True) as rig:
            yield rig
