"""The text of a card as values, and what of it may be seen."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.thai_text import ALL_TEXT, CardAddress, CardIdNumber, CardName, Field, ThaiIdText, text_of
from drivers.errors import DeviceProtocolError

ID = "1999900000013"


def text(**raw: str | bytes) -> ThaiIdText:
    content = {
        Field[name.upper()]: (value.encode("tis_620") if isinstance(value, str) else value).ljust(
            Field[name.upper()].length
        )
        for name, value in raw.items()
    }
    return text_of(content, "card")


def test_fields_lie_where_the_layout_says_and_abut() -> None:
    first = sorted((one for one in Field if one.offset < 0x17B), key=lambda one: one.offset)
    assert [one.end for one in first[:-1]] == [one.offset for one in first[1:]]
    assert (first[0].offset, first[-1].end) == (0, 0x179)
    assert Field.ADDRESS.end == Field.PHOTO_NUMBER.offset


def logged(number: object) -> str:
    record = logging.LogRecord("card", logging.ERROR, "", 0, "read %s and %r", (number, number), None)
    return logging.Formatter().format(record)


def in_an_error(number: object) -> str:
    error = DeviceProtocolError("card", f"not {number}")
    error.add_note(f"while reading {number!r}")
    return "".join(traceback.format_exception(error))


def in_a_traceback_with_locals(number: object) -> str:
    try:
        raise ValueError(number)
    except ValueError as err:
        return "".join(traceback.TracebackException.from_exception(err, capture_locals=True).format())


WAYS_TO_SHOW = [
    *(repr, str, pprint.pformat, ascii, "{}".format, "{:>40}".format, "{!r:>40}".format, lambda one: f"{one}"),
    *(lambda one: "%s %r" % (one, one), lambda one: repr([{"owner": one}])),  # noqa: UP031  # the old way, too
    *(logged, in_an_error, in_a_traceback_with_locals, lambda one: repr(ThaiIdText(id_number=one))),
]


@pytest.mark.parametrize("show", WAYS_TO_SHOW)
def test_an_id_number_masks_itself_however_it_is_shown(show: object) -> None:
    assert callable(show)
    number = CardIdNumber(ID)
    shown = show(number)
    assert "x-xxxx-xxxxx-01-3" in shown or shown == "ThaiIdText(holds id_number)"
    assert ID[:10] not in shown
    assert number.reveal() == ID


@pytest.mark.parametrize("carry", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars])
@pytest.mark.parametrize("what", [CardIdNumber(ID), ThaiIdText(id_number=CardIdNumber(ID)), ThaiIdText(sex="1")])
def test_what_was_read_cannot_be_carried_off_whole(carry: object, what: object) -> None:
    assert callable(carry)
    with pytest.raises(TypeError) as caught:
        carry(what)
    assert ID[:10] not in str(caught.value)


def test_id_numbers_compare_by_their_digits() -> None:
    assert CardIdNumber(ID) == CardIdNumber(ID)
    assert len({CardIdNumber(ID), CardIdNumber(ID), CardIdNumber("1999900000021")}) == 2


@pytest.mark.parametrize("digits", ["", "123", ID + "1", "19999000000l3", "๑๙๙๙๙๐๐๐๐๐๐๑๓", " " * 13, "199990000001²"])
def test_what_is_no_id_number_is_refused_and_not_quoted(digits: str) -> None:
    with pytest.raises(ValueError, match="13 digits") as caught:
        CardIdNumber(digits)
    assert digits == "" or digits not in str(caught.value)


def test_a_broken_id_number_is_a_protocol_error_without_the_digits() -> None:
    with pytest.raises(DeviceProtocolError) as caught:
        text(id_number="19999000000I3")
    assert "19999" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_nothing_personal_shows_in_the_repr_of_a_read() -> None:
    read = text(id_number=ID, name_th="นาย#ตัวอย่าง##ทดสอบ", address="99#######จังหวัดตัวอย่าง", birth_date="25130415")
    assert repr(read) == "ThaiIdText(holds id_number, name_th, birth_date, address)"
    assert "ตัวอย่าง" not in repr(read.name_th) + repr(read.address)


def test_what_was_not_asked_for_is_none_and_what_the_card_lacks_is_empty() -> None:
    read = text(expiry="", birth_date=bytes(8))
    assert (read.expiry, read.birth_date, read.issue_date) == ("", "", None)


@pytest.mark.parametrize("raw", ["25640101", "99999999", "24930000"])
def test_dates_stay_as_the_card_holds_them(raw: str) -> None:
    assert text(expiry=raw).expiry == raw


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("นาย#ตัวอย่าง##ทดสอบ", CardName("นาย", "ตัวอย่าง", "", "ทดสอบ")),
        ("นาง#ตัวอย่าง#กลาง#ณ อยุธยา", CardName("นาง", "ตัวอย่าง", "กลาง", "ณ อยุธยา")),
        ("#ตัวอย่าง##", CardName("", "ตัวอย่าง", "", "")),
        ("นาย#ตัวอย่าง#ทดสอบ", CardName("นาย", "ตัวอย่าง", "", "ทดสอบ")),
        ("ตัวอย่าง#ทดสอบ", CardName("", "ตัวอย่าง", "", "ทดสอบ")),
        ("ตัวอย่าง", CardName("", "ตัวอย่าง", "", "")),
        ("", CardName("", "", "", "")),
        ("นาย#ก#ข#ค#ง", CardName("นาย", "ก", "ข", "ค ง")),
    ],
)
def test_a_name_is_split_before_anything_is_stripped(raw: str, name: CardName) -> None:
    assert text(name_th=raw).name_th == name


def test_a_thai_prefix_joins_the_first_name_and_an_english_one_does_not() -> None:
    assert CardName("นาย", "ตัวอย่าง", "", "ทดสอบ").full == "นายตัวอย่าง ทดสอบ"
    assert CardName("Mr.", "Tuayang", "", "Thotsop").full == "Mr. Tuayang Thotsop"
    assert CardName("", "ตัวอย่าง", "", "").full == "ตัวอย่าง"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("99/9#หมู่ที่ 9####ตำบลก#อำเภอข#จังหวัดค", CardAddress("99/9", "หมู่ที่ 9", "", "", "", "ตำบลก", "อำเภอข", "จังหวัดค")),
        ("1##ตรอก#ซอย#ถนน#ต#อ#จ", CardAddress("1", "", "ตรอก", "ซอย", "ถนน", "ต", "อ", "จ")),
        ("1#2#3#4#5#6#ต#อ#จ", CardAddress("1", "2", "3", "4", "5 6", "ต", "อ", "จ")),
        ("1#ต#อ#จ", CardAddress("1", "", "", "", "", "ต", "อ", "จ")),
        ("จ", CardAddress("", "", "", "", "", "", "", "จ")),
        ("", CardAddress("", "", "", "", "", "", "", "")),
    ],
)
def test_an_address_has_eight_parts_whatever_the_card_makes_of_it(raw: str, address: CardAddress) -> None:
    assert text(address=raw).address == address


@given(st.dictionaries(st.sampled_from(sorted(ALL_TEXT, key=lambda one: one.offset)), st.binary(max_size=255)))
def test_any_bytes_become_text_or_a_protocol_error(raw: dict[Field, bytes]) -> None:
    try:
        read = text_of(raw, "card")
    except DeviceProtocolError:
        assert Field.ID_NUMBER in raw
    else:
        assert {one for one in Field if getattr(read, one.name.lower()) is not None} == set(raw)


@given(st.lists(st.text("กขคงจฉ์่้ ", max_size=8), max_size=12))
def test_no_word_of_a_name_or_address_is_lost(parts: list[str]) -> None:
    raw = "#".join(parts).encode("tis_620")
    words = sorted("".join(parts).replace(" ", ""))
    read = text_of({Field.NAME_TH: raw, Field.ADDRESS: raw}, "card")
    assert read.name_th is not None
    assert read.address is not None
    assert sorted(read.name_th.full.replace(" ", "")) == words
    assert sorted(read.address.full.replace(" ", "")) == words
