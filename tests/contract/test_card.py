"""The card reader contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.card.fake import FakeCardReader
from tests.contract.card_reader import CardReaderContract, CardReaderRig
from tests.contract.card_reader_rigs import fake_rig, pcsc_rig


class TestFakeCardReader(CardReaderContract):
    @pytest.fixture
    def rig(self) -> CardReaderRig:
        return fake_rig(FakeCardReader)


class TestPcscCardReader(CardReaderContract):
    @pytest.fixture
    def rig(self) -> Iterator[CardReaderRig]:
        with pcsc_rig() as rig:
            yield rig
