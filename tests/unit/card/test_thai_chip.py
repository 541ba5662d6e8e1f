"""The chip's number: from every way a card hands out data, and never from what is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.card.samples import SOMCHAI
from drivers.card.status_words import CardAnswerError
from drivers.card.thai_chip import read_chip_number
from drivers.card.virtual_card import ATR_NEW, ATR_P2, Habits, VirtualThaiIdCard
from drivers.errors import DeviceProtocolError

NUMBER = b"SAMPLE42".hex()
RECORD = bytes.fromhex("9F7F2A") + bytes(10) + b"SAMPLE42" + bytes(24)


@pytest.mark.parametrize("atr", [ATR_NEW, ATR_P2])
def test_a_card_tells_its_chip(atr: bytes) -> None:
    card = VirtualThaiIdCard(SOMCHAI, replace(Habits(), atr=atr))
    assert read_chip_number(card.answer, atr) == NUMBER


def test_direct_data_and_another_length_are_understood() -> None:
    asked: list[bytes] = []

    def card(apdu: bytes) -> bytes:
        asked.append(apdu)
        return b"\x6c\x2d" if len(asked) == 1 else RECORD + b"\x90\x00"

    assert read_chip_number(card, ATR_NEW) == NUMBER
    assert asked == [bytes.fromhex("80CA9F7F2D")] * 2


@pytest.mark.parametrize("word", ["6A88", "6D00", "6985", "6F00"])
def test_a_card_that_does_not_tell_is_an_answer(word: str) -> None:
    with pytest.raises(CardAnswerError):
        read_chip_number(lambda _apdu: bytes.fromhex(word), ATR_NEW)


@pytest.mark.parametrize("answer", [b"", b"\x90", RECORD[:-1] + b"\x90\x00", b"x" * 45 + b"\x90\x00"])
def test_nonsense_is_no_number(answer: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        read_chip_number(lambda _apdu: answer, ATR_NEW)
