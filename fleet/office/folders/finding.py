"""Finding folders by what somebody knows of one, those that are out, and where the misplaced ones of a walk belong."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from fleet.office.finding import tidied
from fleet.office.folders.models import Standing, StockTaking
from fleet.office.models import Folder


def find(rows: QuerySet[Folder], asked: str, office_id: str = "", *, out: bool = False) -> QuerySet[Folder]:
    """Those of ``rows`` that answer to a question: a folder's or a factory's number from its beginning, an old number
    or a name anywhere. An empty question asks for all. ``out``: only those that somebody has."""
    asked = tidied(asked)
    if asked:
        found = Q(factory__old_no__icontains=asked)
        found |= Q(factory__name_th__icontains=asked) | Q(factory__name_en__icontains=asked)
        if bare := asked.replace("-", "").replace(" ", "").upper():
            found |= Q(pk__startswith=bare) | Q(factory__factory_no__startswith=bare)
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
