"""The conversation with the Thai ID applet, over a pretend card without a reader."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.samples import BLANK_DATES, LIFETIME, LONG_NAME, SAMPLE_CITIZENS, SOMCHAI, SOMYING
from drivers.card.status_words import meaning_of
from drivers.card.thai_id import ALL_TEXT, CardAnswerError, Field, NotThaiIdError, ThaiIdCard, read_plan
from drivers.card.virtual_card import (
    ATR_NEW,
    ATR_OLD,
    ATR_P2,
    BYTE_AT_9600_S,
    KNOWN_ATRS,
    Answering,
    CardPulledError,
    Citizen,
    ForeignCard,
    Habits,
    VirtualThaiIdCard,
)
from drivers.errors import DeviceAbsentError, DeviceProtocolError, DriverError

ID_ONLY = frozenset({Field.ID_NUMBER})
USUAL = frozenset({Field.ID_NUMBER, Field.NAME_TH, Field.EXPIRY})
EVERY_HABIT = [Habits(atr=atr, answering=how) for atr in (ATR_OLD, ATR_NEW, ATR_P2) for how in Answering]


def virtual(citizen: Citizen = SOMCHAI, **habits: object) -> VirtualThaiIdCard:
    return VirtualThaiIdCard(citizen, Habits(**habits))  # type: ignore[arg-type]  # named by their field


def opened(card: VirtualThaiIdCard) -> ThaiIdCard:
    return ThaiIdCard(card.answer, card.atr)


def scripted(*answers: str) -> Callable[[bytes], bytes]:
    """A card that gives these answers, in hexadecimal, whatever it is asked."""
    left = [bytes.fromhex(one) for one in answers]
    return lambda _apdu: left.pop(0)


@pytest.mark.parametrize("habits", EVERY_HABIT, ids=lambda one: f"{one.atr[:2].hex()}-{one.answering.name}")
@pytest.mark.parametrize("citizen", SAMPLE_CITIZENS, ids=lambda one: one.name_en[3])
def test_everybody_is_read_whole_whatever_the_habits_of_the_card(citizen: Citizen, habits: Habits) -> None:
    read = opened(VirtualThaiIdCard(citizen, habits)).read(ALL_TEXT)
    assert read.id_number is not None
    assert read.name_th is not None
    assert read.name_en is not None
    assert read.address is not None
    name = read.name_th
    address = read.address
    assert read.id_number.reveal() == citizen.id_number
    assert (name.prefix, name.first, name.middle, name.last) == citizen.name_th
    assert read.name_en.last == citizen.name_en[3]
    assert (read.birth_date, read.issue_date, read.expiry) == (citizen.birth_date, citizen.issue_date, citizen.expiry)
    assert (read.sex, read.issuer) == (citizen.sex, citizen.issuer)
    assert tuple(getattr(address, part) for part in address.__slots__) == citizen.address


@pytest.mark.parametrize("how", list(Answering), ids=lambda how: how.name)
@pytest.mark.parametrize("atr", KNOWN_ATRS, ids=lambda atr: atr.hex())
def test_every_known_generation_is_read_whole(atr: bytes, how: Answering) -> None:
    read = opened(virtual(SOMYING, atr=atr, answering=how)).read(ALL_TEXT)
    assert read.id_number is not None
    assert read.address is not None
    assert (read.id_number.reveal(), read.address.province) == (SOMYING.id_number, SOMYING.address[7])


def test_the_slowest_card_takes_its_time_and_is_read_whole() -> None:
    card = virtual(SOMCHAI, atr=ATR_OLD, byte_s=BYTE_AT_9600_S)
    began_s = time.monotonic()
    read = opened(card).read(USUAL)
    took_s = time.monotonic() - began_s
    assert read.name_th is not None
    assert read.name_th.last == SOMCHAI.name_th[3]
    bytes_asked = sum(len(each) for each in card.commands)
    assert took_s >= (bytes_asked + 13 + 100 + 8) * BYTE_AT_9600_S


def test_lifetime_partial_and_blank_dates_do_not_cost_the_card() -> None:
    lifetime, blank = opened(virtual(LIFETIME)).read(ALL_TEXT), opened(virtual(BLANK_DATES)).read(ALL_TEXT)
    assert (lifetime.expiry, lifetime.birth_date) == ("99999999", "24930000")
    assert (blank.expiry, blank.birth_date) == ("", "")


def test_the_address_of_160_bytes_is_read_to_its_end() -> None:
    address = opened(virtual(LONG_NAME)).read(frozenset({Field.ADDRESS})).address
    assert address is not None
    assert address.province == LONG_NAME.address[7]


@pytest.mark.parametrize(
    ("fields", "apdus"),
    [(ALL_TEXT, 7), (ID_ONLY, 3), (USUAL, 5), (frozenset({Field.ID_NUMBER, Field.EXPIRY}), 5), (frozenset(), 1)],
    ids=["all", "id", "usual", "fee", "none"],
)
@pytest.mark.parametrize("how", [Answering.GET_RESPONSE, Answering.WRONG_LENGTH])
def test_how_many_commands_a_read_takes(fields: frozenset[Field], apdus: int, how: Answering) -> None:
    card = virtual(answering=how)
    thai_id = opened(card)
    thai_id.read(fields)
    assert thai_id.apdus_sent == len(card.commands) == apdus


def test_a_second_read_of_the_same_card_does_not_select_again() -> None:
    thai_id = opened(virtual())
    thai_id.read(ID_ONLY)
    thai_id.read(ID_ONLY)
    assert thai_id.apdus_sent == 5


def requested(card: VirtualThaiIdCard) -> set[int]:
    """Every byte that was asked for."""
    reads = [apdu for apdu in card.commands if apdu[:2] == b"\x80\xb0"]
    return {int.from_bytes(apdu[2:4], "big") + at for apdu in reads for at in range(apdu[6])}


@given(st.frozensets(st.sampled_from(list(Field))), st.sampled_from(list(Answering)), st.booleans())
def test_only_what_is_declared_is_requested(fields: frozenset[Field], how: Answering, refuses: bool) -> None:
    card = virtual(answering=how, refuses_runs=refuses)
    read = opened(card).read(fields)
    allowed = {at for one in fields for at in range(one.offset, one.end)}
    assert requested(card) == allowed
    assert {one for one in Field if getattr(read, one.name.lower()) is not None} == fields


@given(st.frozensets(st.sampled_from(list(Field))))
def test_a_plan_covers_its_fields_once_in_runs_that_do_not_touch(fields: frozenset[Field]) -> None:
    runs = read_plan(fields)
    assert sorted(one.name for run in runs for one in run) == sorted(one.name for one in fields)
    assert all(before[-1].end < after[0].offset for before, after in itertools.pairwise(runs))


REFUSALS = (0x6282, 0x6700, 0x6A82, 0x6A86, 0x6A87, 0x6B00, 0x6981, 0x6985, 0x6F00)


@pytest.mark.parametrize(
    "habit",
    [*({"refuses_runs": True, "refusal": sw} for sw in REFUSALS), {"longest_read": 160}],
    ids=lambda habit: f"{habit['refusal']:04X}" if "refusal" in habit else "cut short",
)
@pytest.mark.parametrize("how", list(Answering), ids=lambda how: how.name)
def test_a_card_that_refuses_runs_is_asked_field_by_field(habit: dict[str, int], how: Answering) -> None:
    card = virtual(LONG_NAME, answering=how, **habit)
    read = opened(card).read(ALL_TEXT)
    assert read.id_number is not None
    assert read.name_th is not None
    assert read.address is not None
    assert (read.id_number.reveal(), read.name_th.last) == (LONG_NAME.id_number, LONG_NAME.name_th[3])
    assert (read.expiry, read.address.province) == (LONG_NAME.expiry, LONG_NAME.address[7])
    assert requested(card) == {at for one in Field for at in range(one.offset, one.end)}


def test_a_card_that_cuts_a_single_field_short_is_an_error() -> None:
    with pytest.raises(DeviceProtocolError):
        opened(virtual(longest_read=99)).read(USUAL)


@pytest.mark.parametrize("sw", [0x9000, 0x6100, 0x610A, 0x61FF])
def test_every_way_of_saying_selected_is_understood(sw: int) -> None:
    thai_id = opened(virtual(selects_with=sw))
    assert thai_id.read(ID_ONLY).id_number is not None
    assert thai_id.apdus_sent == 3


PULLED_BYTES = (0, 1, 2, 127, 256)
"""Nothing, half a status word, a status word's length, the middle, all but the last byte of the longest answer."""


