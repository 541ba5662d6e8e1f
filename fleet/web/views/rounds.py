"""The technician's round: the page, what was pressed on it, and what a phone asks once it has a connection again.

What a phone keeps of it, and how, is its own script's business (``static/web/round.js``, ``round_worker.js``); here
stands what it may rely on: a page that names nobody, a deed that is done once by its number, and whose phone it is.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import cast

from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fleet.acting.rounds import Work, has_rounds, may_press, provinces_waiting, work_of
from fleet.audit.models import Kind
from fleet.devices.commanding import Progress, patience, progress
from fleet.devices.models import Kiosk, KioskCommand
from fleet.people.scope import scope_of
from fleet.protocol.messages import CommandKind
from fleet.rounds.deeds import NotADeedError, Outcome, Pressed, What, do
from fleet.rounds.models import Deed
from fleet.rounds.planning import Fault, Stop
from fleet.web import command_words, round_words
from fleet.web.access import View, kiosk_seen, provinces_seen, signed_in
from fleet.web.auditing import told
from fleet.web.context import pseudonym

DEEDS_ASKED_MAX = 50


def for_technicians(view: View) -> View:
    """Below ``signed_in``: a round is there for who installs somewhere, and for who audits that."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not has_rounds(scope_of(request.user)):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


# ---- the page


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the page writes it. ``answer``: how its test last went."""

    number: int
    step: round_words.Step
    name: str
    answer: command_words.CommandLine | None
    patience_s: int


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault with its sentence and what to do."""

    fault: Fault
    says: str
    effect: str
    steps: tuple[StepLine, ...]
    may_take: bool


@dataclass(frozen=True, slots=True)
class StopLine:
    """A kiosk of the round."""

    number: int
    kiosk: Kiosk
    stop: Stop
    is_same_place: bool
    says: str
    faults: tuple[FaultLine, ...]
    notes: tuple[tuple[Deed, str], ...]


@require_safe
@signed_in
@for_technicians
def round_of(request: HttpRequest) -> HttpResponse:
    """The round of one province: of ``province``, otherwise of the one with the most to do."""
    scope, now = scope_of(request.user), timezone.now()
    waiting = provinces_waiting(scope, now)
    provinces = {each.pk: each for each in provinces_seen(scope).filter(pk__in=waiting)}
    chosen = _chosen(request, waiting)
    work = work_of(scope, chosen, now) if chosen is not None else None
    context = {
        "provinces": sorted(
            ((provinces[code], count) for code, count in waiting.items()), key=lambda each: (-each[1], each[0].pk)
        ),
        "province": provinces.get(chosen) if chosen is not None else None,
        "carry": [(item.value, round_words.item(item, count)) for item, count in (work.round.carry if work else ())],
        "stops": _stop_lines(work) if work else [],
        "left_out": work.left_out if work else 0,
        "may_do": not scope.reads_only,
        "made_at": now,
    }
    return render(request, "web/round.html", context)


def _chosen(request: HttpRequest, waiting: dict[int, int]) -> int | None:
    asked = request.GET.get("province", "")
    if asked:
        if not (asked.isascii() and asked.isdigit() and int(asked[:4]) in waiting):
            raise Http404
        return int(asked[:4])
    return min(waiting, key=lambda code: (-waiting[code], code), default=None)


def _stop_lines(work: Work) -> list[StopLine]:
    lines, before = [], ""
    for number, stop in enumerate(work.stops, 1):
        lines.append(_stop_line(number, stop, work, is_same_place=stop.seen.office_id == before))
        before = stop.seen.office_id
    return lines


def _stop_line(number: int, stop: Stop, work: Work, *, is_same_place: bool) -> StopLine:
    kiosk_id = stop.seen.kiosk_id
    truth = work.truths[kiosk_id]
    faults = tuple(_fault_line(each, stop, work) for each in stop.faults)
    notes = tuple((each, each.note or _("ปิดงานโดยไม่มีบันทึก")) for each in work.notes[kiosk_id])
    return StopLine(number, truth.kiosk, stop, is_same_place, faults[0].says, faults, notes)


