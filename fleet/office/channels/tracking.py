"""What the holder of a ticket's token may know: steps, dates, who has it, whether the deadline is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils import timezone

from fleet.office.channels.models import StepKind, Ticket
from fleet.office.models import Office

NEAR_DAYS = 3
"""From so many days before it on, a deadline is near."""


class Deadline(StrEnum):
    """How it stands with the day a ticket is due (look: kept, near, or missed)."""

    KEPT = "kept"
    NEAR = "near"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step as whoever told it sees it; ``text`` is the office's answer."""

    kind: StepKind
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class TrackedTicket:
    """A ticket as its tracking page shows it: not what was told, which only the office reads."""

    number: str
    name_th: str
    name_en: str
    office: Office
    owner_name: str
    steps: tuple[PublicStep, ...]
    due_on: date
    deadline: Deadline
    days_left: int
    closed_at: datetime | None


def tracked_ticket(token: str) -> TrackedTicket | None:
    """The ticket behind a token; None when there is none."""
    ticket = Ticket.objects.select_related("office", "channel").filter(token=token).first()
    if ticket is None:
        return None
    steps = tuple(
        PublicStep(StepKind(each.kind), each.at, "" if each.kind == StepKind.HANDED_OVER else each.text)
        for each in ticket.steps.all()
    )
    return TrackedTicket(
        number=ticket.number,
        name_th=ticket.channel.name_th if ticket.channel else "",
        name_en=ticket.channel.name_en if ticket.channel else "",
        office=ticket.office,
        owner_name=ticket.owner_name,
        steps=steps,
        due_on=ticket.due_on,
        deadline=deadline_of(ticket),
        days_left=days_left(ticket),
        closed_at=ticket.closed_at,
    )


def days_left(ticket: Ticket) -> int:
    """Days to the deadline from today, or from the day it was closed; negative when it was missed."""
    until = timezone.localdate(ticket.closed_at) if ticket.closed_at else timezone.localdate()
    return (ticket.due_on - until).days


def deadline_of(ticket: Ticket) -> Deadline:
    """Whether the deadline is kept; a closed ticket's is no longer near."""
    left = days_left(ticket)
    if left < 0:
        return Deadline.MISSED
    return Deadline.NEAR if left <= NEAR_DAYS and ticket.closed_at is None else Deadline.KEPT
