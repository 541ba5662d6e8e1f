"""Type the number of a notice or factory instead of scanning it: for whoever has neither card nor paper at hand.

Rules: what a number leads to is what a scanned one does, and nothing else: the notices of it that are owed, with the
factory's name, which stands in a public register. So many numbers a visit (``steps.TRIES_MAX``), and an ID number is
wiped as soon as it is recognised.
"""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.codes import FactoryCode
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.effects import Effect, LookUpCode
from kiosk.visits.events import Button, Event, Touched
from kiosk.visits.fee_states import TypingNumber
from kiosk.visits.keyboard import SHIFTED, Layer, erased
from kiosk.visits.machine import Machine, Next
from kiosk.visits.services import PAY_FEE, starts_of
from kiosk.visits.states import ChoosingService, LookingUp, State
from kiosk.visits.steps import Step, ask, here
from kiosk.visits.typed import NUMBER_CHARACTERS_MAX, Wrong, key_added, read_number

typing_number: Machine[State, Event, Effect] = Machine()


@typing_number.on(TypingNumber, Touched)
def _(s: TypingNumber, e: Touched) -> Step:  # noqa: PLR0911 - one return a kind of key
    match e.button:
        case Button.KEY:
            text = key_added(s.text, e.value[:1], NUMBER_CHARACTERS_MAX)
            layer = Layer.THAI if s.layer is Layer.THAI_SHIFT else s.layer
            return Next(replace(s, text=text, layer=layer, wrong=None))
        case Button.ERASE:
            return Next(replace(s, text=erased(s.text), wrong=None))
        case Button.SHIFT:
            return Next(replace(s, layer=SHIFTED[s.layer]))
        case Button.LAYER if e.value in set(Layer):
            return Next(replace(s, layer=Layer(e.value)))
        case Button.BACK if starts_of(PAY_FEE) & s.desk.ready:
            return ask(s.desk, s.visitor)
        case Button.BACK:
            return Next(ChoosingService(s.desk, s.visitor))
        case Button.SEND:
            return _sent(s)
        case _:
            return Next(s)


def _sent(s: TypingNumber) -> Step:
    code = read_number(s.text)
    if code is Wrong.ID_NUMBER:
        return Next(replace(s, text="", layer=Layer.PAD, wrong=code))
    if isinstance(code, FactoryCode) and code.is_doubtful and s.wrong is not Wrong.DOUBTFUL:
        code = Wrong.DOUBTFUL
    if isinstance(code, Wrong):  # the figures leave the most room to say why
        return Next(replace(s, layer=Layer.PAD, wrong=code))
    visitor = here(replace(s.visitor, service=PAY_FEE, tries=s.visitor.tries + 1))
    return Next(LookingUp(s.desk, visitor, by_hand=True), (LookUpCode(code, (PAY_FEE,)),))


typing_number.ignore(TypingNumber, PaymentConfirmed, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS, *SLIP_ANSWERS)
