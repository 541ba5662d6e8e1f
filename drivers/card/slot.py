"""What lies in a reader's slot, and which events lead from one look at it to the next.

Not a reader: it asks nothing and waits for nothing. Readers look (PC/SC, or the fake's own slot), this says what
happened in between. The rule that matters: a card that was swapped for another while nobody looked is a removal and
an insertion, never nothing, or the next visitor would be served as the last one.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.card.port import CardEvent, CardInserted, CardMute, CardRemoved

_ATR_FIRST_BYTES = (0x3B, 0x3F)
"""TS of an answer to reset: direct or inverse convention (ISO/IEC 7816-3, 8.1)."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """One look at a slot.

    ``changes`` counts insertions and removals since some moment; only equality matters, so it may wrap.
    ``atr`` holds the answer to reset, empty when there is a card that does not answer.
    """

    changes: int
    is_occupied: bool
    atr: bytes = b""

    @property
    def is_mute(self) -> bool:
        """There is something in the slot, and what it says is not an answer to reset."""
        return self.is_occupied and not (len(self.atr) >= 2 and self.atr[0] in _ATR_FIRST_BYTES)


def arrival(slot: SlotState) -> CardEvent:
    """The event that announces what lies in an occupied slot."""
    return CardMute() if slot.is_mute else CardInserted(slot.atr)


def events_between(before: SlotState, after: SlotState) -> tuple[CardEvent, ...]:
    """What happened between two looks at the same slot, oldest first.

    A card that came and went unseen is nothing: nobody acted on it. A mute card that begins to answer, or the
    reverse, is announced anew. Another answer to reset of the same card (warm against cold reset) is nothing.
    """
    if not before.is_occupied:
        return (arrival(after),) if after.is_occupied else ()
    if not after.is_occupied:
        return (CardRemoved(),)
    if before.changes != after.changes:
        return (CardRemoved(), arrival(after))
    return (arrival(after),) if before.is_mute != after.is_mute else ()
