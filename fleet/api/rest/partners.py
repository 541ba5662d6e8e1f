"""Other people's systems: how each answers, where it is, and what of persons was sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.partners import ADDRESS_CHARACTERS_MAX, TIMEOUT_S_MAX, UnfitError, set_up
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, answers
from fleet.partners import asking
from fleet.partners.models import Disclosure
from fleet.partners.port import System
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PARTNERS), tags=["partners"])


class PartnerOut(Schema):
    """A system. `rests_until`: it failed too often, and nobody asks before."""

    system: System
    address: str
    is_on: bool
    timeout_s: int
    failures: int
    rests_until: datetime | None
    answered: int
    failed: int
    answered_at: datetime | None
    answered_ms: int | None
    failed_at: datetime | None
    failed_why: str


class Partners(Schema):
    items: list[PartnerOut]
    next: str | None


class PartnerSaid(Schema):
    """Where it is. Its token, where it needs one, lies in a file on the server."""

    address: Annotated[str, Field(max_length=ADDRESS_CHARACTERS_MAX)]
    is_on: Claim
    timeout_s: Annotated[int, Field(ge=1, le=TIMEOUT_S_MAX, strict=True)]


class DisclosureOut(Schema):
    """That something of a person was sent: names of fields, no value."""

    id: int
    system: str
    at: datetime
    fields: str
    asked_for: str
    dopa_code: int | None
    outcome: str


class Disclosures(Schema):
    items: list[DisclosureOut]
    next: str | None


def _serving(request: HttpRequest) -> Caller:
    who = caller(request)
    if not who.scope.serves:
        raise missing()
    return who


@router.get("partners", response=answers(Partners))
def partners(request: HttpRequest) -> dict[str, object]:
    """All of them."""
    _serving(request)
    return {"items": asking.partners(), "next": None}


@router.put("partners/{system}", response=answers(PartnerOut))
def change(request: HttpRequest, system: System, said: PartnerSaid) -> object:
    """Set one up; what was held against it is forgotten."""
    if not _serving(request).scope.may_change(None):
        raise RefusedError(403, "not-here", "Only the nation's admins say where another system is.")
    try:
        set_up(system, said.address.strip(), is_on=said.is_on, timeout_s=said.timeout_s)
    except UnfitError:
        raise RefusedError(422, "no-address", "Give a whole address like https://api.example.go.th.") from None
    return next(each for each in asking.partners() if each.system == system)


@router.get("disclosures", response=answers(Disclosures))
def disclosures(
    request: HttpRequest, after: After, limit: Limit, system: Annotated[System | None, Query(None)]
) -> dict[str, object]:
    """What of persons was sent to other systems, the newest first."""
    rows = caller(request).scope.served(Disclosure.objects.all(), "dopa_code")
    if system is not None:
        rows = rows.filter(system=system)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": found, "next": following}
