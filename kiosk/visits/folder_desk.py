"""The folder desk, for officers: where a folder is, who takes it, that it is back, and what stands on a shelf.

Rules: it is open only while an officer's card is in; the card out ends it, and any other card is read anew. What is
done is on record before it is said to be done, and right here at once, with or without a network. Every scan of a walk
along a shelf is on the disk before the next: a card pulled, a time-out or a cut cable only stops the walk, and the same
officer goes on with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from drivers.card.port import CardInserted, CardMute, CardRemoved
from fleet.protocol.codes import FolderCode, UnknownCode
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.card_found import put_in_again
from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import Button, CardFound, CodeScanned, Event, TimedOut, Touched
from kiosk.visits.folder_effects import FindFolder, KeepWalk, ListOfficers, MoveFolder, NoteSeen, OpenWalk
from kiosk.visits.folder_events import (
    DeedKept,
    FolderFound,
    FolderUnknown,
    OfficerKnown,
    OfficersListed,
    SeenNoted,
    WalkKept,
    WalkOpened,
)
from kiosk.visits.folder_states import (
    ChoosingOfficer,
    DeskOpen,
    FolderDesk,
    FolderShown,
    StockDone,
    StockSummed,
    TakingStock,
    Told,
)
from kiosk.visits.folders import SEEN_MAX, Deed, OfficerHere, Place, Scan, judged
from kiosk.visits.machine import Machine, Next
from kiosk.visits.reading_on import turned
from kiosk.visits.services import FOLDER_DESK
from kiosk.visits.states import ChoosingService, LookingUp, State, Warned
from kiosk.visits.steps import Step, home, leave, pulled, read_card, sorry
from kiosk.visits.visitor import Problem
from kiosk.visits.writing_events import NotKept

folder_desk: Machine[State, Event, Effect] = Machine()

_ALL: tuple[type, ...] = get_args(FolderDesk)
_WALKING = (TakingStock, StockSummed)
_STANDING = tuple(state for state in _ALL if state not in _WALKING)
"""Where a scan means: this folder."""

OTHER = "other"
STOCK = "stock"
"""What the rows of a folder's screen are touched as."""


@folder_desk.on(LookingUp, OfficerKnown)
def _(s: LookingUp, e: OfficerKnown) -> Step:
    return Next(DeskOpen(s.desk, replace(s.visitor, service=FOLDER_DESK), e.here))


# ---- the card -------------------------------------------------------------------------------------------------------


@folder_desk.everywhere(_STANDING, CardRemoved)
def _(s: FolderDesk, _e: CardRemoved) -> Step:
    return home(s.desk, _outcome(s.here))


@folder_desk.everywhere(_WALKING, CardRemoved)
def _(s: TakingStock | StockSummed, _e: CardRemoved) -> Step:
    """What was scanned is kept; whoever stands here is nobody until a card says who."""
    if not s.walk.seen:
        return home(s.desk, _outcome(s.here))
    return sorry(s.desk, pulled(s.visitor).unknown(card_in=False), Problem.STOCK_STOPPED)


@folder_desk.everywhere(_ALL, CardInserted)
def _(s: FolderDesk, _e: CardInserted) -> Step:
    return read_card(s.desk, s.visitor)


@folder_desk.everywhere(_ALL, CardMute)
def _(s: FolderDesk, _e: CardMute) -> Step:
    return sorry(s.desk, s.visitor.unknown(card_in=True), Problem.CARD_REVERSED)


@folder_desk.everywhere(_ALL, CardFound)
def _(s: FolderDesk, _e: CardFound) -> Step:
    return put_in_again(s.desk, s.visitor)


@folder_desk.everywhere(_ALL, TimedOut)
def _(s: FolderDesk, _e: TimedOut) -> Step:
    return Next(Warned(s))


def _outcome(here: OfficerHere) -> Outcome:
    return Outcome.DONE if here.has_done else Outcome.INFORMED


def _opened(s: FolderDesk, told: Told | None = None) -> Step:
    return Next(DeskOpen(s.desk, s.visitor, s.here, told))


# ---- a folder is scanned --------------------------------------------------------------------------------------------


@folder_desk.everywhere(_STANDING, CodeScanned)
def _(s: FolderDesk, e: CodeScanned) -> Step:
    if isinstance(e.code, FolderCode):
        return Next(s, (FindFolder(e.code.folder_id),))
    return _opened(s, Told.UNREADABLE if isinstance(e.code, UnknownCode) and e.code.damaged else Told.NO_FOLDER)


@folder_desk.everywhere(_STANDING, FolderFound)
def _(s: FolderDesk, e: FolderFound) -> Step:
    return Next(FolderShown(s.desk, s.visitor, s.here, e.facts))


@folder_desk.everywhere(_STANDING, FolderUnknown)
def _(s: FolderDesk, _e: FolderUnknown) -> Step:
    return _opened(s, Told.NOT_OURS)


@folder_desk.on(DeskOpen, Touched)
def _(s: DeskOpen, e: Touched) -> Step:
    if s.told is not None and e.button in (Button.BACK, Button.RETRY):
        return _opened(s)
    if e.button is Button.BACK:
        return Next(ChoosingService(s.desk, s.visitor))
    if e.button is Button.CONTINUE and s.here.paused:
        return Next(s, (OpenWalk(s.here.officer.officer_no, s.here.paused[-1].place),))
    return leave(s.desk, s.visitor, _outcome(s.here)) if e.button is Button.FINISH else Next(s)


