"""A card reader in memory, with the hand that only the world has.

Not a mock: it records nothing and expects nothing. It refuses what hardware refuses: two cards in one slot, a removal
from an empty one, talk to a card that is not there, a reader that is unplugged.

Rules: the slot outlives the reader, as it does on a desk. Reopening is ``FakeCardReader(slot)`` with the same slot.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from drivers.card.port import CardEvent, CardRemoved
from drivers.card.slot import SlotState, events_between
from drivers.card.virtual_card import CardPulledError, ForeignCard, MuteCard, PretendCard
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, Fault

_DEVICE = "card"
_EMPTY = SlotState(changes=0, is_occupied=False)


class HandError(RuntimeError):
    """The hand tried what no hand can do: a mistake in the test or the page that moves it."""


class PlainCard(ForeignCard):
    """A card of which only the answer to reset matters."""

    def __init__(self, atr: bytes) -> None:
        self.atr = atr


class FakeSlot:
    """The slot, the cable and the card, as the world sees them. Safe to move from any thread."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.card: PretendCard | None = None
        self.is_plugged = True
        self._changes = 0

    @property
    def state(self) -> SlotState:
        """One look at the slot."""
        return SlotState(self._changes, self.card is not None, b"" if self.card is None else self.card.atr)

    def insert(self, card: PretendCard | bytes) -> None:
        """Put a card in, or one of which only the answer to reset matters."""
        with self.changed:
            if self.card is not None:
                raise HandError("there is a card in the slot already")
            self.card = PlainCard(card) if isinstance(card, bytes) else card
            self.card.reset()
            self._turn()

    def remove(self) -> None:
        """Take the card out."""
        with self.changed:
            if self.card is None:
                raise HandError("there is no card in the slot")
            self.card = None
            self._turn()

    def plug(self, *, is_plugged: bool) -> None:
        """Plug the reader in, or pull its cable."""
        with self.changed:
            if self.is_plugged == is_plugged:
                raise HandError("the cable is there already" if is_plugged else "the cable is out already")
            self.is_plugged = is_plugged
            self.changed.notify_all()

    def _turn(self) -> None:
        self._changes += 1
        self.changed.notify_all()


class FakeCardReader:
    """A ``CardReader`` whose slot is a ``FakeSlot``; the methods after ``close`` are the hand."""

    def __init__(self, slot: FakeSlot | None = None) -> None:
        """Raises: DeviceAbsentError when the slot's cable is out."""
        self.slot = slot or FakeSlot()
        self._seen = _EMPTY
        self._pending: deque[tuple[CardEvent, SlotState | None]] = deque()
        self._announced: SlotState | None = None
        self._is_cancelled = False
        self._is_open = True
        self._garbles_next = False
        with self.slot.changed:
            self._look()

    def wait(self, timeout_s: float) -> CardEvent | None:
        """See ``CardReader.wait``."""
        deadline_s = time.monotonic() + timeout_s
        with self.slot.changed:
            while True:
                if self._is_cancelled:
                    self._is_cancelled = False
                    return None
                self._look()
                if self._pending:
                    event, self._announced = self._pending.popleft()
                    return event
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return None
                self.slot.changed.wait(left_s)

    def transmit(self, apdu: bytes) -> bytes:
        """See ``CardReader.transmit``. Like the real one it speaks only to the card announced last."""
        with self.slot.changed:
            self._look()
            card, announced = self.slot.card, self._announced
            if card is None or announced is None or announced != self.slot.state:
                raise DeviceAbsentError(_DEVICE, "no card, or not the one that was announced")
            if announced.is_mute:
                raise DeviceFaultError(_DEVICE, Fault.CARD_MUTE)
            try:
                answer = card.answer(apdu)
            except CardPulledError:
                self.slot.remove()
                raise DeviceAbsentError(_DEVICE, "the card was taken out") from None
            if self._garbles_next:
                self._garbles_next, answer = False, answer[:1]
            if len(answer) < 2:
                self._announced = None  # nobody knows any more whom we speak to
                raise DeviceProtocolError(_DEVICE, f"the card answered {len(answer)} bytes; a status word has two")
        return answer

    def cancel(self) -> None:
        """See ``CardReader.cancel``."""
        with self.slot.changed:
            self._is_cancelled = True
            self.slot.changed.notify_all()

    def close(self) -> None:
        """See ``CardReader.close``."""
        self._is_open = False

    def insert(self, card: PretendCard | bytes) -> None:
        """Put a card in."""
        self.slot.insert(card)

    def insert_mute(self) -> None:
        """Put a card in the wrong way round."""
        self.slot.insert(MuteCard())

    def remove(self) -> None:
        """Take the card out."""
        self.slot.remove()

    def unplug(self) -> None:
        """Pull the reader's cable; a card stays where it is."""
        self.slot.plug(is_plugged=False)

    def plug(self) -> None:
        """Put the cable back; this reader stays lost, open a new one on ``slot``."""
        self.slot.plug(is_plugged=True)
        self._is_open = False

    def garble_next_reply(self) -> None:
        """Cut the next answer of the card to a single byte."""
        self._garbles_next = True

    def _look(self) -> None:
        if not self._is_open:
            raise DeviceAbsentError(_DEVICE, "the reader is closed")
        if not self.slot.is_plugged:
            raise DeviceAbsentError(_DEVICE, "the card reader was unplugged")
        state = self.slot.state
        for event in events_between(self._seen, state):
            self._pending.append((event, None if isinstance(event, CardRemoved) else state))
        self._seen = state
