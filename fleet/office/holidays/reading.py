"""A table of holidays as a file: CSV or XLSX, in Thai or English headings, read whole or not at all.

Columns, in any order: date (วันที่), name_th (ชื่อวันหยุด), name_en (ชื่ออังกฤษ), province (จังหวัด; empty for the
nation; name, DOPA code or ISO code) and source (ที่มา). Dates are of either era, day before month.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from fleet.office.holidays.keeping import Entry
from fleet.office.models import Province
from fleet.office.register.cleaning import UnreadableError, day, tidy
from fleet.office.register.tables import Line, Refusal, TableError, open_table

LINES_MAX = 1000
"""Of a file: the nation's days of a year and three of each province are 250."""

_HEADINGS = {
    "date": ("date", "วันที่", "วัน"),
    "name_th": ("name_th", "name", "ชื่อวันหยุด", "วันหยุด", "ชื่อ"),
    "name_en": ("name_en", "ชื่ออังกฤษ", "ชื่อวันหยุด (อังกฤษ)"),
    "province": ("province", "จังหวัด"),
    "source": ("source", "ที่มา", "ประกาศ"),
}
NAME_CHARACTERS, SOURCE_CHARACTERS = 80, 120


class Problem(StrEnum):
    """Why a line is no holiday."""

    NO_DATE = "no-date"
    NO_NAME = "no-name"
    NO_PROVINCE = "no-province"
    NOT_YOURS = "not-yours"
    NO_SOURCE = "no-source"
    TOO_LONG = "too-long"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Read:
    """What stood in the file. With ``problems`` (line and why) none of the entries is to be kept."""

    entries: tuple[Entry, ...]
    problems: tuple[tuple[int, Problem], ...]


def read(path: Path, may_say: Callable[[int | None], bool]) -> Read:
    """The holidays in a file; ``may_say``: whether whoever sends it decides about a province, or the nation (None).

    Raises: TableError when it is no table, has no such headings, or is too long; ask for another file.
    """
    lines = next(iter(open_table(path).sheets()), iter(()))
    columns = _columns(next(lines, None))
    found, problems, seen = [], [], set()
    provinces = _provinces(Province.objects.all())
    for line in _limited(lines):
        cells = {name: tidy(line.cells[at]) if at < len(line.cells) else "" for name, at in columns.items()}
        if not any(cells.values()):
            continue
        entry = _entry(cells, provinces)
        if isinstance(entry, Entry) and not may_say(entry.dopa_code):
            entry = Problem.NOT_YOURS
        if isinstance(entry, Entry) and (entry.on, entry.dopa_code) in seen:
            entry = Problem.TWICE
        if isinstance(entry, Problem):
            problems.append((line.number, entry))
        else:
            seen.add((entry.on, entry.dopa_code))
            found.append(entry)
    return Read(tuple(found), tuple(problems))


def _columns(head: Line | None) -> dict[str, int]:
    if head is None:
        raise TableError(Refusal.EMPTY)
    said = [tidy(cell).casefold() for cell in head.cells]
    columns = {
        name: said.index(heading) for name, known in _HEADINGS.items() for heading in reversed(known) if heading in said
    }
    if not {"date", "name_th"} <= columns.keys():
        raise TableError(Refusal.NO_HEADINGS)
    return columns


def _limited(lines: Iterable[Line]) -> list[Line]:
    some = list(islice(lines, LINES_MAX + 1))
    if len(some) > LINES_MAX:
        raise TableError(Refusal.TOO_LONG)
    return some


def _provinces(rows: Collection[Province] | Iterable[Province]) -> dict[str, int]:
    """Every way to name a province, to its code."""
    return {
        name.casefold(): each.pk
        for each in rows
        for name in (str(each.pk), each.iso_code, each.name_th, f"จังหวัด{each.name_th}", each.name_en)
    }


def _entry(cells: Mapping[str, str], provinces: Mapping[str, int]) -> Entry | Problem:
    try:
        on = day(cells["date"])
    except UnreadableError:
        return Problem.NO_DATE
    name_th, place = cells["name_th"], cells.get("province", "")
    name_en, source = cells.get("name_en", "") or name_th, cells.get("source", "")
    if place and place.casefold() not in provinces:
        return Problem.NO_PROVINCE
    return checked(Entry(on, provinces[place.casefold()] if place else None, name_th, name_en, source))


def checked(entry: Entry) -> Entry | Problem:
    """The entry, if it says all it must; the form on the page and the file are held to the same."""
    if not entry.name_th:
        return Problem.NO_NAME
    if not entry.source:
        return Problem.NO_SOURCE
    if max(len(entry.name_th), len(entry.name_en)) > NAME_CHARACTERS or len(entry.source) > SOURCE_CHARACTERS:
        return Problem.TOO_LONG
    return entry