@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("after_bytes", PULLED_BYTES)
def test_a_card_leaves_at_any_command_and_byte(at: int, after_bytes: int) -> None:
    card = virtual(pulled_at=at, pulled_after_bytes=after_bytes)
    with pytest.raises(CardPulledError) as caught:
        opened(card).read(ALL_TEXT)
    assert len(card.commands) == at
    assert len(caught.value.sent) <= after_bytes


def test_get_response_is_asked_with_p2_1_only_of_cards_that_want_it() -> None:
    for atr, head in ((ATR_P2, "00c00001"), (ATR_OLD, "00c00000"), (ATR_NEW, "00c00000")):
        card = virtual(atr=atr)
        opened(card).read(ID_ONLY)
        assert card.commands[-1].hex() == head + "0d"


def test_a_foreign_card_is_an_error_of_its_own() -> None:
    with pytest.raises(NotThaiIdError) as caught:
        ThaiIdCard(ForeignCard().answer, ForeignCard.atr).read(ID_ONLY)
    assert (caught.value.sw, caught.value.meaning) == (0x6A82, meaning_of(0x6A82))


@pytest.mark.parametrize("sw", [0x6A81, 0x6A82, 0x6A86, 0x6999, 0x6985, 0x6D00, 0x6E00, 0x6700, 0x6283])
def test_cards_without_the_applet_refuse_it_in_many_ways(sw: int) -> None:
    with pytest.raises(NotThaiIdError):
        ThaiIdCard(scripted(f"{sw:04X}"), ATR_NEW).read(ID_ONLY)


