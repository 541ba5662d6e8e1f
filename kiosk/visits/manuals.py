"""Citizen manuals: a list, one manual a part a page, and a QR by which to read on. Needs neither card nor code."""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, FindManuals, Outcome
from kiosk.visits.events import Button, Event, ManualsFound, Touched
from kiosk.visits.machine import Machine, Next
from kiosk.visits.reading_on import deaf_to_slips, stands_open, turned
from kiosk.visits.reading_states import ChoosingManual, ManualShown, ReadingOn
from kiosk.visits.states import ChoosingService, LookingUp, State
from kiosk.visits.steps import Step, leave
from kiosk.visits.visitor import Visitor

manuals: Machine[State, Event, Effect] = Machine()


def list_manuals(desk: Desk, visitor: Visitor) -> Step:
    """The service was touched."""
    return Next(LookingUp(desk, visitor), (FindManuals(),))


@manuals.on(LookingUp, ManualsFound)
def _(s: LookingUp, e: ManualsFound) -> Step:
    return Next(ChoosingManual(s.desk, s.visitor, e.manuals))


stands_open(manuals, ChoosingManual, ManualShown)
deaf_to_slips(manuals, ChoosingManual, ManualShown)
manuals.ignore(ChoosingManual, PaymentConfirmed)
manuals.ignore(ManualShown, PaymentConfirmed)


@manuals.on(ChoosingManual, Touched)
def _(s: ChoosingManual, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.BACK:
        return Next(ChoosingService(s.desk, s.visitor))
    if e.button is Button.FINISH:
        return leave(s.desk, s.visitor, Outcome.INFORMED)
    chosen = next((each for each in s.manuals if e.button is Button.CHOOSE and each.manual_id == e.value), None)
    return Next(s) if chosen is None else Next(ManualShown(s.desk, s.visitor, chosen, s))


@manuals.on(ManualShown, Touched)
def _(s: ManualShown, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.BACK:
        return Next(replace(s.chosen_from, desk=s.desk, visitor=s.visitor))
    if e.button is Button.FINISH:
        return leave(s.desk, s.visitor, Outcome.INFORMED)
    return Next(ReadingOn(s.desk, s.visitor, s)) if e.button is Button.SHOW_QR else Next(s)
