"""The report of a dry run as a table to take along: one line a finding, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.office.register.findings import MEANINGS, Kind, sentence
from fleet.office.register.models import Run

HEADINGS = ("line", "severity", "kind", "column", "value", "ข้อความ", "sentence")

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def report_lines(run: Run, kind: str = "") -> Iterator[tuple[str, ...]]:
    """The findings of a run, by line; of one kind only, when it is given."""
    found = run.found.filter(kind=kind) if kind else run.found.all()
    for each in found.iterator():
        meaning = MEANINGS[Kind(each.kind)]
        said = (
            str(each.line),
            meaning.severity.value,
            each.kind,
            each.column,
            each.value,
            sentence(Kind(each.kind), each.value, each.other),
            sentence(Kind(each.kind), each.value, each.other, english=True),
        )
        yield tuple(_inert(cell) for cell in said)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what stood in somebody's file goes into somebody's Excel."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
