"""A card that lies in the slot when the reader opens: nobody saw who put it in, nor when.

It may be the visitor's own, whose reader was away for a moment, or forgotten by the one before. So it is never read
as it lies: whoever stands here is asked to take it out and put it in again, which only its owner would do. Where a
payment is under way it goes on, without the list, as with any card put in meanwhile (``steps.another_card``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from drivers.panel.port import Light, Pattern
from kiosk.visits.desk import Desk
from kiosk.visits.effects import BeginVisit, Effect, ShowLight
from kiosk.visits.events import CardFound, Event
from kiosk.visits.fee_states import TypingNumber
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    OpeningPayment,
    OutOfService,
    Paying,
    Problem,
    ReadingCard,
    Sorry,
    State,
    Taking,
    Visitor,
    Waiting,
)
from kiosk.visits.steps import Step, another_card

card_found: Machine[State, Event, Effect] = Machine()

card_found.ignore(OutOfService, CardFound)

_TAKE_IT = ShowLight(Light.CARD, Pattern.FAST)


@card_found.on(Idle, CardFound)
def _(s: Idle, _e: CardFound) -> Step:
    return put_in_again(s.desk, Visitor(), BeginVisit())


_Open = ChoosingService | Inviting | TypingNumber | ReadingCard | LookingUp | ChoosingNotice | Sorry


@card_found.everywhere(get_args(_Open), CardFound)
def _(s: _Open, _e: CardFound) -> Step:
    return put_in_again(s.desk, s.visitor)


def put_in_again(desk: Desk, visitor: Visitor, *before: Effect) -> Step:
    """Nothing that is known of ``visitor`` is known of the card's owner, and the list is not left standing."""
    return Next(Sorry(desk, visitor.unknown(card_in=True), Problem.CARD_FOUND), (*before, _TAKE_IT))


@card_found.everywhere((OpeningPayment, Paying, Waiting, Confirmed), CardFound)
def _(s: OpeningPayment | Paying | Waiting | Confirmed, _e: CardFound) -> Step:
    return Next(another_card(s))


@card_found.on(Taking, CardFound)
def _(s: Taking, _e: CardFound) -> Step:
    return Next(replace(s, visitor=replace(s.visitor, card_in=True)), (_TAKE_IT,))
