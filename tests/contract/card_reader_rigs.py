"""One rig for each CardReader: the hand at a fake's slot, and at a virtual reader's behind the real pcscd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from drivers.card.fake import FakeCardReader
from drivers.card.pcsc import PcscCardReader
from drivers.card.port import CardEvent, CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import PretendCard
from tests.contract.card_reader import CardReaderRig
from tests.support.pcscd import played_slot, running_pcscd

_SOON_S = 5.0  # pcscd looks at a virtual reader every 0.4 s, and twice at a mute card


def fake_rig(kind: type[FakeCardReader]) -> CardReaderRig:
    reader = kind()
    return CardReaderRig(
        reader, reader.insert, reader.remove, reader.unplug, reader.plug, lambda: kind(reader.slot), 0.3
    )


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

        yield CardReaderRig(opened(), hand.insert, hand.remove, unplug, pcscd.start, opened, _SOON_S)
