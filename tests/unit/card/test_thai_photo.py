"""The photo: to the end of its JPEG and no byte further, in steps, whatever the habits of the card."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.card.samples import SOMCHAI
from drivers.card.thai_id import ALL_TEXT, CardAnswerError, Field, ThaiIdCard
from drivers.card.thai_photo import PhotoReading, jpeg_length
from drivers.card.thai_text import PHOTO_LENGTH, PHOTO_OFFSET
from drivers.card.virtual_card import ATR_NEW, ATR_OLD, ATR_P2, Answering, CardPulledError, Habits, VirtualThaiIdCard
from drivers.errors import DeviceProtocolError

END = b"\xff\xd9"


def picture(size: tuple[int, int] = (60, 72), **options: object) -> bytes:
    """A picture of nobody: two slopes of grey."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    written = io.BytesIO()
    image.save(written, "JPEG", **options)
    return written.getvalue()


PLAIN = picture()
THUMBNAIL = picture((8, 8))
PICTURES = {
    "plain": PLAIN,
    "progressive": picture(progressive=True),
    "restarts": picture(restart_marker_blocks=1),
    "thumbnail inside": PLAIN[:2] + b"\xff\xe1" + (len(THUMBNAIL) + 2).to_bytes(2, "big") + THUMBNAIL + PLAIN[2:],
}


def card_with(photo: bytes, habits: Habits | None = None) -> VirtualThaiIdCard:
    return VirtualThaiIdCard(replace(SOMCHAI, photo=photo), habits or Habits())


def read(card: VirtualThaiIdCard) -> bytes:
    reading = PhotoReading(ThaiIdCard(card.answer, card.atr))
    for _ in range(20):
        if (photo := reading.step()) is not None:
            return photo
    raise AssertionError("more than 20 steps")


@pytest.mark.parametrize("photo", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("padding", [b"", b" " * 600, b"\xff" * 600], ids=["zeros", "spaces", "ones"])
def test_the_photo_is_read_to_its_end_and_no_further(photo: bytes, padding: bytes) -> None:
    card = card_with(photo + padding)
    assert read(card) == photo
    furthest = max(int.from_bytes(each[2:4], "big") + each[6] for each in card.commands if each[:2] == b"\x80\xb0")
    assert furthest < PHOTO_OFFSET + len(photo) + 255


@pytest.mark.parametrize("how", list(Answering), ids=lambda how: how.name)
@pytest.mark.parametrize("atr", [ATR_OLD, ATR_NEW, ATR_P2], ids=lambda atr: atr[:2].hex())
@pytest.mark.parametrize("refuses_runs", [False, True])
def test_the_habits_of_the_card_do_not_matter(atr: bytes, how: Answering, refuses_runs: bool) -> None:
    assert read(card_with(PLAIN, Habits(atr=atr, answering=how, refuses_runs=refuses_runs))) == PLAIN


def test_the_longest_photo_takes_40_commands_after_the_text() -> None:
    scan = PLAIN[:-2] + bytes(PHOTO_LENGTH - len(PLAIN)) + END
    card = card_with(scan)
    thai_id = ThaiIdCard(card.answer, card.atr)
    thai_id.read(ALL_TEXT)
    text_apdus, reading, photo = thai_id.apdus_sent, PhotoReading(thai_id), None
    while photo is None:
        photo = reading.step()
    assert photo == scan
    assert thai_id.apdus_sent - text_apdus == 40


def test_text_is_not_delayed_by_a_photo_that_is_on_its_way() -> None:
    card = card_with(PLAIN)
    thai_id = ThaiIdCard(card.answer, card.atr)
    reading = PhotoReading(thai_id)
    assert reading.step() is None
    assert thai_id.read(frozenset({Field.SEX})).sex == SOMCHAI.sex
    photo = None
    while photo is None:
        photo = reading.step()
    assert photo == PLAIN


def test_no_text_asks_for_the_photo() -> None:
    card = card_with(PLAIN)
    ThaiIdCard(card.answer, card.atr).read(ALL_TEXT)
    for each in card.commands:
        if each[:2] == b"\x80\xb0":
            begin = int.from_bytes(each[2:4], "big")
            assert begin + each[6] <= PHOTO_OFFSET or begin >= PHOTO_OFFSET + PHOTO_LENGTH


@pytest.mark.parametrize(
    "photo",
    [b"", b" " * PHOTO_LENGTH, PLAIN[1:], b"\xff\xd8" + b"\x00" * 9, (PLAIN[:-2]).ljust(PHOTO_LENGTH, b"\x00")],
    ids=["zeros", "spaces", "headless", "no marker", "endless"],
)
def test_what_is_no_whole_photo_is_an_error_that_shows_none_of_it(photo: bytes) -> None:
    with pytest.raises(DeviceProtocolError, match="photo"):
        read(card_with(photo))


def test_a_refusal_is_an_error_with_its_meaning() -> None:
    with pytest.raises(CardAnswerError) as caught:
        read(card_with(PLAIN, Habits(refuses_reads=0x6982)))
    assert caught.value.sw == 0x6982


@pytest.mark.parametrize("at", range(1, 8))
def test_a_card_pulled_in_the_middle_ends_the_reading(at: int) -> None:
    with pytest.raises(CardPulledError):
        read(card_with(PLAIN + b" " * 2000, Habits(pulled_at=at, pulled_after_bytes=9)))


@given(st.sampled_from(list(PICTURES.values())), st.integers(0, 2000))
def test_a_beginning_is_never_taken_for_the_whole(photo: bytes, length: int) -> None:
    begun = photo[:length]
    assert jpeg_length(begun) == (len(photo) if length >= len(photo) else None)


@given(st.binary(max_size=64))
def test_any_bytes_have_an_answer(tail: bytes) -> None:
    data = b"\xff\xd8" + tail
    try:
        length = jpeg_length(data)
    except ValueError:
        return
    assert length is None or (length <= len(data) and data[:length].endswith(END))
