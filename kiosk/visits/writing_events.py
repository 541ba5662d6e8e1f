"""What the services that write are told. As ``events``: past tense, immutable, made by the front desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fleet.protocol.asking import CardState
from fleet.protocol.office import Topic
from fleet.protocol.presence import Presence, Verdict
from kiosk.visits.papers import Paper


@dataclass(frozen=True, slots=True)
class TopicsFound:
    """What may be told the office ``office_id``; empty when it has no channel, or none is known here yet."""

    topics: tuple[Topic, ...]
    office_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """It is in the spool: ``paper`` is what there is to give for it."""

    paper: Paper


@dataclass(frozen=True, slots=True)
class NotKept:
    """It could not be put on record: nothing may be said to be done. ``for_good``: trying again will not help."""

    for_good: bool = False


@dataclass(frozen=True, slots=True)
class PresenceJudged:
    """A presence slip was scanned. ``presence``: None where only its number could be read, or nothing is proven."""

    verdict: Verdict
    presence: Presence | None
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class CardChecked:
    """What the Department of Provincial Administration said of the card, or that it did not answer."""

    state: CardState


WritingEvent = CardChecked | TopicsFound | Kept | NotKept | PresenceJudged
