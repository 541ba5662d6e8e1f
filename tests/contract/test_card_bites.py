"""A contract that no bad reader fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

import os
from typing import ClassVar

import pytest

from drivers.about import About
from drivers.card.choice import Holder
from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.port import CardEvent, CardInserted, CardMute, CardRemoved
from drivers.card.samples import SOMYING
from drivers.card.thai_id import NotThaiIdError
from drivers.card.virtual_card import ATR_NEW, VirtualThaiIdCard
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, DriverError
from tests.contract.card_faults import CardFaultContract, with_photo
from tests.contract.card_reader import CardReaderContract
from tests.contract.card_reader_rigs import fake_fault_rig, fake_rig, fake_two_readers_rig
from tests.contract.patience import SABOTEUR_S
from tests.contract.two_readers import TwoReadersContract


class ForgetsRemovals(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        event = super().wait(timeout_s)
        return super().wait(0.1) if isinstance(event, CardRemoved) else event


class SeesOnlyChanges(FakeCardReader):
    def __init__(self, slot: FakeSlot | None = None, *others: FakeSlot) -> None:
        super().__init__(slot, *others)
        self._pending.clear()


class TakesNoTimeForNoLook(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        return super().wait(timeout_s) if timeout_s else None


class RepeatsItself(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        event = super().wait(timeout_s)
        return CardInserted(ATR_NEW) if event is None and self.slot.card is not None else event


class CallsNoiseACard(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        event = super().wait(timeout_s)
        return CardInserted(b"") if isinstance(event, CardMute) else event


class LooksAtPresenceOnly(FakeCardReader):
    was_in = False

    def _look(self) -> None:
        super()._look()
        if self.was_in and self.slot.card is not None:
            self._pending.clear()
        self.was_in = self.slot.card is not None


class StripsTheStatusWord(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        answer = super().transmit(apdu)
        return answer[:-2] or answer


class AnswersWithoutCard(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        return super().transmit(apdu) if self.slot.card is not None else b"\x90\x00"


class SpeaksToWhoeverIsIn(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        assert self.slot.card is not None
        return self.slot.card.answer(apdu)


class MakesUpAnAnswer(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        try:
            return super().transmit(apdu)
        except DeviceAbsentError:
            return b"\x90\x00"


class PassesHalfAnAnswer(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        try:
            return super().transmit(apdu)
        except DeviceProtocolError:
            return b"\x61"


class IgnoresTimeout(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        return super().wait(1.2)


class DeafToCancel(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        return super().wait(min(timeout_s, 1.2))

    def cancel(self) -> None:
        pass


class ForgetsCancel(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        self._is_cancelled = False
        return super().wait(min(timeout_s, 1.2))


class LeaksOSError(FakeCardReader):
    def wait(self, timeout_s: float) -> CardEvent | None:
        try:
            return super().wait(timeout_s)
        except DeviceAbsentError as err:
            raise OSError(19, "No such device") from err


class StaysLost(FakeCardReader):
    was_lost = False

    def unplug(self) -> None:
        super().unplug()
        StaysLost.was_lost = True

    def wait(self, timeout_s: float) -> CardEvent | None:
        if StaysLost.was_lost:
            raise DeviceAbsentError("card", "lost for good")
        return super().wait(timeout_s)


class WorksAfterClose(FakeCardReader):
    def close(self) -> None:
        pass


class ClosesOnce(FakeCardReader):
    def close(self) -> None:
        if not self._is_open:
            raise ValueError("already closed")
        super().close()


class TellsNothingOfItself(FakeCardReader):
    def about(self) -> About:
        return About()


# ---- faults


class ForgetsRemovalsAfterErrors(FakeCardReader):
    has_erred = False

    def transmit(self, apdu: bytes) -> bytes:
        try:
            return super().transmit(apdu)
        except DriverError:
            self.has_erred = True
            raise

    def wait(self, timeout_s: float) -> CardEvent | None:
        event = super().wait(timeout_s)
        return None if self.has_erred and isinstance(event, CardRemoved) else event


class FillsUpHalfAnswers(FakeCardReader):
    """What a card that was pulled did not say any more is taken from a card like it."""

    def __init__(self, slot: FakeSlot | None = None, *others: FakeSlot) -> None:
        super().__init__(slot, *others)
        self.twin = VirtualThaiIdCard(with_photo(SOMYING))

    def transmit(self, apdu: bytes) -> bytes:
        answer = self.twin.answer(apdu)
        try:
            return super().transmit(apdu)
        except DeviceAbsentError:
            return answer


class StaysLostAfterARead(FakeCardReader):
    was_lost = False

    def transmit(self, apdu: bytes) -> bytes:
        try:
            return super().transmit(apdu)
        except DeviceAbsentError:
            StaysLostAfterARead.was_lost = self.slot.card is not None
            raise

    def wait(self, timeout_s: float) -> CardEvent | None:
        if StaysLostAfterARead.was_lost and self.slot.is_plugged:
            return None
        return super().wait(timeout_s)


class RemembersTheCardOfAnotherReader(FakeCardReader):
    """The card that lay in the slot when the cable was pulled is told of again by the next reader."""

    ghosts: ClassVar[list[CardEvent]] = []

    def close(self) -> None:
        if self._announced is not None:
            self.ghosts.append(CardInserted(b"\x3b\x00"))
        super().close()

    def wait(self, timeout_s: float) -> CardEvent | None:
        return self.ghosts.pop() if self.ghosts else super().wait(timeout_s)


class LeaksADescriptor(FakeCardReader):
    leaked: ClassVar[list[int]] = []

    def __init__(self, slot: FakeSlot | None = None, *others: FakeSlot) -> None:
        super().__init__(slot, *others)
        self.leaked.append(os.dup(0))


# ---- several readers


class LastCardWins(FakeCardReader):
    def _look(self) -> None:
        super()._look()
        if self._announced is not None and not self._pending:
            last = max(self._slots, key=lambda name: (self._slots[name].card is not None, name))
            self._announced = Holder(last, self._slots[last].state.changes)


class LooksAtTheFirstOnly(FakeCardReader):
    def __init__(self, slot: FakeSlot | None = None, *_others: FakeSlot) -> None:
        super().__init__(slot)


class LostWhenOneIsLost(FakeCardReader):
    def _look(self) -> None:
        if not all(slot.is_plugged for slot in self._slots.values()):
            raise DeviceAbsentError("card", "one of the readers was unplugged")
        super()._look()


class KeepsTheCardsOfReadersThatAreGone(FakeCardReader):
    def _look(self) -> None:
        self._pending.extend(self._choice.look({name: slot.state for name, slot in self._slots.items()}))


class AnswersForReadersThatAreGone(FakeCardReader):
    def transmit(self, apdu: bytes) -> bytes:
        try:
            return super().transmit(apdu)
        except DeviceAbsentError:
            return b"\x6a\x82"


class NeverLooksBack(FakeCardReader):
    """What has been unplugged once stays out of sight."""

    def _look(self) -> None:
        self._slots = {name: slot for name, slot in self._slots.items() if slot.is_plugged}
        super()._look()


class TakesACardForOldAcquaintance(FakeCardReader):
    """A card that was told of once is not told of again."""

    told: CardEvent | None = None

    def wait(self, timeout_s: float) -> CardEvent | None:
        event = super().wait(timeout_s)
        if isinstance(event, CardInserted) and event == self.told:
            return None
        self.told = event if isinstance(event, CardInserted) else self.told
        return event


SABOTEURS: dict[type[FakeCardReader], str] = {
    ForgetsRemovals: "test_insertion_then_removal_in_order",
    SeesOnlyChanges: "test_a_card_already_in_counts_as_inserted",
    TakesNoTimeForNoLook: "test_a_wait_of_no_time_still_looks",
    RepeatsItself: "test_an_event_is_told_once",
    CallsNoiseACard: "test_a_card_that_does_not_answer_is_mute",
    LooksAtPresenceOnly: "test_a_card_swapped_unseen_is_a_removal_and_an_insertion",
    StripsTheStatusWord: "test_transmit_gives_data_and_status_word",
    AnswersWithoutCard: "test_transmit_without_card_is_absent",
    SpeaksToWhoeverIsIn: "test_transmit_reaches_no_card_that_was_not_announced",
    MakesUpAnAnswer: "test_a_card_pulled_in_the_middle_is_a_driver_error_and_then_removed",
    PassesHalfAnAnswer: "test_an_answer_without_a_status_word_is_a_protocol_error",
    IgnoresTimeout: "test_wait_gives_up_after_its_timeout",
    DeafToCancel: "test_cancel_from_another_thread_ends_a_wait",
    ForgetsCancel: "test_cancel_ends_the_next_wait_and_no_more",
    LeaksOSError: "test_unplugging_surfaces_as_absence",
    StaysLost: "test_reopening_after_replugging_recovers",
    WorksAfterClose: "test_a_closed_reader_is_absent",
    ClosesOnce: "test_close_twice",
    TellsNothingOfItself: "test_a_reader_tells_what_it_is_and_disturbs_no_card",
}

FAULT_SABOTEURS: dict[type[FakeCardReader], str] = {
    ForgetsRemovalsAfterErrors: "test_a_card_pulled_at_any_command_is_removed_and_the_next_is_read",
    FillsUpHalfAnswers: "test_a_card_pulled_at_any_byte_gives_no_half_answer",
    StaysLostAfterARead: "test_a_reader_lost_at_any_command_comes_back",
    RemembersTheCardOfAnotherReader: "test_a_reader_lost_between_the_steps_of_a_visit_comes_back",
    LeaksADescriptor: "test_replugging_leaves_neither_descriptor_nor_thread",
}

TWO_READERS_SABOTEURS: dict[type[FakeCardReader], str] = {
    LastCardWins: "test_the_card_that_was_first_counts_until_it_is_out",
    LooksAtTheFirstOnly: "test_a_card_put_into_either_is_told",
    LostWhenOneIsLost: "test_the_other_reader_comes_and_goes_unnoticed",
    KeepsTheCardsOfReadersThatAreGone: "test_a_reader_pulled_out_with_the_card_is_a_removal",
    AnswersForReadersThatAreGone: "test_a_reader_pulled_out_during_a_read_is_an_error_and_then_a_removal",
    NeverLooksBack: "test_a_reader_that_is_plugged_in_again_is_used",
    TakesACardForOldAcquaintance: "test_a_card_that_was_in_a_reader_that_comes_back_is_told",
}

BITES = (
    AssertionError,
    pytest.fail.Exception,
    OSError,
    ValueError,
    DeviceAbsentError,
    DeviceFaultError,
    NotThaiIdError,
)
"""What a contract test raises when it bites; an AttributeError or TypeError would be the test breaking."""


def named(saboteurs: dict[type[FakeCardReader], str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("saboteur", "test"), saboteurs.items(), ids=lambda x: getattr(x, "__name__", x))


@named(SABOTEURS)
def test_saboteur_is_caught(saboteur: type[FakeCardReader], test: str) -> None:
    contract = CardReaderContract()
    contract.prompt_s = SABOTEUR_S
    with pytest.raises(BITES):
        getattr(contract, test)(fake_rig(saboteur))


@named(FAULT_SABOTEURS)
def test_saboteur_in_faults_is_caught(saboteur: type[FakeCardReader], test: str) -> None:
    with pytest.raises(BITES):
        getattr(CardFaultContract(), test)(fake_fault_rig(saboteur, replugs=5))
    for descriptor in LeaksADescriptor.leaked:
        os.close(descriptor)
    LeaksADescriptor.leaked.clear()


@named(TWO_READERS_SABOTEURS)
def test_saboteur_with_two_readers_is_caught(saboteur: type[FakeCardReader], test: str) -> None:
    with pytest.raises(BITES):
        getattr(TwoReadersContract(), test)(fake_two_readers_rig(saboteur))


@pytest.mark.parametrize(
    ("contract", "saboteurs"),
    [
        (CardReaderContract, SABOTEURS),
        (CardFaultContract, FAULT_SABOTEURS),
        (TwoReadersContract, TWO_READERS_SABOTEURS),
    ],
)
def test_every_contract_test_has_a_saboteur(contract: type, saboteurs: dict[type[FakeCardReader], str]) -> None:
    assert {name for name in vars(contract) if name.startswith("test_")} == set(saboteurs.values())
