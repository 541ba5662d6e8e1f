"""A card reader in memory, with the hand that only the world has.

Not a mock: it records nothing and expects nothing. It refuses what hardware refuses: two cards in one slot, a removal
from an empty one, talk to a card that is not there, a reader that is unplugged.

Rules: the slot outlives the reader, as it does on a desk. Reopening is ``FakeCardReader(slot)`` with the same slot.
Several readers on one desk are ``FakeCardReader(slot, slot.beside())``: each slot has its own cable and card.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from drivers.about import About
from drivers.card.choice import Choice, Holder, Told
from drivers.card.port import CardEvent
from drivers.card.slot import SlotState
from drivers.card.virtual_card import CardPulledError, ForeignCard, MuteCard, PretendCard
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, Fault

_DEVICE = "card"


class HandError(RuntimeError):
    """The hand tried what no hand can do: a mistake in the test or the page that moves it."""


class PlainCard(ForeignCard):
    """A card of which only the answer to reset matters."""

    def __init__(self, atr: bytes) -> None:
        self.atr = atr


class FakeSlot:
    """The slot, the cable and the card, as the world sees them. Safe to move from any thread."""

    def __init__(self, changed: threading.Condition | None = None) -> None:
        """``changed`` is notified of every move; ``beside`` makes a slot that shares it."""
        self.changed = changed or threading.Condition()
        self.card: PretendCard | None = None
        self.is_plugged = True
        self._changes = 0

    @property
    def state(self) -> SlotState:
        """One look at the slot."""
        return SlotState(self._changes, self.card is not None, b"" if self.card is None else self.card.atr)

    def beside(self) -> FakeSlot:
        """Another reader's slot on the same desk."""
        return FakeSlot(self.changed)

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
            self._turn()  # nobody knows what was done to the card meanwhile

    def answer(self, apdu: bytes) -> bytes:
        """What the card in the slot answers. Raises: CardPulledError when there is none, or it leaves."""
        if self.card is None:
            raise CardPulledError
        return self.card.answer(apdu)

    def _turn(self) -> None:
        self._changes += 1
        self.changed.notify_all()


class FakeCardReader:
    """A ``CardReader`` over a ``FakeSlot``, or several; the methods after ``close`` are the hand at the first."""

    def __init__(self, slot: FakeSlot | None = None, *others: FakeSlot) -> None:
        """Raises: DeviceAbsentError when the cables of all slots are out."""
        self.slot = slot or FakeSlot()
        self._slots = {f"slot {number}": each for number, each in enumerate((self.slot, *others))}
        self._choice = Choice()
        self._pending: deque[Told] = deque()
        self._announced: Holder | None = None
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
                    told = self._pending.popleft()
                    self._announced = told.holder
                    return told.event
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return None
                self.slot.changed.wait(left_s)

    def transmit(self, apdu: bytes) -> bytes:
        """See ``CardReader.transmit``. Like the real one it speaks only to the card announced last."""
        with self.slot.changed:
            self._look()
            slot = self._announced_slot()
            try:
                answer = slot.answer(apdu)
            except CardPulledError:
                slot.remove()
                raise DeviceAbsentError(_DEVICE, "the card was taken out") from None
            self._announced_slot()  # the hand may have moved meanwhile
            if self._garbles_next:
                self._garbles_next, answer = False, answer[:1]
            if len(answer) < 2:
                self._announced = None  # nobody knows any more whom we speak to
                raise DeviceProtocolError(_DEVICE, f"the card answered {len(answer)} bytes; a status word has two")
        return answer

    def about(self) -> About:
        """See ``CardReader.about``."""
        with self.slot.changed:
            self._look()
        return About(model="pretend card reader", port="fake:")

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
        plugged = {name: slot.state for name, slot in self._slots.items() if slot.is_plugged}
        if not plugged:
            raise DeviceAbsentError(_DEVICE, "the card reader was unplugged")
        self._pending.extend(self._choice.look(plugged))

    def _announced_slot(self) -> FakeSlot:
        """Where the card lies that ``wait`` announced last, if it is still there and answers."""
        holder = self._announced
        slot = None if holder is None else self._slots[holder.reader]
        if holder is None or slot is None or not slot.is_plugged or holder.changes != slot.state.changes:
            raise DeviceAbsentError(_DEVICE, "no card, or not the one that was announced")
        if slot.state.is_mute:
            raise DeviceFaultError(_DEVICE, Fault.CARD_MUTE)
        return slot
