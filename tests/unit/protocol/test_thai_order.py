"""Words in the order of the Thai dictionary, rule by rule, and beside ICU's."""

from __future__ import annotations

import random

import icu
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.thai_order import thai_order

IN_ORDER = {
    "vowels before their consonants": "กล้วย เกษตร แก้ว โกดัง ไก่ ขนม ไม้ ฮวด",
    "a cluster is two letters": "เบียร์ พลอย เพชร เพลง เพิง แพ โพธิ์ ฟาง",
    "every vowel": "กก กะ กัน กา กำ กิน กี กึ กือ กุ กู เก แก โก ใกล้ ไก",
    "a sign counts where all letters are the same": "เก็บ เกบข เก็บของ แก แก่ แก้ แก๊ แก๋ แกง",
    "the first place that differs decides": "กากา กาก่า ก่ากา ก่าก่า",
    "a sign is no letter": "สัตย สัตย์ สัตยา",
    "ฤ behind ร, ฤๅ behind ฤ, ล behind both": "รา ฤกษ์ ฤษี ฤๅษี ลม",
    "digits, then Thai, then Latin": "๑ก 1ข 9 ก ฮ A b C",
    "Thai digits as digits": "๑ 2 ๓ 4",
    "small and capital": "ABC abc abD ABE",
    "accents are signs": "cafe café cafeb",
    "the beginning first": "กา การ การค้า",
}  # fmt: skip


@pytest.mark.parametrize("rule", IN_ORDER)
def test_by_rule(rule: str) -> None:
    words = IN_ORDER[rule].split()
    backwards = words[::-1]
    assert sorted(backwards, key=thai_order) == words


def test_blanks_and_punctuation_count_last_of_all() -> None:
    words = ["ตัวอย่าง", "ตัว อย่างกล", "ตัวอย่าง ขนม", "ตัวอย่าง-คอน", "ตัวอย่างฯ เงิน", "(ตัวอย่าง) จักร"]
    backwards = words[::-1]
    assert sorted(backwards, key=thai_order) == words


def test_another_way_to_write_it_stands_beside_it() -> None:
    """ำ of two signs, accents of their own, marks the other way round."""
    for one, other, behind in (("คำ", "คํา", "คิ"), ("é", "e\u0301", "f"), ("กุ่", "กุ่", "กุ้")):
        assert sorted([behind, one, other], key=thai_order)[2] == behind
        assert thai_order(one).split(" ")[:2] == thai_order(other).split(" ")[:2]


SYLLABLES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", *"เแโใไ"]),
        st.sampled_from("กขคงจชดตทนบปพมยรฤลวสหอฮ"),
        st.sampled_from(["", *"รลว"]),
        st.sampled_from(["", *"ัิีึืุู"]),
        st.sampled_from(["", *"็่้๊๋์"]),
        st.sampled_from(["", *"ะาำ"]),
    ),
)
NAMES = st.lists(SYLLABLES | st.sampled_from([*"0๑9aBz", " ", "-", "ฯ"]), max_size=6).map("".join)


@given(NAMES, NAMES)
def test_it_is_the_order_of_icu(one: str, other: str) -> None:
    collator = icu.Collator.createInstance(icu.Locale("th"))
    collator.setStrength(icu.Collator.SECONDARY)  # small or capital, and which blank: the text itself decides here
    theirs = collator.compare(one, other)
    if theirs:
        assert (thai_order(one) > thai_order(other)) - (thai_order(one) < thai_order(other)) == theirs


@given(st.text(), st.text())
def test_only_equal_texts_are_equal(one: str, other: str) -> None:
    assert (thai_order(one) == thai_order(other)) == (one == other)


@given(st.lists(NAMES | st.text(), max_size=8), st.randoms())
def test_how_they_lay_before_does_not_matter(names: list[str], chance: random.Random) -> None:
    shuffled = names[:]
    chance.shuffle(shuffled)
    assert sorted(shuffled, key=thai_order) == sorted(names, key=thai_order)


@given(NAMES, NAMES, NAMES)
def test_what_stands_before_and_behind_both_does_not_matter(one: str, other: str, more: str) -> None:
    """Where letters differ; a vowel at a seam would belong to another consonant."""
    collated = [thai_order(each).split(" ")[0] for each in (one, other)]
    if not any(each.startswith(rest) for each, rest in (collated, collated[::-1])):
        moved = [thai_order(f"{more}{each}{more}").split(" ")[0] for each in (one, other)]
        assert (moved[0] < moved[1]) == (collated[0] < collated[1])
