"""Who else is told of alerts, by what, and letters that were given up: for who changes settings somewhere.

Nobody is shown an address of somebody else.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from fleet.alerts.deeds import send_again
from fleet.alerts.models import Channel, Letter
from fleet.alerts.told import callable_in, channels_of, given_up, how_given_up, is_open
from fleet.api.rest.alert_addresses import AddressDone
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.people.models import Role
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.ALERTS), tags=["alerts"])


class AlertChannelOut(Schema):
    """A channel. `is_open`: messages leave by it here; the server's operator opens it."""

    channel: Channel
    is_open: bool


class AlertChannels(Schema):
    items: list[AlertChannelOut]
    next: str | None


class CallableOut(Schema):
    """A role of somebody who can be told of alerts there, and by what, in this order; by nothing: nobody reaches them.
    `province` null: the whole nation's."""

    person: str | None
    role: Role
    province: int | None
    channels: list[Channel]


class Callables(Schema):
    items: list[CallableOut]
    next: str | None


class GivenUpOut(Schema):
    """A letter whose `tries` all failed. `messages`: how many it held; `channel` null: there was none to try; `at` and
    `why`: of the last try."""

    id: int
    person: str | None
    messages: int
    tries: int
    channel: Channel | None
    at: datetime
    why: str


class GivenUpLetters(Schema):
    items: list[GivenUpOut]
    next: str | None


def _changing(request: HttpRequest) -> Caller:
    """Who changes settings somewhere. Raises: RefusedError."""
    who = caller(request)
    if not who.scope.changes:
        raise missing()
    return who


@router.get("alert-channels", response=answers(AlertChannels))
def channels(request: HttpRequest) -> dict[str, object]:
    """By what people can be told of alerts."""
    scope = caller(request).scope
    if not (scope.sees or scope.settles or scope.serves):
        raise missing()
    return {"items": [{"channel": each, "is_open": is_open(each)} for each in Channel], "next": None}


@router.get("alert-people", response=answers(Callables))
def people(request: HttpRequest, after: After, limit: Limit) -> dict[str, object]:
    """Who can be told in the provinces whose settings this token's person changes, a line a role."""
    found, following = page(callable_in(_changing(request).scope), after, limit)
    by = channels_of({each.user_id for each in found}, timezone.now())
    items = [
        {
            "person": name_of(each.user),
            "role": each.role,
            "province": each.dopa_code,
            "channels": by.get(each.user_id, []),
        }
        for each in found
    ]
    return {"items": items, "next": following}


@router.get("alert-letters", response=answers(GivenUpLetters))
def letters(request: HttpRequest, after: After, limit: Limit) -> dict[str, object]:
    """Letters to those people that were given up, the newest first."""
    found, following = page(given_up(_changing(request).scope), after, limit, newest_first=True)
    return {"items": [_given_up(each) for each in found], "next": following}


def _given_up(letter: Letter) -> dict[str, object]:
    how = how_given_up(letter)
    return {
        "id": letter.pk,
        "person": name_of(letter.person),
        "messages": how.messages,
        "tries": letter.tries,
        "channel": how.channel or None,
        "at": how.at,
        "why": how.why,
    }


@router.post("alert-letters/{number}/again", response=answers(AddressDone))
def again(request: HttpRequest, number: Number) -> dict[str, object]:
    """Try a letter again that was given up, from its first address on."""
    found = given_up(_changing(request).scope).filter(pk=number).first()
    if found is None:
        raise missing()
    if not send_again(found):
        raise RefusedError(409, "over", "It is tried again already.")
    return {"done": True}
