"""The trail of who saw and did what: searched a page at a time, and its end, to be kept elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from fleet.acting.trail import Sought, entries
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import answers
from fleet.audit.models import Kind
from fleet.audit.trail import anchor
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.AUDIT), tags=["audit"])

_DAY = r"^(2[0-9]{3}-[0-9]{2}-[0-9]{2})?$"
"""A day as text: pydantic takes a bare number for one, too."""


class EntryOut(Schema):
    """A line. `digest` is over the line and `previous`; `fleet/audit/README.md` says how. `said` is JSON as text."""

    number: int
    at: datetime
    by_name: str
    address: str
    kind: Kind
    what: str
    about: str
    dopa_code: int | None
    said: str
    previous: str
    digest: str


class Entries(Schema):
    items: list[EntryOut]
    next: str | None


class AnchorOut(Schema):
    """The end of the trail."""

    number: int
    digest: str
    at: datetime | None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise RefusedError(422, "no-day", "Give a day of the calendar, like 2026-11-23.") from None


def reads_trail(request: HttpRequest) -> Caller:
    """Who asks, when they read who did what. Raises: RefusedError."""
    who = caller(request)
    if not who.scope.audits:
        raise missing()
    return who


@router.get("audit", response=answers(Entries))
def audit(
    request: HttpRequest,
    after: After,
    limit: Limit,
    who: Annotated[str, Query("", max_length=150, description="an account's name")],
    about: Annotated[str, Query("", max_length=120)],
    kind: Annotated[Kind | None, Query(None)],
    what: Annotated[str, Query("", max_length=60)],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
    first: Annotated[str, Query("", pattern=_DAY, description="from this day on, in Thailand (2026-11-23)")],
    last: Annotated[str, Query("", pattern=_DAY, description="up to this day, included")],
) -> dict[str, object]:
    """The lines, the newest first. A token that is narrowed to provinces reads none."""
    sought = Sought(
        who=who,
        about=about,
        kind=kind.value if kind else "",
        what=what,
        dopa_code=province,
        first=_day(first),
        last=_day(last),
    )
    found, following = page(entries(reads_trail(request).scope, sought), after, limit, newest_first=True)
    return {"items": found, "next": following}


@router.get("audit/anchor", response=answers(AnchorOut))
def end(request: HttpRequest) -> object:
    """The end as it is now, for who reads the nation's trail: who keeps it can tell later whether it was changed."""
    if not reads_trail(request).scope.audits.nation:
        raise missing()
    return anchor()
