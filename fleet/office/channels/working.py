"""What the office does with a ticket: answer, hand over, close. Each is a step that stays.

Rules: a closed ticket is closed; whoever told it reads the answer on the tracking page, never why it was handed over.
"""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.channels.models import Channel, StepKind, Ticket, TicketStep
from fleet.protocol.tickets import without_id_numbers

ANSWER_CHARACTERS = (5, 1000)
"""Shorter is no answer; longer belongs into a letter."""


class Refusal(StrEnum):
    """Why nothing was done."""

    CLOSED = "closed"
    NO_TEXT = "no-text"
    NO_CHANNEL = "no-channel"


class TicketError(ValueError):
    """Nothing was done; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@transaction.atomic
def answer(ticket: Ticket, text: str, by: User, *, closes: bool) -> TicketStep:
    """Tell whoever told it; with ``closes`` that is the last word.

    Raises: TicketError when it is closed, or the text is too short or too long.
    """
    locked = _open(ticket)
    words = _words(text)
    now = timezone.now()
    locked.answered_at = locked.answered_at or now
    locked.closed_at = now if closes else None
    locked.save(update_fields=["answered_at", "closed_at"])
    return _step(locked, StepKind.CLOSED if closes else StepKind.ANSWERED, by, words)


@transaction.atomic
def hand_over(ticket: Ticket, to: Channel | None, why: str, by: User) -> TicketStep:
    """Give it to another channel's owner; the day it is due stays.

    Raises: TicketError when it is closed, there is no reason, or ``to`` is none of the office's other channels.
    """
    locked = _open(ticket)
    words = _words(why)
    if to is None or to.office_id != locked.office_id or to.pk == locked.channel_id:
        raise TicketError(Refusal.NO_CHANNEL)
    locked.channel, locked.owner, locked.owner_name = to, to.owner, to.owner_name
    locked.save(update_fields=["channel", "owner", "owner_name"])
    return _step(locked, StepKind.HANDED_OVER, by, words)


def _open(ticket: Ticket) -> Ticket:
    locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if locked.closed_at is not None:
        raise TicketError(Refusal.CLOSED)
    return locked


def _words(text: str) -> str:
    text = without_id_numbers(text.strip())
    if not ANSWER_CHARACTERS[0] <= len(text) <= ANSWER_CHARACTERS[1]:
        raise TicketError(Refusal.NO_TEXT)
    return text


def _step(ticket: Ticket, kind: StepKind, by: User, text: str) -> TicketStep:
    name = (by.get_full_name() or by.get_username())[:80]
    return TicketStep.objects.create(ticket=ticket, kind=kind, at=timezone.now(), by=by, by_name=name, text=text)
