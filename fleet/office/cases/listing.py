"""Which cases and permits stand on which list, and those that somebody asks for. Whose they are is the caller's affair.

Pages and programs ask the same; order and words are theirs.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from fleet.office.cases.models import Case, Permit
from fleet.office.finding import of_factory_called, tidied

EXPIRING = timedelta(days=90)
"""Permits that expire within so many days, or have, are for somebody to look at."""


class CaseState(StrEnum):
    """Lists of cases."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


def in_state(rows: QuerySet[Case], state: CaseState, today: date) -> QuerySet[Case]:
    """Those on one list; what is late is open, too."""
    rows = rows.filter(closed_on__isnull=state is not CaseState.CLOSED)
    return rows.filter(due_on__lt=today) if state is CaseState.LATE else rows


def counted(rows: QuerySet[Case], today: date) -> dict[CaseState, int]:
    """How many are on each list, asked at once: a question is searched for in every factory's name."""
    is_open = Q(closed_on__isnull=True)
    lists = {
        CaseState.OPEN: is_open,
        CaseState.LATE: is_open & Q(due_on__lt=today),
        CaseState.CLOSED: ~is_open,
    }
    counts = rows.order_by().aggregate(**{each.value: Count("pk", filter=which) for each, which in lists.items()})
    return {each: counts[each.value] for each in lists}


def asked_for(rows: QuerySet[Case], asked: str) -> QuerySet[Case]:
    """Those whose number or factory answers to a question (``office.finding``); an empty one asks for all.

    The factory first, as a question is usually a name: PostgreSQL then looks no further.
    """
    asked = tidied(asked)
    return rows.filter(of_factory_called(asked) | Q(case_no__icontains=asked)) if asked else rows


def permits_asked_for(rows: QuerySet[Permit], asked: str) -> QuerySet[Permit]:
    """The same of permits."""
    asked = tidied(asked)
    return rows.filter(of_factory_called(asked) | Q(permit_no__icontains=asked)) if asked else rows


def expiring(rows: QuerySet[Permit], today: date) -> QuerySet[Permit]:
    """Those that expire soon, or have."""
    return rows.filter(expires_on__lte=today + EXPIRING)
