"""The states of the services that write: telling, presence slips, registering, and what they give.

Rules as for ``states``. What is personal (a name, a number, what was typed) stands only in the state that needs it, and
is gone with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from fleet.protocol.office import Topic
from fleet.protocol.presence import Presence, Verdict
from fleet.protocol.settings import Words
from fleet.protocol.thai import IdNumber
from kiosk.visits.desk import Desk
from kiosk.visits.keyboard import Layer
from kiosk.visits.papers import CardProof, Paper
from kiosk.visits.visitor import Slip, StateGround, Visitor

KEEPING_TIMEOUT_S = 5.0
"""The spool answers in milliseconds."""

CHECKING_TIMEOUT_S = 8.0
"""The front desk gives up asking before (``frontdesk.asking.CARD_TIMEOUT_S``); a person waits no longer for a slip."""

TOPICS_SHOWN = 3
"""Rows under each other on all sizes: their names are long, and a finger needs 20 mm."""


@dataclass(frozen=True, slots=True)
class ChoosingTopic(StateGround):
    """What it is about. ``topics`` is empty for the moment it takes to find them. ``page`` counts from 0."""

    desk: Desk
    visitor: Visitor
    topics: tuple[Topic, ...] = ()
    office_id: str = ""
    page: int = 0

    @property
    def pages(self) -> tuple[tuple[Topic, ...], ...]:
        """The topics of each page."""
        return tuple(self.topics[at : at + TOPICS_SHOWN] for at in range(0, max(1, len(self.topics)), TOPICS_SHOWN))


@dataclass(frozen=True, slots=True)
class TypingText(StateGround):
    """What is told is being typed."""

    desk: Desk
    visitor: Visitor
    back: ChoosingTopic
    topic: Topic
    text: str = field(default="", repr=False)
    layer: Layer = Layer.THAI


@dataclass(frozen=True, slots=True)
class GoingOnByPhone(StateGround):
    """A QR to the office's own page, where it may be told on the visitor's own phone."""

    desk: Desk
    visitor: Visitor
    typing: TypingText


@dataclass(frozen=True, slots=True)
class Keeping(StateGround):
    """Something is being signed or sealed, and put on record; nothing of it stands here any more."""

    desk: Desk
    visitor: Visitor
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return KEEPING_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Noticed(StateGround):
    """What is read, what for, and who gets it, before any card is read (PDPA, section 23)."""

    desk: Desk
    visitor: Visitor


@dataclass(frozen=True, slots=True)
class ChoosingPurpose(StateGround):
    """What the presence slip is for. The card has been read, and may be taken out.

    ``proof``: with which the card is checked; None where it is not.
    """

    desk: Desk
    visitor: Visitor
    id_number: IdNumber
    name: str = field(repr=False)
    proof: CardProof | None = None

    @property
    def purposes(self) -> tuple[Words, ...]:
        """What it may be for, as the settings say."""
        settings = self.desk.settings
        return settings.presence.purposes if settings else ()


@dataclass(frozen=True, slots=True)
class Checking(StateGround):
    """The Department of Provincial Administration is being asked whether the card is in force."""

    desk: Desk
    visitor: Visitor
    id_number: IdNumber
    purpose: Words
    name: str = field(repr=False)
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return CHECKING_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class TypingPhone(StateGround):
    """The telephone number is being typed. ``is_wrong``: what stood there when the visitor went on is none."""

    desk: Desk
    visitor: Visitor
    id_number: IdNumber
    name: str = field(repr=False)
    digits: str = field(default="", repr=False)
    is_wrong: bool = False

    DIGITS_MAX: ClassVar[int] = 10


@dataclass(frozen=True, slots=True)
class Giving(StateGround):
    """It is done: its number, how to follow it, and the slip, or this screen to take a picture of."""

    desk: Desk
    visitor: Visitor
    paper: Paper
    slip: Slip


@dataclass(frozen=True, slots=True)
class PresenceChecked(StateGround):
    """A presence slip was scanned: what it says, and what that is worth. ``presence``: None when unreadable."""

    desk: Desk
    visitor: Visitor
    verdict: Verdict
    presence: Presence | None
    judged_at: datetime


WarnableWriting = (
    ChoosingTopic | TypingText | GoingOnByPhone | Noticed | ChoosingPurpose | TypingPhone | Giving | PresenceChecked
)
"""Those that warn before the visit ends by itself."""

Writing = WarnableWriting | Checking | Keeping
