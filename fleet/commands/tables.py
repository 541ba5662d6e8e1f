"""What a command says, as a table for who reads it in a terminal. Pure: no colours, no width of any screen."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

CELL_CHARACTERS_MAX = 48
"""Of one value; the rest is an ellipsis. The JSON has all of it."""


def table(said: Mapping[str, Any] | Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows of a list with a head, or one thing's names and values; what is nested stands as JSON.

    ``columns``: these only, in this order; of one that is not there nothing is known.
    """
    if isinstance(said, Mapping) and "items" not in said:
        return _aligned([[name, _cell(said.get(name))] for name in columns or said])
    rows: Sequence[Any] = said["items"] if isinstance(said, Mapping) else said
    if not rows:
        return "(none)"
    if not isinstance(rows[0], Mapping):
        return "\n".join(map(_cell, rows))
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    following = said.get("next") if isinstance(said, Mapping) else None
    return _aligned(lines) + (f"\n(more: --after {following})" if following else "")


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(_width(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join(
        "  ".join(text + " " * (wide - _width(text)) for text, wide in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    flat = " ".join(text.split())
    return flat if len(flat) <= CELL_CHARACTERS_MAX else f"{flat[: CELL_CHARACTERS_MAX - 1]}…"


def _width(text: str) -> int:
    """Places in a terminal: Thai marks above and below stand on their letter."""
    return sum(unicodedata.category(each) not in ("Mn", "Me", "Cf") for each in text)
