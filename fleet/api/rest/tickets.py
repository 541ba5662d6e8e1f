"""What people told an office, and what is done about it; and who asked to be registered, masked."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from fleet.acting.seen import registrations_served, tickets_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page, page_by_day
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Name, answers
from fleet.office.channels.listing import TicketState, asked_for, in_state
from fleet.office.channels.models import Channel, Registration, RegistrationState, Ticket
from fleet.office.channels.passing_on import lapses_at
from fleet.office.channels.tracking import Deadline, deadline_of
from fleet.office.channels.working import ANSWER_CHARACTERS, Refusal, TicketError, answer, hand_over
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.TICKETS), tags=["tickets"])

_Words = Annotated[str, Field(min_length=ANSWER_CHARACTERS[0], max_length=ANSWER_CHARACTERS[1])]


class TicketStepOut(Schema):
    """What happened to it. `text` of a handing over is for the office only."""

    kind: str
    at: datetime
    by_name: str
    text: str


class TicketOrder(StrEnum):
    """How a list goes: by the numbers, or what is due first."""

    NUMBER = "number"
    DUE = "due"


class TicketOut(Schema):
    """What somebody told. Nothing is known about who. `deadline`: how it stands with the day it is due, `near` from
    three days before."""

    number: str
    office_id: str
    channel: str | None
    kiosk_id: str
    language: str
    text: str
    opened_at: datetime
    due_on: date
    owner_name: str
    answered_at: datetime | None
    closed_at: datetime | None
    deadline: Deadline

    @staticmethod
    def resolve_channel(each: Ticket) -> str | None:
        return each.channel.code if each.channel else None

    @staticmethod
    def resolve_deadline(each: Ticket) -> Deadline:
        return deadline_of(each)


class OneTicket(TicketOut):
    """With its steps."""

    steps: list[TicketStepOut]

    @staticmethod
    def resolve_steps(each: Ticket) -> list[object]:
        return list(each.steps.all())


class Tickets(Schema):
    items: list[TicketOut]
    next: str | None


class RegistrationOut(Schema):
    """Who asked to be registered, as far as anybody here can know. `held_by`: why it could not be passed on last;
    `lapses_at`: when one that waits is forgotten; `was_known`: they had them already; `reason`: why not, in the words
    of the other side."""

    number: str
    office_id: str
    kiosk_id: str
    opened_at: datetime
    id_masked: str
    phone_masked: str
    state: RegistrationState
    tries: int
    held_by: str
    customer_no: str
    ended_at: datetime | None
    was_known: bool
    reason: str
    passed_on_at: datetime | None
    next_at: datetime | None
    lapses_at: datetime | None

    @staticmethod
    def resolve_lapses_at(each: Registration) -> datetime | None:
        return lapses_at(each)


class Registrations(Schema):
    items: list[RegistrationOut]
    next: str | None


class TicketAct(StrEnum):
    """What is done about it."""

    ANSWER = "answer"
    CLOSE = "close"
    HAND_OVER = "hand-over"


class TicketDoing(Schema):
    """An answer, the last one, or a handing over (`to`: the code of another channel). `words`: the answer, or why."""

    what: TicketAct
    words: _Words
    to: Annotated[str, Field(max_length=24)] = ""


def _ticket(who: Caller, number: str) -> Ticket:
    found = tickets_served(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return found


@router.get("tickets", response=answers(Tickets))
def tickets(
    request: HttpRequest,
    after: After,
    limit: Limit,
    is_closed: Annotated[bool | None, Query(None)],
    channel: Annotated[str, Query("", max_length=24)],
    state: Annotated[TicketState | None, Query(None)],
    office: Annotated[str, Query("", max_length=5)],
    mine: Annotated[bool, Query(False, description="only those this token's person answers for")],
    q: Annotated[str, Query("", max_length=60, description="part of its number or words")],
    order: Annotated[TicketOrder, Query(TicketOrder.NUMBER)],
) -> dict[str, object]:
    """What was told, by number or by urgency."""
    who = caller(request)
    rows = asked_for(tickets_served(who.scope), q)
    if state is not None:
        rows = in_state(rows, state, timezone.localdate())
    if is_closed is not None:
        rows = rows.filter(closed_at__isnull=not is_closed)
    if channel:
        rows = rows.filter(channel__code=channel)
    if office:
        rows = rows.filter(office_id=office)
    if mine:
        rows = rows.filter(owner_id=who.person.pk)
    by_urgency = order is TicketOrder.DUE
    found, following = page_by_day(rows, "due_on", after, limit) if by_urgency else page(rows, after, limit)
    return {"items": found, "next": following}


@router.get("tickets/{number}", response=answers(OneTicket))
def ticket(request: HttpRequest, number: Name) -> Ticket:
    """One ticket."""
    return _ticket(caller(request), number)


@router.post("tickets/{number}/deeds", response=answers(OneTicket))
def act(request: HttpRequest, number: Name, doing: TicketDoing) -> Ticket:
    """Answer it, close it, or hand it over."""
    who = caller(request)
    found = _ticket(who, number)
    try:
        if doing.what is TicketAct.HAND_OVER:
            to = Channel.objects.filter(office_id=found.office_id, code=doing.to, is_open=True).first()
            hand_over(found, to, doing.words, who.person)
        else:
            answer(found, doing.words, who.person, closes=doing.what is TicketAct.CLOSE)
    except TicketError as err:
        raise _refused(err) from None
    return _ticket(who, number)


def _refused(err: TicketError) -> RefusedError:
    status, detail = {
        Refusal.CLOSED: (409, "It is closed. Read it again."),
        Refusal.NO_TEXT: (422, "Write 5 to 1,000 characters."),
        Refusal.NO_CHANNEL: (422, "Name another open channel of the same office."),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail)


@router.get("registrations", response=answers(Registrations))
def registrations(
    request: HttpRequest,
    after: After,
    limit: Limit,
    state: Annotated[RegistrationState | None, Query(None)],
    office: Annotated[str, Query("", max_length=5)],
) -> dict[str, object]:
    """Who asked to be registered, by number; masked."""
    rows = registrations_served(caller(request).scope)
    if state is not None:
        rows = rows.filter(state=state)
    if office:
        rows = rows.filter(office_id=office)
    found, following = page(rows, after, limit)
    return {"items": found, "next": following}
