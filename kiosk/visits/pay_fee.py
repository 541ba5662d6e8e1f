"""Pay a yearly fee: choose a notice, show its QR, wait for the bank's word, print the slip.

Rules: only the bank's word makes a notice paid; a payment is on record before its QR is shown; the card may be
pulled at any time and only changes what the last screen says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.panel.port import Light, Pattern
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KioskSettings
from fleet.protocol.thai import BANGKOK
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.desk import Desk
from kiosk.visits.effects import DrawTransaction, Effect, Outcome, RecordPayment, ShowLight
from kiosk.visits.events import (
    Bill,
    Button,
    CodeScanned,
    Due,
    Event,
    Owed,
    PaymentNotRecorded,
    PaymentRecorded,
    TimedOut,
    Touched,
    TransactionDrawn,
)
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.fee_states import ConfirmingFee
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    OpeningPayment,
    Paying,
    Problem,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
    Waiting,
    Warned,
)
from kiosk.visits.steps import (
    Step,
    another_card,
    ask,
    leave,
    listed,
    look_up,
    next_card,
    next_code,
    print_slip,
    pulled,
    read_card,
    settles,
    slip_told,
    sorry,
    take,
    without,
)

pay_fee: Machine[State, Event, Effect] = Machine()

_WITH_VISITOR = (ChoosingNotice, OpeningPayment, Paying, Waiting, Confirmed)


@pay_fee.everywhere(_WITH_VISITOR, CardRemoved)
def _(s: ChoosingNotice | OpeningPayment | Paying | Waiting | Confirmed, _e: CardRemoved) -> Step:
    return Next(replace(s, visitor=pulled(s.visitor)), (ShowLight(Light.CARD, Pattern.OFF),))


@pay_fee.everywhere((OpeningPayment, Paying, Waiting), CardInserted)
def _(s: OpeningPayment | Paying | Waiting, _e: CardInserted) -> Step:
    return Next(another_card(s))


@pay_fee.everywhere(_WITH_VISITOR, CardMute)
def _(s: ChoosingNotice | OpeningPayment | Paying | Waiting | Confirmed, _e: CardMute) -> Step:
    return Next(replace(s, visitor=replace(s.visitor, card_in=True)))


# ---- which one ------------------------------------------------------------------------------------------------------


@pay_fee.on(ChoosingNotice, Touched)
def _(s: ChoosingNotice, e: Touched) -> Step:
    match e.button:
        case Button.CHOOSE:
            chosen = next((o for o in s.owed if o.notice.notice_no == e.value), None)
            return Next(s) if chosen is None else _open(s, chosen)
        case Button.NEXT_PAGE:
            return Next(replace(s, page=min(s.page + 1, s.pages - 1)))
        case Button.PREVIOUS_PAGE:
            return Next(replace(s, page=max(s.page - 1, 0)))
        case Button.BACK:
            return Next(ChoosingService(s.desk, s.visitor))
        case Button.FINISH:
            return leave(s.desk, s.visitor, Outcome.CANCELLED)
        case _:
            return Next(s)


def _open(s: ChoosingNotice, chosen: Owed) -> Step:
    left = s.left if s.left is not None and s.left.chosen.reference == chosen.reference else None
    return Next(OpeningPayment(s.desk, s.visitor, chosen, s.owed, left=left), (DrawTransaction(),))


@pay_fee.on(ChoosingNotice, CardInserted)
def _(s: ChoosingNotice, _e: CardInserted) -> Step:
    return read_card(s.desk, s.visitor)


@pay_fee.on(ChoosingNotice, CodeScanned)
def _(s: ChoosingNotice, e: CodeScanned) -> Step:
    return look_up(s.desk, s.visitor, e)


@pay_fee.on(ChoosingNotice, PaymentConfirmed)
def _(s: ChoosingNotice, e: PaymentConfirmed) -> Step:
    """One of them is paid: by the QR that was just left, or elsewhere."""
    unpaid = _unpaid(s.owed, e)
    if s.left is not None and settles(e, s.left):
        return paid(s.desk, s.visitor, s.left, unpaid, e)
    if not unpaid:
        return Next(Sorry(s.desk, s.visitor, Problem.ALREADY_PAID, paid_on=_day(e)))
    fewer = replace(s, owed=unpaid)
    return Next(replace(fewer, page=min(s.page, fewer.pages - 1)))


@pay_fee.everywhere((ChoosingNotice, Paying, Waiting, Confirmed), TimedOut)
def _(s: ChoosingNotice | Paying | Waiting | Confirmed, _e: TimedOut) -> Step:
    return Next(Warned(s))


pay_fee.ignore(ChoosingNotice, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


# ---- on record first ------------------------------------------------------------------------------------------------


@pay_fee.on(OpeningPayment, TransactionDrawn)
def _(s: OpeningPayment, e: TransactionDrawn) -> Step:
    try:
        payment = _payment(s.desk.settings, s.chosen, e.transaction_no)
    except ValueError:  # an amount or reference no bank would take; the notice is at fault, not the visitor
        return sorry(s.desk, s.visitor, Problem.NOT_PAYABLE, without(s.owed, s.chosen))
    bill = Bill(s.chosen, payment, e.transaction_no, e.tracking_token)
    return Next(replace(s, bill=bill), (RecordPayment(bill),))


def _payment(settings: KioskSettings | None, chosen: Due, transaction_no: str) -> BillPayment:
    ref2 = transaction_no.replace("-", "")
    if isinstance(chosen, FeeDue):
        return BillPayment(chosen.kind.payee.biller_id, chosen.reference, ref2, chosen.amount_satang)
    notice = chosen.notice
    if (
        settings is None
        or notice.amount_satang <= 0
        or sum(n.amount_satang for n in notice.lines) != notice.amount_satang
    ):
        raise ValueError("nothing that can be paid")
    return BillPayment(settings.payee.biller_id, notice.reference, ref2, notice.amount_satang)


@pay_fee.on(OpeningPayment, PaymentRecorded)
def _(s: OpeningPayment, _e: PaymentRecorded) -> Step:
    if s.bill is None:
        return Next(s)
    return Next(Paying(s.desk, replace(s.visitor, saw_qr=True), s.bill, s.owed, s.left))


@pay_fee.everywhere((OpeningPayment,), PaymentNotRecorded)
def _(s: OpeningPayment, _e: PaymentNotRecorded) -> Step:
    return sorry(s.desk, s.visitor, Problem.CANNOT_RECORD)


@pay_fee.on(OpeningPayment, TimedOut)
def _(s: OpeningPayment, _e: TimedOut) -> Step:
    return sorry(s.desk, s.visitor, Problem.CANNOT_RECORD)


pay_fee.ignore(OpeningPayment, Touched, CodeScanned, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *SLIP_ANSWERS)


# ---- the QR, and the bank's word ------------------------------------------------------------------------------------


@pay_fee.on(Paying, Touched)
def _(s: Paying, e: Touched) -> Step:
    if e.button is Button.PAID:
        return Next(Waiting(s.desk, s.visitor, s.bill, s.owed, s.left))
    if e.button in (Button.CANCEL, Button.BACK):
        return _cancelled(s)
    return Next(s)


def _cancelled(s: Paying) -> Step:
    """Back to the list, or to the letter; without either a card was put in meanwhile, and has its own, if still in."""
    if isinstance(s.bill.chosen, FeeDue):
        return Next(ConfirmingFee(s.desk, s.visitor, s.bill.chosen, left=s.bill))
    if s.owed:
        return listed(s.desk, s.visitor, s.owed, left=s.bill)
    return read_card(s.desk, s.visitor) if s.visitor.card_in else ask(s.desk, s.visitor)


@pay_fee.on(Waiting, Touched)
def _(s: Waiting, e: Touched) -> Step:
    if e.button is Button.SHOW_QR:
        return Next(Paying(s.desk, s.visitor, s.bill, s.owed, s.left))
    return take_tracking_slip(s) if e.button is Button.PRINT_TRACKING else Next(s)


def take_tracking_slip(s: Waiting) -> Step:
    """Leave before the bank has spoken, with a slip that says so and whose QR follows the payment."""
    slip, effects = print_slip(s.desk, s.visitor, s.bill, None)
    return Next(Taking(s.desk, s.visitor, Outcome.UNCONFIRMED, s.bill, slip=slip), effects)


@pay_fee.everywhere((OpeningPayment, Paying, Waiting), PaymentConfirmed)
def _(s: OpeningPayment | Paying | Waiting, e: PaymentConfirmed) -> Step:
    unpaid = _unpaid(s.owed, e)
    for bill in (s.bill, s.left):
        if bill is not None and settles(e, bill):
            return paid(s.desk, s.visitor, bill, unpaid, e)
    chosen = s.chosen if isinstance(s, OpeningPayment) else s.bill.chosen
    if (
        isinstance(chosen, Owed) and e.ref1 == chosen.reference
    ):  # paid, but not through this QR: whoever stands here must not pay it again
        return Next(Sorry(s.desk, s.visitor, Problem.ALREADY_PAID, unpaid, _day(e)))
    return Next(replace(s, owed=unpaid))


@pay_fee.everywhere((Confirmed, Sorry), PaymentConfirmed)
def _(s: Confirmed | Sorry, e: PaymentConfirmed) -> Step:
    """What is left to pay may be paid by now; it must not be offered again."""
    return Next(replace(s, owed=_unpaid(s.owed, e)))


def paid(desk: Desk, visitor: Visitor, bill: Bill, unpaid: tuple[Owed, ...], e: PaymentConfirmed) -> Step:
    """The bank has said that ``bill`` is paid: print the slip."""
    slip, effects = print_slip(desk, visitor, bill, e.confirmed_at)
    return Next(Confirmed(desk, replace(visitor, has_paid=True), bill, unpaid, e.confirmed_at, slip), effects)


def _unpaid(owed: tuple[Owed, ...], e: PaymentConfirmed) -> tuple[Owed, ...]:
    return tuple(each for each in owed if each.reference != e.ref1)


def _day(e: PaymentConfirmed) -> date:
    """The day at the counter; the wire's times are UTC."""
    return e.confirmed_at.astimezone(BANGKOK).date()


