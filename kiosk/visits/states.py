"""What the visitor is living through: one frozen dataclass a state, holding exactly what is valid then.

Every state has a ``desk``. Every state but ``Idle`` and ``OutOfService`` has a ``timeout_s``; the clock starts
when the state begins and again at every sign of the visitor, except where ``deadline`` is set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, auto
from typing import ClassVar, TypeVar

from kiosk.visits.desk import Desk
from kiosk.visits.effects import Outcome
from kiosk.visits.events import Bill, Due, Owed
from kiosk.visits.fee_states import Fees
from kiosk.visits.folder_states import FolderDesk
from kiosk.visits.reading_states import (
    CaseShown,
    ChoosingCase,
    ChoosingManual,
    FactoryShown,
    ManualShown,
    ReadingOn,
)
from kiosk.visits.services import SERVICES
from kiosk.visits.visitor import CARD_IN, NOBODY, Problem, Slip, StateGround, Visitor
from kiosk.visits.writing_states import WarnableWriting, Writing

__all__ = ["Problem", "Slip", "Visitor"]

READING_TIMEOUT_S = 15.0
"""A card of the slowest kind (9600 bps) is read in about a second; after this it is not going to be."""

LOOKING_UP_TIMEOUT_S = 5.0
"""The replica answers in milliseconds."""

CARD_OUT_S = 5.0
"""How long "thank you" stays once nothing is left in the slots."""

TILES = 6
TILES_REDUCED = 4
"""Tiles of the menu on all sizes (look.md: 6 tiles, then a page turn), and under the banner about what is gone."""


class NetworkNote(Enum):
    """What became of the QR of a network that a technician held before the scanner last."""

    NONE = auto()
    KEPT = auto()
    WRONG = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a technician needs to enrol this kiosk: the QR's address and the code. Empty while the fleet is asked."""

    address: str = ""
    code: str = ""
    network: NetworkNote = NetworkNote.NONE


