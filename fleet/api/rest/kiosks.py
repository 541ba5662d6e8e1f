"""Kiosks: which there are, how each is, what is asked of them, and ending an identity."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.kiosks import Sought, kiosks_sought
from fleet.acting.seen import kiosks_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.kiosk_shapes import KioskOut, OneKiosk, told, whole
from fleet.api.rest.paging import After, Limit, page, page_by_time
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import KioskId, answers, name_of
from fleet.devices import standing
from fleet.devices.commanding import Progress, ask, progress
from fleet.devices.models import Kiosk, KioskCommand
from fleet.devices.truth import Condition, truths_of
from fleet.figures.paper import BACK_DAYS, KEPT_DAYS, days_of, paper_of
from fleet.people.tokens.rights import Part
from fleet.protocol.messages import CommandKind
from fleet.trust.certificates import Doer, all_in_force, revoke

router = Router(auth=Bearer(Part.KIOSKS), tags=["kiosks"])


class Kiosks(Schema):
    items: list[KioskOut]
    next: str | None


class PaperDayOut(Schema):
    """Slips left at the end of a day; `is_ahead`: as the kiosk expects it."""

    day: date
    slips: int
    is_ahead: bool


class PaperOut(Schema):
    """A kiosk's paper: its word now, what is left, when it will have ended (null: nobody can know), and by the day."""

    kiosk_id: str
    paper: str
    slips_left: int | None
    out_at: datetime | None
    days: list[PaperDayOut]


class CommandOut(Schema):
    """Something that was asked of a kiosk."""

    command_id: str
    kind: str
    progress: Progress
    detail: str
    asked_at: datetime
    asked_by: str | None
    expires_at: datetime
    ended_at: datetime | None
    brought: str | None


class Commands(Schema):
    items: list[CommandOut]
    next: str | None


class Asked(Schema):
    """What is asked."""

    kind: CommandKind


class Revocation(Schema):
    """Why the identity ends. ``kiosk_id`` once more, so that it is nobody's slip."""

    kiosk_id: Annotated[str, Field(max_length=20)]
    reason: Annotated[str, Field(min_length=1, max_length=150)]


class Revoked(Schema):
    """How many certificates ended."""

    ended: int


def _command(each: KioskCommand, now: datetime) -> dict[str, object]:
    return {
        "command_id": each.pk,
        "kind": each.kind,
        "progress": progress(each, now),
        "detail": each.detail,
        "asked_at": each.asked_at,
        "asked_by": name_of(each.asked_by),
        "expires_at": each.expires_at,
        "ended_at": each.ended_at,
        "brought": each.media_type or None,
    }


def _known(kind: CommandKind) -> CommandKind:
    """Raises: RefusedError for what a word that is none reads as."""
    if kind is CommandKind.UNKNOWN:
        raise RefusedError(422, "no-command", "Ask one of the kinds that the description names, but not this one.")
    return kind


def kiosk_for(who: Caller, kiosk_id: str) -> Kiosk:
    """One kiosk. Raises: RefusedError when there is none, or none for this token."""
    found = kiosks_seen(who.scope).filter(pk=kiosk_id).first()
    if found is None:
        raise missing()
    return found


@router.get("kiosks", response=answers(Kiosks))
def kiosks(
    request: HttpRequest,
    after: After,
    limit: Limit,
    province: Annotated[int | None, Query(None, ge=10, le=99)],
    q: Annotated[str, Query("", max_length=60, description="part of an id, a name, the office's, or a serial number")],
    condition: Annotated[Condition | None, Query(None)],
    office: Annotated[str, Query("", max_length=5)],
    needs: Annotated[bool | None, Query(None, description="whether somebody should look at it: it is not `ok`")],
    identity: Annotated[bool | None, Query(None, description="whether a certificate of it is in force")],
) -> dict[str, object]:
    """The kiosks, by their ids. Without `identity`: not let in yet, or its identity was ended."""
    now = timezone.now()
    sought = Sought(text=q, dopa_code=province, office_id=office)
    rows = standing.ranked(kiosks_sought(caller(request).scope, sought), now)
    if condition is not None:
        rows = standing.only(rows, condition)
    if needs is not None:
        rows = standing.needing(rows) if needs else standing.only(rows, Condition.OK)
    if identity is not None:
        let_in = Q(pk__in=all_in_force().values("kiosk_id"))
        rows = rows.filter(let_in if identity else ~let_in)
    found, following = page(rows, after, limit)
    return {"items": [told(each) for each in truths_of(found, now)], "next": following}


