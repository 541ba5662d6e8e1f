"""Identifiers that keep their digits to themselves, amounts in words, dates of the Buddhist era."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.thai import (
    AMOUNT_SATANG_MAX,
    BlankDate,
    CardDate,
    IdNumber,
    KnownDate,
    Lifetime,
    PartialDate,
    TaxId,
    baht_text,
    be_year,
    be_yymmdd,
    check_digit,
    english_date,
    english_date_short,
    format_baht,
    keyed_hash,
    mask_id_number,
    parse_card_date,
    thai_date,
    thai_date_short,
)

SAMPLE = "1234567890121"
KEY = bytes(range(32))
first_twelve = st.builds(
    lambda first, rest: first + rest, st.sampled_from("12345678"), st.from_regex(r"[0-9]{11}", fullmatch=True)
)
digits = first_twelve.map(lambda twelve: f"{twelve}{check_digit(twelve)}")


# ---- identifiers


@given(digits)
def test_every_way_of_writing_an_id_number_masks_it(number: str) -> None:
    kept = IdNumber(number)
    masked = f"x-xxxx-xxxxx-{number[10:12]}-{number[12]}"
    percent = "%s" % kept  # noqa: UP031 - each way of writing is tried
    for written in (kept.masked, str(kept), f"{kept}", percent, format(kept, "s"), mask_id_number(number)):
        assert written == masked
    assert repr(kept) == repr([kept])[1:-1] == f"IdNumber({masked})"
    assert kept.reveal() == number


@given(digits, st.integers(0, 12), st.integers(1, 9))
def test_a_single_wrong_digit_is_noticed_where_the_rule_can(number: str, at: int, by: int) -> None:
    """The nation's rule lets two slips through: any third digit (its weight is 11), and sums of 0 for 10 modulo 11."""
    changed = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    sums = {sum(int(d) * (13 - i) for i, d in enumerate(each[:12])) % 11 for each in (number, changed)}
    if at < 12 and (at == 2 or sums == {0, 10}) and changed[0] not in "09":
        assert IdNumber(changed).reveal() == changed
        return
    with pytest.raises(ValueError, match="not an ID number"):
        IdNumber(changed)


@pytest.mark.parametrize(
    "text",
    ["", "123456789012", SAMPLE + "0", " " + SAMPLE, SAMPLE + "\n", "๑๒๓๔๕๖๗๘๙๐๑๒๑", "１２３４５６７８９０１２１",
     "1-2345-67890-12-1", "123456789012X", "0994000165501", "9" * 12 + "4", "-234567890121"],
)  # fmt: skip
def test_what_is_no_id_number_is_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="not an ID number") as caught:
        IdNumber(text)
    assert not re.search(r"\d", str(caught.value))


@given(digits)
def test_a_card_gives_the_same_number_as_any_other_source(number: str) -> None:
    assert IdNumber.from_card(number) == IdNumber(number)


@given(st.from_regex(r"0[0-9]{11}", fullmatch=True).map(lambda twelve: f"{twelve}{check_digit(twelve)}"))
def test_a_number_that_begins_with_0_is_a_persons_only_on_a_card(number: str) -> None:
    kept = IdNumber.from_card(number)
    assert (kept.reveal(), str(kept)) == (number, mask_id_number(number))
    assert keyed_hash(kept, KEY)
    with pytest.raises(ValueError, match="not an ID number"):
        IdNumber(number)
    assert TaxId(number).digits == number


@pytest.mark.parametrize(
    "text", ["", SAMPLE[:12], SAMPLE + "0", "1234567890122", "0105561177672", "9" * 12 + "4", "๑๒๓๔๕๖๗๘๙๐๑๒๑"]
)
def test_a_card_can_hold_what_is_no_id_number_and_it_is_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="not an ID number") as caught:
        IdNumber.from_card(text)
    assert not re.search(r"\d", str(caught.value))


def test_an_id_number_does_not_leave_by_accident() -> None:
    kept = IdNumber(SAMPLE)
    holder = dataclasses.make_dataclass("Holder", ["number"], frozen=True)(kept)
    for carry_away in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode, msgspec.msgpack.encode):
        with pytest.raises(TypeError):
            carry_away(kept)
    with pytest.raises(TypeError):
        dataclasses.asdict(holder)
    with pytest.raises(TypeError):
        vars(kept)
    with pytest.raises(AttributeError):
        kept._digits = "0" * 13
    assert SAMPLE not in repr(holder)
    assert kept.reveal() == SAMPLE