def _fault_line(fault: Fault, stop: Stop, work: Work) -> FaultLine:
    kiosk_id, now = stop.seen.kiosk_id, timezone.now()
    steps = []
    for number, step in enumerate(round_words.steps(fault), 1):
        command = work.answers.get((kiosk_id, step.test)) if step.test else None
        answer = command_words.lines([command], now)[0] if command else None
        patience_s = int(patience(CommandKind(step.test)).total_seconds()) if step.test else 0
        steps.append(StepLine(number, step, f"{kiosk_id}/{fault.key}/{number}", answer, patience_s))
    truth = work.truths[kiosk_id]
    may_take = fault.alert is not None and fault.alert.number in work.takeable
    return FaultLine(fault, round_words.sentence(fault, truth, now), round_words.effect(fault), tuple(steps), may_take)


# ---- what is pressed


@require_POST
@signed_in
@for_technicians
def deed(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """Do what was pressed, from a form or from a phone's queue; the latter asks for JSON and hears how it stands."""
    kiosk = kiosk_seen(request, kiosk_id)
    is_queued = request.headers.get("Accept", "") == "application/json"
    try:
        pressed = _pressed(request)
        if not may_press(scope_of(request.user), kiosk, pressed):
            raise Http404
        is_again = Deed.objects.filter(pk=pressed.deed_id).exists()
        done = do(kiosk, pressed, cast(User, request.user))
    except NotADeedError as err:
        if is_queued:
            told(request, kiosk.pk, kiosk.office.province_id, kind=Kind.REFUSED)
            return JsonResponse({"state": "refused", "says": _("ศูนย์ไม่รับ ลองกดใหม่ในหน้านี้")}, status=422)
        raise Http404 from err
    if not is_again:  # a phone that asks again has done nothing more
        told(request, kiosk.pk, kiosk.office.province_id)
    if is_queued:
        return JsonResponse(_stands(done))
    at = reverse("web:round")
    return HttpResponseRedirect(f"{at}?province={kiosk.office.province_id}#{kiosk.pk}")


def _pressed(request: HttpRequest) -> Pressed:
    """Raises: NotADeedError."""
    said = request.POST
    alert, age_s = said.get("alert", ""), said.get("age_s", "") or "0"
    try:
        age = float(age_s[:12])
        return Pressed(
            deed_id=said.get("deed_id", "") or secrets.token_hex(16),
            what=What(said.get("what", "")),
            kind=CommandKind(said.get("kind", "")),
            fault=said.get("fault", ""),
            note=said.get("note", "")[:400],
            alert=int(alert) if alert.isascii() and alert.isdigit() and len(alert) < 16 else None,
            age=timedelta(seconds=min(age, 1e8)) if math.isfinite(age) and age > 0 else timedelta(0),
        )
    except ValueError as err:
        raise NotADeedError("no such thing") from err


def _stands(done: Deed) -> dict[str, str]:
    """How a deed stands: ``state`` for the script, ``says`` for the person."""
    if done.outcome == Outcome.LATE:
        return {"state": "late", "says": _("หมดเวลาแล้ว ไม่ได้ส่งให้ตู้ กดใหม่ถ้ายังต้องการ")}
    if done.outcome == Outcome.OVER:
        return {"state": "done", "says": _("มีคนรับเรื่องนี้ไปก่อน หรือเรื่องจบแล้ว")}
    if done.what != What.COMMAND:
        return {"state": "done", "says": _("ศูนย์รับแล้ว")}
    command = KioskCommand.objects.defer("attachment").get(pk=done.command_id)
    now = timezone.now()
    states = {
        Progress.WAITING: "waiting", Progress.DONE: "done", Progress.FAILED: "failed", Progress.EXPIRED: "expired",
    }  # fmt: skip
    [line] = command_words.lines([command], now)
    return {"state": states[progress(command, now)], "says": line.says}


@require_safe
@signed_in
@for_technicians
def now(request: HttpRequest) -> JsonResponse:
    """What a phone asks before it sends anything: whose session this is, a token to send with, and how what it sent
    (``deed``, up to 50 numbers with commas between) stands."""
    asked = [each for each in request.GET.get("deed", "").split(",") if each][:DEEDS_ASKED_MAX]
    mine = Deed.objects.filter(pk__in=asked, by=cast(User, request.user))
    return JsonResponse(
        {
            "whose": pseudonym(cast(User, request.user).pk),
            "token": get_token(request),
            "at": timezone.now().isoformat(),
            "deeds": {each.pk: _stands(each) for each in mine},
        }
    )


# ---- the worker


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The script that keeps the page, from where its scope is ``/round/``: a browser takes it from no wider place."""
    found = finders.find("web/round_worker.js")
    if not isinstance(found, str):
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
