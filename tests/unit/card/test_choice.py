"""Which of several readers' cards counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.card.choice import Choice, Holder, Told
from drivers.card.port import CardEvent, CardInserted, CardMute, CardRemoved
from drivers.card.slot import SlotState

EMPTY = SlotState(0, is_occupied=False)
ATR_A, ATR_B = b"\x3b\x00", b"\x3b\x01"
A, B = SlotState(1, is_occupied=True, atr=ATR_A), SlotState(1, is_occupied=True, atr=ATR_B)
MUTE = SlotState(1, is_occupied=True)


def events(told: tuple[Told, ...]) -> list[CardEvent]:
    return [one.event for one in told]


def test_the_first_card_counts_until_it_is_out() -> None:
    choice = Choice()
    assert choice.look({"left": EMPTY, "right": B}) == (Told(CardInserted(ATR_B), Holder("right", 1)),)
    assert choice.look({"left": A, "right": B}) == ()
    told = choice.look({"left": A, "right": EMPTY})
    assert told == (Told(CardRemoved(), None), Told(CardInserted(ATR_A), Holder("left", 1)))


def test_of_two_found_together_the_first_reader_wins() -> None:
    assert events(Choice().look({"left": A, "right": B})) == [CardInserted(ATR_A)]


def test_a_card_that_answers_goes_before_one_that_does_not() -> None:
    assert events(Choice().look({"left": MUTE, "right": B})) == [CardInserted(ATR_B)]
    choice = Choice()
    assert events(choice.look({"left": MUTE, "right": EMPTY})) == [CardMute()]
    assert events(choice.look({"left": MUTE, "right": B})) == [CardRemoved(), CardInserted(ATR_B)]
    assert events(choice.look({"left": MUTE, "right": EMPTY})) == [CardRemoved(), CardMute()]


def test_two_mute_cards_are_one_trouble() -> None:
    choice = Choice()
    assert events(choice.look({"left": EMPTY, "right": MUTE})) == [CardMute()]
    assert choice.look({"left": MUTE, "right": MUTE}) == ()


def test_a_reader_that_is_gone_took_its_card_along() -> None:
    choice = Choice()
    choice.look({"left": A, "right": EMPTY})
    assert events(choice.look({"right": EMPTY})) == [CardRemoved()]
    assert events(choice.look({"left": A, "right": EMPTY})) == [CardInserted(ATR_A)]


def test_the_other_reader_may_go_and_come() -> None:
    choice = Choice()
    choice.look({"left": A, "right": EMPTY})
    assert choice.look({"left": A}) == ()
    assert choice.look({"left": A, "right": B}) == ()


def test_a_reader_gone_with_its_card_hands_over_to_the_next() -> None:
    choice = Choice()
    choice.look({"left": A, "right": B})
    assert events(choice.look({"right": B})) == [CardRemoved(), CardInserted(ATR_B)]


SLOTS = st.builds(SlotState, st.integers(0, 3), st.booleans(), st.sampled_from([b"", ATR_A, ATR_B]))


@given(st.lists(st.dictionaries(st.sampled_from(["left", "middle", "right"]), SLOTS), max_size=12))
def test_whatever_is_plugged_and_put_in_the_events_alternate_and_end_true(looks: list[dict[str, SlotState]]) -> None:
    choice, in_slot = Choice(), False
    for slots in looks:
        for one in choice.look(slots):
            if isinstance(one.event, CardRemoved):
                assert in_slot
                assert one.holder is None
            else:
                assert one.holder is not None
                assert slots[one.holder.reader].is_occupied
            in_slot = not isinstance(one.event, CardRemoved)
        assert in_slot == any(slot.is_occupied for slot in slots.values())
        assert choice.look(slots) == ()
