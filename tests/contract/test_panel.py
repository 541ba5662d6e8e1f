"""The panel contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.panel.fake import FakePanel
from tests.contract.panel import PanelContract, PanelRig
from tests.contract.panel_rigs import fake_rig, gpio_rig, virtual_rig


class TestFakePanel(PanelContract):
    @pytest.fixture
    def rig(self) -> PanelRig:
        return fake_rig(FakePanel())


class TestGpioPanel(PanelContract):
    @pytest.fixture
    def rig(self) -> Iterator[PanelRig]:
        with gpio_rig() as rig:
            yield rig


class TestVirtualPanel(PanelContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[PanelRig]:
        with virtual_rig(tmp_path) as rig:
            yield rig
