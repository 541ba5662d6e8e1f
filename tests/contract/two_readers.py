"""What a CardReader must do with several readers behind it. A rig plays the hands at both.

The first reader stays plugged in, and takes any card. The second has a cable; its card is of another kind (``SECOND``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.card.port import CardInserted, CardReader, CardRemoved
from drivers.card.samples import SOMCHAI
from drivers.card.thai_id import Field, ThaiIdCard
from drivers.card.virtual_card import AID, ATR_NEW, ForeignCard, PretendCard, VirtualThaiIdCard
from drivers.errors import DeviceAbsentError, DriverError

SELECT = bytes.fromhex("00A4040008") + AID
SECOND = CardInserted(ForeignCard.atr)
NO_SUCH_APPLICATION = b"\x6a\x82"


@dataclass
class Second:
    """The hand at the second reader."""

    insert: Callable[[], None]
    remove: Callable[[], None]
    unplug: Callable[[], None]
    plug: Callable[[], None]


@dataclass
class TwoReadersRig:
    reader: CardReader
    insert: Callable[[PretendCard], None]
    remove: Callable[[], None]
    second: Second
    soon_s: float
    """Longer than this reader takes to notice anything."""
    quiet_s: float
    """How long nothing must be heard: longer than it usually takes."""


def put_in_a_thai_id(rig: TwoReadersRig) -> None:
    rig.insert(VirtualThaiIdCard(SOMCHAI))
    assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)


def assert_the_first_is_read(rig: TwoReadersRig) -> None:
    number = ThaiIdCard(rig.reader.transmit, ATR_NEW).read(frozenset({Field.ID_NUMBER})).id_number
    assert number is not None
    assert number.reveal() == SOMCHAI.id_number


class TwoReadersContract:
    def test_the_card_that_was_first_counts_until_it_is_out(self, rig: TwoReadersRig) -> None:
        put_in_a_thai_id(rig)
        rig.second.insert()
        assert rig.reader.wait(rig.quiet_s) is None
        assert_the_first_is_read(rig)
        rig.remove()
        assert [rig.reader.wait(rig.soon_s), rig.reader.wait(rig.soon_s)] == [CardRemoved(), SECOND]
        assert rig.reader.transmit(SELECT) == NO_SUCH_APPLICATION

    def test_a_card_put_into_either_is_told(self, rig: TwoReadersRig) -> None:
        rig.second.insert()
        assert rig.reader.wait(rig.soon_s) == SECOND
        rig.second.remove()
        assert rig.reader.wait(rig.soon_s) == CardRemoved()
        put_in_a_thai_id(rig)
        rig.remove()
        assert rig.reader.wait(rig.soon_s) == CardRemoved()

    def test_the_other_reader_comes_and_goes_unnoticed(self, rig: TwoReadersRig) -> None:
        put_in_a_thai_id(rig)
        for move in (rig.second.unplug, rig.second.plug):
            move()
            assert rig.reader.wait(rig.quiet_s) is None
            assert_the_first_is_read(rig)

    def test_a_reader_pulled_out_with_the_card_is_a_removal(self, rig: TwoReadersRig) -> None:
        rig.second.insert()
        assert rig.reader.wait(rig.soon_s) == SECOND
        rig.second.unplug()
        assert rig.reader.wait(rig.soon_s) == CardRemoved()
        with pytest.raises(DeviceAbsentError):
            rig.reader.transmit(SELECT)
        put_in_a_thai_id(rig)
        assert_the_first_is_read(rig)

    def test_a_reader_pulled_out_during_a_read_is_an_error_and_then_a_removal(self, rig: TwoReadersRig) -> None:
        rig.second.insert()
        assert rig.reader.wait(rig.soon_s) == SECOND
        assert rig.reader.transmit(SELECT) == NO_SUCH_APPLICATION
        rig.second.unplug()
        with pytest.raises(DriverError):
            rig.reader.transmit(SELECT)
        assert rig.reader.wait(rig.soon_s) == CardRemoved()
        put_in_a_thai_id(rig)
        assert_the_first_is_read(rig)

    def test_a_reader_that_is_plugged_in_again_is_used(self, rig: TwoReadersRig) -> None:
        rig.second.unplug()
        assert rig.reader.wait(rig.quiet_s) is None
        rig.second.plug()
        rig.second.insert()
        assert rig.reader.wait(rig.soon_s) == SECOND
        assert rig.reader.transmit(SELECT) == NO_SUCH_APPLICATION

    def test_a_card_that_was_in_a_reader_that_comes_back_is_told(self, rig: TwoReadersRig) -> None:
        rig.second.insert()
        assert rig.reader.wait(rig.soon_s) == SECOND
        rig.second.unplug()
        assert rig.reader.wait(rig.soon_s) == CardRemoved()
        rig.second.plug()
        assert rig.reader.wait(rig.soon_s) == SECOND
        assert rig.reader.transmit(SELECT) == NO_SUCH_APPLICATION
