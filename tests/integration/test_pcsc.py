"""Sample cards through the real path: applet, vpcd, pcscd, libpcsclite, pyscard, our driver."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from drivers.about import About
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcscd import Pcscd
from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.card.samples import SAMPLE_CARDS, SOMCHAI, SOMYING, SampleCard
from drivers.card.thai_id import ALL_TEXT, Field, NotThaiIdError, ThaiIdCard, ThaiIdText
from drivers.card.thai_photo import PhotoReading
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import (
    ATR_NEW,
    ATR_OLD,
    ATR_P2,
    BYTE_AT_9600_S,
    KNOWN_ATRS,
    Answering,
    ForeignCard,
    Habits,
    MuteCard,
    PretendCard,
    VirtualThaiIdCard,
)
from drivers.errors import DeviceAbsentError, DeviceFaultError, DriverError
from tests.support.held import assert_nothing_more_than, held
from tests.support.pcscd import exit_idle, played_slot, running_pcscd
from tests.support.pluggable_reader import NAME, pluggable_reader

SOON_S = 60
CYCLES = 5
"""pcscd looks at a virtual reader every 0.4 s: more visitors would take minutes."""
ID_ONLY = frozenset({Field.ID_NUMBER})


@dataclass
class Desk:
    pcscd: Pcscd
    slot: VpcdSlot
    reader: PcscCardReader

    def put_in(self, card: PretendCard) -> CardInserted:
        self.slot.insert(card)
        event = self.reader.wait(SOON_S)
        assert isinstance(event, CardInserted)
        return event

    def take_out(self) -> None:
        self.slot.remove()
        assert self.reader.wait(SOON_S) == CardRemoved()

    def thai_id(self, card: PretendCard) -> ThaiIdCard:
        return ThaiIdCard(self.reader.transmit, self.put_in(card).atr)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with running_pcscd() as pcscd, played_slot(pcscd) as slot:
        reader = PcscCardReader()
        yield Desk(pcscd, slot, reader)
        reader.close()


def id_of(text: ThaiIdText) -> str:
    assert text.id_number is not None
    return text.id_number.reveal()


@pytest.mark.parametrize("sample", [one for one in SAMPLE_CARDS if one.citizen], ids=lambda one: one.key)
def test_every_sample_citizen_is_read_whole_in_seven_commands(desk: Desk, sample: SampleCard) -> None:
    assert sample.citizen is not None
    thai_id = desk.thai_id(sample.make())
    text = thai_id.read(ALL_TEXT)
    assert thai_id.apdus_sent == 7
    assert text.name_th is not None
    assert text.address is not None
    name, citizen = text.name_th, sample.citizen
    assert (id_of(text), text.expiry, text.birth_date) == (citizen.id_number, citizen.expiry, citizen.birth_date)
    assert (name.prefix, name.first, name.middle, name.last) == citizen.name_th
    assert text.address.province == citizen.address[7]


@pytest.mark.parametrize("atr", [ATR_OLD, ATR_NEW, ATR_P2], ids=lambda atr: atr[:2].hex())
@pytest.mark.parametrize("how", Answering)
def test_the_id_number_takes_few_commands_whatever_the_habits_of_the_card(
    desk: Desk, atr: bytes, how: Answering
) -> None:
    thai_id = desk.thai_id(VirtualThaiIdCard(SOMCHAI, Habits(atr=atr, answering=how)))
    assert id_of(thai_id.read(ID_ONLY)) == SOMCHAI.id_number
    assert thai_id.apdus_sent == {Answering.DIRECT: 2, Answering.UNTOLD_LENGTH: 4}.get(how, 3)


@pytest.mark.parametrize("atr", KNOWN_ATRS[:2] + KNOWN_ATRS[11:13], ids=lambda atr: atr.hex())
def test_every_generation_of_cards_gets_through_pcscd(desk: Desk, atr: bytes) -> None:
    inserted = desk.put_in(VirtualThaiIdCard(SOMYING, Habits(atr=atr)))
    assert inserted.atr == atr
    assert id_of(ThaiIdCard(desk.reader.transmit, atr).read(ALL_TEXT)) == SOMYING.id_number


def test_a_slow_card_is_read_whole_with_its_photo_after_the_text(desk: Desk) -> None:
    photo = b"\xff\xd8\xff\xdb\x00\x04ab\xff\xda\x00\x02" + bytes(300) + b"\xff\xd9"
    card = VirtualThaiIdCard(replace(SOMCHAI, photo=photo), Habits(atr=ATR_OLD, byte_s=BYTE_AT_9600_S))
    thai_id = desk.thai_id(card)
    assert id_of(thai_id.read(ALL_TEXT)) == SOMCHAI.id_number
    reading = PhotoReading(thai_id)
    assert reading.step() is None
    assert thai_id.read(frozenset({Field.SEX})).sex == SOMCHAI.sex
    assert reading.step() == photo


def test_a_foreign_card_is_told_from_a_thai_id(desk: Desk) -> None:
    with pytest.raises(NotThaiIdError):
        desk.thai_id(ForeignCard()).read(ID_ONLY)
    desk.take_out()
    assert id_of(desk.thai_id(VirtualThaiIdCard(SOMCHAI)).read(ID_ONLY)) == SOMCHAI.id_number


def test_a_card_put_in_upside_down_and_then_the_right_way(desk: Desk) -> None:
    desk.slot.insert(MuteCard())
    assert desk.reader.wait(SOON_S) == CardMute()
    with pytest.raises(DeviceFaultError):
        desk.reader.transmit(b"\x00\xa4\x04\x00\x00")
    desk.take_out()
    assert id_of(desk.thai_id(VirtualThaiIdCard(SOMCHAI)).read(ID_ONLY)) == SOMCHAI.id_number


@pytest.mark.parametrize("garbage", [b"\x00\xff\x12", b"\x00", b"\xff" * 33], ids=lambda atr: f"{len(atr)} bytes")
def test_a_garbage_answer_to_reset_is_a_mute_card(desk: Desk, garbage: bytes) -> None:
    desk.slot.insert(VirtualThaiIdCard(SOMCHAI, Habits(atr=garbage)))
    assert desk.reader.wait(SOON_S) == CardMute()


PULLS = [(at, 0) for at in range(1, 8)] + [(3, after) for after in (1, 2, 128, 256, 257)]


@pytest.mark.parametrize(("at", "after_bytes"), PULLS)
def test_a_card_pulled_at_any_command_or_byte_is_an_error_and_the_next_card_is_read(
    desk: Desk, at: int, after_bytes: int
) -> None:
    pulled = VirtualThaiIdCard(SOMYING, Habits(pulled_at=at, pulled_after_bytes=after_bytes))
    with pytest.raises(DriverError):
        desk.thai_id(pulled).read(ALL_TEXT)
    assert desk.reader.wait(SOON_S) == CardRemoved()
    assert id_of(desk.thai_id(VirtualThaiIdCard(SOMCHAI)).read(ALL_TEXT)) == SOMCHAI.id_number


class HesitantCard(VirtualThaiIdCard):
    """A card that answers only when told to."""

    def __init__(self) -> None:
        super().__init__(SOMCHAI)
        self.was_asked, self.may_answer = threading.Event(), threading.Event()

    def answer(self, apdu: bytes) -> bytes:
        self.was_asked.set()
        assert self.may_answer.wait(60)
        return super().answer(apdu)


def assert_pcscd_is_gone_and_comes_back(desk: Desk) -> None:
    with pytest.raises(DeviceAbsentError):
        desk.reader.wait(1)
    with pytest.raises(DeviceAbsentError):
        desk.reader.transmit(b"\x00\xa4\x04\x00\x00")
    with pytest.raises(DeviceAbsentError):
        PcscCardReader()
    desk.reader.close()
    desk.pcscd.start()
    desk.reader = PcscCardReader()
    desk.slot.remove()  # what lay in the reader that was switched off
    assert id_of(desk.thai_id(VirtualThaiIdCard(SOMYING)).read(ID_ONLY)) == SOMYING.id_number


ENDS = [Pcscd.stop, Pcscd.kill, exit_idle]


@pytest.mark.parametrize("end", ENDS)
def test_pcscd_goes_between_two_calls_and_comes_back(desk: Desk, end: Callable[[Pcscd], None]) -> None:
    thai_id = desk.thai_id(VirtualThaiIdCard(SOMCHAI))
    thai_id.read(ID_ONLY)
    end(desk.pcscd)
    with pytest.raises(DriverError):
        thai_id.read(ID_ONLY)
    assert_pcscd_is_gone_and_comes_back(desk)


@pytest.mark.parametrize("end", ENDS)
def test_pcscd_goes_during_a_wait_and_comes_back(desk: Desk, end: Callable[[Pcscd], None]) -> None:
    with ThreadPoolExecutor(1) as worker:
        waiting = worker.submit(desk.reader.wait, 30)
        end(desk.pcscd)
        with pytest.raises(DeviceAbsentError):
            waiting.result(SOON_S)
    assert_pcscd_is_gone_and_comes_back(desk)


def test_pcscd_dies_during_a_read_and_comes_back(desk: Desk) -> None:
    card = HesitantCard()
    thai_id = desk.thai_id(card)
    with ThreadPoolExecutor(1) as worker:
        reading = worker.submit(thai_id.read, ID_ONLY)
        assert card.was_asked.wait(SOON_S)
        desk.pcscd.kill()
        with pytest.raises(DriverError):
            reading.result(SOON_S)
    card.may_answer.set()
    assert_pcscd_is_gone_and_comes_back(desk)


def test_pcscd_restarted_unseen_is_noticed(desk: Desk) -> None:
    desk.put_in(VirtualThaiIdCard(SOMCHAI))
    desk.pcscd.restart()
    with pytest.raises(DeviceAbsentError):
        desk.reader.transmit(b"\x00\xa4\x04\x00\x00")
    with pytest.raises(DeviceAbsentError):
        desk.reader.wait(1)


def test_readers_are_chosen_by_the_beginning_of_their_name(desk: Desk) -> None:
    with pytest.raises(DeviceAbsentError):
        PcscCardReader("Omnikey")
    reader = PcscCardReader("Virtual PCD")
    desk.put_in(VirtualThaiIdCard(SOMCHAI))
    assert isinstance(reader.wait(SOON_S), CardInserted)
    reader.close()


def test_a_reader_tells_its_maker_firmware_and_place() -> None:
    with pluggable_reader(), running_pcscd(), closing(PcscCardReader(NAME)) as reader:
        assert reader.about() == About("Example Pluggable", "1.02.3", "/dev/bus/usb/001/005")


def test_a_reader_that_tells_nothing_is_known_by_its_name(desk: Desk) -> None:
    assert desk.reader.about() == About("Virtual PCD", None, "pcsc:Virtual PCD 00 00")


def test_with_two_slots_the_first_card_is_the_card_until_it_is_out(desk: Desk) -> None:
    with played_slot(desk.pcscd, 1) as second:
        desk.put_in(VirtualThaiIdCard(SOMCHAI))
        second.insert(VirtualThaiIdCard(SOMYING, Habits(atr=ATR_OLD)))
        assert desk.reader.wait(1) is None
        assert id_of(ThaiIdCard(desk.reader.transmit, ATR_NEW).read(ID_ONLY)) == SOMCHAI.id_number
        desk.take_out()
        assert desk.reader.wait(SOON_S) == CardInserted(ATR_OLD)
        assert id_of(ThaiIdCard(desk.reader.transmit, ATR_OLD).read(ID_ONLY)) == SOMYING.id_number


def test_no_cancel_is_lost_whenever_it_comes(desk: Desk) -> None:
    for step in range(100):
        canceller = threading.Timer(step * 0.00005, desk.reader.cancel)
        began_s = time.monotonic()
        canceller.start()
        assert desk.reader.wait(2 * SOON_S) is None
        assert time.monotonic() - began_s < SOON_S
        canceller.join()
    assert desk.reader.wait(0) is None
    assert isinstance(desk.put_in(VirtualThaiIdCard(SOMCHAI)), CardInserted)


def test_cancel_lets_go_of_a_thread_that_waits_again_at_once(desk: Desk) -> None:
    """As a worker does: an event, and back into the wait. Whoever cancels is the loop that draws, and must not hang."""
    is_over = threading.Event()
    came_back = threading.Semaphore(0)

    def wait_again_and_again() -> None:
        while not is_over.is_set():
            assert desk.reader.wait(2 * SOON_S) is None
            came_back.release()

    waiter = threading.Thread(target=wait_again_and_again)
    waiter.start()
    took_s = []
    for _ in range(20):
        began_s = time.monotonic()
        desk.reader.cancel()
        took_s.append(time.monotonic() - began_s)
        assert came_back.acquire(timeout=SOON_S)
    is_over.set()
    desk.reader.cancel()
    waiter.join(SOON_S)
    assert not waiter.is_alive()
    assert min(took_s) < 1, took_s  # a busy machine may hold up some, the fault holds up all


def test_reopening_leaks_no_descriptor(desk: Desk) -> None:
    desk.reader.close()
    before = held()
    for _ in range(10):
        reader = PcscCardReader()
        assert reader.wait(0) is None
        reader.close()
    desk.pcscd.stop()
    for _ in range(5):
        with pytest.raises(DeviceAbsentError):
            PcscCardReader()
    desk.pcscd.start()
    assert_nothing_more_than(before)


def test_cards_that_come_and_go_leave_nothing_behind(desk: Desk) -> None:
    """A few of the day's visitors, one after the other: the second already costs no more than the first."""

    def visit() -> None:
        assert id_of(desk.thai_id(VirtualThaiIdCard(SOMCHAI)).read(ID_ONLY)) == SOMCHAI.id_number
        desk.take_out()

    visit()
    before = held()
    for _ in range(CYCLES):
        visit()
    assert_nothing_more_than(before)
