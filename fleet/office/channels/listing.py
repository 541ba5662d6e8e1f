"""Which tickets stand on which list, and those that somebody asks for. Whose they are is the caller's affair."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from fleet.office.channels.models import Ticket
from fleet.office.finding import tidied


class TicketState(StrEnum):
    """Parts of the queue."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


def in_state(rows: QuerySet[Ticket], state: TicketState, today: date) -> QuerySet[Ticket]:
    """Those of one part; what is late is open, too."""
    rows = rows.filter(closed_at__isnull=state is not TicketState.CLOSED)
    return rows.filter(due_on__lt=today) if state is TicketState.LATE else rows


def asked_for(rows: QuerySet[Ticket], asked: str) -> QuerySet[Ticket]:
    """Those whose number or words hold what is asked for; an empty question asks for all."""
    asked = tidied(asked)
    return rows.filter(Q(number__icontains=asked.replace("-", "")) | Q(text__icontains=asked)) if asked else rows
