"""A file as lines of texts: CSV in whichever encoding it came, and XLSX, read and never run.

Rules: nothing here knows what a factory is. Files are read in a stream, so memory does not grow with them. A workbook
is a parcel from a stranger: its size unpacked, its parts and its XML are looked at before it is opened, formulas are
taken by the value that was stored with them. Numbers of a workbook become the digits a person would have read.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

FILE_BYTES_MAX = 64 * 2**20
"""72,000 factories with addresses are 25 MB of CSV; the nation's whole history, struck-off ones too, some 60."""

UNPACKED_BYTES_MAX = 768 * 2**20
RATIO_MAX = 200
"""Real workbooks shrink to a tenth; one that shrinks to less than a two-hundredth is a bomb."""

RATIO_FROM_BYTES = 4 * 2**20
"""Small parts may be all blanks and shrink as they like."""

PARTS_MAX = 500
SHEETS_MAX = 20
LINES_MAX = 1_048_576
"""Of a sheet, as Excel has it; of a CSV too."""

CELLS_MAX = 200
"""Columns beyond are not looked at; the Department's widest table has 60."""

_CHUNK = 2**20
_DELIMITERS = ",;\t|"


class Refusal(StrEnum):
    """Why a file is not read at all."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OLD_WORKBOOK = "old-workbook"
    NOT_A_TABLE = "not-a-table"
    BOMB = "bomb"
    LOCKED = "locked"
    DAMAGED = "damaged"
    NO_HEADINGS = "no-headings"
    TOO_LONG = "too-long"
    LOST = "lost"
    KILLS = "kills"
    """Who read it was killed each time it was tried; for want of memory, as a rule."""


class TableError(Exception):
    """The file cannot be read; ``refusal`` says why, and nothing has been taken from it. Ask for another file."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``number`` counts from 1 as an editor or Excel does; ``is_broken``: it cannot be told into cells."""

    number: int
    cells: tuple[str, ...]
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read. ``encoding`` is that of a CSV, ``xlsx`` for a workbook."""

    path: Path
    encoding: str

    def sheets(self) -> Iterator[Iterator[Line]]:
        """Its sheets (a CSV is one), each line by line.

        Raises: TableError while reading, when the inside is damaged or too long.
        """
        if self.encoding != "xlsx":
            yield _csv_lines(self.path, self.encoding)
            return
        yield from _workbook_sheets(self.path)


def open_table(path: Path) -> Table:
    """What kind of file this is, by what stands in it and not by its name.

    Raises: TableError; OSError when it cannot be read at all.
    """
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise TableError(Refusal.TOO_LARGE)
    with path.open("rb") as file:
        head = file.read(65_536)
    if not head.strip():
        raise TableError(Refusal.EMPTY)
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # a compound file: .xls, or an .xlsx with a password
        raise TableError(Refusal.OLD_WORKBOOK)
    if head.startswith(b"PK\x03\x04"):
        _look_at_parcel(path)
        return Table(path, "xlsx")
    encoding = _encoding(path, head)
    if not encoding.startswith("utf-16") and head.count(b"\0") > len(head) // 100:
        raise TableError(Refusal.NOT_A_TABLE)
    return Table(path, encoding)


# ---- CSV ------------------------------------------------------------------------------------------------------------


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf8(path):
        return "utf-8"
    # A UTF-8 file with a bad byte is still UTF-8: Thai letters there begin with E0 B8 or E0 B9, in cp874 a rare pair.
    foreign = sum(byte > 0x7F for byte in head)
    thai = 3 * (head.count(b"\xe0\xb8") + head.count(b"\xe0\xb9"))
    return "utf-8" if thai > foreign * 0.8 else "cp874"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_lines(path: Path, encoding: str) -> Iterator[Line]:
    # Bytes that are no letters become U+FFFD, which the reader of rows reports: one bad byte must not stop a register.
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        rows = csv.reader(
            (line.replace("\0", "") for line in file), delimiter=_delimiter(path, encoding), skipinitialspace=True
        )
        while True:
            number = rows.line_num + 1
            if number > LINES_MAX:
                raise TableError(Refusal.TOO_LONG)
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:  # a cell beyond the module's 128 KiB: a quote that was never closed
                yield Line(number, (), is_broken=True)
                continue
            yield Line(number, tuple(cells[:CELLS_MAX]))


def _delimiter(path: Path, encoding: str) -> str:
    """The sign that comes most often in the first lines."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        head = file.read(8192)
    return max(_DELIMITERS, key=head.count)


# ---- XLSX -----------------------------------------------------------------------------------------------------------


_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, SyntaxError, TypeError, OSError, EOFError)
"""What zipfile, zlib and openpyxl raise for workbooks that are none: openpyxl's own errors derive from these, XML's
from SyntaxError."""


def _look_at_parcel(path: Path) -> None:
    """Refuse what would not be a workbook, or would unpack to more than one could be.

    The sizes the parcel declares are binding: zipfile reads no further than them.
    """
    try:
        with zipfile.ZipFile(path) as parcel:
            parts = parcel.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise TableError(Refusal.NOT_A_TABLE)
            if any(part.flag_bits & 1 for part in parts):
                raise TableError(Refusal.LOCKED)
            is_bomb = len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX
            if is_bomb or any(
                part.file_size > RATIO_FROM_BYTES and part.file_size > RATIO_MAX * part.compress_size for part in parts
            ):
                raise TableError(Refusal.BOMB)
            for part in parts:
                _look_at_part(parcel, part)
    except (*_BROKEN, NotImplementedError) as err:
        raise TableError(Refusal.DAMAGED) from err


def _look_at_part(parcel: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """XML that declares entities could grow without end; no spreadsheet writes any."""
    if not part.filename.endswith((".xml", ".rels")):
        return
    with parcel.open(part) as file:
        head = file.read(4096)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableError(Refusal.BOMB)


def _workbook_sheets(path: Path) -> Iterator[Iterator[Line]]:
    import openpyxl  # here, not above: it costs memory that only whoever reads a workbook should pay

    with path.open("rb") as file:  # by us: given a path, the library leaves a file open that it cannot make sense of
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _BROKEN as err:
            raise TableError(Refusal.DAMAGED) from err
        try:
            for sheet in book.worksheets[:SHEETS_MAX]:
                yield _sheet_lines(sheet)
        finally:
            book.close()


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    """The lines of a sheet. ``Any``: a read-only worksheet, whose type the stubs do not tell from a full one."""
    sheet.reset_dimensions()  # the size a workbook declares is often wrong, and then rows would be missing
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows, None)
        except _BROKEN as err:
            raise TableError(Refusal.DAMAGED) from err
        if cells is None:
            return
        if number > LINES_MAX:
            raise TableError(Refusal.TOO_LONG)
        yield Line(number, tuple(_as_text(cell) for cell in cells[:CELLS_MAX]))


def _as_text(cell: object) -> str:
    """A cell as a person reads it. A whole number of up to 15 digits is exact in a workbook, and loses its ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
    return str(cell)
