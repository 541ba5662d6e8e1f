"""Letters of notices: asked for, how far they are, and taken as PDF."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status

from fleet.acting.seen import notices_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import PDF, Name, Number, OfficeId, answers, name_of, one_of
from fleet.office.fees import runs
from fleet.office.fees.figures import Stand, reminded
from fleet.office.fees.finding import Sought, find
from fleet.office.fees.models import LetterPart, LetterRun, Reminder
from fleet.office.fees.printing import pdf
from fleet.office.fees.runs import PartState
from fleet.office.fees.sending import print_waiting
from fleet.office.finding import ASKED_MAX
from fleet.office.models import Notice, Office
from fleet.payments.billing import payee_of
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FEES), tags=["letters"])


class Picked(Schema):
    """Of which notices: what falls due in a year (C.E.), or a month of it; of those the ones that `q` finds, as in the
    list of notices; or those of these numbers."""

    year: Annotated[int, Field(ge=1957, le=2157, strict=True)]
    month: Annotated[int | None, Field(ge=1, le=12, strict=True)] = None
    stand: Stand | None = None
    q: Annotated[str, Field(max_length=ASKED_MAX)] = ""
    notices: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=20)]] | None, Field(min_length=1, max_length=1000)
    ] = None


class PartOut(Schema):
    """A file. `is_there`: it can be taken; it is forgotten after a week, and printed anew any time. `state`: waiting,
    printing, done, or given-up after it failed too often."""

    number: int
    state: PartState
    count: int
    pages: int
    is_there: bool
    done_at: datetime | None


class LetterRunOut(Schema):
    """Letters somebody asked for, and how far they are. `given_up`: letters of parts that failed too often."""

    id: int
    office_id: str
    asked_by: str | None
    asked_at: datetime
    total: int
    done: int
    given_up: int


class OneLetterRun(LetterRunOut):
    """With its files."""

    parts: list[PartOut]


class LetterRuns(Schema):
    items: list[LetterRunOut]
    next: str | None


class ReminderOut(Schema):
    """A reminder. No address stands here."""

    id: int
    notice_no: str
    factory_no: str
    factory_th: str
    factory_en: str
    channel: str
    day: int
    state: str
    tries: int
    begun_on: date
    changed_at: datetime
    amount_satang: int


class Reminders(Schema):
    items: list[ReminderOut]
    next: str | None


class RemindedOut(Schema):
    """How many reminders stand in each state, and how many addresses of factories there are to remind at. Those to
    print wait for somebody to ask for their letters."""

    by_state: dict[str, int]
    contacts: int


def _office(who: Caller, office_id: str) -> Office:
    found = offices_served(who.scope).filter(pk=office_id).first()
    if found is None:
        raise missing()
    return found


def _run(request: HttpRequest, number: int) -> LetterRun:
    rows = caller(request).scope.served(LetterRun.objects.select_related("asked_by"), "office__province_id")
    found = rows.filter(pk=number).first()
    if found is None:
        raise missing()
    return found


def _told(progress: runs.Progress) -> dict[str, object]:
    run = progress.run
    return {
        "id": run.pk,
        "office_id": run.office_id,
        "asked_by": name_of(run.asked_by),
        "asked_at": run.asked_at,
        "total": run.total,
        "done": progress.done,
        "given_up": progress.given_up,
    }


def _with_parts(run: LetterRun) -> dict[str, object]:
    now = timezone.now()
    parts = [
        {
            "number": each.number,
            "state": runs.state_of(each, now),
            "count": each.count,
            "pages": each.pages,
            "is_there": bool(getattr(each, "held") and each.pages),  # noqa: B009 - counted by the query; no field
            "done_at": each.done_at,
        }
        for each in runs.parts_of(run)
    ]
    return {**_told(runs.progress_of(run)), "parts": parts}


@router.get("offices/{office_id}/letters", response=answers(LetterRuns))
def all_runs(request: HttpRequest, office_id: OfficeId, after: After, limit: Limit) -> dict[str, object]:
    """What was asked for, the newest first."""
    rows = LetterRun.objects.filter(office=_office(caller(request), office_id)).select_related("asked_by")
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_told(each) for each in runs.progress_of_all(found)], "next": following}


@router.post("offices/{office_id}/letters", response=answers(OneLetterRun, status=202))
def ask(request: HttpRequest, office_id: OfficeId, picked: Picked) -> Status[dict[str, object]]:
    """Ask for the letters of notices that are still to be paid. Send an `Idempotency-Key`, so that it is asked once."""
    who = caller(request)
    office = _office(who, office_id)
    sought = Sought(picked.year, picked.month, picked.stand, picked.q)
    rows = find(Notice.objects.filter(factory__office=office), sought, timezone.localdate()).order_by("due_on", "pk")
    if picked.notices is not None:
        rows = rows.filter(pk__in=picked.notices)
    return _asked(runs.ask(office, rows, who.person, "rest"))


@router.post("offices/{office_id}/reminder-letters", response=answers(OneLetterRun, status=202))
def ask_reminders(request: HttpRequest, office_id: OfficeId) -> Status[dict[str, object]]:
    """Ask for the letters of the reminders that wait to be printed."""
    who = caller(request)
    return _asked(print_waiting(_office(who, office_id), who.person))


def _asked(run: LetterRun | None) -> Status[dict[str, object]]:
    if run is None:
        raise RefusedError(409, "nothing", "None of these is still to be paid, so there is nothing to print.")
    return Status(202, _with_parts(run))


@router.get("letter-runs/{number}", response=answers(OneLetterRun))
def one(request: HttpRequest, number: Number) -> dict[str, object]:
    """How far they are, and which files can be taken."""
    return _with_parts(_run(request, number))


@router.get("letters/{number}/parts/{part}", response={200: None}, openapi_extra=PDF)
def take(request: HttpRequest, number: Number, part: Annotated[int, Path(..., ge=1, le=2**31 - 1)]) -> HttpResponse:
    """One file of letters. It names who operates factories."""
    found = LetterPart.objects.filter(run=_run(request, number), number=part, pdf__isnull=False).first()
    if found is None or not found.pdf:
        raise missing()
    return HttpResponse(bytes(found.pdf), content_type="application/pdf")


@router.get("notices/{notice_no}/letter", response={200: None}, openapi_extra=PDF)
def letter(request: HttpRequest, notice_no: Name) -> HttpResponse:
    """One notice's letter, as long as it is to be paid."""
    found = notices_served(caller(request).scope).filter(pk=notice_no).first()
    if found is None:
        raise missing()
    try:
        letters = runs.letters_of(found.factory.office, [found.pk], payee_of, timezone.localdate())
    except runs.NoPayeeError:
        letters = []
    if not letters:
        raise missing()
    return HttpResponse(pdf(letters), content_type="application/pdf")


