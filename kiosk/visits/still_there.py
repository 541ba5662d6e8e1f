"""Still there? The warning before a visit ends by itself; it covers everything personal.

What happens meanwhile happens to the state underneath, and the warning goes on, unless there is something new to see.
A card, a code or a touch of the main button is a sign of the visitor, and leads back.
"""

from __future__ import annotations

from typing import Any

from drivers.card.port import CardInserted, CardMute, CardRemoved
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import (
    Button,
    CardFound,
    CodeScanned,
    Event,
    TimedOut,
    Touched,
)
from kiosk.visits.machine import Machine, Next
from kiosk.visits.pay_fee import take_tracking_slip
from kiosk.visits.states import Confirmed, Sorry, State, Taking, Waiting, Warnable, Warned
from kiosk.visits.steps import Step, home, leave, take

still_there: Machine[State, Event, Effect] = Machine()


@still_there.on(Warned, Touched)
def _(s: Warned, e: Touched) -> Step:
    if e.button is Button.CONTINUE:
        return Next(s.before)
    if e.button is not Button.FINISH:
        return Next(s)
    if isinstance(s.before, Waiting):  # who said that it is paid wants something in hand
        return take_tracking_slip(s.before)
    return _end(s.before, Outcome.CANCELLED)


@still_there.on(Warned, TimedOut)
def _(s: Warned, _e: TimedOut) -> Step:
    """Nobody is there: nothing is printed that nobody would take."""
    return _end(s.before, Outcome.UNCONFIRMED if isinstance(s.before, Waiting) else Outcome.TIMED_OUT)


def _end(before: Warnable, outcome: Outcome) -> Step:
    if isinstance(before, Taking):
        return home(before.desk, before.outcome)
    if isinstance(before, Confirmed):
        return take(before)
    return leave(before.desk, before.visitor, outcome)


def _says_more(before: Warnable, after: Warnable) -> bool:
    """A screen of the same kind that its visitor has to see."""
    if isinstance(before, Sorry) and isinstance(after, Sorry):
        return before.problem is not after.problem
    return isinstance(after, Taking) and after != before


still_there.ignore(Warned, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS)


def over(underneath: Machine[State, Event, Effect]) -> Machine[State, Event, Effect]:
    """The rows in which what happens to the warning happens to the state it covers, stepped by ``underneath``."""
    covering: Machine[State, Event, Effect] = Machine()

    def go_back(s: Warned, e: Any) -> Step:
        """The visitor has put something in or scanned something."""
        return underneath.step(s.before, e)

    def go_on(s: Warned, e: Any) -> Step:
        """The world has moved underneath."""
        then = underneath.step(s.before, e)
        after = then.state
        if isinstance(after, Warnable) and type(after) is type(s.before) and not _says_more(s.before, after):
            return Next(Warned(after), then.effects)
        return then

    for sign in (CardInserted, CardMute, CodeScanned):
        covering.on(Warned, sign)(go_back)
    for news in (CardRemoved, CardFound, PaymentConfirmed, *SLIP_ANSWERS):
        covering.on(Warned, news)(go_on)
    return covering
