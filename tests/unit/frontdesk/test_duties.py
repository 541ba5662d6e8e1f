"""What the card worker says of cards that trouble it: the reader is well, so it is never opened again for them."""

from __future__ import annotations

from datetime import date

import pytest

from drivers.card.fake import FakeCardReader
from drivers.card.samples import SOMCHAI
from drivers.card.virtual_card import VirtualThaiIdCard
from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)
from kiosk.frontdesk.duties import CardDuties, ReadDeclared
from kiosk.visits.events import CardProblem, CardRead, CardUnreadable


class FallsSilent(FakeCardReader):
    """A saboteur: a reader whose card announces itself and then answers in a way of its own."""

    error: DriverError = DeviceFaultError("card", Fault.CARD_MUTE)

    def transmit(self, apdu: bytes) -> bytes:
        raise self.error


def read_with(reader: FakeCardReader) -> tuple[object, ...]:
    duties = CardDuties(lambda: reader, lambda: date(2026, 11, 22)).duties()
    reader.insert(VirtualThaiIdCard(SOMCHAI))
    event = reader.wait(1)
    assert event is not None
    duties.understand(event)
    return duties.do(reader, ReadDeclared())


def test_a_good_card_is_read() -> None:
    (read,) = read_with(FakeCardReader())
    assert isinstance(read, CardRead)
    assert not read.expired


@pytest.mark.parametrize(
    "error",
    [
        DeviceFaultError("card", Fault.CARD_MUTE),
        DeviceTimeoutError("card", "no answer"),
        DeviceProtocolError("card", "nonsense"),
    ],
)
def test_a_card_that_falls_silent_is_unreadable_and_the_reader_stays(error: DriverError) -> None:
    reader = FallsSilent()
    reader.error = error
    assert read_with(reader) == (CardUnreadable(CardProblem.UNREADABLE),)


def test_a_card_that_is_gone_is_left_to_the_next_event() -> None:
    reader = FallsSilent()
    reader.error = DeviceAbsentError("card", "pulled")
    assert read_with(reader) == ()
