"""Finding folders by what somebody knows of one, those that are out, and where the misplaced ones of a walk belong."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from fleet.office.finding import bare_number, begins, of_factory_called, tidied
from fleet.office.folders.models import Standing, StockTaking
from fleet.office.models import Folder


def find(rows: QuerySet[Folder], asked: str, office_id: str = "", *, out: bool = False) -> QuerySet[Folder]:
    """Those of ``rows`` that answer to a question: a folder's or a factory's number from its beginning, an old number
    or a name anywhere. An empty question asks for all. ``out``: only those that somebody has."""
    asked = tidied(asked)
    if asked:
        found = of_factory_called(asked, by_folder=False)
        if bare := bare_number(asked):
            found |= begins("pk", bare)
        rows = rows.filter(found)
    if office_id:
        rows = rows.filter(factory__office_id=office_id)
    if out:
        rows = rows.filter(pk__in=Standing.objects.filter(out_since__isnull=False).values("pk"))
    return rows


def homes_of(takings: Iterable[StockTaking]) -> dict[str, Folder]:
    """The misplaced folders of some walks, which know where they belong, by number; without those taken off the
    register since."""
    return Folder.objects.in_bulk({folder_id for each in takings for folder_id in each.misplaced})
