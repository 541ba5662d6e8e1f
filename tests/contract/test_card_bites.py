"""A contract that no bad reader fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

import pytest

from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.port import CardEvent, CardInserted, CardMute, CardRemoved
from drivers.card.virtual_card import ATR_NEW
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError
from tests.contract.card_reader import CardReaderContract
from tests.contract.card_reader_rigs import fake_rig


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
}

BITES = (AssertionError, pytest.fail.Exception, OSError, ValueError, DeviceAbsentError, DeviceFaultError)
"""What a contract test raises when it bites; an AttributeError or TypeError would be the test breaking."""


@pytest.mark.parametrize(("saboteur", "test"), SABOTEURS.items(), ids=lambda x: getattr(x, "__name__", x))
def test_saboteur_is_caught(saboteur: type[FakeCardReader], test: str) -> None:
    with pytest.raises(BITES):
        getattr(CardReaderContract(), test)(fake_rig(saboteur))


def test_every_contract_test_has_a_saboteur() -> None:
    assert {name for name in vars(CardReaderContract) if name.startswith("test_")} == set(SABOTEURS.values())
