"""Alerts: which there are, with who was told of each; taking one over; the rules."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from fleet.acting.alert_rules import rules_held
from fleet.acting.kiosk_history import alerts_about
from fleet.acting.seen import kiosks_seen, provinces_seen
from fleet.alerts import words
from fleet.alerts.deeds import DeedError, Refusal, acknowledge
from fleet.alerts.findings import Rule
from fleet.alerts.looking import mute
from fleet.alerts.models import Alert, Channel, RuleRevision
from fleet.alerts.policies import decide
from fleet.alerts.policy import PolicyError
from fleet.alerts.telling import may_deal_with, named, seen
from fleet.alerts.told import Stand, told_of
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
from fleet.api.rest.shapes import Number, answers, name_of, one_of
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.ALERTS), tags=["alerts"])


class AlertState(StrEnum):
    """Lists of alerts."""

    OPEN = "open"
    ACKED = "acked"
    CLOSED = "closed"


class AlertOut(Schema):
    """An alert. `level`: who has been called, 1 those nearest to 3 the nation. `kiosks`: of one that stands for many,
    some that this token sees; `kiosks_count`: all of them, 0 for one that stands for one. `clear_since`: gone since
    then, and over if it stays so. `is_muted`: its place is under maintenance. `sample`: made up."""

    id: int
    rule: str
    part: str
    condition: str
    matter: str
    province: int | None
    office_id: str
    kiosk_id: str
    kiosks: list[str]
    kiosks_count: int
    sample: bool
    is_muted: bool
    says_th: str
    says_en: str
    since: datetime
    clear_since: datetime | None
    opened_at: datetime
    acked_at: datetime | None
    acked_by: str | None
    acked_why: str
    closed_at: datetime | None
    level: int
    returns: int


class RuleOrigin(StrEnum):
    """Who says a value: nobody, the nation, or the province itself."""

    DEFAULT = "default"
    NATIONAL = "national"
    PROVINCE = "province"


class RuleValueOut(Schema):
    """A value that is in force. `name`: as `offline.minutes`; `inherited`: what would hold if this place said none."""

    name: str
    value: bool | int | str
    inherited: bool | int | str
    origin: RuleOrigin


class RuleValues(Schema):
    items: list[RuleValueOut]
    next: str | None


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


class ToldOut(Schema):
    """One message to one person. `what`: as of an event; `channel`: of the last try, null before any; `at`: when that
    was, or when it may leave; `why`: that try came to nothing. `waiting-room`: not tried yet."""

    person: str | None
    what: str
    state: Annotated[Stand, one_of(Stand)]
    channel: Channel | None
    at: datetime
    why: str


class OneAlert(AlertOut):
    """With its time, what to do, and who was told of it, the newest of 100 first. `may_take`: it is nobody's yet, and
    this token's person may take it over."""

    remedy_th: str
    remedy_en: str
    may_take: bool
    events: list[EventOut]
    told: list[ToldOut]


class AlertBecause(Schema):
    """Why."""

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


def _lines(who: Caller, alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    is_muted = mute(timezone.now())
    ours: Container[str] | None = None
    if not who.scope.sees.nation and any(each.dopa_code is None and each.members for each in alerts):
        ours = set(kiosks_seen(who.scope).values_list("pk", flat=True))  # one of the nation names kiosks of all
    return [
        {
            **_told(each),
            "kiosks": each.members if ours is None else [one for one in each.members if one in ours],
            "is_muted": each.closed_at is None and is_muted(each.place),
        }
        for each in alerts
    ]


def _told(each: Alert) -> dict[str, Any]:
    says = words.sentence(each.rule, each.part, each.facts)
    same = ("rule", "part", "condition", "matter", "office_id", "kiosk_id", "since", "opened_at", "acked_at")
    more = ("acked_why", "closed_at", "level", "returns", "sample", "clear_since")
    return {
        "id": each.pk,
        "province": each.dopa_code,
        "kiosks_count": each.facts.get("count", 0),
        "says_th": says.th,
        "says_en": says.en,
        "acked_by": name_of(each.acked_by),
        **{name: getattr(each, name) for name in (*same, *more)},
    }


def _whole(who: Caller, each: Alert) -> dict[str, Any]:
    remedy = words.remedy(each.rule, each.facts)
    events = [
        {"at": e.at, "what": e.what, "by": name_of(e.by), "level": e.level, "detail": e.detail}
        for e in each.events.select_related("by")
    ]
    told = [
        {
            "person": name_of(one.person),
            "what": one.what,
            "state": one.stand,
            "channel": one.channel or None,
            "at": one.at,
            "why": one.why,
        }
        for one in told_of(each)
    ]
    is_open = each.closed_at is None and each.acked_at is None
    return {
        **_lines(who, [each])[0],
        "remedy_th": remedy.th,
        "remedy_en": remedy.en,
        "may_take": is_open and may_deal_with(who.scope, each),
        "events": events,
        "told": told,
    }


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
    q: Annotated[str, Query("", max_length=60, description="part of a kiosk's id, or an office's id")],
    kiosk: Annotated[str, Query("", max_length=11, description="a kiosk's id")],
) -> dict[str, object]:
    """The alerts, the newest first. `open`: nobody has them. Of a `kiosk`: its own, and those that stand for many where
    it is (their `kiosk_id` is empty), while it was there."""
    who = caller(request)
    rows = seen(who.scope).select_related("acked_by")
    if state is not None:
        rows = rows.filter(closed_at__isnull=state is not AlertState.CLOSED)
    if state in (AlertState.OPEN, AlertState.ACKED):
        rows = rows.filter(acked_at__isnull=state is AlertState.OPEN)
    if rule is not None:
        rows = rows.filter(rule=rule)
    if province is not None:
        rows = rows.filter(dopa_code=province)
    if q:
        rows = named(rows, q)
    if kiosk:
        there = kiosks_seen(who.scope).filter(pk=kiosk).first()
        rows = rows.filter(kiosk_id=kiosk) if there is None else alerts_about(rows, there)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": _lines(who, found), "next": following}


@router.get("alerts/{number}", response=answers(OneAlert))
def alert(request: HttpRequest, number: Number) -> dict[str, object]:
    """One alert."""
    who = caller(request)
    return _whole(who, _alert(who, number))


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
    return _whole(who, _alert(who, number))


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


@router.get("alert-rules/{key}/values", response=answers(RuleValues))
def values(request: HttpRequest, key: ProvinceKey) -> dict[str, object]:
    """Every value that is in force there, and who says it. Some only the nation may say."""
    held = rules_held(_place(caller(request), key))
    items = [
        {"name": each.leaf.name, "value": each.value, "inherited": each.inherited, "origin": each.origin}
        for each in held
    ]
    return {"items": items, "next": None}


@router.put("alert-rules/{key}", response=answers(LayeredDocumentOut, also=(409, 412, 428)))
def change(request: HttpRequest, key: ProvinceKey, said: DocumentSaid, if_match: IfMatch) -> dict[str, object]:
    """Put another document into force. `If-Match` says from which one it was made."""
    who = caller(request)
    place = _place(who, key)
    if not who.scope.may_change(place):
        raise RefusedError(403, "not-here", "This token's person changes no rules here.")
    return _rules_of(place).changed(who, said, if_match)
