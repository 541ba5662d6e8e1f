"""The technician's round: where to go, what to carry, what is wrong and what helps; and what was done there.

A round is planned from open alerts, too, and names them: reading it takes ``alerts:read`` beside ``kiosks:read``. One
without them would send nobody to a kiosk whose case was opened, and not say so.

A deed has a number of its maker's, so that what waited for a connection may be sent as often as it takes: it is done
once, and keeps the patience it had when it was pressed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Router, Schema

from fleet.acting.rounds import Work, deeds_seen, has_rounds, may_press, provinces_waiting, reads_deeds, work_of
from fleet.acting.seen import kiosks_seen
from fleet.alerts.words import Pair
from fleet.api.rest.bearer import Bearer, Caller, caller, demand
from fleet.api.rest.paging import After, Limit, page_by_time
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import KioskId, answers, name_of
from fleet.api.trail import nothing_new
from fleet.devices.commanding import Progress, progress
from fleet.devices.models import KioskCommand
from fleet.people.scope import Scope
from fleet.people.tokens.rights import Part, changing, reading
from fleet.protocol.messages import CommandKind
from fleet.rounds import words
from fleet.rounds.deeds import AGE_MAX, NOTE_CHARACTERS, NotADeedError, Outcome, Pressed, What, do
from fleet.rounds.models import Deed
from fleet.rounds.notes import told
from fleet.rounds.planning import Fault, Item, Stop, Trouble
from fleet.rounds.words import Go

router = Router(auth=Bearer(Part.KIOSKS), tags=["rounds"])

_DEED_ID = r"^[0-9a-f]{32}$"


class RoundWaitingOut(Schema):
    """A province, and how many of its kiosks may need a visit, 0 where none does: those whose condition is not `ok`,
    those whose paper ends before the end of the next working day, and those of which an open alert says what they do
    not say themselves, as that their case was opened. The round itself names the stops."""

    province: int
    kiosks: int


class RoundsOut(Schema):
    items: list[RoundWaitingOut]
    next: str | None


class CarryOut(Schema):
    """Something to carry."""

    item: Item
    count: int
    says_th: str
    says_en: str


class RoundStepOut(Schema):
    """One thing to do. `test`: the command that shows whether it helped; `progress`: how that lately went, as which
    command of the kiosk, and when it was asked for. `go`: what else helps.
    """

    says_th: str
    says_en: str
    test: CommandKind | None
    progress: Progress | None
    command_id: str | None
    asked_at: datetime | None
    go: Go | None


class FaultOut(Schema):
    """What is wrong, what it means to visitors meanwhile, and what to do about it, in order.

    `may_take`: its alert is nobody's yet, and may be taken over; `is_taken`: somebody has it.
    """

    fault: str
    trouble: Trouble
    part: str
    need: str
    since: datetime | None
    due_at: datetime | None
    alert: int | None
    may_take: bool
    is_taken: bool
    says_th: str
    says_en: str
    effect_th: str
    effect_en: str
    steps: list[RoundStepOut]


class NoteOut(Schema):
    """What was said when it was closed before."""

    at: datetime
    note: str


class StopOut(Schema):
    """A kiosk to go to, its worst fault first. `is_closed`: it was mended, as far as anybody knows."""

    kiosk_id: str
    office_id: str
    name_th: str
    name_en: str
    need: str
    is_closed: bool
    faults: list[FaultOut]
    notes: list[NoteOut]


class RoundOut(Schema):
    """A round, in the order in which to go. `left_out`: stops beyond what anybody gets done in a day."""

    province: int
    carry: list[CarryOut]
    stops: list[StopOut]
    left_out: int


class RoundDeedSaid(Schema):
    """What was done. `deed_id`: made by whoever sends it, the same at every try; `age_s`: how long ago it was pressed.

    `kind`: of a command; `fault`: which of the kiosk's; `alert`: the one to take over, with a reason as `note`.
    """

    deed_id: Annotated[str, Field(pattern=_DEED_ID)]
    what: What
    kind: CommandKind | None = None
    fault: Annotated[str, Field(pattern=r"^([a-z-]{1,16}(/[a-z]{1,12})?)?$")] = ""
    note: Annotated[str, Field(max_length=NOTE_CHARACTERS)] = ""
    alert: Annotated[int, Field(ge=1, le=2**53 - 1, strict=True)] | None = None
    age_s: Annotated[int, Field(ge=0, le=int(AGE_MAX.total_seconds()), strict=True)] = 0


class RoundDeedOut(Schema):
    """A deed, and what came of it. `late`: it was not asked of the kiosk any more; `over`: somebody was quicker.

    `progress`: of the command that it became.
    """

    deed_id: str
    kiosk_id: str
    what: What
    outcome: Outcome
    pressed_at: datetime
    received_at: datetime
    command_id: str | None
    progress: Progress | None


class KioskDeedOut(Schema):
    """What somebody did on a round at a kiosk, or on the way to it. `note`: what they wrote, kept for a year; `alert`:
    that was taken over; `command_id`: of the command it became; `outcome` as of the deed itself."""

    deed_id: str
    what: What
    kind: str
    fault: str
    alert: int | None
    note: str
    by: str | None
    outcome: Outcome
    pressed_at: datetime
    received_at: datetime
    command_id: str | None


class KioskDeeds(Schema):
    items: list[KioskDeedOut]
    next: str | None


def _technician(request: HttpRequest) -> Caller:
    who = caller(request)
    if not has_rounds(who.scope):
        raise missing()
    return who


def _reading_rounds(request: HttpRequest) -> Scope:
    """Raises: RefusedError."""
    demand(caller(request), reading(Part.ALERTS))
    return _technician(request).scope


@router.get("rounds", response=answers(RoundsOut))
def rounds(request: HttpRequest) -> dict[str, object]:
    """The provinces of the token's rounds, the one with the most to do first. It takes `alerts:read` as well."""
    waiting = provinces_waiting(_reading_rounds(request), timezone.now())
    rows = sorted(waiting.items(), key=lambda each: (-each[1], each[0]))
    return {"items": [{"province": code, "kiosks": count} for code, count in rows], "next": None}


