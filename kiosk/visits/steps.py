"""Steps that many states share: how a visit begins, goes back and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from drivers.panel.port import Light, Pattern
from kiosk.visits.desk import Desk, Device
from kiosk.visits.effects import (
    BeginVisit,
    Effect,
    EndVisit,
    LookUpCode,
    Outcome,
    PrintPaymentSlip,
    ReadCard,
    ShowLight,
)
from kiosk.visits.events import Bill, CodeScanned, Owed
from kiosk.visits.machine import Next
from kiosk.visits.states import (
    ChoosingNotice,
    Idle,
    Inviting,
    LookingUp,
    OutOfService,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
)

Step = Next[State, Effect]

PAY_FEE = "pay-fee"


def rest(desk: Desk) -> State:
    """Where nobody is: idle, or out of service when nothing can be offered."""
    return Idle(desk) if desk.offered else OutOfService(desk)


def home(desk: Desk, outcome: Outcome) -> Step:
    """The visitor is gone."""
    return Next(rest(desk.for_next_visitor()), (EndVisit(outcome), *lights_off()))


def lights_off() -> tuple[Effect, ...]:
    """Card and paper lights off; the status light is not the visit's."""
    return ShowLight(Light.CARD, Pattern.OFF), ShowLight(Light.PAPER, Pattern.OFF)


def invite(desk: Desk, visitor: Visitor, *before: Effect) -> Step:
    """Ask for card, notice or folder; a card already in is read at once."""
    if visitor.card_in:
        return read_card(desk, *before)
    blink = ShowLight(Light.CARD, Pattern.SLOW if Device.CARD in desk.ready else Pattern.OFF)
    return Next(Inviting(desk, PAY_FEE), (*before, blink))


def read_card(desk: Desk, *before: Effect) -> Step:
    """The card is in: read it."""
    return Next(ReadingCard(desk), (*before, ShowLight(Light.CARD, Pattern.ON), ReadCard()))


def look_up(desk: Desk, visitor: Visitor, scanned: CodeScanned, *before: Effect) -> Step:
    """A code was scanned: find what it stands for."""
    return Next(LookingUp(desk, visitor), (*before, LookUpCode(scanned.code)))


def sorry(desk: Desk, visitor: Visitor, problem: Problem, owed: tuple[Owed, ...] = ()) -> Step:
    """Say what stands in the way."""
    return Next(Sorry(desk, visitor, problem, owed))


def leave(desk: Desk, visitor: Visitor, outcome: Outcome) -> Step:
    """End the visit without a slip: home, or first "take your card"."""
    if visitor.card_in:
        return Next(Taking(desk, visitor, outcome), (ShowLight(Light.CARD, Pattern.FAST),))
    return home(desk, outcome)


def begin() -> BeginVisit:
    """The effect that starts the visit's clock."""
    return BeginVisit(PAY_FEE)


def print_slip(
    desk: Desk, visitor: Visitor, bill: Bill, confirmed_at: datetime | None, *, reprint: bool = False
) -> tuple[Slip, tuple[Effect, ...]]:
    """How the slip stands now, and what to do for it. Without printer or paper it has failed before it began."""
    if not desk.can_print:
        return Slip.FAILED, ()
    slip = PrintPaymentSlip(bill, visitor.payer_masked, confirmed_at, reprint)
    return Slip.PRINTING, (slip, ShowLight(Light.PAPER, Pattern.SLOW))


def without(owed: tuple[Owed, ...], paid: Owed) -> tuple[Owed, ...]:
    """The list without the one just paid."""
    return tuple(each for each in owed if each.notice.notice_no != paid.notice.notice_no)


def listed(desk: Desk, visitor: Visitor, owed: tuple[Owed, ...], outcome: Outcome = Outcome.CANCELLED) -> Step:
    """The list of notices, the longest overdue first."""
    return Next(ChoosingNotice(desk, visitor, tuple(sorted(owed, key=lambda o: o.notice.due_on)), outcome=outcome))


def pulled(visitor: Visitor) -> Visitor:
    """The same visitor with the card out."""
    return replace(visitor, card_in=False)
