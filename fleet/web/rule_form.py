"""The form of a fee rule, made from its schema (``FeeRules``): single values, and tables of bands, waivers, holidays.

A field added to the schema appears by itself. A row of a table in which nothing was typed is no row. What the values
mean together is for ``read_rules`` to refuse; here only what each of them may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fleet.acting.numbers import whole
from fleet.acting.settings_values import MISSING, Leaf, leaves, value_at
from fleet.office.fees.rules import Band, FeeRules, Holiday, Waiver
from fleet.web import controls
from fleet.web.settings_form import Answers, Field

TABLES: dict[str, type[msgspec.Struct]] = {"bands": Band, "waivers": Waiver, "holidays": Holiday}
"""The values that are many of something; everything else is one value."""

BLANK_ROWS = 1
MORE_ROWS = 3
ROWS_MAX = 120

NONE_LOCKED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of fields; ``columns`` are the fields of a row, for the heading."""

    name: str
    columns: tuple[Leaf, ...]
    rows: tuple[tuple[Field, ...], ...]


class RuleForm:
    """A rule's document as fields."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.fields = [
            _field(leaf, value_at(document, leaf.path))
            for leaf in leaves(FeeRules, locked=NONE_LOCKED)
            if leaf.path[0] not in TABLES
        ]
        self.tables = [_table(name, document.get(name) or [], BLANK_ROWS) for name in TABLES]

    @property
    def errors(self) -> list[Field]:
        """The fields that cannot stay as they are."""
        return [each for each in self._all() if each.error]

    def _all(self) -> list[Field]:
        return [*self.fields, *(each for table in self.tables for row in table.rows for each in row)]

    def read(self, answers: Answers, more: str = "") -> dict[str, Any] | None:
        """The document the answers make, or None with ``error`` in the fields that are wrong.

        ``more``: the table that was asked to grow; the answers are kept, and nothing is wrong yet.
        """
        self.tables = [_answered(name, answers, MORE_ROWS if name == more else BLANK_ROWS) for name in TABLES]
        document: dict[str, Any] = {name: [] for name in TABLES}
        for each in self.fields:
            _read(each, answers, is_told=not more)
            _put(document, each.leaf.path, each.value)
        for table in self.tables:
            for row in table.rows:
                answered = any(each.value not in ("", None) for each in row)
                made: dict[str, Any] = {}
                for each in row:
                    if answered and not more:
                        _judge(each)
                    _put(made, each.leaf.path[2:], each.value)
                if answered:
                    document[table.name].append(made)
        return None if more or self.errors else document


def _field(leaf: Leaf, value: Any) -> Field:
    kind, limits = controls.control(leaf.type, leaf.path[-1])
    value = leaf.default if value is MISSING else value
    return Field(leaf, kind, "" if value is MISSING else value, MISSING, "", True, limits)


def _row_leaves(name: str, number: int) -> list[Leaf]:
    return list(leaves(TABLES[name], (name, str(number)), locked=NONE_LOCKED))


def _table(name: str, rows: Sequence[Mapping[str, Any]], blank: int) -> Table:
    there = [
        tuple(_field(leaf, value_at(row, leaf.path[2:])) for leaf in _row_leaves(name, number))
        for number, row in enumerate(rows)
    ]
    empty = [
        tuple(_field(leaf, "") for leaf in _row_leaves(name, number))
        for number in range(len(rows), min(len(rows) + blank, ROWS_MAX))
    ]
    return Table(name, tuple(_row_leaves(name, 0)), (*there, *empty))


def _answered(name: str, answers: Answers, blank: int) -> Table:
    """The table as it was sent, without its empty rows, and so many new ones."""
    sent = answers.getlist(f"{name}.rows")
    count = min(whole(sent[-1] if sent else "") or 0, ROWS_MAX)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        row: dict[str, Any] = {}
        for leaf in _row_leaves(name, number):
            kind, limits = controls.control(leaf.type, leaf.path[-1])
            _put(row, leaf.path[2:], controls.typed(kind, limits, answers.getlist(leaf.name)))
        if any(value_at(row, leaf.path[2:]) not in ("", None) for leaf in _row_leaves(name, 0)):
            rows.append(row)
    return _table(name, rows, blank)


def _read(each: Field, answers: Answers, *, is_told: bool) -> None:
    each.value = controls.typed(each.kind, each.limits, answers.getlist(each.leaf.name))
    if is_told:
        _judge(each)


def _judge(each: Field) -> None:
    try:
        msgspec.convert(each.value, each.leaf.type, strict=True)
    except msgspec.ValidationError:
        each.error = controls.sentence(each.kind, each.leaf.type)


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value
