"""Steps that many states share: how a visit begins, goes back and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from drivers.errors import Fault
from drivers.panel.port import Light, Pattern
from drivers.printer.port import Paper
from fleet.protocol.codes import BillCode, UnknownCode
from fleet.protocol.fees import AmountBy
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.payment import BillPayment
from kiosk.visits.desk import Desk, Device
from kiosk.visits.effects import (
    BeginVisit,
    Effect,
    EndVisit,
    HoldPaymentSlip,
    LookUpCode,
    Outcome,
    PrintPaymentSlip,
    ReadCard,
    ShowLight,
)
from kiosk.visits.events import Bill, CodeScanned, Due, Owed, SlipBegun, SlipFailed, SlipPrinted
from kiosk.visits.fee_kinds import FeeDue, FeeKind, amount_of, kind_of, kind_of_reference
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingAmount, TypingNumber
from kiosk.visits.machine import Next
from kiosk.visits.services import OTHER_FEE, PAY_FEE, PRESENCE_SLIP, SERVICES, asked_by_code, starts_of
from kiosk.visits.states import (
    ChoosingNotice,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    OpeningPayment,
    OutOfService,
    Paying,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
    Waiting,
)

Step = Next[State, Effect]

TRIES_MAX = 5
"""Typed numbers looked up in one visit: who has a notice in hand needs one, or two with a slip of the finger."""


def rest(desk: Desk) -> State:
    """Where nobody is: idle, or out of service when nothing can be offered."""
    return Idle(desk) if desk.offered else OutOfService(desk)


def home(desk: Desk, outcome: Outcome) -> Step:
    """The visitor is gone."""
    return Next(rest(desk.for_next_visitor()), (EndVisit(outcome), *lights_off()))


def next_card(desk: Desk, outcome: Outcome) -> Step:
    """A card after the visit was over: the next visitor is quick, or the same one has thought of something else."""
    ended = home(desk, outcome)
    return read_card(desk.for_next_visitor(), Visitor(), *ended.effects, BeginVisit())


def next_code(desk: Desk, outcome: Outcome, scanned: CodeScanned) -> Step:
    """The same with a code."""
    ended = home(desk, outcome)
    return look_up(desk.for_next_visitor(), Visitor(), scanned, *ended.effects, BeginVisit())


def lights_off() -> tuple[Effect, ...]:
    """Card and paper lights off; the status light is not the visit's."""
    return ShowLight(Light.CARD, Pattern.OFF), ShowLight(Light.PAPER, Pattern.OFF)


def invite(desk: Desk, visitor: Visitor) -> Step:
    """Ask for what the chosen service begins with; a card that is in and was read before is read again, at once."""
    by_card = Device.CARD in starts_of(visitor.service)
    return (
        read_card(desk, visitor)
        if by_card and visitor.card_in and visitor.payer_masked is not None
        else ask(desk, visitor)
    )


def ask(desk: Desk, visitor: Visitor) -> Step:
    """Ask for what the chosen service begins with, also while a card that was of no use is still in."""
    if visitor.service == OTHER_FEE:
        return Next(ChoosingFee(desk, here(visitor)))
    service = SERVICES.get(visitor.service)
    if service is not None and service.typed and not service.starts & desk.ready:
        return type_number(desk, visitor)
    wants_card = Device.CARD in starts_of(visitor.service) & desk.ready
    blink = ShowLight(Light.CARD, Pattern.SLOW if wants_card else Pattern.OFF)
    return Next(Inviting(desk, here(visitor)), (blink,))


def type_number(desk: Desk, visitor: Visitor) -> Step:
    """Have a number typed instead; not for ever, so that nobody reads the whole register out of a kiosk."""
    if visitor.tries >= TRIES_MAX:
        return sorry(desk, visitor, Problem.TRIES_SPENT)
    return Next(TypingNumber(desk, here(visitor)))


def read_card(desk: Desk, visitor: Visitor, *before: Effect) -> Step:
    """A card is in, whoever's: read it. Nothing known of ``visitor`` is known of its owner."""
    reading = ReadCard(visitor.service, proves=visitor.service == PRESENCE_SLIP and desk.checks_cards)
    return Next(ReadingCard(desk, visitor.unknown(card_in=True)), (*before, ShowLight(Light.CARD, Pattern.ON), reading))


def look_up(desk: Desk, visitor: Visitor, scanned: CodeScanned, *before: Effect) -> Step:
    """A code was scanned: find what it stands for; the letter of a fee that is paid here says all by itself."""
    if OTHER_FEE in desk.offered and isinstance(scanned.code, BillCode):
        kind = kind_of(scanned.code.payment, desk.fees)
        if kind is not None:
            return Next(fee_read(desk, here(visitor), kind, scanned.code.payment), before)
    if OTHER_FEE in desk.offered and isinstance(scanned.code, UnknownCode):
        plain = kind_of_reference(scanned.reference, desk.fees)
        if plain is not None:
            return Next(fee_referenced(desk, here(visitor), plain, scanned.reference), before)
    asked = asked_by_code(scanned.code, visitor.service, desk.offered)
    return Next(LookingUp(desk, here(visitor)), (*before, LookUpCode(scanned.code, asked)))


