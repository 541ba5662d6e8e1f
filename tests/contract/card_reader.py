"""What every CardReader must do, whoever made it. A rig plays the human hand at the slot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.card.port import CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.samples import SOMCHAI, SOMYING
from drivers.card.virtual_card import AID, ATR_NEW, ATR_OLD, Habits, MuteCard, PretendCard, VirtualThaiIdCard
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, DriverError, Fault
from tests.contract.patience import LONG_S, PROMPT_S

SELECT = bytes.fromhex("00A4040008") + AID


@dataclass
class CardReaderRig:
    reader: CardReader
    insert: Callable[[PretendCard], None]
    remove: Callable[[], None]
    unplug: Callable[[], None]
    plug: Callable[[], None]
    open_another: Callable[[], CardReader]
    """Another reader on the same slot; the rig closes it."""
    clear: Callable[[], None]
    """Take out whatever card is left, if one is, without waiting for anybody to notice."""
    soon_s: float
    """Longer than this reader takes to notice a card."""


def card(atr: bytes = ATR_NEW, **habits: int) -> VirtualThaiIdCard:
    return VirtualThaiIdCard(SOMCHAI, Habits(atr=atr, **habits))  # type: ignore[arg-type]  # numbers all


class CardReaderContract:
    prompt_s = PROMPT_S

    def test_insertion_then_removal_in_order(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)
        rig.remove()
        assert rig.reader.wait(rig.soon_s) == CardRemoved()

    def test_a_card_already_in_counts_as_inserted(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)
        assert rig.open_another().wait(rig.soon_s) == CardInserted(ATR_NEW)

    def test_a_wait_of_no_time_still_looks(self, rig: CardReaderRig) -> None:
        assert rig.reader.wait(0) is None
        rig.insert(card())
        assert rig.reader.wait(0) == CardInserted(ATR_NEW)

    def test_an_event_is_told_once(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)
        assert rig.reader.wait(0.3) is None

    def test_a_card_that_does_not_answer_is_mute(self, rig: CardReaderRig) -> None:
        rig.insert(MuteCard())
        assert rig.reader.wait(rig.soon_s) == CardMute()
        with pytest.raises(DeviceFaultError) as caught:
            rig.reader.transmit(SELECT)
        assert caught.value.fault is Fault.CARD_MUTE

    def test_a_card_swapped_unseen_is_a_removal_and_an_insertion(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)
        rig.remove()
        rig.insert(VirtualThaiIdCard(SOMYING, Habits(atr=ATR_OLD)))
        assert [rig.reader.wait(rig.soon_s), rig.reader.wait(rig.soon_s)] == [CardRemoved(), CardInserted(ATR_OLD)]

    def test_transmit_gives_data_and_status_word(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        rig.reader.wait(rig.soon_s)
        assert rig.reader.transmit(SELECT) == bytes.fromhex("610A")
        answer = rig.reader.transmit(bytes.fromhex("00C000000A"))
        assert (len(answer), answer[-2:]) == (12, b"\x90\x00")

    def test_transmit_without_card_is_absent(self, rig: CardReaderRig) -> None:
        with pytest.raises(DeviceAbsentError):
            rig.reader.transmit(SELECT)

    def test_transmit_reaches_no_card_that_was_not_announced(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        rig.reader.wait(rig.soon_s)
        rig.reader.transmit(SELECT)
        rig.remove()
        stranger = VirtualThaiIdCard(SOMYING)
        rig.insert(stranger)
        for _ in range(3):
            with pytest.raises(DriverError):
                rig.reader.transmit(SELECT)
        assert stranger.commands == []

    def test_a_card_pulled_in_the_middle_is_a_driver_error_and_then_removed(self, rig: CardReaderRig) -> None:
        rig.insert(card(pulled_at=2))
        rig.reader.wait(rig.soon_s)
        rig.reader.transmit(SELECT)
        with pytest.raises(DriverError):
            rig.reader.transmit(SELECT)
        assert rig.reader.wait(rig.soon_s) == CardRemoved()

    def test_an_answer_without_a_status_word_is_a_protocol_error(self, rig: CardReaderRig) -> None:
        rig.insert(card(garbled_at=1))
        rig.reader.wait(rig.soon_s)
        with pytest.raises(DeviceProtocolError):
            rig.reader.transmit(SELECT)

    def test_wait_gives_up_after_its_timeout(self, rig: CardReaderRig) -> None:
        began_s = time.monotonic()
        assert rig.reader.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < self.prompt_s

    def test_cancel_from_another_thread_ends_a_wait(self, rig: CardReaderRig) -> None:
        canceller = threading.Timer(0.1, rig.reader.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.reader.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: CardReaderRig) -> None:
        rig.reader.cancel()
        began_s = time.monotonic()
        assert rig.reader.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        rig.insert(card())
        assert rig.reader.wait(rig.soon_s) == CardInserted(ATR_NEW)

    def test_unplugging_surfaces_as_absence(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        rig.reader.wait(rig.soon_s)
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.reader.wait(rig.soon_s)
        with pytest.raises(DeviceAbsentError):
            rig.reader.transmit(SELECT)
        with pytest.raises(DeviceAbsentError):
            rig.open_another()

    def test_reopening_after_replugging_recovers(self, rig: CardReaderRig) -> None:
        rig.unplug()
        rig.plug()
        another = rig.open_another()
        rig.insert(card())
        assert another.wait(rig.soon_s) == CardInserted(ATR_NEW)
        assert another.transmit(SELECT) == bytes.fromhex("610A")

    def test_a_closed_reader_is_absent(self, rig: CardReaderRig) -> None:
        rig.insert(card())
        rig.reader.wait(rig.soon_s)
        rig.reader.close()
        with pytest.raises(DeviceAbsentError):
            rig.reader.transmit(SELECT)
        with pytest.raises(DeviceAbsentError):
            rig.reader.wait(0.1)

    def test_a_reader_tells_what_it_is_and_disturbs_no_card(self, rig: CardReaderRig) -> None:
        told = rig.reader.about()
        assert told.model
        assert told.port
        rig.insert(card())
        rig.reader.wait(rig.soon_s)
        assert rig.reader.transmit(SELECT) == bytes.fromhex("610A")
        assert rig.reader.about() == told
        answer = rig.reader.transmit(bytes.fromhex("00C000000A"))
        assert answer[-2:] == b"\x90\x00"
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.reader.about()

    def test_close_twice(self, rig: CardReaderRig) -> None:
        rig.reader.close()
        rig.reader.close()
        rig.reader.cancel()