@pytest.mark.parametrize("sw", [0x6F00, 0x6581, 0x6400, 0x6C10, 0x1234, 0x0000])
def test_a_card_in_trouble_at_select_is_not_called_foreign(sw: int) -> None:
    with pytest.raises(CardAnswerError) as caught:
        ThaiIdCard(scripted(f"{sw:04X}"), ATR_NEW).read(ID_ONLY)
    assert not isinstance(caught.value, NotThaiIdError)
    assert caught.value.sw == sw


WORDS_THAT_GO_ON = {0x90, 0x61, 0x6C}


@given(st.integers(0, 0xFFFF).filter(lambda sw: sw >> 8 not in WORDS_THAT_GO_ON))
def test_every_other_status_word_on_read_is_a_typed_error_with_its_meaning(sw: int) -> None:
    with pytest.raises(CardAnswerError) as caught:
        opened(virtual(refuses_reads=sw)).read(ID_ONLY)
    assert caught.value.sw == sw
    assert caught.value.meaning
    assert f"{sw:04X}" in str(caught.value)


@pytest.mark.parametrize(
    "answers",
    [
        ("9000", "9000"),  # success and nothing
        ("9000", "610D", "31399000"),  # less than was announced
        ("9000", "6105", "31393939399000"),
        ("9000", "31" * 14 + "9000"),  # more than was asked
        ("9000", "610D", "31" * 13 + "6101", "329000"),
    ],
    ids=["nothing", "short", "shorter-record", "long", "chained-too-long"],
)
def test_an_answer_of_the_wrong_length_is_an_error_never_empty_text(answers: tuple[str, ...]) -> None:
    with pytest.raises(DeviceProtocolError):
        ThaiIdCard(scripted(*answers), ATR_NEW).read(ID_ONLY)


def test_an_answer_in_pieces_is_put_together() -> None:
    pieces = ("9000", "610D", "31393939396108", "303030303030" + "6102", "31339000")
    number = ThaiIdCard(scripted(*pieces), ATR_NEW).read(ID_ONLY).id_number
    assert number is not None
    assert number.reveal() == SOMCHAI.id_number


