"""What every visit begins with: idle, the menu, putting the card in, being told what is wrong.

How it ends stands in ``taking``, the warning before it in ``still_there``; all tables together are ``visit.visit``.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.card.port import CardInserted, CardMute, CardRemoved
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.doors import DOORS, look_up_card
from kiosk.visits.effects import BeginVisit, Effect, Outcome
from kiosk.visits.events import (
    AlreadyPaid,
    Button,
    CardProblem,
    CardRead,
    CardUnreadable,
    CodeScanned,
    Event,
    NotFound,
    NothingOwed,
    NoticesFound,
    TimedOut,
    Touched,
)
from kiosk.visits.fee_states import TypingNumber
from kiosk.visits.machine import Machine, Next
from kiosk.visits.services import SERVICES
from kiosk.visits.states import (
    ChoosingService,
    Idle,
    Inviting,
    LookingUp,
    OutOfService,
    Problem,
    ReadingCard,
    Sorry,
    State,
    Visitor,
    Warned,
)
from kiosk.visits.steps import (
    TRIES_MAX,
    Step,
    ask,
    leave,
    listed,
    look_up,
    pulled,
    read_card,
    rest,
    sorry,
    type_number,
)

front: Machine[State, Event, Effect] = Machine()


# ---- nobody here ----------------------------------------------------------------------------------------------------

front.ignore(
    OutOfService,
    *(Touched, TimedOut, CodeScanned, CardInserted, CardMute, CardRemoved, PaymentConfirmed),
    *(CARD_ANSWERS + LOOK_UP_ANSWERS + OPENING_ANSWERS + SLIP_ANSWERS),
)


@front.on(Idle, Touched)
def _(s: Idle, e: Touched) -> Step:
    return Next(ChoosingService(s.desk), (BeginVisit(),)) if e.button is Button.START else Next(s)


@front.on(Idle, CardInserted)
def _(s: Idle, _e: CardInserted) -> Step:
    return read_card(s.desk, Visitor(), BeginVisit())


@front.on(Idle, CardMute)
def _(s: Idle, _e: CardMute) -> Step:
    return Next(Sorry(s.desk, Visitor(card_in=True), Problem.CARD_REVERSED), (BeginVisit(),))


@front.on(Idle, CodeScanned)
def _(s: Idle, e: CodeScanned) -> Step:
    return look_up(s.desk, Visitor(), e, BeginVisit())


@front.on(Idle, TimedOut)
def _(s: Idle, _e: TimedOut) -> Step:
    return Next(rest(s.desk.for_next_visitor()))


front.ignore(Idle, CardRemoved, PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


# ---- the menu -------------------------------------------------------------------------------------------------------


@front.on(ChoosingService, Touched)
def _(s: ChoosingService, e: Touched) -> Step:
    if e.button is Button.SERVICE and e.value in s.desk.offered:
        return DOORS[e.value].menu(s.desk, replace(s.visitor, service=e.value))
    if e.button is Button.NEXT_PAGE:
        return Next(replace(s, page=(s.page + 1) % len(s.pages)))
    if e.button is Button.BACK and s.page:
        return Next(replace(s, page=s.page - 1))
    if e.button in (Button.HOME, Button.BACK):
        return leave(s.desk, s.visitor, Outcome.CANCELLED)
    return Next(s)


front.ignore(ChoosingService, PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


# ---- card or paper --------------------------------------------------------------------------------------------------


@front.on(Inviting, Touched)
def _(s: Inviting, e: Touched) -> Step:
    if e.button is Button.TYPE and may_type(s):
        return type_number(s.desk, s.visitor)
    return Next(ChoosingService(s.desk, s.visitor)) if e.button is Button.BACK else Next(s)


front.ignore(Inviting, PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


def may_type(s: Inviting) -> bool:
    """Whether a number may be typed instead of what the service asks for."""
    service = SERVICES.get(s.visitor.service)
    return service is not None and service.typed and s.visitor.tries < TRIES_MAX


# From each of these, putting a card in or scanning something goes straight on: people do not wait to be asked.
_OPEN = (ChoosingService, Inviting, TypingNumber, Sorry)


@front.everywhere(_OPEN, CardInserted)
def _(s: ChoosingService | Inviting | TypingNumber | Sorry, _e: CardInserted) -> Step:
    return read_card(s.desk, s.visitor)


@front.everywhere(_OPEN, CardMute)
def _(s: ChoosingService | Inviting | TypingNumber | Sorry, _e: CardMute) -> Step:
    return sorry(s.desk, replace(s.visitor, card_in=True), Problem.CARD_REVERSED)


@front.everywhere(_OPEN, CodeScanned)
def _(s: ChoosingService | Inviting | TypingNumber | Sorry, e: CodeScanned) -> Step:
    return look_up(s.desk, s.visitor, e)


@front.everywhere(_OPEN, CardRemoved)
def _(s: ChoosingService | Inviting | TypingNumber | Sorry, _e: CardRemoved) -> Step:
    return Next(replace(s, visitor=pulled(s.visitor)))


# ---- reading and looking up -----------------------------------------------------------------------------------------


@front.on(ReadingCard, CardRead)
def _(s: ReadingCard, e: CardRead) -> Step:
    if e.expired:
        return sorry(s.desk, s.visitor, Problem.CARD_EXPIRED)
    visitor = replace(s.visitor, payer_masked=e.id_number.masked)
    door = DOORS.get(visitor.service)
    return (door.card if door else look_up_card)(s.desk, visitor, e)


@front.on(ReadingCard, CardUnreadable)
def _(s: ReadingCard, e: CardUnreadable) -> Step:
    foreign = e.problem is CardProblem.NOT_THAI_ID
    problem = Problem.CARD_NOT_THAI_ID if foreign else Problem.CARD_UNREADABLE
    return sorry(s.desk, s.visitor, problem)


@front.on(ReadingCard, CardRemoved)
def _(s: ReadingCard, _e: CardRemoved) -> Step:
    return sorry(s.desk, pulled(s.visitor), Problem.CARD_PULLED)


@front.on(ReadingCard, CardInserted)
def _(s: ReadingCard, _e: CardInserted) -> Step:
    return read_card(s.desk, s.visitor)  # the reader came back with the card still in it


@front.on(ReadingCard, CardMute)
def _(s: ReadingCard, _e: CardMute) -> Step:
    return sorry(s.desk, s.visitor, Problem.CARD_REVERSED)


@front.on(ReadingCard, TimedOut)
def _(s: ReadingCard, _e: TimedOut) -> Step:
    return sorry(s.desk, s.visitor, Problem.CARD_UNREADABLE)


@front.on(ReadingCard, Touched)
def _(s: ReadingCard, e: Touched) -> Step:
    cancelled = e.button in (Button.CANCEL, Button.BACK)
    return leave(s.desk, s.visitor, Outcome.CANCELLED) if cancelled else Next(s)


front.ignore(ReadingCard, CodeScanned, PaymentConfirmed, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


@front.on(LookingUp, NoticesFound)
def _(s: LookingUp, e: NoticesFound) -> Step:
    return listed(s.desk, s.visitor, e.owed)


@front.on(LookingUp, NothingOwed)
def _(s: LookingUp, _e: NothingOwed) -> Step:
    return sorry(s.desk, s.visitor, Problem.NOTHING_OWED)


@front.on(LookingUp, AlreadyPaid)
def _(s: LookingUp, e: AlreadyPaid) -> Step:
    return Next(Sorry(s.desk, s.visitor, Problem.ALREADY_PAID, paid_on=e.paid_on))


@front.on(LookingUp, NotFound)
def _(s: LookingUp, e: NotFound) -> Step:
    return sorry(s.desk, s.visitor, Problem.CODE_DAMAGED if e.damaged and not s.by_hand else _nowhere(s))


@front.on(LookingUp, TimedOut)
def _(s: LookingUp, _e: TimedOut) -> Step:
    return sorry(s.desk, s.visitor, _nowhere(s))


def _nowhere(s: LookingUp) -> Problem:
    if s.by_hand:
        return Problem.NUMBER_UNKNOWN
    return Problem.CARD_UNKNOWN if s.by_card else Problem.CODE_UNKNOWN


@front.on(LookingUp, CardRemoved)
def _(s: LookingUp, _e: CardRemoved) -> Step:
    return Next(replace(s, visitor=pulled(s.visitor)))


@front.on(LookingUp, CardInserted)
def _(s: LookingUp, _e: CardInserted) -> Step:
    return read_card(s.desk, s.visitor)


@front.on(LookingUp, CardMute)
def _(s: LookingUp, _e: CardMute) -> Step:
    return Next(replace(s, visitor=replace(s.visitor, card_in=True)))


front.ignore(LookingUp, Touched, CodeScanned, PaymentConfirmed, *CARD_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


# ---- something is in the way ----------------------------------------------------------------------------------------


@front.on(Sorry, Touched)
def _(s: Sorry, e: Touched) -> Step:
    if e.button in (Button.HOME, Button.FINISH, Button.CANCEL):
        return leave(s.desk, s.visitor, _outcome(s))
    if e.button is Button.RETRY and s.problem is Problem.NUMBER_UNKNOWN:
        return type_number(s.desk, s.visitor)
    if e.button in (Button.BACK, Button.RETRY):
        return listed(s.desk, s.visitor, s.owed) if s.owed else ask(s.desk, s.visitor)
    return Next(s)


def _outcome(s: Sorry) -> Outcome:
    if s.problem in (Problem.NO_CASE, Problem.SLIP_ELSEWHERE, Problem.SLIP_UNKNOWN, Problem.STOCK_STOPPED):
        return Outcome.INFORMED
    settled = s.problem in (Problem.NOTHING_OWED, Problem.ALREADY_PAID)
    return Outcome.NOTHING_OWED if settled else Outcome.CANCELLED


@front.everywhere(_OPEN, TimedOut)
def _(s: ChoosingService | Inviting | TypingNumber | Sorry, _e: TimedOut) -> Step:
    return Next(Warned(s))


front.ignore(Sorry, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)
