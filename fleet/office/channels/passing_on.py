"""Passes registrations on to the ministry, each until it is answered or too old, and then forgets what was sealed.

Not here: how one is opened and sent; ``send`` does both (``fleet.partners``), which this layer does not know.
Rules: whoever takes one says until when it is theirs, so that two who work do not send it twice at a time and one that
was killed does not hold it; sent twice all the same it is the same registration, by its number. "Could not be asked"
changes nothing but when it is tried again; only an answer, or ``WAITS_MAX``, ends it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from fleet.office.channels.models import Registration, RegistrationState

log = logging.getLogger(__name__)

OURS_FOR = timedelta(minutes=2)
"""Far longer than the slowest answer (20 s) takes; after a kill nobody sends it for so long."""

RETRY = timedelta(minutes=1)
RETRY_MAX = timedelta(hours=6)
"""Tried again after one minute, then twice as long each time, to four times a day; give or take a fifth."""

WAITS_MAX = timedelta(days=30)
"""A sample (ตัวอย่าง), to be decided by the ministry: longer than any outage, and no heap of what was asked long ago."""


@dataclass(frozen=True, slots=True)
class Registered:
    """They have them, under this number."""

    customer_no: str
    was_known: bool


@dataclass(frozen=True, slots=True)
class Declined:
    """They do not take them; why, in their words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Nobody has answered, ``why`` in a word. ``for_all``: no other would fare better now, and nothing was sent."""

    why: str
    for_all: bool = False


Sent = Registered | Declined | Held
Send = Callable[[Registration], Sent]


def due(now: datetime) -> QuerySet[Registration]:
    """Those that may be sent now, the longest waiting first."""
    return Registration.objects.filter(_may_go(now), state=RegistrationState.WAITING).order_by("opened_at")


def lapses_at(row: Registration) -> datetime | None:
    """When one that waits will have waited too long; None once it has ended."""
    return row.opened_at + WAITS_MAX if row.state == RegistrationState.WAITING else None


def overdue(now: datetime) -> QuerySet[Registration]:
    """Those that have waited too long."""
    return Registration.objects.filter(state=RegistrationState.WAITING, opened_at__lt=now - WAITS_MAX)


def pass_on(send: Send, now: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Send what is due, until nothing is, or the other side is not to be asked now; how many were answered."""
    answered = 0
    while not stop() and (mine := _take(now())) is not None:
        said = send(mine)
        _settle(mine, said, now())
        if isinstance(said, Held) and said.for_all:
            break
        answered += not isinstance(said, Held)
    return answered


UNREADABLE = "unreadable"
"""Held because we cannot open it: sealed for another key. Whoever has that key may yet put it in its place."""


def lapse(now: datetime) -> int:
    """End what has waited too long, and forget what was sealed; how many there were."""
    ended = overdue(now).update(state=RegistrationState.LAPSED, sealed="", ended_at=now, next_at=None)
    if ended:
        log.error("%d registrations could not be passed on within %d days and are forgotten", ended, WAITS_MAX.days)
    return ended


def pause_after(tries: int) -> timedelta:
    """How long after the ``tries``-th time it is tried again, without the jitter."""
    return min(RETRY * (1 << min(max(tries - 1, 0), 12)), RETRY_MAX)


@transaction.atomic
def _take(now: datetime) -> Registration | None:
    found = due(now).select_for_update(skip_locked=True).first()
    if found is None:
        return None
    found.next_at = now + OURS_FOR
    found.save(update_fields=["next_at"])
    return found


def _settle(mine: Registration, said: Sent, now: datetime) -> None:
    """Write down what came of it; one that somebody else has ended meanwhile stays as it is."""
    row = Registration.objects.filter(pk=mine.pk, state=RegistrationState.WAITING)
    over = {"sealed": "", "next_at": None, "held_by": "", "passed_on_at": now, "ended_at": now}
    match said:
        case Registered():
            row.update(
                **over,
                state=RegistrationState.REGISTERED,
                customer_no=said.customer_no,
                was_known=said.was_known,
                tries=F("tries") + 1,
            )
        case Declined():
            row.update(**over, state=RegistrationState.DECLINED, reason=said.reason, tries=F("tries") + 1)
        case Held():
            tries = mine.tries + (not said.for_all)
            pause = pause_after(tries) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
            row.update(tries=tries, held_by=said.why[:20], next_at=now + pause)


def _may_go(now: datetime) -> Q:
    return Q(next_at__isnull=True) | Q(next_at__lte=now)