@router.get("rounds/{province}", response=answers(RoundOut))
def one_round(request: HttpRequest, province: Annotated[int, Path(..., ge=10, le=99)]) -> dict[str, object]:
    """The round of a province today: by need, then by place. It takes `alerts:read` as well."""
    scope, now = _reading_rounds(request), timezone.now()
    if province not in provinces_waiting(scope, now):
        raise missing()
    work = work_of(scope, province, now)
    carried = [(item, count, words.item(item, count)) for item, count in work.round.carry]
    return {
        "province": province,
        "carry": [{"item": item, "count": count, **_both("says", said)} for item, count, said in carried],
        "stops": [_stop(each, work, now) for each in work.stops],
        "left_out": work.left_out,
    }


def _both(name: str, said: Pair) -> dict[str, str]:
    return {f"{name}_th": said.th, f"{name}_en": said.en}


def _stop(stop: Stop, work: Work, now: datetime) -> dict[str, object]:
    kiosk = work.truths[stop.seen.kiosk_id].kiosk
    return {
        "kiosk_id": kiosk.pk,
        "office_id": kiosk.office_id,
        "name_th": kiosk.name_th,
        "name_en": kiosk.name_en,
        "need": stop.need.word,
        "is_closed": stop.is_closed,
        "faults": [_fault(each, stop.seen.kiosk_id, work, now) for each in stop.faults],
        "notes": [{"at": each.pressed_at, "note": each.note} for each in work.notes[kiosk.pk]],
    }


def _fault(fault: Fault, kiosk_id: str, work: Work, now: datetime) -> dict[str, object]:
    alert = fault.alert.number if fault.alert else None
    return {
        "fault": fault.key,
        "trouble": fault.trouble,
        "part": fault.part,
        "need": fault.need.word,
        "since": fault.since,
        "due_at": fault.due_at,
        "alert": alert,
        "may_take": alert in work.takeable,
        "is_taken": fault.alert is not None and fault.alert.is_taken,
        **_both("says", words.sentence(fault, work.truths[kiosk_id], now)),
        **_both("effect", words.effect(fault)),
        "steps": [_step(each, kiosk_id, work, now) for each in words.steps(fault)],
    }


