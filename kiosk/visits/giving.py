"""What the services that write have in common: putting on record, their last screen, and what a card means meanwhile.

The last screen shows number and QR whether or not a slip comes out, so that a picture of it is always as good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.panel.port import Light, Pattern
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, Outcome, ShowLight
from kiosk.visits.events import (
    Button,
    CardFound,
    Event,
    TimedOut,
    Touched,
)
from kiosk.visits.machine import Machine, Next
from kiosk.visits.papers import Paper
from kiosk.visits.states import State, Warned
from kiosk.visits.steps import SLIP_TOLD, Step, leave, pulled, read_card, sorry
from kiosk.visits.visitor import Problem, Slip
from kiosk.visits.writing_effects import PrintPaper
from kiosk.visits.writing_events import Kept, NotKept
from kiosk.visits.writing_states import Giving, Keeping

giving: Machine[State, Event, Effect] = Machine()


# ---- on record ------------------------------------------------------------------------------------------------------


@giving.on(Keeping, Kept)
def _(s: Keeping, e: Kept) -> Step:
    light = ShowLight(Light.CARD, Pattern.FAST if s.visitor.card_in else Pattern.OFF)
    slip, effects = _printed(s.desk, e.paper)
    return Next(Giving(s.desk, s.visitor, e.paper, slip), (light, *effects))


@giving.on(Keeping, NotKept)
def _(s: Keeping, e: NotKept) -> Step:
    return sorry(s.desk, s.visitor, Problem.NOT_SET_UP if e.for_good else Problem.CANNOT_KEEP)


@giving.on(Keeping, TimedOut)
def _(s: Keeping, _e: TimedOut) -> Step:
    return sorry(s.desk, s.visitor, Problem.CANNOT_KEEP)


giving.ignore(Keeping, Touched)


# ---- given ----------------------------------------------------------------------------------------------------------


def _printed(desk: Desk, paper: Paper) -> tuple[Slip, tuple[Effect, ...]]:
    if not desk.can_print:
        return Slip.FAILED, ()
    return Slip.PRINTING, (PrintPaper(paper), ShowLight(Light.PAPER, Pattern.SLOW))


@giving.on(Giving, Touched)
def _(s: Giving, e: Touched) -> Step:
    if e.button is Button.FINISH:
        return leave(s.desk, s.visitor, Outcome.DONE)
    if e.button is Button.PRINT_AGAIN and s.slip is not Slip.PRINTING and s.desk.can_print:
        slip, effects = _printed(s.desk, s.paper)
        return Next(replace(s, slip=slip), effects)
    return Next(s)


def _slip(s: Giving, e: Any) -> Step:
    """How its slip stands; another's says nothing about it."""
    if e.transaction_no != s.paper.number:
        return Next(s)
    slip, pattern = SLIP_TOLD[type(e)]
    return Next(replace(s, slip=slip), (ShowLight(Light.PAPER, pattern),))


for _news in SLIP_TOLD:
    giving.on(Giving, _news)(_slip)


@giving.on(Giving, TimedOut)
def _(s: Giving, _e: TimedOut) -> Step:
    return Next(Warned(s))


# ---- cards, where none is to be read --------------------------------------------------------------------------------


def card_comes_and_goes(machine: Machine[State, Event, Effect], *states: type, reads: bool = False) -> None:
    """In ``states`` a card that is put in or taken out changes nothing but whether it is to be taken back.

    ``reads``: another card was read before; one that is put in now may be another person's, and is read in its place.
    """

    def removed(s: Any, _e: CardRemoved) -> Step:
        return Next(replace(s, visitor=pulled(s.visitor)), (ShowLight(Light.CARD, Pattern.OFF),))

    def put_in(s: Any, _e: Any) -> Step:
        return Next(replace(s, visitor=replace(s.visitor, card_in=True)))

    def anew(s: Any, _e: CardInserted) -> Step:
        return read_card(s.desk, s.visitor)

    for state in states:
        machine.on(state, CardRemoved)(removed)
        machine.on(state, CardInserted)(anew if reads else put_in)
        for event in (CardMute, CardFound):
            machine.on(state, event)(put_in)


card_comes_and_goes(giving, Keeping, Giving)