@router.get("kiosks/{kiosk_id}", response=answers(OneKiosk))
def kiosk(request: HttpRequest, kiosk_id: KioskId) -> dict[str, object]:
    """One kiosk, as it is now."""
    (truth,) = truths_of([kiosk_for(caller(request), kiosk_id)], timezone.now())
    return whole(truth)


@router.get("kiosks/{kiosk_id}/paper", response=answers(PaperOut))
def paper(
    request: HttpRequest,
    kiosk_id: KioskId,
    back: Annotated[int, Query(BACK_DAYS, ge=0, le=KEPT_DAYS, description="days before today")],
) -> dict[str, object]:
    """Its paper by the day, the oldest first; a day of which nothing is known is left out."""
    (truth,) = truths_of([kiosk_for(caller(request), kiosk_id)], timezone.now())
    today = timezone.localdate()
    days = days_of(truth, paper_of(truth.kiosk.pk, today - timedelta(days=back), today), today, back)
    return {
        "kiosk_id": truth.kiosk.pk,
        "paper": truth.paper,
        "slips_left": truth.paper_slips_left,
        "out_at": truth.paper_out_at,
        "days": [{"day": each.on, "slips": each.slips, "is_ahead": each.is_ahead} for each in days],
    }


@router.get("kiosks/{kiosk_id}/commands", response=answers(Commands))
def commands(
    request: HttpRequest,
    kiosk_id: KioskId,
    after: After,
    limit: Limit,
    kind: Annotated[CommandKind | None, Query(None)],
) -> dict[str, object]:
    """What was asked of it, the newest first. What one `brought` is at GET …/{command_id}/brought."""
    rows = KioskCommand.objects.filter(kiosk=kiosk_for(caller(request), kiosk_id)).select_related("asked_by")
    if kind is not None:
        rows = rows.filter(kind=_known(kind).value)
    now = timezone.now()
    found, following = page_by_time(rows.defer("attachment"), "asked_at", after, limit)
    return {"items": [_command(each, now) for each in found], "next": following}


@router.post("kiosks/{kiosk_id}/commands", response=answers(CommandOut, status=202))
def command(request: HttpRequest, kiosk_id: KioskId, asked: Asked) -> Status[dict[str, object]]:
    """Ask something of it. One of the same kind that still waits is not asked twice."""
    who = caller(request)
    found = kiosk_for(who, kiosk_id)
    if not who.scope.may_tend(found.office.province_id):
        raise RefusedError(403, "not-here", "This token's person does not look after kiosks here.")
    return Status(202, _command(ask(found, _known(asked.kind), who.person), timezone.now()))


@router.post("kiosks/{kiosk_id}/revocation", response=answers(Revoked))
def revocation(request: HttpRequest, kiosk_id: KioskId, asked: Revocation) -> dict[str, object]:
    """End its identity: it reaches the fleet no more, until somebody lets it in anew."""
    who = caller(request)
    found = kiosk_for(who, kiosk_id)
    if not who.scope.may_change(found.office.province_id):
        raise RefusedError(403, "not-here", "This token's person changes nothing in this province.")
    if asked.kiosk_id != found.pk or not asked.reason.strip():
        raise RefusedError(422, "not-sure", "Give a reason, and the kiosk's id once more.")
    doer = Doer(who.person, str(request.META.get("REMOTE_ADDR", "")))
    return {"ended": revoke(found.pk, asked.reason.strip(), doer)}
