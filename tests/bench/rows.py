"""A figure of the bench, and the two shapes it is given out in: the table for people, the JSON for machines.

Not a measurement: this module reads no clock. A goal is a ceiling, a row holds at or below it; for a rate it is a
floor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_GAP = "   "
_NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. ``goal`` and ``peer_value`` are in ``unit`` as ``value`` is; None where there is no such thing."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    peer: str | None = None
    peer_value: float | None = None
    is_rate: bool = False
    """Whether more is better."""
    note: str = ""
    """What a reader must know to believe the figure: samples, spread, what was left out."""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.is_rate else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Measure:
    """Some rows that are measured together. ``names`` are known before anything is measured."""

    names: tuple[str, ...]
    run: Callable[[], Sequence[Row]]


def named(measures: Iterable[Measure], only: str) -> list[Measure]:
    """The measures that give at least one row whose name starts with ``only``; all of them for an empty one."""
    return [measure for measure in measures if any(name.startswith(only) for name in measure.names)]


def picked(rows: Iterable[Row], only: str) -> list[Row]:
    """The rows whose name starts with ``only``."""
    return [row for row in rows if row.name.startswith(only)]


def as_json(row: Row) -> dict[str, Any]:
    """One element of ``build/bench.json``."""
    return {
        "name": row.name,
        "value": row.value,
        "unit": row.unit,
        "peer": row.peer,
        "peer_value": row.peer_value,
        "goal": row.goal,
        "holds": row.holds,
        "note": row.note,
    }


def table(rows: Sequence[Row]) -> str:
    """The rows side by side, and their notes beneath."""
    lines = [("", "ours", "goal", "holds", "peer", ""), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    flush_right = (1, 2, 4)
    text = [
        _GAP.join(
            cell.rjust(width) if column in flush_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*text, *([""] if notes else []), *notes])


def _cells(row: Row) -> tuple[str, str, str, str, str, str]:
    ours = f"{_number(row.value)} {row.unit}"
    goal = _NOTHING if row.goal is None else _number(row.goal)
    holds = {None: _NOTHING, True: "yes", False: "NO"}[row.holds]
    peer_value = _NOTHING if row.peer_value is None else _number(row.peer_value)
    return row.name, ours, goal, holds, peer_value, row.peer or ""


def _number(value: float) -> str:
    """Whole numbers as they are; others with as many decimals as can matter."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