def fee_read(desk: Desk, visitor: Visitor, kind: FeeKind, payment: BillPayment) -> State:
    """A letter's code was read: is it right, or how much?"""
    payer, amount_satang = replace(visitor, service=OTHER_FEE), amount_of(payment, kind)
    if amount_satang is None:
        return TypingAmount(desk, payer, kind, payment.ref1)
    return ConfirmingFee(desk, payer, FeeDue(kind, payment.ref1, amount_satang))


def fee_referenced(desk: Desk, visitor: Visitor, kind: FeeKind, reference: str) -> State:
    """A letter's reference is known: is it right, or how much?"""
    payer, amount = replace(visitor, service=OTHER_FEE), kind.fee.amount
    if amount.by is AmountBy.FIXED:
        return ConfirmingFee(desk, payer, FeeDue(kind, reference, amount.fixed_satang))
    return TypingAmount(desk, payer, kind, reference)


def here(visitor: Visitor) -> Visitor:
    """The same visitor, but the payer is known by their card only as long as it is in: the next may not be the same."""
    return visitor if visitor.card_in else visitor.unknown(card_in=False)


def sorry(desk: Desk, visitor: Visitor, problem: Problem, owed: tuple[Owed, ...] = ()) -> Step:
    """Say what stands in the way."""
    return Next(Sorry(desk, visitor, problem, owed))


def leave(desk: Desk, visitor: Visitor, outcome: Outcome) -> Step:
    """End the visit without a slip: home, or first "take your card". ``outcome``: unless something was paid before."""
    ended = Outcome.PAID if visitor.has_paid else outcome
    if visitor.card_in:
        return Next(Taking(desk, visitor, ended), (ShowLight(Light.CARD, Pattern.FAST),))
    return home(desk, ended)


def take(state: Confirmed) -> Step:
    """Paid: on to slip and card."""
    light = ShowLight(Light.CARD, Pattern.FAST if state.visitor.card_in else Pattern.OFF)
    paid = Taking(state.desk, state.visitor, Outcome.PAID, state.bill, state.confirmed_at, state.slip)
    return Next(paid, (light,))


def print_slip(
    desk: Desk, visitor: Visitor, bill: Bill, confirmed_at: datetime | None, *, reprint: bool = False
) -> tuple[Slip, tuple[Effect, ...]]:
    """How the slip stands now, and what to do for it. Without printer or paper it has failed before it began, and
    waits for them."""
    slip = PrintPaymentSlip(bill, visitor.payer_masked, confirmed_at, reprint)
    if not desk.can_print:
        because = Fault.PAPER_OUT if desk.paper is Paper.OUT else Fault.OFFLINE
        return Slip.FAILED, (HoldPaymentSlip(slip, because),)
    return Slip.PRINTING, (slip, ShowLight(Light.PAPER, Pattern.SLOW))


def without(owed: tuple[Owed, ...], paid: Due) -> tuple[Owed, ...]:
    """The list without the one just paid."""
    return tuple(each for each in owed if each.reference != paid.reference)


def listed(desk: Desk, visitor: Visitor, owed: tuple[Owed, ...], left: Bill | None = None) -> Step:
    """The list of notices, the longest overdue first. ``left``: the bill whose QR was left for it."""
    payer = replace(visitor, service=PAY_FEE)
    return Next(ChoosingNotice(desk, payer, tuple(sorted(owed, key=lambda o: o.notice.due_on)), left=left))


def pulled(visitor: Visitor) -> Visitor:
    """The same visitor with the card out."""
    return replace(visitor, card_in=False)


def another_card(state: OpeningPayment | Paying | Waiting | Confirmed) -> State:
    """A card was put in while paying. The payment goes on; the list does not, for the card may be another person's."""
    return replace(state, visitor=replace(state.visitor, card_in=True), owed=())


def settles(word: PaymentConfirmed, bill: Bill) -> bool:
    """Whether the bank's word is on this very bill, to the satang."""
    payment = bill.payment
    return (word.ref1, word.ref2, word.amount_satang) == (payment.ref1, payment.ref2, payment.amount_satang)


SLIP_TOLD: dict[type, tuple[Slip, Pattern]] = {
    SlipBegun: (Slip.PRINTING, Pattern.SLOW),
    SlipPrinted: (Slip.PRINTED, Pattern.ON),
    SlipFailed: (Slip.FAILED, Pattern.OFF),
}
"""How a slip stands after what was said of it, and how the paper light shines then."""


def slip_told(state: Confirmed | Taking, bill: Bill | None, told: SlipBegun | SlipPrinted | SlipFailed) -> Step:
    """How a slip stands. One of an earlier payment of this visit says nothing about the present one."""
    if bill is None or bill.transaction_no != told.transaction_no:
        return Next(state)
    slip, pattern = SLIP_TOLD[type(told)]
    return Next(replace(state, slip=slip), (ShowLight(Light.PAPER, pattern),))
