"""Which of several readers holds the card that counts, and what is told of it. Pure.

A kiosk has one visitor, so the readers of a machine are one slot to those above. Not a reader: ``pcsc`` and ``fake``
look at theirs and hand the looks over.

Rules:
* The card that went in first is the card until it is out, or its reader is; what lies elsewhere waits for its turn.
* Of several found at one look the first reader in the order of the look wins.
* A card that answers goes before one that does not: a card left upside down in one reader blocks no other.
* A reader that is no longer looked at is gone, and its card with it.
* What is told alternates: something is in, it is out, something is in. Nobody acts on one card with another's event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.card.port import CardEvent, CardRemoved
from drivers.card.slot import SlotState, arrival, events_between

_NO_CARD = SlotState(changes=0, is_occupied=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """A card, by where it lies: the reader's name, and the slot's count of changes while it lies there."""

    reader: str
    changes: int


@dataclass(frozen=True, slots=True)
class Told:
    """One event. ``holder`` is the card it announces, None when it announces none."""

    event: CardEvent
    holder: Holder | None


class Choice:
    """Follows the one card that counts through the looks at all readers."""

    def __init__(self) -> None:
        self._current: str | None = None
        self._before: dict[str, SlotState] = {}

    def look(self, slots: Mapping[str, SlotState]) -> tuple[Told, ...]:
        """What happened since the last look; ``slots`` are all readers there are, by name, in order."""
        before, self._before = self._before, dict(slots)
        told: list[Told] = []
        if self._current is not None:
            slot = slots.get(self._current, _NO_CARD)
            for event in events_between(before[self._current], slot):
                told.append(_told(event, self._current, slot))
            if not slot.is_occupied:
                self._current = None
        chosen = self._best(slots)
        if chosen is not None and chosen != self._current:
            if self._current is not None:
                told.append(Told(CardRemoved(), None))
            told.append(_told(arrival(slots[chosen]), chosen, slots[chosen]))
            self._current = chosen
        return tuple(told)

    def _best(self, slots: Mapping[str, SlotState]) -> str | None:
        """The reader whose card counts now."""
        if self._current is not None and not slots[self._current].is_mute:
            return self._current
        occupied = [name for name, slot in slots.items() if slot.is_occupied]
        answering = [name for name in occupied if not slots[name].is_mute]
        return next(iter(answering), self._current or next(iter(occupied), None))


def _told(event: CardEvent, reader: str, slot: SlotState) -> Told:
    return Told(event, None if isinstance(event, CardRemoved) else Holder(reader, slot.changes))
