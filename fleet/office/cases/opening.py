"""Opening a case as its manual says: number, steps, documents, when it counts as received, and its deadline.

The deadline is the office's calendar's (``fleet.office.holidays``); when days off change, ``reckon_again`` brings what
is still open up to them, and says so among the deeds.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.cases.models import Case, CaseDocument, CaseStep, Manual
from fleet.office.cases.working import CaseError, Holder, note, publish_case
from fleet.office.holidays.days import Calendar
from fleet.office.holidays.keeping import calendar_of
from fleet.office.models import Factory, Office
from fleet.protocol.thai import be_year

TOKEN_BYTES = 12
"""96 bits, as on every slip."""

SEQUENCE_MAX = 99_999
"""Cases of one office and year: five digits of the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What somebody files. ``factory`` None: a person without one. ``papers``: which of the manual's documents are
    there, by position; None when nobody has looked."""

    office: Office
    factory: Factory | None
    manual: Manual
    entered_at: datetime
    holder: Holder
    papers: Collection[int] | None = None


@transaction.atomic
def file_case(filing: Filing, by: User) -> Case:
    """Open a case by hand, under the office's next number.

    Raises: CaseError when the office has no number left, or the factory is another office's, or nobody is named;
        NoWorkingDayError when the calendar is broken.
    """
    if filing.factory is not None and filing.factory.office_id != filing.office.pk:
        raise CaseError("another office's factory")
    if not filing.holder.name_th.strip():
        raise CaseError("nobody is named")
    # Two who file at once take turns here, and get two numbers.
    office = Office.objects.select_for_update().get(pk=filing.office.pk)
    case = open_case(_next_number(office, timezone.localdate(filing.entered_at)), filing)
    note(case, "opened", "", by)
    return case


def _next_number(office: Office, on: date) -> str:
    prefix = f"{office.pk}-{be_year(on) % 100:02d}-"
    taken = Case.objects.filter(case_no__startswith=prefix).order_by("-case_no").values_list("pk", flat=True)
    tails = [each.removeprefix(prefix) for each in taken[:1]]
    number = 1 + max((int(each) for each in tails if each.isascii() and each.isdigit()), default=0)
    if number > SEQUENCE_MAX:
        raise CaseError("no number is left this year")
    return f"{prefix}{number:05d}"


@transaction.atomic
def open_case(case_no: str, filing: Filing) -> Case:
    """A case under a number, as its manual says."""
    manual, holder, calendar = filing.manual, filing.holder.tidied(), calendar_of(filing.office.province_id)
    received = calendar.received_on(filing.entered_at)
    case = Case.objects.create(
        case_no=case_no,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        office=filing.office,
        factory=filing.factory,
        manual=manual,
        name_th=manual.name_th,
        name_en=manual.name_en,
        entered_at=filing.entered_at,
        received_on=received,
        due_on=calendar.after(received, manual.days),
        holder_th=holder.name_th,
        holder_en=holder.name_en,
        phone=holder.phone,
        sample=manual.sample,
    )
    expected = expected_days(manual, received, calendar)
    for position, (each, on) in enumerate(zip(manual.steps, expected, strict=True)):
        CaseStep.objects.create(
            case=case, position=position, name_th=each["label_th"], name_en=each["label_en"], expected_on=on
        )
    if filing.papers is not None:
        _keep_papers(case, manual, filing.papers)
    publish_case(case)
    return case


def expected_days(manual: Manual, received: date, calendar: Calendar) -> list[date]:
    """By when each step of a manual is meant to be done."""
    days, found = 0, []
    for each in manual.steps:
        days += int(each.get("days", 0))
        found.append(calendar.after(received, days))
    return found


def _keep_papers(case: Case, manual: Manual, there: Collection[int]) -> None:
    for position, each in enumerate(manual.documents):
        CaseDocument.objects.create(
            case=case,
            position=position,
            name_th=each["label_th"],
            name_en=each["label_en"],
            received_on=case.received_on if position in there else None,
        )


def reckon_again(office: Office, by: User | None) -> set[str]:
    """Bring the open cases of an office up to its calendar; the numbers of those whose deadline has moved."""
    calendar, moved = calendar_of(office.province_id), set[str]()
    cases = Case.objects.select_related("manual").filter(office=office, closed_on__isnull=True, manual__isnull=False)
    for case in cases.order_by("pk").select_for_update(of=("self",)):
        if case.manual is not None and _reckon_one(case, case.manual, calendar, by):
            moved.add(case.pk)
    return moved


def _reckon_one(case: Case, manual: Manual, calendar: Calendar, by: User | None) -> bool:
    received = calendar.received_on(case.entered_at)
    due_on = calendar.after(received, manual.days)
    if (received, due_on) == (case.received_on, case.due_on):
        return False
    before, case.received_on, case.due_on = case.due_on, received, due_on
    case.save(update_fields=["received_on", "due_on"])
    for position, on in enumerate(expected_days(manual, received, calendar)):
        case.steps.filter(position=position, done_on__isnull=True).update(expected_on=on)
    if before != due_on:
        note(case, "moved", f"{before} → {due_on}", by)
    publish_case(case)
    return before != due_on
