"""The display contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.display.fake import FakeDisplay
from tests.contract.display import SIZE, DisplayContract, DisplayRig
from tests.contract.display_rigs import PretendMachine, fake_rig, pygame_rig, virtual_rig


class TestFakeDisplay(DisplayContract):
    @pytest.fixture
    def rig(self) -> DisplayRig:
        return fake_rig(FakeDisplay(SIZE))


class TestPygameDisplay(DisplayContract):
    @pytest.fixture(params=[0, 90, 180, 270])
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DisplayRig]:
        with pygame_rig(request.param, PretendMachine(tmp_path, backlight=False)) as rig:
            yield rig


class TestPygameDisplayWithBacklight(DisplayContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[DisplayRig]:
        with pygame_rig(90, PretendMachine(tmp_path)) as rig:
            yield rig


class TestVirtualDisplay(DisplayContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[DisplayRig]:
        with virtual_rig(tmp_path) as rig:
            yield rig
