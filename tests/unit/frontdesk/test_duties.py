"""What the card worker says of cards that trouble it: the reader is well, so it is never opened again for them."""

from __future__ import annotations

import queue
from dataclasses import dataclass, replace
from datetime import date

import pytest

from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.card.samples import SOMCHAI
from drivers.card.thai_id import Field
from drivers.card.thai_text import PHOTO_OFFSET
from drivers.card.virtual_card import ATR_NEW, ATR_OLD, Citizen, Habits, VirtualThaiIdCard
from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)
from kiosk.frontdesk.duties import PAYING_A_FEE, SETTLING_S, CardDuties, Declared, ReadDeclared
from kiosk.frontdesk.worker import DeviceWorker, Inbox
from kiosk.visits.desk import Device
from kiosk.visits.events import CardFound, CardProblem, CardRead, CardUnreadable, DeviceReady
from tests.contract.patience import SOON_S


class FallsSilent(FakeCardReader):
    """A saboteur: a reader whose card announces itself and then answers in a way of its own."""

    error: DriverError = DeviceFaultError("card", Fault.CARD_MUTE)

    def transmit(self, apdu: bytes) -> bytes:
        raise self.error


def read_with(reader: FakeCardReader, citizen: Citizen = SOMCHAI) -> tuple[object, ...]:
    duties = CardDuties(lambda: reader, lambda: date(2026, 11, 22)).duties()
    reader.insert(VirtualThaiIdCard(citizen))
    event = reader.wait(SOON_S)
    assert event is not None
    duties.understand(event)
    return duties.do(reader, ReadDeclared())


def test_a_good_card_is_read() -> None:
    (read,) = read_with(FakeCardReader())
    assert isinstance(read, CardRead)
    assert not read.expired


def test_a_number_that_begins_with_0_is_read() -> None:
    """Of a person without Thai nationality; other readers refuse such cards."""
    (read,) = read_with(FakeCardReader(), replace(SOMCHAI, id_number="0999900000007"))
    assert isinstance(read, CardRead)
    assert str(read.id_number) == "x-xxxx-xxxxx-00-7"


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


# ---- a card that nobody was seen to put in


class Clock:
    now_s = 1000.0


class Reopened:
    """A reader that was lost with a card of ``ATR_NEW`` in it, and is back; ``empty``: its first look sees no card."""

    def __init__(self, *, empty: bool) -> None:
        self.clock, self.slot = Clock(), FakeSlot()
        self.duties = CardDuties(self.open, lambda: date(2026, 11, 22), lambda: self.clock.now_s).duties()
        first = self.open()
        assert self.duties.opened(first) == ()
        self.slot.insert(ATR_NEW)
        event = first.wait(SOON_S)
        assert self.duties.understand(event) == (CardInserted(ATR_NEW),)
        assert self.duties.lost() == (CardRemoved(),)
        if empty:
            self.slot.remove()
        self.reader = self.open()
        self.found = self.duties.opened(self.reader)

    def open(self) -> FakeCardReader:
        return FakeCardReader(self.slot)

    def put_in(self, atr: bytes) -> tuple[object, ...]:
        self.slot.insert(atr)
        return self.duties.understand(self.reader.wait(SOON_S))


def test_a_card_in_a_reader_that_opens_was_put_in_by_nobody_knows_whom() -> None:
    reopened = Reopened(empty=False)
    assert reopened.found == (CardFound(),)
    reopened.slot.remove()
    assert reopened.duties.understand(reopened.reader.wait(SOON_S)) == (CardRemoved(),)
    assert reopened.put_in(ATR_NEW) == (CardInserted(ATR_NEW),)


def test_a_card_seen_late_in_a_reader_that_came_back_is_the_one_that_was_left() -> None:
    reopened = Reopened(empty=True)
    assert reopened.found == ()
    assert reopened.put_in(ATR_NEW) == (CardFound(),)


def test_a_card_of_another_kind_was_put_in_by_somebody() -> None:
    assert Reopened(empty=True).put_in(ATR_OLD) == (CardInserted(ATR_OLD),)


def test_a_card_put_in_long_after_the_reader_came_back_was_put_in_by_somebody() -> None:
    reopened = Reopened(empty=True)
    reopened.clock.now_s += SETTLING_S
    assert reopened.put_in(ATR_NEW) == (CardInserted(ATR_NEW),)


def test_a_reader_that_comes_and_goes_still_knows_what_was_left_in_it() -> None:
    reopened = Reopened(empty=True)
    assert reopened.duties.lost() == ()
    assert reopened.duties.opened(reopened.open()) == ()
    assert reopened.put_in(ATR_NEW) == (CardFound(),)


def test_a_found_card_that_does_not_answer_is_mute() -> None:
    reader = FakeCardReader()
    reader.insert_mute()
    duties = CardDuties(lambda: reader, lambda: date(2026, 11, 22)).duties()
    assert duties.opened(reader) == (CardMute(),)


# ---- what a service declares

PHOTO = b"\xff\xd8\xff\xdb\x00\x04ab\xff\xda\x00\x02" + bytes(600) + b"\xff\xd9"
CHUNK = 255


@dataclass(frozen=True)
class PhotoCame:
    """What a service that declares the photo is told."""

    jpeg: bytes | None


def requested(card: VirtualThaiIdCard) -> set[int]:
    """Every byte of the card that was asked for."""
    reads = [apdu for apdu in card.commands if apdu[:2] == b"\x80\xb0"]
    return {int.from_bytes(apdu[2:4], "big") + at for apdu in reads for at in range(apdu[6])}