def test_get_response_with_a_length_the_card_corrects_is_asked_again() -> None:
    answers = ("9000", "6100", "6C0D", b"1999900000013".hex() + "9000")
    asked: list[bytes] = []
    reply = scripted(*answers)

    def transmit(apdu: bytes) -> bytes:
        asked.append(apdu)
        return reply(apdu)

    ThaiIdCard(transmit, ATR_NEW).read(ID_ONLY)
    assert [one.hex() for one in asked[2:]] == ["00c0000000", "00c000000d"]


@pytest.mark.parametrize("again", ["6101", "6C0D"])
def test_a_card_that_goes_round_in_circles_is_left(again: str) -> None:
    thai_id = ThaiIdCard(scripted("9000", *[again] * 50), ATR_NEW)
    with pytest.raises(DeviceProtocolError):
        thai_id.read(ID_ONLY)
    assert thai_id.apdus_sent < 20


@pytest.mark.parametrize("answer", ["", "90"])
def test_an_answer_without_a_status_word_is_a_protocol_error(answer: str) -> None:
    with pytest.raises(DeviceProtocolError):
        ThaiIdCard(scripted(answer), ATR_NEW).read(ID_ONLY)


@given(st.lists(st.binary(max_size=40), min_size=30, max_size=30))
def test_random_answers_are_driver_errors_and_never_an_id_number(answers: list[bytes]) -> None:
    replies = iter(answers)
    with pytest.raises(DriverError):
        ThaiIdCard(lambda _apdu: next(replies), ATR_NEW).read(ID_ONLY)


@pytest.mark.parametrize("at", range(1, 8))
def test_after_a_failure_the_same_card_is_selected_again(at: int) -> None:
    card = virtual(garbled_at=at)
    thai_id = opened(card)
    with pytest.raises(DeviceProtocolError):
        thai_id.read(ALL_TEXT)
    assert thai_id.read(ID_ONLY).id_number is not None
    assert card.commands[at][:2] == b"\x00\xa4"


def test_what_transmit_raises_passes_through() -> None:
    def transmit(_apdu: bytes) -> bytes:
        raise DeviceAbsentError("card", "the card was taken out")

    with pytest.raises(DeviceAbsentError):
        ThaiIdCard(transmit, ATR_NEW).read(ALL_TEXT)


def test_the_pretend_card_itself_refuses_what_real_ones_refuse() -> None:
    card = virtual()

    def ask(apdu: str) -> str:
        return card.answer(bytes.fromhex(apdu)).hex()

    assert ask("80B0000402000D") == "6985"  # nothing selected
    assert ask("00A4040007A0000000031010") == "6a82"
    assert ask("00A4040008A000000054480001") == "610a"
    assert ask("80B0162002000F") == "6b00"  # past the end
    assert ask("80B00004020000") == "6700"
    assert ask("00C000000D") == "6985"  # nothing waits
    assert ask("80B0000402000D") == "610d"
    assert ask("00C000010D") == "6a86"
    assert ask("00C00000FF") == "6c0d"
    assert ask("FFCA000000") == "6d00"
    assert ask("00A4") == "6700"


def test_a_pulled_card_answers_no_more_until_it_is_put_in_again() -> None:
    card = virtual(pulled_at=2)
    card.answer(b"\x00\xa4\x04\x00\x00")
    for _ in range(2):
        with pytest.raises(CardPulledError):
            card.answer(b"\x00\xa4\x04\x00\x00")
    card.reset()
    assert card.answer(b"\x00\xa4\x04\x00\x00") == b"\x6a\x82"


@pytest.mark.parametrize("field", [Field.SEX, Field.ADDRESS])
def test_what_does_not_fit_a_card_is_refused(field: Field) -> None:
    with pytest.raises(ValueError, match=field.name):
        virtual(Citizen(SOMCHAI.id_number, SOMCHAI.name_th, SOMCHAI.name_en, overrides={field: bytes(161)}))
