"""Lists a page at a time, by a cursor: what is added meanwhile neither repeats nor hides a row.

A cursor is the key of the last row that was given, and means nothing to who gets it. Of a list by a day it is that day
and the key: a row whose day changes meanwhile may come twice, or not.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from ninja import Query

from fleet.api.rest.problems import RefusedError

M = TypeVar("M", bound=Model)

LIMIT_MAX = 200

After = Annotated[str, Query("", max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(50, ge=1, le=LIMIT_MAX, description="rows a page")]


def page(rows: QuerySet[M], after: str, limit: int, *, newest_first: bool = False) -> tuple[list[M], str | None]:
    """So many of ``rows`` after a cursor, by primary key; and the cursor of the next page, None after the last.

    Raises: RefusedError for a cursor that is none.
    """
    if after:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": _key(rows, after)})
    return _cut(rows.order_by("-pk" if newest_first else "pk"), limit)


def page_by_time(rows: QuerySet[M], time: str, after: str, limit: int) -> tuple[list[M], str | None]:
    """The same, the latest first by the field ``time``, for rows whose keys tell nothing of when they came.

    Raises: RefusedError for a cursor that is none.
    """
    if after:
        key = _key(rows, after)
        at = rows.model._default_manager.filter(pk=key).values_list(time, flat=True).first()
        if at is None:
            raise _no_cursor()
        # The first condition says nothing new, but an index answers it.
        rows = rows.filter(Q(**{f"{time}__lte": at}), Q(**{f"{time}__lt": at}) | Q(pk__lt=key))
    return _cut(rows.order_by(f"-{time}", "-pk"), limit)


def _cut(rows: QuerySet[M], limit: int) -> tuple[list[M], str | None]:
    found = list(rows[: limit + 1])
    return found[:limit], _cursor(found[:limit]) if len(found) > limit else None


def page_by_day(rows: QuerySet[M], day: str, after: str, limit: int) -> tuple[list[M], str | None]:
    """The same by the field ``day``, a date that may be null: the earliest first, those without one at the end.

    Raises: RefusedError for a cursor that is none.
    """
    if after:
        said, _, key = _text(after).partition(" ")
        rows = rows.filter(_behind(day, _day(said) if said else None, _pk(rows, key)))
    found = list(rows.order_by(F(day).asc(nulls_last=True), "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last: date | None = getattr(found[limit - 1], day)
    return found[:limit], _spelled(f"{last.isoformat() if last else ''} {found[limit - 1].pk}")


def page_of_several(lists: Sequence[QuerySet[Any]], after: str, limit: int) -> tuple[list[tuple[int, Any]], str | None]:
    """As ``page``, of several lists one after the other; each row with the number of its list. ``limit`` may be 0: the
    cursor is then that of the very beginning.

    Raises: RefusedError for a cursor that is none.
    """
    first, key = 0, ""
    if after:
        number, _, key = _text(after).partition("/")
        first = next((at for at in range(len(lists)) if str(at) == number), -1)
        if first < 0:
            raise _no_cursor()
    found: list[tuple[int, Any]] = []
    for at, rows in enumerate(lists[first:], first):
        rest = rows.filter(pk__gt=_pk(rows, key)) if key and at == first else rows
        found += [(at, each) for each in rest.order_by("pk")[: limit + 1 - len(found)]]
        if len(found) > limit:
            last = f"{found[limit - 1][0]}/{found[limit - 1][1].pk}" if limit else "0/"
            return found[:limit], _spelled(last)
    return found, None


def _behind(day: str, last: date | None, pk: object) -> Q:
    """What comes after the row of a day and a key."""
    no_day = Q(**{f"{day}__isnull": True})
    if last is None:
        return no_day & Q(pk__gt=pk)
    return Q(**{f"{day}__gt": last}) | Q(**{day: last}, pk__gt=pk) | no_day


def _cursor(found: Sequence[Model]) -> str:
    return _spelled(str(found[-1].pk))


def _spelled(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _key(rows: QuerySet[M], cursor: str) -> object:
    return _pk(rows, _text(cursor))


def _text(cursor: str) -> str:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as err:
        raise _no_cursor() from err
    if "\0" in text or len(text) > 60:
        raise _no_cursor()
    return text


def _pk(rows: QuerySet[M], text: str) -> object:
    try:
        return rows.model._meta.pk.to_python(text)  # Django's own reading of a key
    except ValidationError as err:
        raise _no_cursor() from err


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise _no_cursor() from err


def _no_cursor() -> RefusedError:
    return RefusedError(422, "no-cursor", "Give `after` only what an answer called `next`, or leave it out.")
