"""The tables of the services that write, joined: what they do not answer, they ignore, and here it is said."""

from __future__ import annotations

from typing import get_args

from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.effects import Effect
from kiosk.visits.events import CodeScanned, Event
from kiosk.visits.giving import giving
from kiosk.visits.machine import Machine
from kiosk.visits.presence import presence
from kiosk.visits.register import register
from kiosk.visits.states import State
from kiosk.visits.tell_us import tell_us
from kiosk.visits.writing_states import Writing

_OTHERS = (CodeScanned, PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)

writing: Machine[State, Event, Effect] = Machine.joined(tell_us, presence, register, giving)

for _state in get_args(Writing):
    writing.ignore(_state, *(event for event in _OTHERS if (_state, event) not in writing.rows))
