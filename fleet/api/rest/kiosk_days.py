"""What happened at a kiosk: by the day, by the hour, and how often it was there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.kiosk_day import DAYS_BACK, Happening, Lane, day_of, days_there
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.days import Day, Last, day_said
from fleet.api.rest.kiosks import kiosk_for
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError
from fleet.api.rest.shapes import KioskId, answers, name_of
from fleet.devices.commanding import progress
from fleet.devices.happened import Happened, happened
from fleet.devices.models import KioskCommand, Record
from fleet.devices.truth import Condition
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.KIOSKS), tags=["kiosks"])

DAYS_MAX = 100

Fact = str | int | bool | list[str] | None


class HappenedOut(Schema):
    """What a kiosk's record says. `facts`: by the names of the wire's contract, without what is not for everybody who
    sees the kiosk; a `kind` of a newer release has none."""

    kind: str
    at: datetime
    condition: Condition
    facts: dict[str, Fact]


class KioskHistory(Schema):
    items: list[HappenedOut]
    next: str | None


class HappeningOut(Schema):
    """One thing of a day. `kind`: of its record; `command`, or `out-of-contact` by the fleet's clock."""

    lane: Lane
    kind: str
    began_at: datetime
    ended_at: datetime
    condition: Condition
    facts: dict[str, Fact]


class KioskDayOut(Schema):
    """A day by the kiosk's clock. `until`: its end, or now. `visits_by_hour`: 24 counts, by the hour they began in.
    `slips` and `printed_mm`: what left the printer."""

    kiosk_id: str
    day: date
    begins_at: datetime
    until: datetime
    visits_by_hour: list[int]
    slips: int
    printed_mm: int
    happenings: list[HappeningOut]


class ThereOut(Schema):
    """How often the fleet looked, about once a minute, and saw it there; 0 looks: nobody knows."""

    day: date
    looked: int
    there: int


class Uptime(Schema):
    items: list[ThereOut]
    next: str | None


@router.get("kiosks/{kiosk_id}/history", response=answers(KioskHistory))
def history(request: HttpRequest, kiosk_id: KioskId, after: After, limit: Limit) -> dict[str, object]:
    """What its records say, as they came, the newest first."""
    rows = Record.objects.filter(kiosk=kiosk_for(caller(request), kiosk_id))
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_happened(happened(each)) for each in found], "next": following}


@router.get("kiosks/{kiosk_id}/days/{day}", response=answers(KioskDayOut))
def kiosk_day(
    request: HttpRequest, kiosk_id: KioskId, day: Day, lane: Annotated[Lane | None, Query(None)]
) -> dict[str, object]:
    """What happened on a day, the oldest first; also what arrived later. `lane`: of this sort only."""
    kiosk, now = kiosk_for(caller(request), kiosk_id), timezone.now()
    on = day_said(day)
    if on > timezone.localdate(now):
        raise RefusedError(422, "no-day", "Ask for today, or a day before it.")
    found = day_of(kiosk, on, now)
    return {
        "kiosk_id": kiosk.pk,
        "day": found.on,
        "begins_at": found.begin,
        "until": found.until,
        "visits_by_hour": found.by_hour,
        "slips": found.slips,
        "printed_mm": found.printed_mm,
        "happenings": [
            _happening(each, now) for each in reversed(found.happenings) if lane is None or each.lane is lane
        ],
    }


@router.get("kiosks/{kiosk_id}/uptime", response=answers(Uptime))
def uptime(
    request: HttpRequest,
    kiosk_id: KioskId,
    last: Last,
    days: Annotated[int, Query(DAYS_BACK, ge=1, le=DAYS_MAX, description="how many days, up to the last")],
) -> dict[str, object]:
    """How often it was there, by the day, the oldest first."""
    kiosk = kiosk_for(caller(request), kiosk_id)
    found = days_there(kiosk.pk, day_said(last), days)
    return {"items": [{"day": each.on, "looked": each.looked, "there": each.there} for each in found], "next": None}


def _happened(said: Happened) -> dict[str, object]:
    return {"kind": said.kind, "at": said.at, "condition": said.condition, "facts": said.facts}


def _happening(each: Happening, now: datetime) -> dict[str, object]:
    kind, facts = "out-of-contact", dict[str, object]()
    if each.said is not None:
        kind, facts = each.said.kind, each.said.facts
    elif each.command is not None:
        kind, facts = "command", _asked(each.command, now)
    return {
        "lane": each.lane,
        "kind": kind,
        "began_at": each.began,
        "ended_at": each.ended,
        "condition": each.condition,
        "facts": facts,
    }


def _asked(command: KioskCommand, now: datetime) -> dict[str, object]:
    return {
        "command_id": command.pk,
        "command": command.kind,
        "progress": progress(command, now).value,
        "detail": command.detail,
        "asked_by": name_of(command.asked_by),
    }
