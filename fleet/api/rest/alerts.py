"""Alerts: which there are, taking one over, the rules, and places under maintenance."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.seen import kiosks_seen, offices_seen, provinces_seen
from fleet.alerts import words
from fleet.alerts.deeds import DeedError, Refusal, acknowledge, begin_maintenance, end_maintenance
from fleet.alerts.findings import Place, Rule
from fleet.alerts.models import Alert, Maintenance, RuleRevision
from fleet.alerts.policies import decide
from fleet.alerts.policy import PolicyError
from fleet.alerts.telling import may_deal_with, seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.documents import (
    NATION,
    Documents,
    DocumentSaid,
    IfMatch,
    Kept,
    LayeredDocumentOut,
    ProvinceKey,
)
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.ALERTS), tags=["alerts"])

HOURS_MAX = 14 * 24


class AlertState(StrEnum):
    """Lists of alerts."""

    OPEN = "open"
    ACKED = "acked"
    CLOSED = "closed"


class AlertOut(Schema):
    """An alert. `level`: who has been called, 1 those nearest to 3 the nation."""

    id: int
    rule: str
    part: str
    condition: str
    matter: str
    province: int | None
    office_id: str
    kiosk_id: str
    kiosks: list[str]
    says_th: str
    says_en: str
    since: datetime
    opened_at: datetime
    acked_at: datetime | None
    acked_by: str | None
    acked_why: str
    closed_at: datetime | None
    level: int
    returns: int


class Alerts(Schema):
    items: list[AlertOut]
    next: str | None


class EventOut(Schema):
    """A line of its time. `by` null: by itself."""

    at: datetime
    what: str
    by: str | None
    level: int
    detail: str


class OneAlert(AlertOut):
    """With its time, and what to do."""

    remedy_th: str
    remedy_en: str
    events: list[EventOut]


class AlertBecause(Schema):
    """Why."""

    reason: Annotated[str, Field(min_length=3, max_length=200)]


class MaintenanceOut(Schema):
    """A place where somebody works, so that nobody is called."""

    id: int
    province: int
    office_id: str
    kiosk_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str | None
    ended_at: datetime | None


class MaintenanceList(Schema):
    items: list[MaintenanceOut]
    next: str | None


class MaintenanceSaid(Schema):
    """A kiosk, an office, or a whole province; from now on, for so many hours."""

    kiosk_id: Annotated[str | None, Field(min_length=1, max_length=11)] = None
    office_id: Annotated[str | None, Field(min_length=1, max_length=5)] = None
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX, strict=True)]
    reason: Annotated[str, Field(min_length=3, max_length=200)]


def refused(err: DeedError) -> RefusedError:
    """What could not be done about an alert, a maintenance or an address."""
    status, detail = {
        Refusal.OVER: (409, "It is over, or somebody has it already."),
        Refusal.NO_REASON: (422, "Give a reason of 3 to 200 characters."),
        Refusal.NO_TIME: (422, "Name a place, and an end that is still to come."),
        Refusal.TOO_LONG: (422, "Longer than 14 days is no maintenance."),
        Refusal.NO_ADDRESS: (422, "This is no address of that channel."),
        Refusal.NOT_ALLOWED: (422, "The server's operator has not allowed this address (SALA_WEBHOOK_ORIGINS)."),
        Refusal.TOO_MANY: (409, "Nobody has more than 5 addresses. Remove one first."),
        Refusal.THERE: (409, "It is there already."),
        Refusal.ONESELF: (403, "It is about this account. Another admin must take it over."),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail)


def _told(each: Alert) -> dict[str, Any]:
    says = words.sentence(each.rule, each.part, each.facts)
    same = ("rule", "part", "condition", "matter", "office_id", "kiosk_id", "since", "opened_at", "acked_at")
    more = ("acked_why", "closed_at", "level", "returns")
    return {
        "id": each.pk,
        "province": each.dopa_code,
        "kiosks": each.members,
        "says_th": says.th,
        "says_en": says.en,
        "acked_by": name_of(each.acked_by),
        **{name: getattr(each, name) for name in (*same, *more)},
    }


def _whole(each: Alert) -> dict[str, Any]:
    remedy = words.remedy(each.rule, each.facts)
    events = [
        {"at": e.at, "what": e.what, "by": name_of(e.by), "level": e.level, "detail": e.detail}
        for e in each.events.select_related("by")
    ]
    return {**_told(each), "remedy_th": remedy.th, "remedy_en": remedy.en, "events": events}


def _alert(who: Caller, number: int) -> Alert:
    found = seen(who.scope).select_related("acked_by").filter(pk=number).first()
    if found is None:
        raise missing()
    return found


@router.get("alerts", response=answers(Alerts))
def alerts(
    request: HttpRequest,
    after: After,
    limit: Limit,
    state: Annotated[AlertState | None, Query(None)],
    rule: Annotated[Rule | None, Query(None)],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
) -> dict[str, object]:
    """The alerts, the newest first. `open`: nobody has them."""
    rows = seen(caller(request).scope).select_related("acked_by")
    if state is not None:
        rows = rows.filter(closed_at__isnull=state is not AlertState.CLOSED)
    if state in (AlertState.OPEN, AlertState.ACKED):
        rows = rows.filter(acked_at__isnull=state is AlertState.OPEN)
    if rule is not None:
        rows = rows.filter(rule=rule)
    if province is not None:
        rows = rows.filter(dopa_code=province)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_told(each) for each in found], "next": following}


@router.get("alerts/{number}", response=answers(OneAlert))
def alert(request: HttpRequest, number: Number) -> dict[str, object]:
    """One alert."""
    return _whole(_alert(caller(request), number))


@router.post("alerts/{number}/acknowledgement", response=answers(OneAlert))
def take_over(request: HttpRequest, number: Number, said: AlertBecause) -> dict[str, object]:
    """Say that somebody has it: nobody else is called for it."""
    who = caller(request)
    found = _alert(who, number)
    if not may_deal_with(who.scope, found):
        raise RefusedError(403, "not-here", "This token's person does not look after this.")
    try:
        acknowledge(found.pk, who.person, said.reason)
    except DeedError as err:
        raise refused(err) from None
    return _whole(_alert(who, number))


# ---- rules


def _place(who: Caller, key: str) -> int | None:
    """The province of this word; None for the nation. Raises: RefusedError."""
    if key == NATION:
        if not who.scope.sees:
            raise missing()
        return None
    if not provinces_seen(who.scope).filter(pk=int(key)).exists():
        raise missing()
    return int(key)


def _rules_of(place: int | None) -> Kept:
    return Kept(RuleRevision.objects.filter(dopa_code=place), partial(decide, place), PolicyError)


@router.get("alert-rules/{key}", response=answers(LayeredDocumentOut))
def rules(request: HttpRequest, response: HttpResponse, key: ProvinceKey) -> dict[str, object]:
    """What a province says of alerts, or with `-` the nation. Its ETag is the revision."""
    return _rules_of(_place(caller(request), key)).in_force(response)


@router.get("alert-rules/{key}/history", response=answers(Documents))
def history(request: HttpRequest, key: ProvinceKey) -> dict[str, object]:
    """The last revisions, the newest first."""
    return _rules_of(_place(caller(request), key)).history()


@router.put("alert-rules/{key}", response=answers(LayeredDocumentOut, also=(409, 412, 428)))
def change(request: HttpRequest, key: ProvinceKey, said: DocumentSaid, if_match: IfMatch) -> dict[str, object]:
    """Put another document into force. `If-Match` says from which one it was made."""
    who = caller(request)
    place = _place(who, key)
    if not who.scope.may_change(place):
        raise RefusedError(403, "not-here", "This token's person changes no rules here.")
    return _rules_of(place).changed(who, said, if_match)


# ---- maintenance


def _maintained(each: Maintenance) -> dict[str, object]:
    same = ("office_id", "kiosk_id", "starts_at", "ends_at", "reason", "ended_at")
    more = {name: getattr(each, name) for name in same}
    return {"id": each.pk, "province": each.dopa_code, "by": name_of(each.by), **more}


@router.get("maintenance", response=answers(MaintenanceList))
def maintenance(
    request: HttpRequest,
    after: After,
    limit: Limit,
    current: Annotated[bool, Query(False, description="only what is under way")],
) -> dict[str, object]:
    """Places where somebody works, or worked, the newest first."""
    rows = caller(request).scope.within(Maintenance.objects.select_related("by"), "dopa_code")
    if current:
        rows = rows.filter(ended_at__isnull=True, ends_at__gt=timezone.now())
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_maintained(each) for each in found], "next": following}


def _where(who: Caller, said: MaintenanceSaid) -> Place:
    named = [each for each in (said.kiosk_id, said.office_id, said.province) if each is not None]
    if len(named) != 1:
        raise RefusedError(422, "no-place", "Name one of kiosk_id, office_id and province.")
    if said.kiosk_id is not None and (kiosk := kiosks_seen(who.scope).filter(pk=said.kiosk_id).first()):
        return Place(kiosk.office.province_id, kiosk.office_id, kiosk.pk)
    if said.office_id is not None and (office := offices_seen(who.scope).filter(pk=said.office_id).first()):
        return Place(office.province_id, office.pk)
    if said.province is not None and provinces_seen(who.scope).filter(pk=said.province).exists():
        return Place(said.province)
    raise RefusedError(422, "no-place", "There is no such place, or none for this token.")


@router.post("maintenance", response=answers(MaintenanceOut, status=201))
def begin(request: HttpRequest, said: MaintenanceSaid) -> Status[dict[str, object]]:
    """Put a place under maintenance from now on; it always has an end."""
    who = caller(request)
    place = _where(who, said)
    if place.dopa_code is None or not who.scope.may_install(place.dopa_code):
        raise RefusedError(403, "not-here", "This token's person does not look after kiosks here.")
    now = timezone.now()
    try:
        begun = begin_maintenance(place, now, now + timedelta(hours=said.hours), who.person, said.reason)
    except DeedError as err:
        raise refused(err) from None
    return Status(201, _maintained(begun))


@router.delete("maintenance/{number}", response=answers(MaintenanceOut))
def end(request: HttpRequest, number: Number) -> dict[str, object]:
    """End it now."""
    who = caller(request)
    found = who.scope.within(Maintenance.objects.select_related("by"), "dopa_code").filter(pk=number).first()
    if found is None:
        raise missing()
    if not who.scope.may_install(found.dopa_code):
        raise RefusedError(403, "not-here", "This token's person does not look after kiosks here.")
    end_maintenance(found, who.person)
    found.refresh_from_db()
    return _maintained(found)