def bytes_of(*fields: Field) -> set[int]:
    return {at for one in fields for at in range(one.offset, one.end)}


def events_of_worker(card: VirtualThaiIdCard, *jobs: ReadDeclared, until: type) -> list[object]:
    """What the inbox gets from a card put in and these jobs, up to the first event of that kind."""
    inbox: Inbox = queue.Queue()
    slot = FakeSlot()
    duties = CardDuties(lambda: FakeCardReader(slot), lambda: date(2026, 11, 22)).duties()
    worker = DeviceWorker(Device.CARD, duties, inbox)
    worker.start()
    events: list[object] = []
    try:
        while not isinstance(inbox.get(timeout=SOON_S), DeviceReady):
            pass
        slot.insert(card)
        while inbox.get(timeout=SOON_S) != CardInserted(card.atr):
            pass
        for job in jobs:
            worker.submit(job)
        while not events or not isinstance(events[-1], until):
            events.append(inbox.get(timeout=SOON_S))
    finally:
        worker.stop(5)
    return events


def test_paying_a_fee_requests_its_declared_fields_and_no_other_byte() -> None:
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=PHOTO))
    events_of_worker(card, ReadDeclared(), until=CardRead)
    assert requested(card) == bytes_of(Field.ID_NUMBER, Field.EXPIRY) == bytes_of(*PAYING_A_FEE.fields)


def test_a_service_that_declares_the_photo_gets_it_after_the_text_and_to_its_end() -> None:
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=PHOTO))
    wanted = ReadDeclared(Declared(frozenset({Field.ID_NUMBER, Field.SEX}), PhotoCame))
    read, photo = events_of_worker(card, wanted, until=PhotoCame)
    assert isinstance(read, CardRead)
    assert photo == PhotoCame(PHOTO)
    chunks = -(-len(PHOTO) // CHUNK)
    photo_bytes = set(range(PHOTO_OFFSET, PHOTO_OFFSET + chunks * CHUNK))
    assert requested(card) == bytes_of(Field.ID_NUMBER, Field.SEX) | photo_bytes


def test_a_photo_gives_way_to_other_work() -> None:
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=PHOTO), Habits(byte_s=0.0001))
    wanted = ReadDeclared(Declared(frozenset({Field.ID_NUMBER}), PhotoCame))
    events = events_of_worker(card, wanted, ReadDeclared(), wanted, until=PhotoCame)
    assert [type(each) for each in events] == [CardRead, CardRead, CardRead, PhotoCame]


@pytest.mark.parametrize("photo", [b"", PHOTO[:-2]])
def test_a_card_without_a_whole_photo_says_so_and_the_text_stands(photo: bytes) -> None:
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=photo))
    wanted = ReadDeclared(Declared(frozenset({Field.ID_NUMBER}), PhotoCame))
    read, none = events_of_worker(card, wanted, until=PhotoCame)
    assert isinstance(read, CardRead)
    assert none == PhotoCame(None)


TEXT_COMMANDS = 3
"""SELECT, READ, GET RESPONSE: for the ID number alone."""


@pytest.mark.parametrize("at", range(1, TEXT_COMMANDS + 2 * 3 + 1))
def test_a_card_pulled_at_any_command_is_removed_and_neither_half_read_nor_half_photographed(at: int) -> None:
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=PHOTO), Habits(pulled_at=at))
    wanted = ReadDeclared(Declared(frozenset({Field.ID_NUMBER}), PhotoCame))
    events = events_of_worker(card, wanted, until=CardRemoved)
    assert [type(each) for each in events] == [*([CardRead] if at > TEXT_COMMANDS else []), CardRemoved]


BROKEN: dict[str, dict[Field, bytes]] = {
    "a letter in the number": {Field.ID_NUMBER: b"19999000000I3"},
    "a number too short": {Field.ID_NUMBER: b"19999000000"},
    "no number": {Field.ID_NUMBER: b""},
    "a number of zero bytes": {Field.ID_NUMBER: bytes(13)},
    "a number of no alphabet": {Field.ID_NUMBER: b"\xff" * 13},
    "an expiry of letters": {Field.EXPIRY: b"25XX0101"},
}


@pytest.mark.parametrize("overrides", BROKEN.values(), ids=BROKEN)
def test_broken_data_is_an_unreadable_card_and_shows_none_of_it(
    overrides: dict[Field, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    events = read_with(FakeCardReader(), replace(SOMCHAI, overrides=overrides))
    assert events == (CardUnreadable(CardProblem.UNREADABLE),)
    assert "19999" not in caplog.text


WHOLE_ENOUGH = {
    "no expiry": {Field.EXPIRY: b""},
    "for life": {Field.EXPIRY: b"99999999"},
    "month and day unknown": {Field.EXPIRY: b"25730000"},
    "a name without parts": {Field.NAME_TH: b"x" * 100},
    "an address of no alphabet": {Field.ADDRESS: b"\xff" * 160},
}


@pytest.mark.parametrize("overrides", WHOLE_ENOUGH.values(), ids=WHOLE_ENOUGH)
def test_what_nobody_asked_for_or_is_partly_known_costs_nobody_the_visit(overrides: dict[Field, bytes]) -> None:
    (read,) = read_with(FakeCardReader(), replace(SOMCHAI, overrides=overrides))
    assert isinstance(read, CardRead)
    assert not read.expired
