"""Typing Thai on glass: what a mark may stand on, and what erasing takes."""

from __future__ import annotations

from functools import reduce

import pytest

from kiosk.visits.keyboard import COLUMNS, KEYS, Layer, erased, typed


def typing(keys: str, most: int = 300) -> str:
    return reduce(lambda text, key: typed(text, key, most), keys, "")


@pytest.mark.parametrize("text", ["น้ำทิ้งมีกลิ่น", "ที่ปั๊ม", "ก็ดี", "หมู่บ้าน", "ศิลป์", "Smoke at 5"])
def test_words_come_out_as_they_are_typed(text: str) -> None:
    assert typing(text) == text


@pytest.mark.parametrize(
    ("keys", "text"), [("่ก", "ก"), ("ก ่", "ก "), ("ก่้", "ก้"), ("กิี", "กี"), ("  ก  ", "ก "), ("a่", "a"), ("ำ", "")]
)
def test_what_cannot_be_read_is_not_typed(keys: str, text: str) -> None:
    assert typing(keys) == text


@pytest.mark.parametrize(("text", "left"), [("ที่", ""), ("น้ำ", ""), ("เก้า", "เก้"), ("ab", "a"), ("", "")])
def test_erasing_takes_a_letter_with_all_that_sits_on_it(text: str, left: str) -> None:
    assert erased(text) == left


def test_there_is_an_end() -> None:
    assert typing("ก" * 20, most=10) == "ก" * 10


def test_every_layer_has_twelve_columns_and_no_key_twice() -> None:
    for layer in set(Layer) - {Layer.PAD}:
        rows = KEYS[layer]
        assert [len(row) for row in rows] == [COLUMNS, COLUMNS, COLUMNS, COLUMNS - 2]
        keys = [key for row in rows for key in row]
        assert len(set(keys)) == len(keys)
