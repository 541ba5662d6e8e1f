"""Finding a factory by what somebody has in hand: its number, old or new, a folder, or part of its name."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from fleet.office.models import WRITTEN_OTHERWISE, Factory, Folder

ASKED_MAX = 60
"""Letters of a question that are looked at."""

FEW = 500
"""Factories that are named one by one in a question to the database."""

FEW = 500
"""Factories that are named one by one in a question to the database."""


def tidied(asked: str) -> str:
    """A question as it is searched for: no control characters, one blank between words."""
    return " ".join("".join(each if each.isprintable() else " " for each in asked).split())[:ASKED_MAX]


def begins(field: str, text: str) -> Q:
    """Whether a key begins so, by its index. PostgreSQL has one for ``LIKE``; SQLite compares by bytes, where all that
    begins so lies between the text and the text with the last letter there is."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": f"{text}\U0010ffff"})
    return Q(**{f"{field}__startswith": text})


def find(rows: QuerySet[Factory], asked: str) -> QuerySet[Factory]:
    """Those of ``rows`` that answer to a question, by name.

    Numbers match from their beginning, with or without hyphens, a folder's too; old numbers and names anywhere. An
    empty question asks for all.
    """
    asked = tidied(asked)
    return (rows.filter(_called(asked) | _of_folder(asked)) if asked else rows).order_by("name_order", "pk")


def of_factory_called(asked: str, *, by_folder: bool = True) -> Q:
    """Whether the ``factory`` of a row answers to a question, as ``find`` would have it; not of an empty one.

    Few factories are looked up here, once: their names are read from end to end, and a page asks for its rows and their
    number. ``by_folder``: whether the number of a folder is one of its factory.
    """
    asked = tidied(asked)
    numbers = Factory.objects.filter(_called(asked)).values_list("pk", flat=True)
    few = list(numbers[: FEW + 1])
    found = Q(factory_id__in=few) if len(few) <= FEW else _called(asked, of="factory__")
    return found | _of_folder(asked, "factory_id") if by_folder else found


def _called(asked: str, *, of: str = "") -> Q:
    # The database makes letters small on both sides, so that they are the same ones.
    found = Q(**{f"{of}searched__contains": Lower(Value(_as_kept(asked)))})
    return found | begins(f"{of}pk", bare) if (bare := bare_number(asked)) else found


def _as_kept(asked: str) -> str:
    for otherwise, usual in WRITTEN_OTHERWISE:
        asked = asked.replace(otherwise, usual)
    return asked


def _of_folder(asked: str, factory: str = "pk") -> Q:
    if not (bare := bare_number(asked)):
        return Q()
    return Q(**{f"{factory}__in": Folder.objects.filter(begins("pk", bare)).values("factory_id")})


def bare_number(asked: str) -> str:
    """A number as it is kept: without hyphens and blanks, its letters capital."""
    return asked.replace("-", "").replace(" ", "").upper()
