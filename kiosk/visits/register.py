"""Register as a customer of the ministry: the notice, the card, a telephone number, a receipt.

Rules: whatever can be sealed is sealed before it is on record (``kiosk.sealing``); it is queued when there is no way to
the fleet, and the receipt says so.
"""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.tickets import is_phone_number
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import Button, CardRead, Event, TimedOut, Touched
from kiosk.visits.giving import card_comes_and_goes
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import State, Warned
from kiosk.visits.steps import Step, leave
from kiosk.visits.visitor import Visitor
from kiosk.visits.writing_effects import RegisterCustomer
from kiosk.visits.writing_states import Keeping, TypingPhone

register: Machine[State, Event, Effect] = Machine()

card_comes_and_goes(register, TypingPhone, reads=True)


def card_read(desk: Desk, visitor: Visitor, read: CardRead) -> Step:
    """Whose it is, is known: by which telephone are they told?"""
    return Next(TypingPhone(desk, visitor, read.id_number, read.name))


@register.on(TypingPhone, Touched)
def _(s: TypingPhone, e: Touched) -> Step:
    match e.button:
        case Button.KEY if e.value.isascii() and e.value.isdigit():
            return Next(replace(s, digits=(s.digits + e.value)[: s.DIGITS_MAX], is_wrong=False))
        case Button.ERASE:
            return Next(replace(s, digits=s.digits[:-1], is_wrong=False))
        case Button.BACK:
            return leave(s.desk, s.visitor, Outcome.CANCELLED)
        case Button.SEND if is_phone_number(s.digits):
            return Next(Keeping(s.desk, s.visitor), (RegisterCustomer(s.name, s.id_number, s.digits),))
        case Button.SEND:
            return Next(replace(s, is_wrong=True))
        case _:
            return Next(s)


@register.on(TypingPhone, TimedOut)
def _(s: TypingPhone, _e: TimedOut) -> Step:
    return Next(Warned(s))
