"""One line of a register: from its cells to a candidate, whom it belongs to, and what is to be said about it.

Rules: None means that the line says nothing, and never erases what is known. An ID number is held only long enough to
be hashed (``Person``); a candidate has none. A line is read by itself: what others say is ``deciding``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec

from fleet.office.register import cleaning
from fleet.office.register.cleaning import ForeignNumber, LostDigits, UnreadableError, tidy
from fleet.office.register.columns import Columns, Field
from fleet.office.register.findings import Finding, Kind, masked
from fleet.office.register.tables import Line
from fleet.protocol.factory import FactoryNumber, OldFactoryNumber
from fleet.protocol.thai import IdNumber, TaxId

T = TypeVar("T")

NAME_CHARACTERS = 120
ADDRESS_CHARACTERS = 200


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What one line says of one factory. ``office_id`` and ``owner_hash`` are filled in once the office is known."""

    line: int
    factory_no: str = ""
    old_no: str = ""
    dopa_code: int | None = None
    office_id: str = ""
    name_th: str | None = None
    name_en: str | None = None
    operator_th: str | None = None
    kind: int | None = None
    activity: str | None = None
    horsepower: Decimal | None = None
    workers: int | None = None
    state: str | None = None
    fee_anniversary: date | None = None
    address_th: str | None = None
    in_estate: bool | None = None
    tax_id: str | None = None
    owner_hash: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A line as read. ``person``: the natural person it belongs to, to be hashed and forgotten."""

    candidate: Candidate
    findings: tuple[Finding, ...]
    person: IdNumber | None = None


@dataclass
class Reader:
    """Reads lines under one set of headings. ``provinces``: names in both languages, and codes, to DOPA codes."""

    columns: Columns
    provinces: Mapping[str, int]
    names: Mapping[int, str]
    """DOPA codes to names, for what findings say."""
    short_lines_are_whole: bool = True
    """Workbooks leave empty cells off the end of a line; a CSV that does was broken in two."""
    _line: int = 0
    _cells: dict[Field, str] = field(default_factory=dict)
    _found: list[Finding] = field(default_factory=list)

    def read(self, line: Line) -> Read | None:
        """What the line says; None for a blank line, or the headings once more."""
        self._line, self._found = line.number, []
        if line.is_broken:
            return self._broken()
        places = self.columns.places
        raw = {each: line.cells[i] for each, i in places.items() if i < len(line.cells) and line.cells[i]}
        self._cells = {each: text for each, cell in raw.items() if (text := self._text(each, cell))}
        if not self._cells or all(self.columns.headings[each] == text for each, text in self._cells.items()):
            return None
        if self._is_torn(line):
            return self._broken()
        if any(self._cells.get(each, cell) != cell for each, cell in raw.items()):
            self._find(Kind.TIDIED)
        factory_no, old_no = self._numbers()
        company, person = self._owner()
        candidate = Candidate(
            line=self._line,
            factory_no=factory_no,
            old_no=old_no,
            dopa_code=self._province(factory_no),
            name_th=self._name(Field.NAME),
            name_en=self._name(Field.NAME_EN),
            operator_th=self._name(Field.OPERATOR),
            kind=self._value(Field.KIND, cleaning.kind, Kind.KIND_UNREADABLE),
            activity=self._value(Field.ACTIVITY, cleaning.activity, Kind.ACTIVITY_UNREADABLE),
            horsepower=self._value(Field.HORSEPOWER, cleaning.horsepower, Kind.HORSEPOWER_UNREADABLE),
            workers=self._value(Field.WORKERS, cleaning.workers, Kind.WORKERS_UNREADABLE),
            state=self._state(),
            fee_anniversary=self._value(Field.STARTED, cleaning.day, Kind.DATE_UNREADABLE),
            address_th=self._address(),
            in_estate=self._estate(),
            tax_id=company,
        )
        return Read(candidate, tuple(self._found), person)

    def _is_torn(self, line: Line) -> bool:
        """Whether cells are missing, or stand where there is no heading."""
        if len(line.cells) <= max(self.columns.places.values()):
            return not self.short_lines_are_whole
        return any(tidy(each) for each in line.cells[self.columns.width :])

    def _broken(self) -> Read:
        return Read(Candidate(line=self._line), (Finding(self._line, Kind.LINE_BROKEN),))

    def _find(self, kind: Kind, at: Field | None = None, value: str = "", other: str = "") -> None:
        heading = self.columns.headings.get(at, "") if at else ""
        self._found.append(Finding(self._line, kind, heading, masked(value), masked(other)))

    def _text(self, at: Field, cell: str) -> str:
        """The tidied cell; empty, with a finding, when letters of it are lost."""
        text = tidy(cell)
        if "\ufffd" in text:
            self._find(Kind.LETTERS_LOST, at, text)
            return ""
        return text

    def _value(self, at: Field, read: Callable[[str], T], otherwise: Kind) -> T | None:
        text = self._cells.get(at, "")
        if not text:
            return None
        try:
            return read(text)
        except UnreadableError:
            self._find(otherwise, at, text)
            return None

    # ---- which factory ----------------------------------------------------------------------------------------------

    def _numbers(self) -> tuple[str, str]:
        """The 14-digit and the old number; errors found when there is none, or more than one of a form."""
        new, old = set[str](), set[str]()
        for at in (Field.FID, Field.FACREG, Field.DISPFACREG):
            match self._value(at, cleaning.factory_number, Kind.NUMBER_UNREADABLE):
                case FactoryNumber() as number:
                    new.add(number.digits)
                case OldFactoryNumber(text):
                    old.add(text)
                case LostDigits():
                    self._find(Kind.NUMBER_LOST_DIGITS, at, self._cells[at])
                case ForeignNumber() | None:
                    pass
        for numbers in (new, old):
            if len(numbers) > 1:
                self._find(Kind.NUMBERS_DISAGREE, None, *sorted(numbers)[:2])
        if not new and not old and not any(each.kind in _NUMBER_ERRORS for each in self._found):
            self._find(Kind.NO_NUMBER)
        factory_no, old_no = min(new, default=""), min(old, default="")
        if factory_no and not FactoryNumber(factory_no).check_digit_agrees:
            self._find(Kind.CHECK_DIGIT, None, factory_no)
        return factory_no, old_no

    def _province(self, factory_no: str) -> int | None:
        """The province by name or code and by number, which must agree; None when neither says one we know."""
        text = self._cells.get(Field.PROVINCE, "")
        said = self.provinces.get(text.replace(" ", "").removeprefix("จังหวัด").removeprefix("จ.").casefold())
        numbered = FactoryNumber(factory_no).dopa_code if factory_no else None
        if numbered not in self.names:
            numbered = None
        if text and said is None:
            self._find(Kind.PROVINCE_UNKNOWN, Field.PROVINCE, text)
        elif said is not None and numbered is not None and said != numbered:
            self._find(Kind.PROVINCES_DISAGREE, Field.PROVINCE, self.names[said], self.names[numbered])
        elif factory_no and said is None and numbered is None:
            self._find(Kind.PROVINCE_UNKNOWN, None, factory_no[2:4])
        return said if said is not None else numbered

    def _owner(self) -> tuple[str | None, IdNumber | None]:
        found = self._value(Field.TAX_ID, cleaning.company_or_person, Kind.TAX_ID_UNREADABLE)
        if found is None:
            return None, None
        whom, is_repaired = found
        if is_repaired:
            self._find(Kind.LEADING_ZERO, Field.TAX_ID)
        return (whom.digits, None) if isinstance(whom, TaxId) else (None, whom)

    # ---- what of it -------------------------------------------------------------------------------------------------

    def _name(self, at: Field) -> str | None:
        return self._words(at, self._cells.get(at, ""), NAME_CHARACTERS)

    def _words(self, at: Field, text: str, characters: int) -> str | None:
        """A text without ID numbers, and not too long."""
        clean = cleaning.without_id_numbers(text)
        if clean != text:
            self._find(Kind.ID_IN_TEXT, at)
        if len(clean) > characters:
            self._find(Kind.TEXT_CUT, at, clean)
            clean = clean[: characters - 1].rstrip() + "…"
        return clean or None

    def _state(self) -> str | None:
        flag = self._value(Field.FLAG, cleaning.state, Kind.STATE_UNREADABLE)
        status = self._value(Field.STATUS, cleaning.state, Kind.STATE_UNREADABLE)
        if flag and status and flag != status:
            self._find(Kind.STATES_DISAGREE, Field.STATUS, self._cells[Field.FLAG], self._cells[Field.STATUS])
            return None
        return flag or status

    def _estate(self) -> bool | None:
        if Field.ESTATE in self._cells:
            return cleaning.is_in_estate(self._cells[Field.ESTATE])
        return True if Field.ESTATE_NAME in self._cells else None

    def _address(self) -> str | None:
        """In one line. Parts that are bare codes of another system (TUMBOL 7) are left out."""
        parts = [self._cells.get(Field.ADDRESS, "")]
        for at, word in _ADDRESS_WORDS:
            text = self._cells.get(at, "")
            if text and not (at in (Field.TAMBON, Field.AMPHOE) and text.isdigit()):
                parts.append(text if text.startswith(word) else word + text)
        return self._words(Field.ADDRESS, " ".join(filter(None, parts)), ADDRESS_CHARACTERS)


_NUMBER_ERRORS = frozenset({Kind.NUMBER_UNREADABLE, Kind.NUMBER_LOST_DIGITS})
_ADDRESS_WORDS = (
    (Field.MOO, "หมู่ "),
    (Field.SOI, "ซอย"),
    (Field.ROAD, "ถนน"),
    (Field.TAMBON, "ต."),
    (Field.AMPHOE, "อ."),
    (Field.POSTCODE, ""),
)