# ---- taken, and brought back ----------------------------------------------------------------------------------------


@folder_desk.on(FolderShown, Touched)
def _(s: FolderShown, e: Touched) -> Step:
    officer_no, may_move = s.here.officer.officer_no, s.done is None and s.desk.can_record
    if e.button is Button.BACK or (e.button is Button.CONTINUE and s.done is not None):
        return _opened(s)
    if e.button is Button.CONTINUE and may_move:
        return Next(s, (MoveFolder(s.facts, Deed.IN if s.facts.is_out else Deed.OUT, officer_no),))
    if e.button is Button.CHOOSE and e.value == OTHER and may_move:
        return Next(s, (ListOfficers(),))
    if e.button is Button.CHOOSE and e.value == STOCK and may_take_stock(s):
        return Next(s, (OpenWalk(officer_no, Place.of(s.facts.folder)),))
    return Next(s)


def may_take_stock(s: FolderShown) -> bool:
    """Whether its shelf can be walked along."""
    return Place.of(s.facts.folder).is_known and s.desk.can_record


@folder_desk.on(FolderShown, OfficersListed)
def _(s: FolderShown, e: OfficersListed) -> Step:
    """Not whoever has it now: it cannot be given to them."""
    others = tuple(each for each in e.officers if each.officer_no != s.facts.folder.out_to)
    return Next(ChoosingOfficer(s.desk, s.visitor, s.here, s.facts, others))


@folder_desk.on(ChoosingOfficer, Touched)
def _(s: ChoosingOfficer, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.CHOOSE and any(each.officer_no == e.value for each in s.officers):
        own = s.here.officer.officer_no
        return Next(s, (MoveFolder(s.facts, Deed.OUT, e.value, "" if e.value == own else own),))
    return Next(FolderShown(s.desk, s.visitor, s.here, s.facts)) if e.button is Button.BACK else Next(s)


@folder_desk.everywhere((FolderShown, ChoosingOfficer), DeedKept)
def _(s: FolderShown | ChoosingOfficer, e: DeedKept) -> Step:
    return Next(FolderShown(s.desk, s.visitor, s.here.done(), e.facts, e.deed))


@folder_desk.everywhere((FolderShown, ChoosingOfficer, StockSummed), NotKept)
def _(s: FolderDesk, _e: NotKept) -> Step:
    return sorry(s.desk, s.visitor, Problem.CANNOT_KEEP)


# ---- along a shelf --------------------------------------------------------------------------------------------------


@folder_desk.everywhere((DeskOpen, FolderShown), WalkOpened)
def _(s: DeskOpen | FolderShown, e: WalkOpened) -> Step:
    return Next(TakingStock(s.desk, s.visitor, s.here.without(e.walk.place), e.walk))


@folder_desk.everywhere(_WALKING, CodeScanned)
def _(s: TakingStock | StockSummed, e: CodeScanned) -> Step:
    """Also from the sum: who scans on has not come to the end."""
    walking = TakingStock(s.desk, s.visitor, s.here, s.walk)
    if not isinstance(e.code, FolderCode):
        return Next(replace(walking, scan=Scan.NO_FOLDER))
    seen = next((each for each in s.walk.seen if each.folder_id == e.code.folder_id), None)
    if seen is not None:
        return Next(replace(walking, scan=Scan.AGAIN, last=seen))
    if len(s.walk.seen) >= SEEN_MAX:
        return Next(walking)
    return Next(walking, (NoteSeen(s.here.officer.officer_no, s.walk, e.code.folder_id),))


@folder_desk.on(TakingStock, SeenNoted)
def _(s: TakingStock, e: SeenNoted) -> Step:
    return Next(replace(s, walk=s.walk.after(e.seen), scan=judged(s.walk, e.seen), last=e.seen))


@folder_desk.on(TakingStock, Touched)
def _(s: TakingStock, e: Touched) -> Step:
    if e.button is Button.BACK:
        return Next(DeskOpen(s.desk, s.visitor, s.here.pausing(s.walk)))
    if e.button is Button.CONTINUE and s.walk.seen:
        return Next(StockSummed(s.desk, s.visitor, s.here, s.walk))
    return Next(s)


@folder_desk.on(StockSummed, Touched)
def _(s: StockSummed, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.SEND and s.desk.can_record:
        return Next(s, (KeepWalk(s.here.officer.officer_no, s.walk),))
    return Next(TakingStock(s.desk, s.visitor, s.here, s.walk)) if e.button is Button.BACK else Next(s)


@folder_desk.on(StockSummed, WalkKept)
def _(s: StockSummed, _e: WalkKept) -> Step:
    return Next(StockDone(s.desk, s.visitor, s.here.done(), s.walk))


@folder_desk.on(StockDone, Touched)
def _(s: StockDone, e: Touched) -> Step:
    if e.button is Button.CONTINUE:
        return _opened(s)
    return leave(s.desk, s.visitor, _outcome(s.here)) if e.button is Button.FINISH else Next(s)


_OTHERS = (PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)

for _state in _ALL:
    folder_desk.ignore(_state, *_OTHERS)
