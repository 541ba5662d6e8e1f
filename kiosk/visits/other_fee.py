"""Pay a fee of another office: which one, the letter's reference, its amount, is it right; then as any payment.

Rules: nothing here knows any particular fee, the settings define them all (``fleet.protocol.fees``); what is typed is
read back before anything can be paid; a card has no part in it.
"""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.codes import BillCode
from fleet.protocol.fees import squeezed
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.desk import Desk
from kiosk.visits.effects import DrawTransaction, Effect
from kiosk.visits.events import Button, CodeScanned, Event, TimedOut, Touched
from kiosk.visits.fee_kinds import FeeDue, FeeKind, fits, kind_of, kind_of_reference, takes_reference
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingAmount, TypingReference
from kiosk.visits.giving import card_comes_and_goes
from kiosk.visits.keyboard import Layer, erased
from kiosk.visits.machine import Machine, Next
from kiosk.visits.pay_fee import paid
from kiosk.visits.states import ChoosingService, OpeningPayment, State, Warned
from kiosk.visits.steps import Step, fee_read, fee_referenced, look_up, settles
from kiosk.visits.typed import (
    REFERENCE_CHARACTERS_MAX,
    Wrong,
    digit_added,
    key_added,
    read_amount,
    wrong_reference,
)
from kiosk.visits.visitor import Visitor

other_fee: Machine[State, Event, Effect] = Machine()

_STATES = (ChoosingFee, TypingReference, TypingAmount, ConfirmingFee)

card_comes_and_goes(other_fee, *_STATES)


def begin(desk: Desk, visitor: Visitor) -> Step:
    """From the menu: which fee, where there is more than one."""
    fees = desk.fees
    return Next(TypingReference(desk, visitor, fees[0]) if len(fees) == 1 else ChoosingFee(desk, visitor))


# ---- which one ------------------------------------------------------------------------------------------------------


@other_fee.on(ChoosingFee, Touched)
def _(s: ChoosingFee, e: Touched) -> Step:
    match e.button:
        case Button.CHOOSE:
            kind = next((each for each in s.desk.fees if each.code == e.value), None)
            return Next(s if kind is None else TypingReference(s.desk, s.visitor, kind))
        case Button.NEXT_PAGE:
            return Next(replace(s, page=(s.page + 1) % len(s.pages)))
        case Button.BACK if s.page:
            return Next(replace(s, page=s.page - 1))
        case Button.BACK:
            return Next(ChoosingService(s.desk, s.visitor))
        case _:
            return Next(s)


@other_fee.on(ChoosingFee, CodeScanned)
def _(s: ChoosingFee, e: CodeScanned) -> Step:
    return look_up(s.desk, s.visitor, e)


# ---- its reference --------------------------------------------------------------------------------------------------


@other_fee.on(TypingReference, Touched)
def _(s: TypingReference, e: Touched) -> Step:  # noqa: PLR0911 - one return a kind of key
    match e.button:
        case Button.BACK:
            return _back_to_list(s.desk, s.visitor)
        case _ if s.is_scanned_only:
            return Next(s)
        case Button.KEY:
            return Next(replace(s, text=key_added(s.text, e.value[:1], REFERENCE_CHARACTERS_MAX), wrong=None))
        case Button.ERASE:
            return Next(replace(s, text=erased(s.text), wrong=None))
        case Button.LAYER if e.value in (Layer.PAD, Layer.LATIN_SHIFT):
            return Next(replace(s, layer=Layer(e.value)))
        case Button.SEND:
            return _referenced(s)
        case _:
            return Next(s)


def _back_to_list(desk: Desk, visitor: Visitor) -> Step:
    return Next(ChoosingService(desk, visitor) if len(desk.fees) == 1 else ChoosingFee(desk, visitor))


def _referenced(s: TypingReference) -> Step:
    wrong = wrong_reference(s.text, s.kind.fee.reference)
    if wrong is not None:
        text = "" if wrong is Wrong.ID_NUMBER else s.text
        return Next(replace(s, wrong=wrong, text=text, layer=Layer.PAD))  # which leaves the most room to say why
    return Next(fee_referenced(s.desk, s.visitor, s.kind, squeezed(s.text)))


@other_fee.on(TypingReference, CodeScanned)
def _(s: TypingReference, e: CodeScanned) -> Step:
    """The chosen fee's letter, or one that is plainly of another fee; anything else is said to be neither."""
    if isinstance(e.code, BillCode):
        payment = e.code.payment
        kind: FeeKind | None = s.kind if fits(payment, s.kind) else kind_of(payment, s.desk.fees)
        if kind is not None:
            return Next(fee_read(s.desk, s.visitor, kind, payment))
    plain = s.kind if takes_reference(e.reference, s.kind) else kind_of_reference(e.reference, s.desk.fees)
    if plain is not None:
        return Next(fee_referenced(s.desk, s.visitor, plain, e.reference))
    return Next(replace(s, wrong=Wrong.OTHER_CODE))


# ---- how much -------------------------------------------------------------------------------------------------------


@other_fee.on(TypingAmount, Touched)
def _(s: TypingAmount, e: Touched) -> Step:
    match e.button:
        case Button.KEY:
            return Next(replace(s, text=digit_added(s.text, e.value[:1]), wrong=None))
        case Button.ERASE:
            return Next(replace(s, text=s.text[:-1], wrong=None))
        case Button.BACK:
            return Next(TypingReference(s.desk, s.visitor, s.kind, s.reference))
        case Button.SEND:
            amount = read_amount(s.text, s.kind.fee.amount)
            if isinstance(amount, Wrong):
                return Next(replace(s, wrong=amount))
            return Next(ConfirmingFee(s.desk, s.visitor, FeeDue(s.kind, s.reference, amount)))
        case _:
            return Next(s)


# ---- is it right ----------------------------------------------------------------------------------------------------


@other_fee.on(ConfirmingFee, Touched)
def _(s: ConfirmingFee, e: Touched) -> Step:
    if e.button is Button.CONTINUE:
        return Next(OpeningPayment(s.desk, s.visitor, s.due, (), left=s.left), (DrawTransaction(),))
    if e.button is Button.BACK:
        return Next(TypingReference(s.desk, s.visitor, s.due.kind, s.due.reference))
    return Next(s)


@other_fee.on(ConfirmingFee, PaymentConfirmed)
def _(s: ConfirmingFee, e: PaymentConfirmed) -> Step:
    """The QR that was just left was paid after all."""
    if s.left is not None and settles(e, s.left):
        return paid(s.desk, s.visitor, s.left, (), e)
    return Next(s)


# ---- all of them ----------------------------------------------------------------------------------------------------


@other_fee.everywhere(_STATES, TimedOut)
def _(s: ChoosingFee | TypingReference | TypingAmount | ConfirmingFee, _e: TimedOut) -> Step:
    return Next(Warned(s))


for _state in _STATES:
    other_fee.ignore(_state, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)
for _state in (TypingAmount, ConfirmingFee):
    other_fee.ignore(_state, CodeScanned)
for _state in (ChoosingFee, TypingReference, TypingAmount):
    other_fee.ignore(_state, PaymentConfirmed)
