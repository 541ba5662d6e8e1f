"""Numbers people copy by hand, and free text that may hold somebody's number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.tickets import (
    Kind,
    grouped,
    is_drawn_by,
    is_number,
    is_phone_number,
    mask_phone_number,
    number_of,
    without_id_numbers,
)

ID = "1999900000013"


def test_a_number_says_what_it_is_of_and_who_drew_it() -> None:
    number = number_of(Kind.TICKET, "CBI02-690000042")
    assert is_number(number, Kind.TICKET)
    assert not is_number(number, Kind.REGISTRATION)
    assert is_drawn_by(number, "CBI-02")
    assert not is_drawn_by(number, "CBI-01")
    assert grouped(number) == f"T-CBI02-69-0000042-{number[-1]}"


@pytest.mark.parametrize("drawn", ["", "CBI02", "cbi02-690000042", "CBI02-69000004", "CBI02CBI02CBI-690000042"])
def test_what_nobody_draws_makes_no_number(drawn: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        number_of(Kind.TICKET, drawn)


@given(st.integers(0, 14), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_wrong_letter_is_noticed(at: int, letter: str) -> None:
    number = number_of(Kind.TICKET, "CBI02-690000042")
    wrong = number[:at] + letter + number[at + 1 :]
    assert (wrong == number) == is_number(wrong, Kind.TICKET)


@pytest.mark.parametrize(
    "written",
    [ID, "1-9999-00000-01-3", "1 9999 00000 01 3", "๑๙๙๙๙๐๐๐๐๐๐๑๓", "1.9999.00000.01.3", "1–9999–00000–01–3"],
)
def test_an_id_number_is_masked_however_it_is_written(written: str) -> None:
    assert without_id_numbers(f"ผมชื่อ{written}ครับ") == "ผมชื่อx-xxxx-xxxxx-01-3ครับ"


@pytest.mark.parametrize("before", ["ข้อ 1 ", "โทร 081 ", "20 ", "1-", "๑ "])
def test_digits_in_front_of_an_id_number_do_not_hide_it(before: str) -> None:
    assert without_id_numbers(f"{before}1-9999-00000-01-3 ครับ") == f"{before}x-xxxx-xxxxx-01-3 ครับ"


@pytest.mark.parametrize("text", ["โทร 081 234 5678", "20200012325553", "1999900000014", "เลขที่ 12/3 หมู่ 4", ""])
def test_other_numbers_stay(text: str) -> None:
    assert without_id_numbers(text) == text


@pytest.mark.parametrize("digits", ["0812345678", "0612345678", "0912345678", "021234567", "038123456"])
def test_numbers_that_can_be_dialled(digits: str) -> None:
    assert is_phone_number(digits)
    assert mask_phone_number(digits).endswith(digits[-4:])
    assert digits not in mask_phone_number(digits)


@pytest.mark.parametrize(
    "digits", ["", "081234567", "08123456789", "1812345678", "0012345678", "02123456", "๐๘๑๒๓๔๕๖๗๘"]
)
def test_numbers_that_cannot(digits: str) -> None:
    assert not is_phone_number(digits)
