"""Tokens: which there are and when they end, and taking one back. A person makes them, on the page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.tokens import tokens_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.people.tokens.keeping import end, in_force
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PEOPLE), tags=["people"])


class TokenOut(Schema):
    """A token. `start`: of its text, which is shown once only; `provinces` null: wherever its person is. `ended_at`: it
    was taken back then. `is_this`: this request has shown it."""

    id: int
    name: str
    start: str
    person: str | None
    rights: list[str]
    provinces: list[int] | None
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    ended_at: datetime | None
    is_this: bool


class Tokens(Schema):
    items: list[TokenOut]
    next: str | None


def _seen(who: Caller) -> QuerySet[Token]:
    """For a token of some provinces, those that are for no other."""
    rows, within = tokens_seen(who.person, who.scope), who.token.provinces
    if within is None:
        return rows
    told = rows.filter(provinces__isnull=False).values_list("pk", "provinces")
    return rows.filter(pk__in=[pk for pk, provinces in told if set(provinces or ()) <= set(within)])


@router.get("tokens", response=answers(Tokens))
def tokens(
    request: HttpRequest,
    after: After,
    limit: Limit,
    holds: Annotated[bool | None, Query(None, description="only those that are in force, or only those that are not")],
) -> dict[str, object]:
    """The tokens of this token's person, the newest first; a national admin's shows everybody's."""
    who = caller(request)
    rows = _seen(who)
    if holds is not None:
        held = in_force(timezone.now()).order_by().values("pk")
        rows = rows.filter(pk__in=held) if holds else rows.exclude(pk__in=held)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_told(who, each) for each in found], "next": following}


@router.delete("tokens/{number}", response=answers(TokenOut))
def take_back(request: HttpRequest, number: Number) -> dict[str, object]:
    """Take one back, also this one, with the webhooks and addresses for alerts it made: it is nobody's from then on."""
    who = caller(request)
    found = _seen(who).filter(pk=number).first()
    if found is None:
        raise missing()
    end(found, who.person.get_username())
    found.refresh_from_db()
    return _told(who, found)


def _told(who: Caller, token: Token) -> dict[str, object]:
    same = ("name", "start", "rights", "provinces", "made_at", "expires_at", "last_used_at", "ended_at")
    told = {name: getattr(token, name) for name in same}
    return {"id": token.pk, "person": name_of(token.person), "is_this": token.pk == who.token.pk, **told}
