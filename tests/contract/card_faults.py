"""What a CardReader must survive: the card or the reader's cable pulled at every step of a read, a thousand times.

A read here is what the longest visit makes: all text, then the photo, a chunk a step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from drivers.card.port import CardInserted, CardReader, CardRemoved
from drivers.card.samples import SOMCHAI, SOMYING
from drivers.card.thai_id import ALL_TEXT, ThaiIdCard
from drivers.card.thai_photo import PhotoReading
from drivers.card.thai_text import PHOTO_LENGTH
from drivers.card.virtual_card import ATR_NEW, Citizen, Habits, VirtualThaiIdCard
from drivers.errors import DeviceAbsentError, DriverError
from tests.contract.card_reader import CardReaderRig
from tests.support.held import assert_nothing_more_than, held

_HEAD, _TAIL = b"\xff\xd8\xff\xdb\x00\x04ab\xff\xda\x00\x02", b"\xff\xd9"
PHOTO = _HEAD + bytes(PHOTO_LENGTH - len(_HEAD) - len(_TAIL)) + _TAIL
"""As long as a photo can be, so that its reading takes all its 40 commands."""

TEXT_COMMANDS, PHOTO_COMMANDS = 7, 40
EVERY_COMMAND = tuple(range(1, TEXT_COMMANDS + PHOTO_COMMANDS + 1))

EVERY_KIND_OF_BYTE = (0, 1, 2, 128, 255, 256, 257)
"""How much of an answer of 255 bytes and its status word gets out: nothing, less than a status word, as long as one,
half, all data, half the status word, and all of it before the contacts open."""

FIRST_LONG_ANSWER = 3
"""SELECT, READ, and the GET RESPONSE for 255 bytes."""


@dataclass
class FaultRig:
    """A rig of one reader, and how much of the matrix it has time for."""

    of: CardReaderRig
    commands: tuple[int, ...]
    replugs: int


class ActingCard(VirtualThaiIdCard):
    """A card during whose n-th answer something happens in the world."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        super().__init__(with_photo(SOMYING))
        self._at, self._act = at, act

    def answer(self, apdu: bytes) -> bytes:
        if len(self.commands) + 1 == self._at:
            self._act()
        return super().answer(apdu)


def with_photo(citizen: Citizen) -> Citizen:
    return replace(citizen, photo=PHOTO)


def read_all(reader: CardReader) -> str:
    """Everything on the card; gives the ID number."""
    card = ThaiIdCard(reader.transmit, ATR_NEW)
    text = card.read(ALL_TEXT)
    reading = PhotoReading(card)
    while (photo := reading.step()) is None:
        pass
    assert photo == PHOTO
    assert text.id_number is not None
    return text.id_number.reveal()


def assert_the_next_card_is_read(rig: FaultRig, reader: CardReader) -> None:
    rig.of.insert(VirtualThaiIdCard(with_photo(SOMCHAI)))
    assert reader.wait(rig.of.soon_s) == CardInserted(ATR_NEW)
    assert read_all(reader) == SOMCHAI.id_number


class CardFaultContract:
    def test_a_card_pulled_at_any_command_is_removed_and_the_next_is_read(self, rig: FaultRig) -> None:
        for at in rig.commands:
            rig.of.insert(VirtualThaiIdCard(with_photo(SOMYING), Habits(pulled_at=at)))
            assert rig.of.reader.wait(rig.of.soon_s) == CardInserted(ATR_NEW), at
            with pytest.raises(DriverError):
                read_all(rig.of.reader)
            assert rig.of.reader.wait(rig.of.soon_s) == CardRemoved(), at
        assert_the_next_card_is_read(rig, rig.of.reader)

    def test_a_card_pulled_at_any_byte_gives_no_half_answer(self, rig: FaultRig) -> None:
        for after in EVERY_KIND_OF_BYTE:
            habits = Habits(pulled_at=FIRST_LONG_ANSWER, pulled_after_bytes=after)
            rig.of.insert(VirtualThaiIdCard(with_photo(SOMYING), habits))
            assert rig.of.reader.wait(rig.of.soon_s) == CardInserted(ATR_NEW), after
            with pytest.raises(DriverError):
                read_all(rig.of.reader)
            assert rig.of.reader.wait(rig.of.soon_s) == CardRemoved(), after
        assert_the_next_card_is_read(rig, rig.of.reader)

    def test_a_reader_lost_at_any_command_comes_back(self, rig: FaultRig) -> None:
        reader = rig.of.reader
        for at in rig.commands:
            rig.of.insert(ActingCard(at, rig.of.unplug))
            assert reader.wait(rig.of.soon_s) == CardInserted(ATR_NEW), at
            with pytest.raises(DriverError):
                read_all(reader)
            with pytest.raises(DeviceAbsentError):
                reader.wait(rig.of.soon_s)
            reader.close()
            rig.of.clear()
            rig.of.plug()
            reader = rig.of.open_another()
        assert_the_next_card_is_read(rig, reader)

    def test_a_reader_lost_between_the_steps_of_a_visit_comes_back(self, rig: FaultRig) -> None:
        reader = rig.of.reader
        for has_card in (False, True):
            if has_card:
                rig.of.insert(VirtualThaiIdCard(with_photo(SOMYING)))
                assert reader.wait(rig.of.soon_s) == CardInserted(ATR_NEW)
                read_all(reader)
            rig.of.unplug()
            with pytest.raises(DeviceAbsentError):
                reader.transmit(b"\x00\xa4\x04\x00\x00")
            with pytest.raises(DeviceAbsentError):
                reader.wait(rig.of.soon_s)
            reader.close()
            rig.of.clear()
            rig.of.plug()
            reader = rig.of.open_another()
        assert_the_next_card_is_read(rig, reader)

    def test_replugging_leaves_neither_descriptor_nor_thread(self, rig: FaultRig) -> None:
        def replug() -> None:
            reader = rig.of.open_another()
            assert reader.wait(0) is None
            rig.of.unplug()
            with pytest.raises(DeviceAbsentError):
                reader.wait(0)
            reader.close()
            rig.of.plug()

        rig.of.reader.close()
        replug()
        before = held()
        for _ in range(rig.replugs):
            replug()
        assert_nothing_more_than(before)
