"""My factory: what is owed, what is under way, what expires. From here straight on to paying, and to each case."""

from __future__ import annotations

from dataclasses import replace

from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import Button, CaseFacts, Event, FactoriesFound, Touched
from kiosk.visits.follow_case import listed_cases
from kiosk.visits.machine import Machine, Next
from kiosk.visits.reading_on import deaf_to_slips, hears_of_payments, stands_open, turned
from kiosk.visits.reading_states import FactoryShown
from kiosk.visits.services import MY_FACTORY, PAY_FEE
from kiosk.visits.states import ChoosingService, LookingUp, State
from kiosk.visits.steps import Step, leave, listed

my_factory: Machine[State, Event, Effect] = Machine()

OWED = "owed"
CASES = "cases"
"""What the rows of the screen are touched as."""


@my_factory.on(LookingUp, FactoriesFound)
def _(s: LookingUp, e: FactoriesFound) -> Step:
    return Next(FactoryShown(s.desk, replace(s.visitor, service=MY_FACTORY), e.factories))


stands_open(my_factory, FactoryShown)
hears_of_payments(my_factory, FactoryShown)
deaf_to_slips(my_factory, FactoryShown)


@my_factory.on(FactoryShown, Touched)
def _(s: FactoryShown, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    paying = e.button is Button.PAY_ANOTHER or (e.button is Button.CHOOSE and e.value == OWED)
    if paying and may_pay(s):
        return listed(s.desk, s.visitor, s.shown.owed)
    if e.button is Button.CHOOSE and e.value == CASES and s.shown.cases:
        cases = tuple(CaseFacts(each, s.shown.factory) for each in s.shown.cases)
        return listed_cases(s.desk, s.visitor, cases, s)
    if e.button is Button.BACK:
        return Next(ChoosingService(s.desk, s.visitor))
    return leave(s.desk, s.visitor, Outcome.INFORMED) if e.button is Button.FINISH else Next(s)


def may_pay(s: FactoryShown) -> bool:
    """Whether there is something to pay, and it can be paid here now."""
    return bool(s.shown.owed) and PAY_FEE in s.desk.offered
