"""The table of the fault suite: what was tried, how often, and what came of it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Row:
    """One fault. ``tried``: how often each way of it; ``seen``: what is worth reading in a line."""

    fault: str
    tried: Counter[str] = field(default_factory=Counter)
    survived: bool = False
    seconds: float = 0.0
    seen: str = ""


Tell = Callable[[str], AbstractContextManager[Row]]
"""``with table("name") as row``: a row that says whether its block came to an end."""


@dataclass
class Table:
    """All rows of a run."""

    rows: list[Row] = field(default_factory=list)

    @contextmanager
    def tell(self, fault: str) -> Iterator[Row]:
        """As ``Tell`` says."""
        row, began_s = Row(fault), time.monotonic()
        self.rows.append(row)
        try:
            yield row
            row.survived = True
        finally:
            row.seconds = round(time.monotonic() - began_s, 1)

    def write(self, path: Path) -> None:
        """Keep it as JSON."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps([vars(row) for row in self.rows], ensure_ascii=False, indent=1) + "\n", "utf-8")

    def lines(self) -> Iterator[str]:
        """For people."""
        for row in self.rows:
            ways = ", ".join(f"{count} {way}" for way, count in sorted(row.tried.items()))
            yield f"{row.fault:<34} {'survived' if row.survived else 'FAILED':<9} {row.seconds:6.1f} s  {ways}"
            if row.seen:
                yield f"{'':<34} {row.seen}"
