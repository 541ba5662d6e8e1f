"""The last screen of a visit: take the slip, take the card, or take a picture of what could not be printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.panel.port import Light, Pattern
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.effects import Effect, Outcome, ShowLight
from kiosk.visits.events import Button, CodeScanned, Event, TimedOut, Touched
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import Slip, State, Taking, Warned
from kiosk.visits.steps import Step, home, next_card, next_code, print_slip, pulled, settles, slip_told

taking: Machine[State, Event, Effect] = Machine()


@taking.on(Taking, CardRemoved)
def _(s: Taking, _e: CardRemoved) -> Step:
    return Next(replace(s, visitor=pulled(s.visitor)), (ShowLight(Light.CARD, Pattern.OFF),))


@taking.everywhere((Taking,), CardInserted)
def _(s: Taking, _e: CardInserted) -> Step:
    return next_card(s.desk, s.outcome)


@taking.on(Taking, CardMute)
def _(s: Taking, _e: CardMute) -> Step:
    return Next(replace(s, visitor=replace(s.visitor, card_in=True)))


@taking.on(Taking, TimedOut)
def _(s: Taking, _e: TimedOut) -> Step:
    if s.visitor.card_in:
        return Next(replace(s, reminded=True), (ShowLight(Light.CARD, Pattern.FAST),))
    return home(s.desk, s.outcome) if s.is_farewell else Next(Warned(s))


@taking.on(Taking, Touched)
def _(s: Taking, e: Touched) -> Step:
    if e.button is Button.HOME and not s.visitor.card_in:
        return home(s.desk, s.outcome)
    if e.button is Button.PRINT_AGAIN and s.bill is not None and s.slip is not Slip.PRINTING:
        again = s.slip is Slip.PRINTED and not s.outdated
        slip, effects = print_slip(s.desk, s.visitor, s.bill, s.confirmed_at, reprint=again)
        return Next(replace(s, slip=slip, outdated=False), effects)
    return Next(s)


def _slip(s: Taking, e: Any) -> Step:
    return slip_told(s, s.bill, e)


for _news in SLIP_ANSWERS:
    taking.on(Taking, _news)(_slip)


@taking.on(Taking, PaymentConfirmed)
def _(s: Taking, e: PaymentConfirmed) -> Step:
    if s.bill is None or not settles(e, s.bill):
        return Next(s)
    late = s.confirmed_at is None
    return Next(replace(s, outcome=Outcome.PAID, confirmed_at=e.confirmed_at, outdated=s.outdated or late))


@taking.on(Taking, CodeScanned)
def _(s: Taking, e: CodeScanned) -> Step:
    if s.visitor.card_in:
        return Next(s)
    return next_code(s.desk, s.outcome, e)


taking.ignore(Taking, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS)
