"""Imports of the factory register: a file taken in, what its dry run found, the import, its undoing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile

from fleet.acting.seen import offices_served, register_runs_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.office.register import runs
from fleet.office.register.findings import MEANINGS, Kind, Severity, by_severity
from fleet.office.register.models import Found, Run, Stage
from fleet.office.register.tables import TableError
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.REGISTER), tags=["register"])


class RunOut(Schema):
    """One file, from its dry run to its being undone. `actions` and `kinds` count lines, `severities` findings: an
    `error` leaves its line to a person. `stayed`: changes that were not undone, for something had changed since.
    `possible`: what may be asked for now, by who does this office's work."""

    id: int
    office_id: str | None
    file_name: str
    stage: Stage
    refusal: str
    made_by_name: str
    made_at: datetime
    lines: int
    progress: int
    progress_of: int
    actions: dict[str, int]
    kinds: dict[str, int]
    created: int
    updated: int
    went_back: int
    stayed: int
    province: int | None
    size_bytes: int
    severities: dict[str, int]
    tries: int
    checked_at: datetime | None
    applied_at: datetime | None
    applied_by_name: str
    undone_at: datetime | None
    undone_by_name: str
    possible: list[runs.RunAct]

    @staticmethod
    def resolve_province(each: Run) -> int | None:
        return each.office.province_id if each.office else None

    @staticmethod
    def resolve_possible(each: Run, context: Any) -> list[runs.RunAct]:
        scope = caller(context["request"]).scope
        return runs.possible(each) if scope.may_serve(RunOut.resolve_province(each)) else []

    @staticmethod
    def resolve_severities(each: Run) -> dict[str, int]:
        return {name.value: count for name, count in by_severity(each.kinds).items()}


class Runs(Schema):
    items: list[RunOut]
    next: str | None


class FindingOut(Schema):
    """Something the dry run found on a line. `severity`: an `error` leaves the line to a person."""

    line: int
    kind: str
    severity: Severity
    column: str
    value: str
    other: str

    @staticmethod
    def resolve_severity(each: Found) -> Severity:
        return MEANINGS[Kind(each.kind)].severity


class Findings(Schema):
    items: list[FindingOut]
    next: str | None


def _run(who: Caller, number: int) -> Run:
    found = register_runs_served(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return found


@router.get("register/runs", response=answers(Runs))
def all_runs(
    request: HttpRequest,
    after: After,
    limit: Limit,
    stage: Annotated[Stage | None, Query(None)],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
    q: Annotated[str, Query("", max_length=60, description="part of the file's or the sender's name")],
) -> dict[str, object]:
    """The imports, the newest first."""
    rows = runs.asked_for(register_runs_served(caller(request).scope), q)
    if stage is not None:
        rows = rows.filter(stage=stage)
    if province is not None:
        rows = rows.filter(office__province_id=province)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": found, "next": following}


@router.get("register/runs/{number}", response=answers(RunOut))
def one(request: HttpRequest, number: Number) -> Run:
    """One import, as far as it is."""
    return _run(caller(request), number)


@router.get("register/runs/{number}/findings", response=answers(Findings))
def findings(
    request: HttpRequest, number: Number, after: After, limit: Limit, kind: Annotated[str, Query("", max_length=24)]
) -> dict[str, object]:
    """What the dry run found, in the order it was found."""
    rows = _run(caller(request), number).found.all()
    found, following = page(rows.filter(kind=kind) if kind else rows, after, limit)
    return {"items": found, "next": following}


@router.post("register/runs", response=answers(RunOut, status=201))
def take_in(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(..., description=".csv or .xlsx")],
    office: Annotated[str, Form("", max_length=5, description="left out: the whole nation's")],
) -> Status[Run]:
    """Send a file; it is checked soon, and nothing is imported yet. The same file, unfinished, is the same import."""
    who = caller(request)
    if office:
        found = offices_served(who.scope).filter(pk=office).first()
        if found is None:
            raise RefusedError(422, "no-office", "Name an office that this token's person serves.")
    elif not who.scope.may_serve(None):
        raise RefusedError(403, "not-here", "Name an office: the nation's register is for who serves all of it.")
    else:
        found = None
    try:
        return Status(
            201, runs.take_in(file.chunks(), file.name or "", found, (who.person.pk, name_of(who.person) or ""))
        )
    except TableError as err:
        raise RefusedError(422, err.refusal.value, "The file cannot be read. Save it anew as .csv or .xlsx.") from None


@router.post("register/runs/{number}/import", response=answers(RunOut, status=202))
def ask_import(request: HttpRequest, number: Number) -> Status[Run]:
    """Have a checked one imported."""
    return _asked(request, number, runs.ask_import)


@router.post("register/runs/{number}/undo", response=answers(RunOut, status=202))
def ask_undo(request: HttpRequest, number: Number) -> Status[Run]:
    """Have it undone."""
    return _asked(request, number, runs.ask_undo)


def _asked(request: HttpRequest, number: int, ask: Callable[[int, str], None]) -> Status[Run]:
    who = caller(request)
    found = _run(who, number)
    try:
        ask(found.pk, name_of(who.person) or "")
    except runs.NotNowError:
        raise RefusedError(409, "not-now", "It is not at a stage for that. Read it again.") from None
    return Status(202, _run(who, number))
