"""The card reader contract over everything that claims to be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.card.fake import FakeCardReader
from tests.contract.card_faults import CardFaultContract, FaultRig
from tests.contract.card_reader import CardReaderContract, CardReaderRig
from tests.contract.card_reader_rigs import (
    fake_fault_rig,
    fake_rig,
    fake_two_readers_rig,
    pcsc_fault_rig,
    pcsc_rig,
    pcsc_two_readers_rig,
)
from tests.contract.two_readers import TwoReadersContract, TwoReadersRig


class TestFakeCardReader(CardReaderContract):
    @pytest.fixture
    def rig(self) -> CardReaderRig:
        return fake_rig(FakeCardReader)


class TestPcscCardReader(CardReaderContract):
    @pytest.fixture
    def rig(self) -> Iterator[CardReaderRig]:
        with pcsc_rig() as rig:
            yield rig


class TestTwoFakeReaders(TwoReadersContract):
    @pytest.fixture
    def rig(self) -> TwoReadersRig:
        return fake_two_readers_rig(FakeCardReader)


class TestTwoPcscReaders(TwoReadersContract):
    @pytest.fixture
    def rig(self) -> Iterator[TwoReadersRig]:
        with pcsc_two_readers_rig() as rig:
            yield rig


class TestFaultsOfFakeCardReader(CardFaultContract):
    @pytest.fixture
    def rig(self) -> FaultRig:
        return fake_fault_rig(FakeCardReader)


class TestFaultsOfPcscCardReader(CardFaultContract):
    @pytest.fixture
    def rig(self) -> Iterator[FaultRig]:
        with pcsc_fault_rig() as rig:
            yield rig
