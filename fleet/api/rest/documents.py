"""Documents that are changed from the one that was read: who sends another says from which revision it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Field, Header, Path, Schema

from fleet.api.rest.bearer import Caller
from fleet.api.rest.problems import RefusedError
from fleet.api.rest.shapes import name_of
from fleet.audit.turns import in_turn

NATION = "-"
"""Stands for the nation where an address must have a word."""

REVISIONS_SHOWN = 50

IfMatch = Annotated[
    str, Header("", alias="If-Match", max_length=24, description="ETag of the document the change was made from")
]
ProvinceKey = Annotated[str, Path(..., pattern=r"^(-|[1-9][0-9])$", examples=["20"])]
OfficeKey = Annotated[str, Path(..., pattern=r"^[^\x00/]{1,5}$", examples=["CBI"])]


class LayeredDocumentOut(Schema):
    """A document in force. Revision 0: nobody has decided anything."""

    revision: int
    document: dict[str, Any]
    reason: str
    author: str | None
    made_at: datetime | None


class Documents(Schema):
    items: list[LayeredDocumentOut]
    next: str | None


class DocumentSaid(Schema):
    """Another document, and why."""

    document: dict[str, Any]
    reason: Annotated[str, Field(min_length=5, max_length=200)]


class Revision(Protocol):
    """A row that keeps a document."""

    pk: Any
    document: Any
    reason: Any
    made_at: Any

    @property
    def author(self) -> User | None: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The documents of one place. ``revisions``: all of its own, the newest first, which is in force.

    ``decide``: puts a document into force for an account, with a reason; raises ``error`` when it could not be.
    """

    revisions: QuerySet[Any]
    decide: Callable[[Mapping[str, Any], User, str], Revision]
    error: type[ValueError]

    def in_force(self, response: HttpResponse) -> dict[str, object]:
        """The document in force, and its ETag."""
        found = self.revisions.first()
        response["ETag"] = _etag(found)
        return _told(found)

    def history(self) -> dict[str, object]:
        """The last revisions, the newest first."""
        rows = self.revisions.select_related("author")
        return {"items": [_told(each) for each in rows[:REVISIONS_SHOWN]], "next": None}

    def changed(self, who: Caller, said: DocumentSaid, if_match: str) -> dict[str, object]:
        """Put another one into force, if it was made from the one that is.

        Raises: RefusedError.
        """
        with in_turn(self.revisions.model._meta.label):  # of two made from the same one, the second finds the first
            _demand_base(if_match, self.revisions.first())
            try:
                return _told(self.decide(said.document, who.person, said.reason))
            except self.error as err:
                raise unfit(err) from None


def _told(row: Revision | None) -> dict[str, object]:
    if row is None:
        return {"revision": 0, "document": {}, "reason": "", "author": None, "made_at": None}
    return {
        "revision": row.pk,
        "document": row.document,
        "reason": row.reason,
        "author": name_of(row.author),
        "made_at": row.made_at,
    }


def _etag(row: Revision | None) -> str:
    return f'"{row.pk if row else 0}"'


def _demand_base(if_match: str, row: Revision | None) -> None:
    base = if_match.strip('"')
    if not (base.isascii() and base.isdigit()):
        raise RefusedError(428, "no-base", "Read it first, and send its ETag as If-Match.")
    if f'"{int(base)}"' != _etag(row):
        raise RefusedError(
            412, "meanwhile", "Somebody has changed it meanwhile. Read it again, and put your change into that."
        )


def unfit(err: Exception) -> RefusedError:
    """What cannot be in force, and why."""
    why = [{"where": ["document"], "why": str(err)}]
    return RefusedError(422, "does-not-fit", "It could not be in force. Correct what `errors` names.", why)