def test_id_numbers_compare_and_hash_by_value() -> None:
    assert IdNumber(SAMPLE) == IdNumber(SAMPLE)
    assert IdNumber(SAMPLE) != IdNumber("3100600445635")
    assert IdNumber(SAMPLE) != SAMPLE
    assert len({IdNumber(SAMPLE), IdNumber(SAMPLE)}) == 1


def test_keyed_hash_is_hmac_sha256() -> None:
    """The expected value was computed with OpenSSL: ``printf 1234567890121 | openssl dgst -sha256 -mac HMAC``."""
    expected = "84e7bf0158e4f426ea70054fcb36df70c0f266e7f20efbdd0f8369cc3302158d"
    assert keyed_hash(IdNumber(SAMPLE), KEY) == expected
    assert keyed_hash(IdNumber(SAMPLE), KEY[::-1]) != expected
    with pytest.raises(ValueError, match="too short"):
        keyed_hash(IdNumber(SAMPLE), b"fifteen bytes..")


@pytest.mark.parametrize("text", ["", "123456789012", "x" * 13, "๑๒๓๔๕๖๗๘๙๐๑๒๑", "x-xxxx-xxxxx-12-1"])
def test_only_thirteen_digits_can_be_masked(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not 13 digits$"):
        mask_id_number(text)


def test_a_tax_id_may_be_seen() -> None:
    assert str(TaxId("0105561177671")) == "0-1055-61177-67-1"
    for wrong in ("0105561177672", SAMPLE, "", "010556117767"):
        with pytest.raises(ValueError, match="tax id"):
            TaxId(wrong)


# ---- amounts

_PLACES = {"สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10_000, "แสน": 100_000}
_ONES = {"หนึ่ง": 1, "สอง": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9, "เอ็ด": 1, "ยี่": 2}
_WORD = re.compile("|".join([*_ONES, *_PLACES, "ล้าน"]))


def _read_back(words: str) -> int:
    """A number from its Thai words, by another road than the one that wrote them."""
    assert _WORD.sub("", words) == "", "words no number has"
    total = group = digit = 0
    for word in _WORD.findall(words):
        if word == "ล้าน":
            total, group, digit = (total + group + digit) * 1_000_000, 0, 0
        elif word in _PLACES:
            group, digit = group + (digit or 1) * _PLACES[word], 0
        else:
            digit = _ONES[word]
    return total + group + digit


@given(st.integers(1, AMOUNT_SATANG_MAX - 1) | st.integers(1, 500_000))
def test_words_say_the_amount(amount_satang: int) -> None:
    words = baht_text(amount_satang)
    baht, _, satang = words.rpartition("บาท") if "บาท" in words else ("", "", words)
    assert satang == "ถ้วน" or satang.endswith("สตางค์")
    said = (_read_back(baht) if baht else 0) * 100
    said += 0 if satang == "ถ้วน" else _read_back(satang.removesuffix("สตางค์"))
    assert said == amount_satang
    for never in ("สองสิบ", "หนึ่งสิบ", "สิบหนึ่ง", "ร้อยหนึ่งบาท", "ศูนย์"):
        assert never not in words


@pytest.mark.parametrize(
    ("amount_satang", "words"),
    [
        (0, "ศูนย์บาทถ้วน"),
        (1, "หนึ่งสตางค์"),
        (11, "สิบเอ็ดสตางค์"),
        (50, "ห้าสิบสตางค์"),
        (99, "เก้าสิบเก้าสตางค์"),
        (101, "หนึ่งบาทหนึ่งสตางค์"),
        (1_000, "สิบบาทถ้วน"),
        (2_000, "ยี่สิบบาทถ้วน"),
        (10_100, "หนึ่งร้อยเอ็ดบาทถ้วน"),
        (11_100, "หนึ่งร้อยสิบเอ็ดบาทถ้วน"),
        (2_100_100, "สองหมื่นหนึ่งพันเอ็ดบาทถ้วน"),
        (330_000, "สามพันสามร้อยบาทถ้วน"),
        (100_000_000, "หนึ่งล้านบาทถ้วน"),
        (100_000_100, "หนึ่งล้านเอ็ดบาทถ้วน"),
        (1_100_000_000, "สิบเอ็ดล้านบาทถ้วน"),
        (10_100_000_000, "หนึ่งร้อยเอ็ดล้านบาทถ้วน"),
        (99_999_999_999, "เก้าร้อยเก้าสิบเก้าล้านเก้าแสนเก้าหมื่นเก้าพันเก้าร้อยเก้าสิบเก้าบาทเก้าสิบเก้าสตางค์"),
        (100_000_000_000_000, "หนึ่งล้านล้านบาทถ้วน"),
        (100_000_100_000_000, "หนึ่งล้านเอ็ดล้านบาทถ้วน"),
    ],
)
def test_words_of_amounts(amount_satang: int, words: str) -> None:
    assert baht_text(amount_satang) == words


@pytest.mark.parametrize("amount_satang", [-1, AMOUNT_SATANG_MAX])
def test_amounts_out_of_range_have_no_words(amount_satang: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        baht_text(amount_satang)


@pytest.mark.parametrize(
    ("amount_satang", "figures"),
    [(0, "0.00"), (5, "0.05"), (330_000, "3,300.00"), (99_999_999_999, "999,999,999.99"), (-150_001, "-1,500.01")],
)
def test_figures_of_amounts(amount_satang: int, figures: str) -> None:
    assert format_baht(amount_satang) == figures


@given(st.integers(-(10**15), 10**15))
def test_figures_keep_every_satang(amount_satang: int) -> None:
    assert int(re.sub(r"[,.]", "", format_baht(amount_satang))) == amount_satang


# ---- dates

DAY = date(2026, 11, 24)


def test_dates_in_prose_lists_and_references() -> None:
    assert thai_date(DAY) == "24 พฤศจิกายน 2569"
    assert thai_date_short(DAY) == "24 พ.ย. 2569"
    assert english_date(DAY) == "24 November 2026"
    assert english_date_short(DAY) == "24 Nov 2026"
    assert be_year(DAY) == 2569
    assert be_yymmdd(date(2024, 4, 29)) == "670429"
    assert thai_date(date(2026, 6, 10)) == "10 มิถุนายน 2569"


def test_every_month_has_its_own_name() -> None:
    days = [date(2026, month, 1) for month in range(1, 13)]
    for write in (thai_date, thai_date_short, english_date, english_date_short):
        assert len({write(day) for day in days}) == 12
    assert all(name.split()[1].endswith(("คม", "พันธ์", "ยน")) for name in map(thai_date, days))
    assert [thai_date(day).split()[1][-2:] for day in days if day.month in (4, 6, 9, 11)] == ["ยน"] * 4


@given(st.dates(date(1900, 1, 1), date(2150, 12, 31)))
def test_a_whole_date_is_read_from_a_card_as_it_was_written(day: date) -> None:
    assert parse_card_date(f"{be_year(day)}{day:%m%d}") == KnownDate(day)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("25690429", KnownDate(date(2026, 4, 29))),
        ("25670229", KnownDate(date(2024, 2, 29))),
        ("25100000", PartialDate(1967)),
        ("2510", PartialDate(1967)),
        ("2510    ", PartialDate(1967)),
        ("25100700", PartialDate(1967, 7)),
        ("251007", PartialDate(1967, 7)),
        ("", BlankDate()),
        ("        ", BlankDate()),
        ("\x00" * 8, BlankDate()),
        ("00000000", BlankDate()),
        ("99999999", Lifetime()),
        ("99999999 ", Lifetime()),
    ],
)
def test_dates_of_cards(text: str, meaning: CardDate) -> None:
    assert parse_card_date(text) == meaning


@pytest.mark.parametrize(
    "text",
    ["25691301", "25690231", "25680229", "25690015", "25101300",
     "2569-4-2", "๒๕๖๙๐๔๒๙", "20261124", "27000101", "23991231",
     "25690", "256904291", "2569 429", "nonsense", "9999999", "0000"],
)  # fmt: skip
def test_nonsense_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a card's date$"):
        parse_card_date(text)


@given(st.text(max_size=10) | st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_no_text_does_worse_than_a_value_error(text: str) -> None:
    try:
        meaning = parse_card_date(text)
    except ValueError:
        return
    assert isinstance(meaning, CardDate)
