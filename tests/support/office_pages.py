"""Pages of made-up office records, as a fleet would draw them up."""

from __future__ import annotations

from collections.abc import Iterable

from fleet.protocol.office import Item, OfficePage, change_of


def page_of(items: Iterable[Item], *, revision: int = 1, office_id: str = "CBI", hash_key: str = "00") -> OfficePage:
    """One page that holds all there is."""
    return OfficePage(
        office_id=office_id,
        hash_key=hash_key,
        revision=revision,
        since="",
        cursor=f"{office_id.lower()}.{revision}",
        anew=True,
        more=False,
        changes=tuple(map(change_of, items)),
    )
