"""Factory numbers, new and old, as registers and people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.factory import FactoryNumber, Issuer, OldFactoryNumber, luhn_digit, parse_factory_number

SAMPLE = FactoryNumber("20200012325553")


def test_a_number_is_shown_in_its_parts() -> None:
    assert str(SAMPLE) == "2-0-20-00123-2555-3"
    assert (SAMPLE.issuer, SAMPLE.dopa_code, SAMPLE.sequence, SAMPLE.be_year) == (Issuer.PROVINCE, 20, 123, 2555)


def test_an_issuer_not_seen_so_far_is_unknown_not_wrong() -> None:
    assert FactoryNumber("9" + SAMPLE.digits[1:]).issuer is None


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_what_is_shown_is_read_back(thirteen: str) -> None:
    number = FactoryNumber(f"{thirteen}{luhn_digit(thirteen)}")
    assert number.check_digit_agrees
    assert parse_factory_number(str(number)) == parse_factory_number(number.digits) == number


@given(st.from_regex(r"[0-9]{13}", fullmatch=True), st.integers(0, 13), st.integers(1, 9))
def test_a_single_wrong_digit_disagrees(thirteen: str, at: int, by: int) -> None:
    right = f"{thirteen}{luhn_digit(thirteen)}"
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert not FactoryNumber(wrong).check_digit_agrees


@pytest.mark.parametrize(
    "digits", ["", "2020001232555", "202000123255530", "2020001232555X", "๒๐๒๐๐๐๑๒๓๒๕๕๕๓", " " * 14]
)
def test_only_fourteen_digits_are_a_number(digits: str) -> None:
    with pytest.raises(ValueError, match="14 digits"):
        FactoryNumber(digits)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (" 2-0-20-00123-2555-3 ", SAMPLE),
        ("2020 0012 3255 53", SAMPLE),
        ("๒๐๒๐๐๐๑๒๓๒๕๕๕๓", SAMPLE),
        ("3-4(1)-5/44ปท", OldFactoryNumber("3-4(1)-5/44ปท")),
        ("3-4(1)- 5/44 ปท", OldFactoryNumber("3-4(1)-5/44ปท")),
        ("๓-๔(๑)-๕/๔๔ปท", OldFactoryNumber("3-4(1)-5/44ปท")),
        ("จ3-22(3)-1/41ชน", OldFactoryNumber("จ3-22(3)-1/41ชน")),
        ("น.3-22-1/2541", OldFactoryNumber("น.3-22-1/2541")),
    ],
)
def test_what_people_and_registers_write(written: str, number: FactoryNumber | OldFactoryNumber) -> None:
    assert parse_factory_number(written) == number


@pytest.mark.parametrize(
    "text", ["", "3-4(1)-5/44ปทxyz", "0-4(1)-5/44ปท", "3-4[1]-5/44", "3-4-5", "3/4/5-44", "-" * 14]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not an old factory number"):
        parse_factory_number(text)


@pytest.mark.parametrize("text", ["3-4(1)-๕/44", "3-4(1)-5/44ปท\n"])
def test_the_kept_form_is_strict(text: str) -> None:
    with pytest.raises(ValueError, match="not an old factory number"):
        OldFactoryNumber(text)
