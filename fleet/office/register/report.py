"""The report of a dry run as a table to take along: one line a finding, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.office.register.findings import MEANINGS, Kind, sentence
from fleet.office.register.models import Run
from fleet.office.spreadsheets import inert

HEADINGS = ("line", "severity", "kind", "column", "value", "ข้อความ", "sentence")


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
        yield tuple(map(inert, said))
