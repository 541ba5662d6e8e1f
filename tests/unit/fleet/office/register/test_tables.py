"""Files as they come: encodings, quotes, workbooks, and parcels that are meant to harm."""

from __future__ import annotations

import random
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from fleet.office.register.columns import Field, read_headings
from fleet.office.register.tables import Line, Refusal, TableError, open_table

TEXT = 'FACREG,FNAME\n="  06302307522",โรงงานตัวอย่าง\n'


def lines_of(path: Path) -> list[Line]:
    return [line for sheet in open_table(path).sheets() for line in sheet]


def refusal_of(path: Path) -> Refusal:
    with pytest.raises(TableError) as failed:
        lines_of(path)
    return failed.value.refusal


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("cp874", "cp874"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")],
)
def test_thai_is_read_in_every_encoding_it_comes_in(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(TEXT.encode(encoding))
    assert open_table(path).encoding == found
    assert lines_of(path)[1] == Line(2, ('="  06302307522"', "โรงงานตัวอย่าง"))


def test_one_bad_byte_does_not_make_utf8_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode() + b"1,\xff\n")
    assert open_table(path).encoding == "utf-8"
    assert "\ufffd" in lines_of(path)[2].cells[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(delimiter.join(["FID", "FNAME", "HP"]) + "\n", "utf-8")
    assert lines_of(path)[0].cells == ("FID", "FNAME", "HP")


def test_lines_keep_the_numbers_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"two\nlines",x\n\nlast,y\n', "utf-8")
    assert [(line.number, line.cells) for line in lines_of(path)] == [
        (1, ("a", "b")),
        (2, ("two\nlines", "x")),
        (4, ()),
        (5, ("last", "y")),
    ]


def test_a_quote_that_is_never_closed_breaks_one_line_and_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"' + "x,y\n" * 60_000, "utf-8")
    found = lines_of(path)
    assert [line.number for line in found if line.is_broken] == [2]
    assert found[-1].cells == ("x", "y")


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbooks_numbers_are_the_digits_somebody_typed(tmp_path: Path) -> None:
    row: list[object] = [10180000125417, 1.0180000125417e13, 85.5, date(2008, 3, 1), None, "ก", True]
    path = workbook(tmp_path / "a.xlsx", [row])
    assert lines_of(path)[0].cells == ("10180000125417", "10180000125417", "85.5", "2008-03-01", "", "ก", "True")


def test_a_formula_is_not_run(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["x", "=1+1"]])
    assert lines_of(path)[0].cells == ("x", "")


def test_files_that_are_none(tmp_path: Path) -> None:
    for name, content, refusal in (
        ("empty.csv", b" \n", Refusal.EMPTY),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(100), Refusal.OLD_WORKBOOK),
        ("program", b"\x7fELF" + bytes(5000), Refusal.NOT_A_TABLE),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), Refusal.DAMAGED),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal_of(path) is refusal, name


def test_a_workbook_cut_in_the_middle_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["FID", "FNAME"]])
    with zipfile.ZipFile(path) as parcel:
        parts = {name: parcel.read(name) for name in parcel.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-80]
    packed(path, parts)
    assert refusal_of(path) is Refusal.DAMAGED


def test_a_workbook_whose_bits_have_turned_is_damaged(tmp_path: Path) -> None:
    """Or is read after all; but whatever zlib and openpyxl raise, nothing else leaves us."""
    path = workbook(tmp_path / "a.xlsx", [["FID", "FNAME", number, str(number * 7919)] for number in range(300)])
    whole = path.read_bytes()
    for seed in range(60):
        chance, turned = random.Random(seed), bytearray(whole)  # noqa: S311 - the same every time
        for _ in range(3):
            turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
        path.write_bytes(turned)
        with suppress(TableError):
            lines_of(path)


def packed(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in parts.items():
            parcel.writestr(name, content)


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/worksheets/sheet1.xml": b" " * 20_000_000},
        {"xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"xl/styles.xml": "<a/>".encode("utf-16")},
        {f"xl/media/{n}": b"" for n in range(600)},
    ],
    ids=["zip bomb", "entities", "xml in disguise", "thousands of parts"],
)
def test_a_bomb_is_not_opened(tmp_path: Path, parts: dict[str, bytes]) -> None:
    path = tmp_path / "a.xlsx"
    packed(path, {"xl/workbook.xml": b"<workbook/>", **parts})
    assert refusal_of(path) is Refusal.BOMB


def test_some_other_parcel_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    packed(path, {"word/document.xml": b"<a/>"})
    assert refusal_of(path) is Refusal.NOT_A_TABLE


def test_headings_are_known_in_any_order_and_spelling() -> None:
    columns = read_headings(("ลำดับ", " ชื่อ โรงงาน ", "FACREG", "แรงม้า (HP)", "เลขทะเบียนโรงงาน (เดิม)", "จังหวัด"))
    assert columns is not None
    assert columns.places[Field.NAME] == 1
    assert columns.places[Field.FACREG] == 2
    assert columns.places[Field.HORSEPOWER] == 3
    assert columns.places[Field.PROVINCE] == 5


@pytest.mark.parametrize("cells", [(), ("ทะเบียนโรงงาน",), ("รายงานประจำปี", "", ""), ("FNAME", "HP")])
def test_what_is_no_line_of_headings(cells: tuple[str, ...]) -> None:
    assert read_headings(cells) is None
