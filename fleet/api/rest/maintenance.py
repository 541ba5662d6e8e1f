"""Places under maintenance: where somebody works, so that nobody is called."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.seen import kiosks_seen, offices_seen, provinces_seen
from fleet.alerts.deeds import DeedError, begin_maintenance, end_maintenance
from fleet.alerts.findings import Place
from fleet.alerts.models import Maintenance
from fleet.api.rest.alerts import refused
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.ALERTS), tags=["alerts"])

HOURS_MAX = 14 * 24


class MaintenanceOut(Schema):
    """A place where somebody works, so that nobody is called. `ended_by`: who ended it before its time."""

    id: int
    province: int
    office_id: str
    kiosk_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str | None
    ended_at: datetime | None
    ended_by: str | None


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


def _maintained(each: Maintenance) -> dict[str, object]:
    same = ("office_id", "kiosk_id", "starts_at", "ends_at", "reason", "ended_at")
    more = {name: getattr(each, name) for name in same}
    return {
        "id": each.pk,
        "province": each.dopa_code,
        "by": name_of(each.by),
        "ended_by": name_of(each.ended_by),
        **more,
    }


def _maintenance_seen(who: Caller) -> QuerySet[Maintenance]:
    return who.scope.within(Maintenance.objects.select_related("by", "ended_by"), "dopa_code")


@router.get("maintenance", response=answers(MaintenanceList))
def maintenance(
    request: HttpRequest,
    after: After,
    limit: Limit,
    current: Annotated[bool, Query(False, description="only what is under way")],
) -> dict[str, object]:
    """Places where somebody works, or worked, the newest first."""
    rows = _maintenance_seen(caller(request))
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
    found = _maintenance_seen(who).filter(pk=number).first()
    if found is None:
        raise missing()
    if not who.scope.may_install(found.dopa_code):
        raise RefusedError(403, "not-here", "This token's person does not look after kiosks here.")
    end_maintenance(found, who.person)
    found.refresh_from_db()
    return _maintained(found)
