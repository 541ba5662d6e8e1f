"""The calendar of days off. A change moves every deadline that is still open, and says how many."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, File, Query, Router, Schema, UploadedFile

from fleet.acting.holidays import Changed, change, read_file
from fleet.acting.seen import holidays_seen, provinces_seen
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Number, answers, name_of
from fleet.office.holidays.days import NoWorkingDayError
from fleet.office.holidays.keeping import Entry
from fleet.office.holidays.models import Holiday
from fleet.office.holidays.reading import Problem as Unfit
from fleet.office.holidays.reading import checked
from fleet.office.register.tables import Refusal, TableError
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.HOLIDAYS), tags=["holidays"])


class HolidaySaid(Schema):
    """A day off. `province` null: in the whole nation. `source`: who says so, and where."""

    on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None
    name_th: Annotated[str, Field(min_length=1, max_length=120)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    source: Annotated[str, Field(min_length=1, max_length=120)]


class HolidayOut(Schema):
    """As it stands in the calendar. `added_by` null: nobody in person, as with samples."""

    id: int
    on: date
    province: int | None
    name_th: str
    name_en: str
    source: str
    sample: bool
    added_by: str | None
    added_at: datetime

    @staticmethod
    def resolve_province(each: Holiday) -> int | None:
        return each.province_id

    @staticmethod
    def resolve_added_by(each: Holiday) -> str | None:
        return name_of(each.added_by)


class Holidays(Schema):
    items: list[HolidayOut]
    next: str | None


class Moved(Schema):
    """How many days changed, and how many cases and notices with them."""

    days: int
    cases: int
    notices: int


@router.get("holidays", response=answers(Holidays))
def holidays(
    request: HttpRequest, after: After, limit: Limit, year: Annotated[int | None, Query(None, ge=2000, le=2199)]
) -> dict[str, object]:
    """The days off, of a year (C.E.) or all."""
    scope = caller(request).scope
    if not (scope.serves_somewhere or scope.settles_somewhere):
        raise missing()
    rows = holidays_seen(scope)
    found, following = page(rows.filter(on__year=year) if year else rows, after, limit)
    return {"items": found, "next": following}


@router.post("holidays", response=answers(Moved))
def add(request: HttpRequest, said: HolidaySaid) -> dict[str, object]:
    """Put a day into the calendar; said again, it is there once."""
    who = caller(request)
    _demand(who, said.province)
    if said.province is not None and not provinces_seen(who.scope).filter(pk=said.province).exists():
        raise missing()
    name_th, name_en = said.name_th.strip(), said.name_en.strip()
    entry = checked(Entry(said.on, said.province, name_th, name_en or name_th, said.source.strip()))
    if isinstance(entry, Unfit):
        raise RefusedError(422, entry.value, "Say a name and a source that are not too long.")
    return _changed(who, more=[entry])


@router.post("holiday-files", response=answers(Moved))
def take_file(
    request: HttpRequest, file: Annotated[UploadedFile, File(..., description=".csv or .xlsx, as the page takes")]
) -> dict[str, object]:
    """Put all days of a file into the calendar, or none: `errors` has the lines that are no day off, and why. Columns:
    date, name_th, name_en, province (empty: the nation) and source, also in Thai. The same file again changes nothing.
    """
    who = caller(request)
    if not any(who.scope.may_change(each.pk) for each in provinces_seen(who.scope)):
        raise _not_theirs()
    try:
        found = read_file(file.chunks(), who.scope)
    except TableError as err:
        if err.refusal is Refusal.TOO_LARGE:
            raise RefusedError(413, "too-large", "A file of days off has at most 1 MB.") from None
        raise RefusedError(422, err.refusal.value, "The file cannot be read. Save it anew as .csv or .xlsx.") from None
    if found.problems:
        why = [{"where": ["file", str(line)], "why": problem.value} for line, problem in found.problems]
        raise RefusedError(422, "no-holidays", "Mend these lines and send it again. Nothing has changed.", why)
    return _changed(who, more=list(found.entries))


@router.delete("holidays/{number}", response=answers(Moved))
def take_away(request: HttpRequest, number: Number) -> dict[str, object]:
    """Take a day away; its row stays on record."""
    who = caller(request)
    found = holidays_seen(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    _demand(who, found.province_id)
    return _changed(who, gone=found)


def _demand(who: Caller, dopa_code: int | None) -> None:
    if not who.scope.may_change(dopa_code):
        raise _not_theirs()


def _not_theirs() -> RefusedError:
    return RefusedError(403, "not-here", "This token's person does not keep this calendar.")


def _changed(who: Caller, *, more: list[Entry] | None = None, gone: Holiday | None = None) -> dict[str, object]:
    try:
        done: Changed = change(who.person, more=more or [], gone=gone)
    except NoWorkingDayError:
        raise RefusedError(409, "no-working-day", "That would leave no working day. Nothing has changed.") from None
    return {"days": len(done.days), "cases": done.moved.cases, "notices": done.moved.notices}
