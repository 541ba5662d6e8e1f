"""Cells as registers really have them, and the values they mean."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.office.register import cleaning
from fleet.office.register.cleaning import ForeignNumber, LostDigits, UnreadableError, tidy
from fleet.office.register.findings import MEANINGS, Kind, masked, sentence
from fleet.protocol.factory import FactoryNumber, OldFactoryNumber
from fleet.protocol.thai import IdNumber, TaxId, check_digit


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('="  06302307522"', "06302307522"),
        ('"โรงงาน"', "โรงงาน"),
        ("'0105561177671", "0105561177671"),
        ("  บริษัท\u00a0\u200b ก   จำกัด ", "บริษัท ก จำกัด"),
        ("ก\x00ข\x07", "ก ข"),
        ("-", ""),
        ("NULL", ""),
        ("#N/A", ""),
        ("ไม่ระบุ", ""),
        ("0", "0"),
    ],
)
def test_a_cell_is_tidied(cell: str, meant: str) -> None:
    assert tidy(cell) == meant


@given(st.text())
def test_tidying_twice_is_tidying_once_for_what_has_no_wrapper(cell: str) -> None:
    if not any(sign in cell for sign in "\"'"):
        assert tidy(tidy(cell)) == tidy(cell)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10180000125417", FactoryNumber("10180000125417")),
        ("10180000125417.0", FactoryNumber("10180000125417")),
        ("๑๐๑๘๐๐๐๐๑๒๕๔๑๗", FactoryNumber("10180000125417")),
        ("3 - 22(3) - 1 / 41 ชน", OldFactoryNumber("3-22(3)-1/41ชน")),
        ("จ3-4(1)-5/44ปท", OldFactoryNumber("จ3-4(1)-5/44ปท")),
        ("1.018E+13", LostDigits()),
        ("06302307522", ForeignNumber()),
        ("", None),
    ],
)
def test_a_factory_number(text: str, meant: object) -> None:
    assert cleaning.factory_number(text) == meant


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (cleaning.kind, "3", 3),
        (cleaning.kind, "จำพวกที่ ๒", 2),
        (cleaning.kind, "3.0", 3),
        (cleaning.activity, "00906", "9(6)"),
        (cleaning.activity, "906", "9(6)"),
        (cleaning.activity, "2203", "22(3)"),
        (cleaning.activity, "00100", "1"),
        (cleaning.activity, "22", "22"),
        (cleaning.activity, "3-22(3)", "22(3)"),
        (cleaning.activity, "10600", "106"),
        (cleaning.horsepower, "1,250.25 แรงม้า", Decimal("1250.25")),
        (cleaning.horsepower, "85.500000001", Decimal("85.50")),
        (cleaning.horsepower, "1.2E+3", Decimal("1200.00")),
        (cleaning.workers, "1,200 คน", 1200),
        (cleaning.workers, "60.0", 60),
        (cleaning.state, "1", "operating"),
        (cleaning.state, "จำหน่าย", "struck-off"),
        (cleaning.state, "หยุด ดำเนินการ", "stopped"),
        (cleaning.day, "2551-03-01", date(2008, 3, 1)),
        (cleaning.day, "2008-03-01 00:00:00", date(2008, 3, 1)),
        (cleaning.day, "1/3/2551", date(2008, 3, 1)),
        (cleaning.day, "24 พ.ย. 2569", date(2026, 11, 24)),
        (cleaning.day, "24 พฤศจิกายน พ.ศ. 2569", date(2026, 11, 24)),
        (cleaning.day, "๒๔ พฤศจิกายน ๒๕๖๙", date(2026, 11, 24)),
        (cleaning.day, "25510229", date(2008, 2, 29)),
    ],
)
def test_a_value(read: Callable[[str], object], text: str, meant: object) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (cleaning.factory_number, "ทะเบียนหาย"),
        (cleaning.kind, "9"),
        (cleaning.kind, "23"),
        (cleaning.activity, "100"),  # 100, or 1(0)
        (cleaning.activity, "10800"),
        (cleaning.activity, "อาหาร"),
        (cleaning.horsepower, "75,5"),
        (cleaning.horsepower, "-3"),
        (cleaning.horsepower, "NaN"),
        (cleaning.horsepower, "Infinity"),
        (cleaning.horsepower, "1e99"),
        (cleaning.workers, "สิบ"),
        (cleaning.workers, "9999999"),
        (cleaning.workers, "0" * 5000 + "1"),
        (cleaning.state, "106302"),
        (cleaning.day, "12/05/51"),
        (cleaning.day, "31/02/2551"),
        (cleaning.day, "05/13/2551"),
        (cleaning.day, "2551"),
    ],
)
def test_what_means_nothing_or_two_things_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@given(st.text(max_size=40))
def test_no_cell_ends_the_import(text: str) -> None:
    readers: list[Callable[[str], object]] = [
        *(cleaning.factory_number, cleaning.kind, cleaning.activity, cleaning.horsepower, cleaning.workers),
        *(cleaning.state, cleaning.day, cleaning.company_or_person),
    ]
    for read in readers:
        with contextlib.suppress(UnreadableError):
            read(tidy(text))


def test_thirteen_digits_are_a_company_or_a_person_and_a_lost_zero_comes_back() -> None:
    assert cleaning.company_or_person("0-1055-61177-67-1") == (TaxId("0105561177671"), False)
    assert cleaning.company_or_person("105561177671") == (TaxId("0105561177671"), True)
    assert cleaning.company_or_person("1234567890121") == (IdNumber("1234567890121"), False)
    with pytest.raises(UnreadableError) as failed:
        cleaning.company_or_person("1234545678789")
    assert "1234" not in str(failed.value)


def test_an_id_number_in_a_text_is_taken_out_and_other_digits_stay() -> None:
    assert cleaning.without_id_numbers("นาย ก 1-2345-67890-12-1 โทร 0812345678") == "นาย ก โทร 0812345678"
    assert cleaning.without_id_numbers("นาย ก ๑๒๓๔๕๖๗๘๙๐๑๒๑") == "นาย ก"
    assert cleaning.without_id_numbers("หมู่ 4 1-2345-67890-12-1") == "หมู่ 4"
    assert cleaning.without_id_numbers("ห้างหุ้นส่วน 2500") == "ห้างหุ้นส่วน 2500"


@given(st.integers(100_000_000_000, 899_999_999_999), st.sampled_from(["{}", "ก {} ข", "{}.", "1-{}"]))
def test_no_finding_shows_an_id_number(twelve: int, around: str) -> None:
    digits = f"{twelve}{check_digit(str(twelve))}"
    assert digits not in masked(around.format(digits))


def test_every_kind_has_its_sentences_in_both_languages() -> None:
    assert set(MEANINGS) == set(Kind)
    for kind in Kind:
        thai, english = sentence(kind, "v", "o"), sentence(kind, "v", "o", english=True)
        assert "{" not in thai + english
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in thai)
        assert english.isascii()
