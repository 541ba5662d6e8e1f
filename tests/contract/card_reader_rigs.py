"""One rig for each CardReader: the hand at a fake's slot, and at a virtual reader's behind the real pcscd."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.pcsc import PcscCardReader
from drivers.card.port import CardEvent, CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import ForeignCard, PretendCard
from tests.contract.card_faults import EVERY_COMMAND, FaultRig
from tests.contract.card_reader import CardReaderRig
from tests.contract.patience import SOON_S
from tests.contract.two_readers import Second, TwoReadersRig
from tests.support.pcscd import played_slot, running_pcscd
from tests.support.pluggable_reader import pluggable_reader

REPLUGS = 1000

SOAKS = "SALA_SOAK" in os.environ
"""Take the time for the whole matrix on the real stack, too: see ``make soak``."""

_SOME_COMMANDS = (1, 2, 3, 7, 8, 47)
"""First and last of text and photo, READ and GET RESPONSE: each costs a second of pcscd's looking around."""
_SOME_REPLUGS = 60

_SOON_S = SOON_S  # pcscd looks at a virtual reader every 0.4 s, and twice at a mute card


def fake_rig(kind: type[FakeCardReader]) -> CardReaderRig:
    reader = kind()
    slot = reader.slot

    def clear() -> None:
        if slot.card is not None:
            slot.remove()

    return CardReaderRig(
        reader, reader.insert, reader.remove, reader.unplug, reader.plug, lambda: kind(slot), clear, soon_s=0.3
    )


def fake_fault_rig(kind: type[FakeCardReader], replugs: int = REPLUGS) -> FaultRig:
    return FaultRig(fake_rig(kind), EVERY_COMMAND, replugs)


class _Hand:
    """A hand at the virtual reader's slot, as slow as people are: it lets go only when pcscd has noticed.

    pcscd looks at a virtual reader every 0.4 s, and what comes and goes between two looks never was.
    """

    def __init__(self, slot: VpcdSlot) -> None:
        self._slot = slot
        self._witness: PcscCardReader | None = None

    def insert(self, card: PretendCard) -> None:
        self._open_witness()
        self._slot.insert(card)
        self._await(CardInserted, CardMute)

    def remove(self) -> None:
        self._open_witness()
        self._slot.remove()
        self._await(CardRemoved)

    def let_go(self) -> None:
        """Close the witness: pcscd is about to go."""
        if self._witness is not None:
            self._witness.close()
            self._witness = None

    def _open_witness(self) -> None:
        if self._witness is None:
            self._witness = PcscCardReader()

    def _await(self, *kinds: type[CardEvent]) -> None:
        assert self._witness is not None
        while not isinstance(event := self._witness.wait(_SOON_S), kinds):
            assert event is not None, "pcscd did not notice"


@contextmanager
def pcsc_fault_rig() -> Iterator[FaultRig]:
    """On the real stack; the whole of it only by hand, as it takes minutes."""
    commands, replugs = (EVERY_COMMAND, REPLUGS) if SOAKS else (_SOME_COMMANDS, _SOME_REPLUGS)
    with pcsc_rig() as rig:
        yield FaultRig(rig, commands, replugs)


@contextmanager
def pcsc_rig() -> Iterator[CardReaderRig]:
    """Unplugging is pcscd going away: a virtual reader has no cable."""
    with ExitStack() as stack:
        pcscd = stack.enter_context(running_pcscd())
        slot = stack.enter_context(played_slot(pcscd))
        hand = _Hand(slot)
        stack.callback(hand.let_go)

        def opened() -> CardReader:
            reader = PcscCardReader()
            stack.callback(reader.close)
            return reader

        def unplug() -> None:
            hand.let_go()
            pcscd.stop()

        yield CardReaderRig(opened(), hand.insert, hand.remove, unplug, pcscd.start, opened, slot.remove, _SOON_S)


def fake_two_readers_rig(kind: type[FakeCardReader]) -> TwoReadersRig:
    first = FakeSlot()
    second = first.beside()
    hand = Second(
        lambda: second.insert(ForeignCard()),
        second.remove,
        lambda: second.plug(is_plugged=False),
        lambda: second.plug(is_plugged=True),
    )
    return TwoReadersRig(kind(first, second), first.insert, first.remove, hand, soon_s=0.3, quiet_s=0.02)


@contextmanager
def pcsc_two_readers_rig() -> Iterator[TwoReadersRig]:
    """The virtual reader, and beside it one with a cable of files; pcscd looks at either every 0.4 s."""
    with pluggable_reader() as second, running_pcscd() as pcscd, played_slot(pcscd) as slot:
        reader = PcscCardReader()
        hand = Second(second.insert, second.remove, second.unplug, second.plug)
        try:
            yield TwoReadersRig(reader, slot.insert, slot.remove, hand, _SOON_S, quiet_s=1.5)
        finally:
            reader.close()
