"""Documents that are changed from the one that was read: who sends another says from which revision it was made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol

from django.contrib.auth.models import User
from ninja import Field, Header, Path, Schema

from fleet.api.rest.problems import RefusedError
from fleet.api.rest.shapes import name_of

NATION = "-"
"""Stands for the nation where an address must have a word."""

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


def told(row: Revision | None) -> dict[str, object]:
    """A document as it is answered."""
    if row is None:
        return {"revision": 0, "document": {}, "reason": "", "author": None, "made_at": None}
    return {
        "revision": row.pk,
        "document": row.document,
        "reason": row.reason,
        "author": name_of(row.author),
        "made_at": row.made_at,
    }


def etag(row: Revision | None) -> str:
    """A document's ETag."""
    return f'"{row.pk if row else 0}"'


def made_from(if_match: str, row: Revision | None) -> None:
    """Whether the change was made from what is in force.

    Raises: RefusedError.
    """
    base = if_match.strip('"')
    if not (base.isascii() and base.isdigit()):
        raise RefusedError(428, "no-base", "Read it first, and send its ETag as If-Match.")
    if f'"{int(base)}"' != etag(row):
        raise RefusedError(
            412, "meanwhile", "Somebody has changed it meanwhile. Read it again, and put your change into that."
        )


def unfit(err: Exception) -> RefusedError:
    """What cannot be in force, and why."""
    why = [{"where": ["document"], "why": str(err)}]
    return RefusedError(422, "does-not-fit", "It could not be in force. Correct what `errors` names.", why)
