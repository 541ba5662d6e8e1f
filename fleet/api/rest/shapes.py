"""Types that several parts of the interface speak in. Thin: what is meant stands in the models."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from django.contrib.auth.models import User
from ninja import Field, Path
from pydantic import WithJsonSchema

from fleet.api.rest.problems import Problem

ID_MAX = 2**53 - 1
"""The largest whole number every JSON reader can hold."""

Claim = Annotated[bool, Field(strict=True)]
"""Yes or no in a body; 0 and "no" are neither."""

_WORD = r"^[^\x00/]{1,40}$"

Number = Annotated[int, Path(..., ge=1, le=ID_MAX)]
KioskId = Annotated[str, Path(..., pattern=_WORD, examples=["CBI-02"])]
OfficeId = Annotated[str, Path(..., pattern=r"^[^\x00/]{1,5}$", examples=["CBI"])]
Name = Annotated[str, Path(..., pattern=_WORD)]

PDF = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}}
"""What an operation that answers a PDF says of itself."""


def one_of(words: type[Enum]) -> WithJsonSchema:
    """Have an enumeration described where it stands, not by its name: another in the description has the same."""
    return WithJsonSchema({"type": "string", "enum": [each.value for each in words]})


def answers(of: Any, *, also: tuple[int, ...] = (), status: int = 200) -> dict[Any, Any]:
    """What an operation answers: ``of`` when it was done, and problems besides those that every one has."""
    return {status: of, **dict.fromkeys(also, Problem)}


def name_of(person: User | None) -> str | None:
    """How a person is called; None for nobody, and for what does things by itself."""
    return (person.get_full_name() or person.get_username()) if person is not None else None