@dataclass(frozen=True, slots=True)
class OutOfService(StateGround):
    """Nothing can be offered: no settings yet, or no device to start with. ``enrolment``: it is nobody yet."""

    desk: Desk
    enrolment: Offer | None = None

    @property
    def timeout_s(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Idle(StateGround):
    """Nobody is here. Somebody may have touched language or type size and walked off: that wears off."""

    desk: Desk

    @property
    def timeout_s(self) -> float | None:
        return None if self.desk == self.desk.for_next_visitor() else float(self.patience.step_s)


@dataclass(frozen=True, slots=True)
class ChoosingService(StateGround):
    """The menu. ``page`` counts from 0; where there are more services than tiles, the last tile turns the page."""

    desk: Desk
    visitor: Visitor = NOBODY
    page: int = 0

    @property
    def tiles(self) -> int:
        """How many tiles the menu has; the banner about what is gone takes the room of two."""
        return TILES_REDUCED if self.desk.is_reduced else TILES

    @property
    def pages(self) -> tuple[tuple[str, ...], ...]:
        """The services of each page."""
        mine = self.visitor.service  # who came out of a service that has no tile finds the way back
        offered = tuple(name for name in self.desk.offered if SERVICES[name].in_menu or name == mine)
        tiles = self.tiles
        if len(offered) <= tiles:
            return (offered,)
        each = tiles - 1  # the last tile turns the page
        return tuple(offered[at : at + each] for at in range(0, len(offered), each))

    @property
    def shown(self) -> tuple[str, ...]:
        """The services of this page; the first page's when the menu has become shorter meanwhile."""
        pages = self.pages
        return pages[self.page if self.page < len(pages) else 0]


@dataclass(frozen=True, slots=True)
class Inviting(StateGround):
    """Asked to put the card in, or to scan something, for the service that was chosen."""

    desk: Desk
    visitor: Visitor = NOBODY


@dataclass(frozen=True, slots=True)
class ReadingCard(StateGround):
    """The card is in and being read: it must stay. ``visitor``: nobody known yet, that is what is being read."""

    desk: Desk
    visitor: Visitor = CARD_IN
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return READING_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class LookingUp(StateGround):
    """The replica is being asked. ``by_card``: about the card's owner, not about something scanned.

    ``by_hand``: about a number that was typed.
    """

    desk: Desk
    visitor: Visitor
    by_card: bool = False
    by_hand: bool = False
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return LOOKING_UP_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class ChoosingNotice(StateGround):
    """Which one to pay. ``page`` counts from 0, three rows each.

    ``left``: the bill whose QR was just left by "cancel"; a phone may have taken it, and the bank may yet confirm it.
    """

    desk: Desk
    visitor: Visitor
    owed: tuple[Owed, ...]
    page: int = 0
    left: Bill | None = None

    ROWS: ClassVar[int] = 3

    @property
    def pages(self) -> int:
        """How many pages the list has; at least one."""
        return max(1, -(-len(self.owed) // self.ROWS))

    @property
    def shown(self) -> tuple[Owed, ...]:
        """The rows of this page."""
        return self.owed[self.page * self.ROWS : (self.page + 1) * self.ROWS]


@dataclass(frozen=True, slots=True)
class OpeningPayment(StateGround):
    """The payment is being put on record, before anybody can pay it. ``owed`` and ``left`` as in ``Paying``."""

    desk: Desk
    visitor: Visitor
    chosen: Due
    owed: tuple[Owed, ...]
    bill: Bill | None = None
    left: Bill | None = None
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return LOOKING_UP_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Paying(StateGround):
    """The QR is on the screen. ``owed``: the list to go back to; empty once a card was put in that may be another's.

    ``left``: the same notice's earlier bill, whose QR was left and may yet be paid.
    """

    desk: Desk
    visitor: Visitor
    bill: Bill
    owed: tuple[Owed, ...]
    left: Bill | None = None
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return float(self.patience.payment_s)


@dataclass(frozen=True, slots=True)
class Waiting(StateGround):
    """The visitor says it is paid; only the bank's word counts."""

    desk: Desk
    visitor: Visitor
    bill: Bill
    owed: tuple[Owed, ...]
    left: Bill | None = None
    deadline: ClassVar[bool] = True

    @property
    def timeout_s(self) -> float:
        return float(self.patience.payment_s)


@dataclass(frozen=True, slots=True)
class Confirmed(StateGround):
    """The bank has confirmed; the slip is on its way. ``owed``: what is left to pay."""

    desk: Desk
    visitor: Visitor
    bill: Bill
    owed: tuple[Owed, ...]
    confirmed_at: datetime
    slip: Slip


@dataclass(frozen=True, slots=True)
class Taking(StateGround):
    """The last screen: take slip and card. With neither left to take or keep it is a farewell of ``CARD_OUT_S``.

    ``bill`` is None when no slip was wanted. ``reminded``: the card was forgotten once already. ``outdated``: the bank
    has spoken since the slip was made, so that another would not be the same again.
    """

    desk: Desk
    visitor: Visitor
    outcome: Outcome
    bill: Bill | None = None
    confirmed_at: datetime | None = None
    slip: Slip = Slip.NONE
    reminded: bool = False
    outdated: bool = False
    deadline: ClassVar[bool] = True

    @property
    def is_farewell(self) -> bool:
        """Nothing is left to take, to wait for, or to take a picture of."""
        return not self.visitor.card_in and self.slip in (Slip.NONE, Slip.PRINTED)

    @property
    def timeout_s(self) -> float:
        return CARD_OUT_S if self.is_farewell else float(self.patience.taking_s)


@dataclass(frozen=True, slots=True)
class Sorry(StateGround):
    """Something stands in the way; the sentence says what to do. ``owed``: the list to go back to, if there was one."""

    desk: Desk
    visitor: Visitor
    problem: Problem
    owed: tuple[Owed, ...] = ()
    paid_on: date | None = None


Reading = FactoryShown | ChoosingCase | CaseShown | ChoosingManual | ManualShown | ReadingOn
Paid = Paying | Waiting | Confirmed
Warnable = (
    ChoosingService | Inviting | ChoosingNotice | Fees | Paid | Taking | Sorry | Reading | WarnableWriting | FolderDesk
)


@dataclass(frozen=True, slots=True)
class Warned(StateGround):
    """Still there? Covers everything personal; a touch goes back to ``before``."""

    before: Warnable
    deadline: ClassVar[bool] = True

    @property
    def desk(self) -> Desk:  # type: ignore[override]  # derived: one desk, the one of the state underneath
        return self.before.desk

    @property
    def timeout_s(self) -> float:
        return float(self.patience.warning_s)


State = (
    OutOfService
    | Idle
    | ChoosingService
    | Inviting
    | ReadingCard
    | LookingUp
    | ChoosingNotice
    | Fees
    | OpeningPayment
    | Paying
    | Waiting
    | Confirmed
    | Taking
    | Sorry
    | Reading
    | Writing
    | FolderDesk
    | Warned
)

AnyState = TypeVar("AnyState", bound=State)


def with_desk(state: State, desk: Desk) -> State:
    """The same state on another desk."""
    if isinstance(state, Warned):
        before = with_desk(state.before, desk)
        assert not isinstance(before, Warned)  # noqa: S101 - narrows the type; a Warnable stays what it is
        return replace(state, before=before)  # type: ignore[arg-type]  # as above
    return replace(state, desk=desk)


def visitor_of(state: State) -> Visitor:
    """Who is here in ``state``; nobody in the states without a visitor."""
    if isinstance(state, Warned):
        return state.before.visitor
    return getattr(state, "visitor", Visitor())
