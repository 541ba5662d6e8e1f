"""Readers on USB, which come and go from pcscd's list: what vpcd and a test's own driver cannot do.

The third-party ``scard`` functions are stood in for by a small pcsc-lite that answers as its source says: a name that
is no longer known fails the whole SCardGetStatusChange; of what is plugged in between two calls 1.9 tells nothing, and
2.x by a counter that must be handed back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smartcard import scard

from drivers.about import About
from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.pcsc import PcscCardReader
from drivers.card.port import CardEvent, CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.virtual_card import ATR_NEW, ATR_OLD
from drivers.errors import DeviceAbsentError, DeviceProtocolError, DriverError

PNP = "\\\\?PnP?\\Notification"
LEFT, RIGHT = "ACS ACR39U ICC Reader 00 00", "Alcor Link AK9563 01 00"
SUCCESS = (scard.SCARD_S_SUCCESS,)

State = tuple[str, int]
Seen = tuple[str, int, list[int]]


@dataclass
class PcscLite:
    """pcscd and its library as seen through ``scard``, with a hand at cables and slots."""

    counts_readers: bool
    """As 2.x does: the pseudo reader's upper bits count comings and goings."""
    readers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """By name: how often its slot changed, and the answer to reset of the card in it."""
    unplugs_before_look: str | None = None
    """A reader that is pulled out between listing and looking."""
    comings: int = 7
    looks: int = 0
    handles: dict[int, str] = field(default_factory=dict)
    connect_codes: list[int] = field(default_factory=list)
    transmit_codes: list[int] = field(default_factory=list)

    def plug(self, name: str, atr: bytes = b"") -> None:
        self.readers[name] = (1 if atr else 0, atr)
        self.comings += 1

    def unplug(self, name: str) -> None:
        del self.readers[name]
        self.comings += 1
        self.handles = {handle: reader for handle, reader in self.handles.items() if reader != name}

    def put_in(self, name: str, atr: bytes) -> None:
        self.readers[name] = (self.readers[name][0] + 1, atr)

    def establish(self, _scope: int) -> tuple[int, int]:
        return (scard.SCARD_S_SUCCESS, 1)

    def listed(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        if not self.readers:
            return (scard.SCARD_E_NO_READERS_AVAILABLE, [])
        return (scard.SCARD_S_SUCCESS, sorted(self.readers))

    def await_change(self, _context: int, _timeout_ms: int, states: list[State]) -> tuple[int, list[Seen]]:
        self.looks += 1
        assert self.looks < 1000, "asked in circles"
        if self.unplugs_before_look is not None:
            self.unplug(self.unplugs_before_look)
            self.unplugs_before_look = None
        if any(name != PNP and name not in self.readers for name, _ in states):
            return (scard.SCARD_E_UNKNOWN_READER, [(name, 0, []) for name, _ in states])
        seen = [self._seen(name, before) for name, before in states]
        is_changed = any(state & scard.SCARD_STATE_CHANGED for _, state, _ in seen)
        return (scard.SCARD_S_SUCCESS if is_changed else scard.SCARD_E_TIMEOUT, seen)

    def _seen(self, name: str, before: int) -> Seen:
        if name == PNP:
            now = self.comings << 16 if self.counts_readers else 0
            return (name, now | (scard.SCARD_STATE_CHANGED if now and before and now != before else 0), [])
        changes, atr = self.readers[name]
        now = changes << 16 | (scard.SCARD_STATE_PRESENT if atr else scard.SCARD_STATE_EMPTY)
        return (name, now | (scard.SCARD_STATE_CHANGED if now != before else 0), list(atr))

    def connect(self, _context: int, name: str, _share: int, _protocols: int) -> tuple[int, int, int]:
        code = self.connect_codes.pop(0) if self.connect_codes else scard.SCARD_S_SUCCESS
        handle = max(self.handles, default=0) + 1
        self.handles[handle] = name
        return (code, handle, scard.SCARD_PROTOCOL_T0)

    def transmit(self, handle: int, _pci: int, _apdu: list[int]) -> tuple[int, list[int]]:
        if handle not in self.handles:
            return (scard.SCARD_E_INVALID_HANDLE, [])
        code = self.transmit_codes.pop(0) if self.transmit_codes else scard.SCARD_S_SUCCESS
        return (code, [0x90, 0x00])

    def attribute(self, _handle: int, attribute: int) -> tuple[int, list[int]]:
        told = {
            scard.SCARD_ATTR_VENDOR_NAME: list(b"ACS\x00"),
            scard.SCARD_ATTR_VENDOR_IFD_VERSION: [0x00, 0x00, 0x10, 0x01],
            scard.SCARD_ATTR_CHANNEL_ID: [0x05, 0x01, 0x20, 0x00],
        }
        return (scard.SCARD_S_SUCCESS, told[attribute])


@pytest.fixture(params=[False, True], ids=["1.9", "2.x"])
def lite(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> PcscLite:
    lite = PcscLite(counts_readers=request.param)
    stand_in(lite, monkeypatch)
    lite.plug(LEFT)
    return lite


def stand_in(lite: PcscLite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scard, "SCardEstablishContext", lite.establish)
    monkeypatch.setattr(scard, "SCardListReaders", lite.listed)
    monkeypatch.setattr(scard, "SCardGetStatusChange", lite.await_change)
    monkeypatch.setattr(scard, "SCardConnect", lite.connect)
    monkeypatch.setattr(scard, "SCardTransmit", lite.transmit)
    monkeypatch.setattr(scard, "SCardGetAttrib", lite.attribute)
    for ending in ("SCardDisconnect", "SCardReleaseContext", "SCardCancel"):
        monkeypatch.setattr(scard, ending, lambda *_: SUCCESS)


def test_one_of_two_readers_pulled_out_leaves_the_other(lite: PcscLite) -> None:
    lite.plug(RIGHT)
    reader = PcscCardReader()
    assert reader.wait(0) is None
    lite.unplug(RIGHT)
    assert reader.wait(0) is None
    lite.put_in(LEFT, ATR_NEW)
    assert reader.wait(0) == CardInserted(ATR_NEW)
    assert reader.transmit(b"\x00") == b"\x90\x00"


def test_one_pulled_out_between_listing_and_looking_leaves_the_other(lite: PcscLite) -> None:
    lite.plug(RIGHT)
    reader = PcscCardReader()
    lite.put_in(LEFT, ATR_NEW)
    lite.unplugs_before_look = RIGHT
    assert reader.wait(0) == CardInserted(ATR_NEW)


def test_the_last_reader_pulled_out_is_absence(lite: PcscLite) -> None:
    reader = PcscCardReader()
    assert reader.wait(0) is None
    lite.unplug(LEFT)
    for _ in range(2):
        with pytest.raises(DeviceAbsentError):
            reader.wait(0)
    with pytest.raises(DeviceAbsentError):
        PcscCardReader()


def test_a_reader_plugged_in_between_two_looks_is_used(lite: PcscLite) -> None:
    reader = PcscCardReader()
    assert reader.wait(0) is None
    lite.plug(RIGHT, ATR_OLD)
    assert reader.wait(0) == CardInserted(ATR_OLD)
    assert reader.transmit(b"\x00") == b"\x90\x00"


def test_a_reader_pulled_out_with_its_card_in_the_middle_of_a_read(lite: PcscLite) -> None:
    lite.plug(RIGHT, ATR_OLD)
    reader = PcscCardReader()
    assert reader.wait(0) == CardInserted(ATR_OLD)
    reader.transmit(b"\x00")
    lite.unplug(RIGHT)
    for _ in range(2):
        with pytest.raises(DeviceAbsentError):
            reader.transmit(b"\x00")
    assert reader.wait(0) == CardRemoved()
    assert reader.wait(0) is None


def test_a_reader_replugged_in_the_middle_of_a_read_is_not_taken_for_never_away(lite: PcscLite) -> None:
    lite.plug(RIGHT, ATR_OLD)
    reader = PcscCardReader()
    assert reader.wait(0) == CardInserted(ATR_OLD)
    reader.transmit(b"\x00")
    lite.unplug(RIGHT)
    lite.plug(RIGHT, ATR_OLD)
    with pytest.raises(DeviceAbsentError):
        reader.transmit(b"\x00")
    assert [reader.wait(0), reader.wait(0), reader.wait(0)] == [CardRemoved(), CardInserted(ATR_OLD), None]
    assert reader.transmit(b"\x00") == b"\x90\x00"


def test_a_reader_with_another_name_is_none_of_ours(lite: PcscLite) -> None:
    reader = PcscCardReader("ACS")
    lite.plug(RIGHT, ATR_OLD)
    assert reader.wait(0) is None
    lite.put_in(LEFT, ATR_NEW)
    assert reader.wait(0) == CardInserted(ATR_NEW)
    lite.unplug(LEFT)
    with pytest.raises(DeviceAbsentError):
        reader.wait(0)


def test_two_cards_found_at_once_the_first_reader_of_the_list_wins(lite: PcscLite) -> None:
    lite.plug(RIGHT, ATR_OLD)
    lite.put_in(LEFT, ATR_NEW)
    assert PcscCardReader().wait(0) == CardInserted(ATR_NEW)


def test_a_mute_card_in_one_reader_blocks_no_other(lite: PcscLite) -> None:
    lite.put_in(LEFT, b"\x00")
    reader = PcscCardReader()
    assert reader.wait(0) == CardMute()
    lite.plug(RIGHT, ATR_OLD)
    assert [reader.wait(0), reader.wait(0)] == [CardRemoved(), CardInserted(ATR_OLD)]


def test_looking_at_quiet_readers_goes_not_in_circles(lite: PcscLite) -> None:
    reader = PcscCardReader()
    for _ in range(10):
        assert reader.wait(0) is None
    assert lite.looks <= 11


BOUNCES = (scard.SCARD_W_REMOVED_CARD, scard.SCARD_W_RESET_CARD)


@pytest.mark.parametrize("code", BOUNCES, ids=["80100069", "80100068"])
def test_a_card_that_bounces_while_it_is_seated_is_tried_again(lite: PcscLite, code: int) -> None:
    lite.put_in(LEFT, ATR_NEW)
    reader = PcscCardReader()
    reader.wait(0)
    lite.connect_codes, lite.transmit_codes = [code], [code]
    assert reader.transmit(b"\x00") == b"\x90\x00"


def test_a_cancel_that_comes_late_does_not_cost_a_card_that_bounces(lite: PcscLite) -> None:
    """A worker's wait is cancelled for a job that may be under way already."""
    lite.put_in(LEFT, ATR_NEW)
    reader = PcscCardReader()
    reader.wait(0)
    reader.cancel()
    lite.connect_codes = [scard.SCARD_W_REMOVED_CARD]
    assert reader.transmit(b"\x00") == b"\x90\x00"
    assert reader.wait(10) is None


def test_a_card_reset_by_another_program_in_the_middle_is_never_spoken_to_blindly(lite: PcscLite) -> None:
    lite.put_in(LEFT, ATR_NEW)
    reader = PcscCardReader()
    reader.wait(0)
    reader.transmit(b"\x00")
    lite.transmit_codes = [scard.SCARD_W_RESET_CARD]
    with pytest.raises(DeviceProtocolError):
        reader.transmit(b"\x00")


def test_a_reader_tells_its_maker_firmware_and_place(lite: PcscLite) -> None:
    assert PcscCardReader().about() == About("ACS ACR39U ICC Reader", "1.10", "/dev/bus/usb/001/005")
    lite.connect_codes = [scard.SCARD_E_SHARING_VIOLATION]
    assert PcscCardReader().about() == About("ACS ACR39U ICC Reader", None, f"pcsc:{LEFT}")


def told(reader: CardReader) -> list[CardEvent] | type[DriverError]:
    """All there is to tell just now, or that the device is absent."""
    events: list[CardEvent] = []
    try:
        while (event := reader.wait(0)) is not None:
            events.append(event)
    except DeviceAbsentError as err:
        return type(err)
    return events


ATRS = (ATR_NEW, ATR_OLD, b"\x00")
ACTS = st.tuples(st.integers(0, 1), st.sampled_from(["cable", "card"]), st.sampled_from(ATRS), st.booleans())


@given(counts_readers=st.booleans(), acts=st.lists(ACTS, max_size=25))
def test_whatever_hands_do_pcsc_and_the_fake_tell_the_same(
    counts_readers: bool, acts: list[tuple[int, str, bytes, bool]]
) -> None:
    """Cables and cards of two readers, moved in any order, with or without a look in between."""
    lite, left = PcscLite(counts_readers), FakeSlot()
    slots = (left, left.beside())
    names = (LEFT, RIGHT)
    with pytest.MonkeyPatch.context() as monkeypatch:
        stand_in(lite, monkeypatch)
        lite.plug(LEFT)
        slots[1].plug(is_plugged=False)
        readers: list[CardReader] = [PcscCardReader(), FakeCardReader(*slots)]
        for at, what, atr, looks in acts:
            move(lite, names[at], slots[at], what, atr)
            if what == "cable" or looks:  # a cable is not pulled and put back faster than pcscd looks
                ours, fakes = (told(reader) for reader in readers)
                assert ours == fakes
                if ours is DeviceAbsentError:
                    move(lite, LEFT, slots[0], "cable", atr)
                    readers = [PcscCardReader(), FakeCardReader(*slots)]


def move(lite: PcscLite, name: str, slot: FakeSlot, what: str, atr: bytes) -> None:
    """The same hand at both worlds: out what is in, in what is out. A card leaves with its reader."""
    if what == "cable":
        if slot.card is not None:
            slot.remove()
        if slot.is_plugged:
            lite.unplug(name)
        else:
            lite.plug(name)
        slot.plug(is_plugged=not slot.is_plugged)
    elif slot.is_plugged:
        if slot.card is None:
            slot.insert(atr)
            lite.put_in(name, atr)
        else:
            slot.remove()
            lite.put_in(name, b"")
