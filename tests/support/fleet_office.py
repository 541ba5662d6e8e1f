"""What a kiosk of an office would have, once it has taken every page the fleet has for it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from fleet.office.changes.pages import page_after
from fleet.protocol.office import Item

T = TypeVar("T", bound=Item)


def travelling(office_id: str, kind: type[T]) -> list[T]:
    """The items of a kind that travel to this office's kiosks, by key."""
    found: dict[str, T] = {}
    page = page_after(office_id, "")
    while True:
        for change in page.changes:
            if change.kind == kind.KIND:
                found[change.key] = msgspec.json.decode(change.item, type=kind)
        if not page.more:
            return [found[key] for key in sorted(found)]
        page = page_after(office_id, page.cursor)
