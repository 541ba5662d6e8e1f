"""The channels of the offices: what may be told, and who answers for it by name."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fleet.acting.channels import NEW, Wanted, change, officers_of
from fleet.acting.seen import offices_seen
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Name, OfficeId, answers, name_of
from fleet.office.channels.models import Channel
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.CHANNELS), tags=["channels"])


class ChannelSaid(Schema):
    """A channel. `owner_id`: an officer's account that gets its tickets."""

    name_th: Annotated[str, Field(min_length=1, max_length=60)]
    name_en: Annotated[str, Field(min_length=1, max_length=60)]
    owner_id: Annotated[int | None, Field(ge=1, le=2**31 - 1, strict=True)] = None
    owner_name: Annotated[str, Field(max_length=80)] = ""
    deadline_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 15
    is_open: Claim = True


class ChannelOut(ChannelSaid):
    """As it is."""

    office_id: str
    code: str
    position: int


class Channels(Schema):
    items: list[ChannelOut]
    next: str | None


class OwnerOut(Schema):
    """An account that may own a channel: of an officer or an admin of the province."""

    id: int
    name: str


class Owners(Schema):
    items: list[OwnerOut]
    next: str | None


@router.get("channels", response=answers(Channels))
def channels(
    request: HttpRequest, after: After, limit: Limit, office: Annotated[str, Query("", max_length=5)]
) -> dict[str, object]:
    """The channels of every office this token sees; `position`: their order on a kiosk's screen."""
    scope = caller(request).scope
    if not scope.serves_somewhere:
        raise missing()
    rows = scope.within(Channel.objects.all(), "office__province_id")
    found, following = page(rows.filter(office_id=office) if office else rows, after, limit)
    return {"items": found, "next": following}


@router.get("offices/{office_id}/channel-owners", response=answers(Owners))
def owners(request: HttpRequest, office_id: OfficeId) -> dict[str, object]:
    """Who may own a channel of an office, for who changes channels there and for who audits them."""
    scope = caller(request).scope
    office = offices_seen(scope).filter(pk=office_id).first()
    if office is None or not scope.may_look_into(office.province_id):
        raise missing()
    return {"items": [{"id": each.pk, "name": name_of(each)} for each in officers_of(office)], "next": None}


@router.put("channels/{office_id}/{code}", response=answers(ChannelOut))
def put(request: HttpRequest, office_id: OfficeId, code: Name, said: ChannelSaid) -> Channel:
    """Change a channel, or make a new one of this code."""
    who = caller(request)
    office = offices_seen(who.scope).filter(pk=office_id).first()
    if office is None:
        raise missing()
    if not who.scope.may_change(office.province_id):
        raise RefusedError(403, "not-here", "This token's person changes nothing in this province.")
    if code == NEW:
        raise RefusedError(422, "no-code", "This word is no channel's code. Take another.")
    found = Channel.objects.filter(office=office, code=code).first() or Channel(office=office)
    wanted = Wanted(
        name_th=said.name_th, name_en=said.name_en, owner_id=said.owner_id, owner_name=said.owner_name,
        deadline_days=said.deadline_days, is_open=said.is_open, code=code,
    )  # fmt: skip
    problems = change(found, wanted)
    if problems:
        errors = [{"where": [each], "why": "does not fit"} for each in problems]
        raise RefusedError(422, "does-not-fit", "Correct what `errors` names; an owner or a name must be said.", errors)
    return found
