"""One line at a time, whatever stands in it."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fleet.office.register.columns import read_headings
from fleet.office.register.findings import Kind
from fleet.office.register.reading import Candidate, Read, Reader
from fleet.office.register.sample_file import HEADINGS, Place, samples
from fleet.office.register.tables import Line
from fleet.protocol.thai import check_digit

PROVINCES = {"ชลบุรี": 20, "20": 20, "เชียงใหม่": 50}
NAMES = {20: "ชลบุรี", 50: "เชียงใหม่"}


def reader(*headings: str, short_lines_are_whole: bool = False) -> Reader:
    columns = read_headings(headings)
    assert columns is not None
    return Reader(columns, PROVINCES, NAMES, short_lines_are_whole)


def kinds(read: Read | None) -> set[Kind]:
    assert read is not None
    return {each.kind for each in read.findings}


_ODD = st.sampled_from(
    ['="x"', "1E+13", "\ufffd", "-", "๑๒๓", "²", "\x00", "9" * 5000, "NaN", "3-1-1/1", "#REF!", "20"]
)


@given(st.lists(st.one_of(st.text(max_size=30), _ODD), min_size=len(HEADINGS), max_size=len(HEADINGS) + 2))
def test_no_line_ends_the_import(cells: list[str]) -> None:
    read = reader(*HEADINGS).read(Line(7, tuple(cells)))
    if read is not None:
        again = msgspec.json.decode(msgspec.json.encode(read.candidate), type=Candidate)
        assert again == read.candidate, "it can be put aside"
        assert all(each.line == 7 for each in read.findings)


@given(st.integers(100_000_000_000, 899_999_999_999), st.integers(0, len(HEADINGS) - 1))
def test_an_id_number_in_any_column_is_in_nothing_that_is_kept(twelve: int, column: int) -> None:
    digits = f"{twelve}{check_digit(str(twelve))}"
    cells = list(next(samples(1, [Place(20, "ชลบุรี")])).cells())
    cells[column] = digits
    read = reader(*HEADINGS).read(Line(7, tuple(cells)))
    assert read is not None
    assert digits not in str(msgspec.to_builtins(read.candidate))
    assert digits not in str(read.findings)


def test_a_clean_line_has_nothing_to_be_said_about_it() -> None:
    read = reader(*HEADINGS).read(Line(7, next(samples(1, [Place(20, "ชลบุรี")])).cells()))
    assert read is not None
    assert read.findings == ()
    assert read.candidate.factory_no
    assert read.candidate.old_no
    assert read.candidate.in_estate is False


def test_blank_lines_and_repeated_headings_say_nothing() -> None:
    ours = reader("FID", "FNAME", "HP")
    for cells in ((), ("", "", ""), (" ", "-", "NULL"), ("FID", "FNAME", "HP")):
        assert ours.read(Line(2, cells)) is None


def test_a_line_torn_in_two_is_not_half_imported() -> None:
    cells = ("20200012325553", "โรงงานตัวอย่าง")
    assert kinds(reader("FID", "FNAME", "HP").read(Line(2, cells))) == {Kind.LINE_BROKEN}
    assert kinds(reader("FID", "FNAME", "HP", short_lines_are_whole=True).read(Line(2, cells))) == set()
    assert kinds(reader("FID", "FNAME").read(Line(2, (*cells, "เกินมา")))) == {Kind.LINE_BROKEN}
    assert kinds(reader("FID", "FNAME").read(Line(2, (*cells, "", " ")))) == set()


def test_two_columns_that_contradict_are_not_chosen_between() -> None:
    numbers = reader("FID", "FACREG", "FNAME").read(Line(2, ("20200012325553", "10180000125417", "ก")))
    assert Kind.NUMBERS_DISAGREE in kinds(numbers)
    states = reader("FID", "FFLAG", "STATUS").read(Line(2, ("20200012325553", "1", "จำหน่าย")))
    assert kinds(states) == {Kind.STATES_DISAGREE}
    assert states is not None
    assert states.candidate.state is None


def test_a_cell_with_lost_letters_is_left_out_and_the_rest_comes_in() -> None:
    read = reader("FID", "FNAME", "HP").read(Line(2, ("20200012325553", "โรง\ufffdาน", "85.5")))
    assert kinds(read) == {Kind.LETTERS_LOST}
    assert read is not None
    assert read.candidate.name_th is None
    assert str(read.candidate.horsepower) == "85.50"