@router.get("offices/{office_id}/reminders", response=answers(Reminders))
def reminders(
    request: HttpRequest,
    office_id: OfficeId,
    after: After,
    limit: Limit,
    state: Annotated[Reminder.State | None, one_of(Reminder.State), Query(None)],
    notice: Annotated[str, Query("", max_length=20)],
) -> dict[str, object]:
    """The reminders an office has sent, the newest first."""
    rows = Reminder.objects.filter(notice__factory__office=_office(caller(request), office_id))
    rows = rows.select_related("notice__factory")
    if state is not None:
        rows = rows.filter(state=state)
    if notice:
        rows = rows.filter(notice=notice)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": [_reminder(each) for each in found], "next": following}


def _reminder(each: Reminder) -> dict[str, object]:
    told, factory = ("channel", "day", "state", "tries", "begun_on", "changed_at", "amount_satang"), each.notice.factory
    return {
        "id": each.pk,
        "notice_no": each.notice_id,
        "factory_no": factory.pk,
        "factory_th": factory.name_th,
        "factory_en": factory.name_en,
        **{name: getattr(each, name) for name in told},
    }


@router.get("offices/{office_id}/reminder-figures", response=answers(RemindedOut))
def figures(request: HttpRequest, office_id: OfficeId) -> object:
    """How the office's reminders stand, of all years."""
    return reminded(_office(caller(request), office_id))
