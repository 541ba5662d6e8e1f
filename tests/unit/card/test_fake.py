"""The fake's hand, and what neither it nor any other hand can do. Its promises as a reader are in the contract."""

from __future__ import annotations

import pytest

from drivers.card.fake import FakeCardReader, FakeSlot, HandError
from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.card.samples import SAMPLE_CARDS
from drivers.card.thai_id import Field, ThaiIdCard
from drivers.card.virtual_card import ATR_NEW
from drivers.errors import DeviceAbsentError, DeviceProtocolError
from tests.support.held import assert_nothing_more_than, held

ID_ONLY = frozenset({Field.ID_NUMBER})


def test_a_slot_takes_one_card() -> None:
    reader = FakeCardReader()
    with pytest.raises(HandError):
        reader.remove()
    reader.insert(ATR_NEW)
    with pytest.raises(HandError):
        reader.insert_mute()


def test_a_cable_is_in_or_out() -> None:
    reader = FakeCardReader()
    with pytest.raises(HandError):
        reader.plug()
    reader.unplug()
    with pytest.raises(HandError):
        reader.unplug()


def test_a_card_stays_in_the_slot_of_an_unplugged_reader() -> None:
    reader = FakeCardReader()
    reader.insert(ATR_NEW)
    reader.unplug()
    reader.plug()
    with pytest.raises(DeviceAbsentError):
        reader.wait(0)
    assert FakeCardReader(reader.slot).wait(0) == CardInserted(ATR_NEW)


def test_upside_down_and_out_again() -> None:
    reader = FakeCardReader()
    reader.insert_mute()
    assert reader.wait(0) == CardMute()
    reader.remove()
    assert reader.wait(0) == CardRemoved()


def test_after_a_garbled_reply_the_card_must_be_put_in_again() -> None:
    reader = FakeCardReader()
    reader.insert(SAMPLE_CARDS[0].make())
    reader.wait(0)
    reader.garble_next_reply()
    with pytest.raises(DeviceProtocolError):
        ThaiIdCard(reader.transmit, ATR_NEW).read(ID_ONLY)
    with pytest.raises(DeviceAbsentError):
        ThaiIdCard(reader.transmit, ATR_NEW).read(ID_ONLY)
    reader.remove()
    reader.insert(SAMPLE_CARDS[0].make())
    assert [reader.wait(0), reader.wait(0)] == [CardRemoved(), CardInserted(ATR_NEW)]
    assert ThaiIdCard(reader.transmit, ATR_NEW).read(ID_ONLY).id_number is not None


def test_a_thousand_cards_and_a_thousand_cables_leave_nothing_behind() -> None:
    slot, before = FakeSlot(), held()
    for _ in range(1000):
        reader = FakeCardReader(slot)
        slot.insert(ATR_NEW)
        assert reader.wait(0) == CardInserted(ATR_NEW)
        slot.remove()
        assert reader.wait(0) == CardRemoved()
        slot.plug(is_plugged=False)
        with pytest.raises(DeviceAbsentError):
            reader.wait(0)
        reader.close()
        slot.plug(is_plugged=True)
    assert_nothing_more_than(before)
