"""What a walk along a shelf says: pure; from what should stand there and what was scanned to what is wrong.

One rule for both ends: the kiosk shows while somebody walks what the fleet will keep of the walk (``ShelfTaken``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """``missing``: belong here, are not out, were not scanned. ``misplaced``: belong elsewhere. ``extra``: not ours.

    ``back``: were out by the records, and stand here.
    """

    missing: tuple[str, ...]
    misplaced: tuple[str, ...]
    extra: tuple[str, ...]
    back: tuple[str, ...]


def compare(shelf: str, shelf_of: Mapping[str, str], out: Collection[str], scanned: Iterable[str]) -> Found:
    """``shelf_of``: the shelf of every folder of the office that belongs here or was scanned; ``out``: those lent."""
    seen = frozenset(scanned)
    here = {folder for folder, place in shelf_of.items() if place == shelf}
    return Found(
        missing=tuple(sorted(here - seen - frozenset(out))),
        misplaced=tuple(sorted(each for each in seen if each in shelf_of and shelf_of[each] != shelf)),
        extra=tuple(sorted(seen - shelf_of.keys())),
        back=tuple(sorted(seen & here & frozenset(out))),
    )
