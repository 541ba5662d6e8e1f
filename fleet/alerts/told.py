"""Who was told of an alert, by what, and whether it arrived; who is told at all; what did not arrive. Nobody's address.

Not here: who is to be told (``telling``), and sending (``sending``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from fleet.alerts.models import Alert, Attempt, Channel, Letter, Message
from fleet.alerts.reaching import hearing
from fleet.people.models import Membership
from fleet.people.scope import Scope

MESSAGES_SHOWN = 100
"""Of one alert, the newest."""


class Stand(StrEnum):
    """How it stands with what one person is to be told."""

    WAITING_ROOM = "waiting-room"
    """In no letter yet: for their hours, or for room within their hour."""
    SENDING = "sending"
    WAITING = "waiting"
    """It did not leave, and is tried again."""
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """It was over before it left, or is not theirs to see any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message to one person. ``what``: of the alert's time; ``channel``: of the last try, empty before any; ``at``:
    when that was, or when it may leave; ``why``: that try came to nothing."""

    person: User
    what: str
    stand: Stand
    channel: str
    at: datetime
    why: str


def told_of(alert: Alert) -> list[Told]:
    """Who was told of an alert, the newest first."""
    rows = alert.messages.select_related("person", "letter").order_by("-id")
    messages: list[Message] = list(rows[:MESSAGES_SHOWN])
    letters = [each.letter_id for each in messages if each.letter_id]
    tries = {each.letter_id: each for each in Attempt.objects.filter(letter__in=letters).order_by("pk")}
    return [_told(each, tries.get(each.letter_id or 0)) for each in messages]


def _told(message: Message, last: Attempt | None) -> Told:
    stand = Stand(message.letter.state) if message.letter else Stand.WAITING_ROOM
    return Told(
        person=message.person,
        what=message.what,
        stand=Stand.WITHDRAWN if message.withdrawn_at else stand,
        channel=last.channel if last else "",
        at=last.at if last else message.not_before,
        why=last.detail if last and not last.ok else "",
    )


def is_open(channel: Channel) -> bool:
    """Whether letters leave by this channel here at all."""
    named = {
        Channel.MAIL: settings.ALERTS_MAIL,
        Channel.LINE: settings.ALERTS_LINE,
        Channel.WEBHOOK: settings.WEBHOOK_ORIGINS,
    }
    return bool(named[channel])


def callable_in(scope: Scope) -> QuerySet[Membership]:
    """The roles of people in the provinces whose settings the account may change: whoever could be told there."""
    rows = Membership.objects.select_related("user").filter(user__is_active=True)
    return scope.changes.of(rows, "dopa_code")


def channels_of(people: Collection[int], now: datetime) -> dict[int, list[Channel]]:
    """By what each of these accounts is told, in the order in which that is tried; without those who are not told."""
    found: defaultdict[int, list[Channel]] = defaultdict(list)
    for person, channel in hearing(now).filter(person_id__in=people).values_list("person_id", "channel"):
        found[person].append(Channel(channel))
    return dict(found)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A letter whose tries all failed. ``messages``: how many it held; ``channel`` empty: there was none to try."""

    letter: Letter
    messages: int
    channel: str
    at: datetime
    why: str


def given_up(scope: Scope) -> QuerySet[Letter]:
    """Letters that were given up, the newest first, to people of the provinces whose settings the account changes."""
    rows = Letter.objects.filter(state=Letter.State.FAILED).select_related("person")
    rows = rows.prefetch_related("attempts", "messages")
    if scope.changes.nation:
        return rows
    people = Membership.objects.filter(dopa_code__in=scope.changes.provinces).values("user_id")
    return rows.filter(person_id__in=people)


def how_given_up(letter: Letter) -> GivenUp:
    """What came of one of them."""
    tries = list(letter.attempts.all())
    last = tries[-1] if tries else None
    return GivenUp(
        letter=letter,
        messages=len(letter.messages.all()),
        channel=last.channel if last else "",
        at=last.at if last else letter.made_at,
        why=last.detail if last else "",
    )