def _step(step: words.Step, kiosk_id: str, work: Work, now: datetime) -> dict[str, object]:
    asked = work.answers.get((kiosk_id, step.test)) if step.test else None
    return {
        **_both("says", step.says),
        "test": step.test,
        "progress": progress(asked, now) if asked else None,
        "command_id": asked.pk if asked else None,
        "asked_at": asked.asked_at if asked else None,
        "go": step.go,
    }


@router.get("kiosks/{kiosk_id}/round-deeds", response=answers(KioskDeeds))
def done_there(request: HttpRequest, kiosk_id: KioskId, after: After, limit: Limit) -> dict[str, object]:
    """What was done on rounds at a kiosk, the newest first. It takes `alerts:read` as well."""
    scope = _reading_rounds(request)
    kiosk = kiosks_seen(scope).filter(pk=kiosk_id).first()
    if kiosk is None or not reads_deeds(scope, kiosk):
        raise missing()
    found, following = page_by_time(deeds_seen(scope, kiosk).select_related("by"), "pressed_at", after, limit)
    now = timezone.now()
    return {"items": [_deed(each, now) for each in found], "next": following}


def _deed(done: Deed, now: datetime) -> dict[str, object]:
    same = ("what", "kind", "fault", "alert", "outcome", "pressed_at", "received_at")
    return {
        "deed_id": done.pk,
        "note": told(done, now),
        "by": name_of(done.by),
        "command_id": done.command_id or None,
        **{name: getattr(done, name) for name in same},
    }


@router.post("kiosks/{kiosk_id}/round-deeds", response=answers(RoundDeedOut))
def do_there(request: HttpRequest, kiosk_id: KioskId, said: RoundDeedSaid) -> dict[str, object]:
    """Ask a command of it, take its alert over, or close the job. Sent again it is done once, and told as it stands.

    A command that comes later than a kiosk would wait for is not asked; a note is never too late.
    """
    who = _technician(request)
    kiosk = kiosks_seen(who.scope).filter(pk=kiosk_id).first()
    if kiosk is None:
        raise missing()
    if said.what is What.TAKE and changing(Part.ALERTS) not in who.token.rights:
        raise RefusedError(403, "no-right", f"Taking an alert over is for tokens with {changing(Part.ALERTS)}, too.")
    pressed = Pressed(
        said.deed_id, said.what, said.kind or CommandKind.UNKNOWN, said.fault, said.note, said.alert,
        timedelta(seconds=said.age_s),
    )  # fmt: skip
    if not may_press(who.scope, kiosk, pressed):
        raise RefusedError(403, "not-here", "This token's person does not do this here, or there is no such alert.")
    is_again = Deed.objects.filter(pk=said.deed_id).exists()
    try:
        done = do(kiosk, pressed, who.person)
    except NotADeedError:
        detail = "Name one of the commands, give a reason with an alert, and a number that is no other deed's."
        raise RefusedError(422, "not-a-deed", detail) from None
    if is_again:
        nothing_new(request)
    return _stands(done)


@router.get("round-deeds/{deed_id}", response=answers(RoundDeedOut))
def stands(request: HttpRequest, deed_id: Annotated[str, Path(..., pattern=_DEED_ID)]) -> dict[str, object]:
    """How a deed of the token's person stands; 404 says that it never came, and may be sent."""
    who = _technician(request)
    done = Deed.objects.filter(pk=deed_id, by=who.person, kiosk__in=kiosks_seen(who.scope)).first()
    if done is None:
        raise missing()
    return _stands(done)


def _stands(done: Deed) -> dict[str, object]:
    command = KioskCommand.objects.defer("attachment").filter(pk=done.command_id).first() if done.command_id else None
    return {
        "deed_id": done.pk,
        "kiosk_id": done.kiosk_id,
        "what": done.what,
        "outcome": done.outcome,
        "pressed_at": done.pressed_at,
        "received_at": done.received_at,
        "command_id": done.command_id or None,
        "progress": progress(command, timezone.now()) if command else None,
    }
