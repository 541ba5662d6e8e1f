"""Finding a factory by what somebody has in hand: its number, old or new, a folder, or part of its name."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet

from fleet.office.models import Factory, Folder

ASKED_MAX = 60
"""Letters of a question that are looked at."""


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

    Numbers match from their beginning, with or without hyphens; old numbers and names anywhere. An empty question asks
    for all.
    """
    asked = tidied(asked)
    if not asked:
        return rows.order_by("name_order", "pk")
    bare = asked.replace("-", "").replace(" ", "").upper()
    # Thai and numbers have no small letters, and PostgreSQL takes three times as long to make all names capital first.
    anywhere = "contains" if asked.upper() == asked.lower() else "icontains"
    found = Q(**{f"old_no__{anywhere}": asked})
    found |= Q(**{f"name_th__{anywhere}": asked}) | Q(**{f"name_en__{anywhere}": asked})
    if bare:
        found |= begins("pk", bare) | Q(pk__in=Folder.objects.filter(begins("pk", bare)).values("factory_id"))
    return rows.filter(found).order_by("name_order", "pk")
