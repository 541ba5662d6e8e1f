"""Where and when the token's person is told of alerts. Nobody is shown an address of somebody else.

An address hears of all of its person's provinces, and so do the hours: none of it is for a token of some provinces.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from fleet.alerts.deeds import DeedError, add_address, try_out
from fleet.alerts.keeping import look_again
from fleet.alerts.looking import Looking
from fleet.alerts.models import Address, Channel, Duty
from fleet.alerts.reaching import Silence, silences
from fleet.api.rest.alerts import refused
from fleet.api.rest.bearer import Bearer, caller, demand
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Number, answers
from fleet.people.tokens.rights import Part, reading

_OF_ALL = (
    "An address hears of all its person's provinces, and this token is for some. Use one that is for all, "
    "or subscribe a webhook to alert.opened, which tells of this token's provinces only."
)

router = Router(auth=Bearer(Part.ALERTS, of_all=_OF_ALL), tags=["alerts"])


class AddressOut(Schema):
    """Where they are told, tried in this order. `silent`: why nobody is told there: the token that put it there is
    over, or is for some provinces; put it there again to be told. null: they are told there."""

    id: int
    channel: Channel
    address: str
    position: int
    made_at: datetime
    silent: Silence | None


class Addresses(Schema):
    items: list[AddressOut]
    next: str | None


class AddressSaid(Schema):
    """One more. A webhook's messages are signed; ask for the secret next."""

    channel: Channel
    address: Annotated[str, Field(min_length=3, max_length=200)]


class AddressSecretOut(Schema):
    """What a webhook's messages are signed with."""

    secret: str


class HoursOut(Schema):
    """When they may be called, in hours of the day in Thailand; `failing_any_time`: what is failing does not wait."""

    from_hour: int
    to_hour: int
    days_off_too: bool
    failing_any_time: bool
    digest: bool


class HoursSaid(Schema):
    """When they may be called."""

    from_hour: Annotated[int, Field(ge=0, le=23, strict=True)]
    to_hour: Annotated[int, Field(ge=1, le=24, strict=True)]
    days_off_too: Claim = False
    failing_any_time: Claim = False
    digest: Claim = True


class AddressDone(Schema):
    """It is done."""

    done: bool = True


def _mine(request: HttpRequest, number: int) -> Address:
    found = Address.objects.filter(person=caller(request).person, pk=number).first()
    if found is None:
        raise missing()
    return found


@router.get("alert-addresses", response=answers(Addresses))
def addresses(request: HttpRequest) -> dict[str, object]:
    """The addresses."""
    rows = list(Address.objects.filter(person=caller(request).person))
    silent = silences(rows, timezone.now())
    return {"items": [_shown(each, silent.get(each.pk)) for each in rows], "next": None}


def _shown(row: Address, silent: Silence | None = None) -> dict[str, object]:
    told = {name: getattr(row, name) for name in ("channel", "address", "position", "made_at")}
    return {"id": row.pk, "silent": silent, **told}


@router.post("alert-addresses", response=answers(AddressOut, status=201))
def add(request: HttpRequest, said: AddressSaid) -> Status[dict[str, object]]:
    """Be told there, too, until it is removed or this token is over. It takes `alerts:read` as well."""
    who = caller(request)
    demand(who, reading(Part.ALERTS))
    try:
        return Status(201, _shown(add_address(who.person, said.channel, said.address, who.token.pk)))
    except DeedError as err:
        raise refused(err) from None


@router.post("alert-addresses/{number}/secret", response=answers(AddressSecretOut))
def secret(request: HttpRequest, number: Number) -> dict[str, object]:
    """What a webhook's messages are signed with; for mail and LINE there is none."""
    found = _mine(request, number)
    if not found.secret:
        raise missing()
    return {"secret": found.secret}


@router.delete("alert-addresses/{number}", response=answers(AddressDone))
def remove(request: HttpRequest, number: Number) -> dict[str, object]:
    """Be told there no more; it is deleted."""
    _mine(request, number).delete()
    return {"done": True}


@router.post("alert-trial", response=answers(AddressDone))
def trial(request: HttpRequest) -> dict[str, object]:
    """Be sent a trial."""
    try:
        try_out(caller(request).person)
    except DeedError as err:
        raise refused(err) from None
    return {"done": True}


@router.get("alert-hours", response=answers(HoursOut))
def hours(request: HttpRequest) -> object:
    """When they may be called."""
    person = caller(request).person
    return Duty.objects.filter(pk=person.pk).first() or Duty(person=person)


@router.put("alert-hours", response=answers(HoursOut))
def set_hours(request: HttpRequest, said: HoursSaid) -> object:
    """Be called then; what waits is looked at again."""
    person = caller(request).person
    if said.from_hour >= said.to_hour:
        raise RefusedError(422, "no-hours", "`from_hour` must be before `to_hour`.")
    found, _ = Duty.objects.update_or_create(pk=person.pk, defaults=said.model_dump())
    look_again(person.pk, Looking().nation_desk(timezone.now()))
    return found