for _state in (Paying, Waiting):
    pay_fee.ignore(_state, CodeScanned, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)


# ---- paid -----------------------------------------------------------------------------------------------------------


def _slip(s: Confirmed, e: Any) -> Step:
    return slip_told(s, s.bill, e)


for _news in SLIP_ANSWERS:
    pay_fee.on(Confirmed, _news)(_slip)


@pay_fee.on(Confirmed, Touched)
def _(s: Confirmed, e: Touched) -> Step:
    if e.button is Button.FINISH:
        return take(s)
    if e.button is Button.PAY_ANOTHER and s.owed:
        return listed(s.desk, s.visitor, s.owed)
    return Next(s)


@pay_fee.on(Confirmed, CardInserted)
def _(s: Confirmed, _e: CardInserted) -> Step:
    """With the slip out the visit is as good as over; before, the payer must see what becomes of it."""
    return next_card(s.desk, Outcome.PAID) if s.slip is Slip.PRINTED else Next(another_card(s))


@pay_fee.on(Confirmed, CodeScanned)
def _(s: Confirmed, e: CodeScanned) -> Step:
    is_over = s.slip is Slip.PRINTED and not s.visitor.card_in
    return next_code(s.desk, Outcome.PAID, e) if is_over else Next(s)


pay_fee.ignore(Confirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS)
