"""How the doctor speaks while it looks: one line at a time, in the technician's language. Not the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one of the two languages. ``write`` takes a line, without its end."""

    write: Callable[[str], None]
    is_thai: bool = False

    def say(self, th: str, en: str) -> None:
        """Say it."""
        self.write(th if self.is_thai else en)
