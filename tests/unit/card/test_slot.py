"""From one look at a slot to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.port import CardEvent, CardInserted, CardMute, CardRemoved
from drivers.card.slot import SlotState, events_between

EMPTY = SlotState(0, is_occupied=False)
ATR_A, ATR_B = b"\x3b\x00", b"\x3f\x01\x02"
A = SlotState(1, is_occupied=True, atr=ATR_A)
B = SlotState(3, is_occupied=True, atr=ATR_B)
MUTE = SlotState(1, is_occupied=True)


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (EMPTY, EMPTY, ()),
        (EMPTY, A, (CardInserted(ATR_A),)),
        (EMPTY, MUTE, (CardMute(),)),
        (A, A, ()),
        (A, replace(EMPTY, changes=2), (CardRemoved(),)),
        (A, B, (CardRemoved(), CardInserted(ATR_B))),
        (A, replace(A, changes=3), (CardRemoved(), CardInserted(ATR_A))),  # the same kind of card, another one
        (A, replace(MUTE, changes=3), (CardRemoved(), CardMute())),
        (EMPTY, replace(EMPTY, changes=2), ()),  # came and went unseen
        (A, replace(A, atr=ATR_B), ()),  # the same card after a warm reset
        (MUTE, replace(A, changes=1), (CardInserted(ATR_A),)),  # it begins to answer
        (A, replace(MUTE, changes=1), (CardMute(),)),  # it stops
    ],
)
def test_what_happened_in_between(before: SlotState, after: SlotState, events: tuple[CardEvent, ...]) -> None:
    assert events_between(before, after) == events


@pytest.mark.parametrize("atr", [b"", b"\x3b", b"\x00\xff\x12", b"\xff" * 33])
def test_what_is_no_answer_to_reset_is_mute(atr: bytes) -> None:
    assert events_between(EMPTY, SlotState(1, is_occupied=True, atr=atr)) == (CardMute(),)


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.sampled_from([b"", ATR_A, ATR_B]))))
def test_whatever_is_seen_insertions_and_removals_alternate(looks: list[tuple[int, bool, bytes]]) -> None:
    state, is_in = EMPTY, False
    for steps, is_occupied, atr in looks:
        after = SlotState(state.changes + steps, is_occupied, atr if is_occupied else b"")
        for event in events_between(state, after):
            if isinstance(event, CardRemoved):
                assert is_in
                is_in = False
            else:
                is_in = True
        assert is_in == is_occupied
        state = after
