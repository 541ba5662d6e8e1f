"""Rows that screens of the reading services share: cards, codes, time, payments, and the pages of a list.

Each of them stands open: a card or a code put in there leads straight on, as from the menu.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.panel.port import Light, Pattern
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.answers import CARD_ANSWERS, LOOK_UP_ANSWERS, OPENING_ANSWERS, SLIP_ANSWERS
from kiosk.visits.card_found import put_in_again
from kiosk.visits.effects import Effect, ShowLight
from kiosk.visits.events import Button, CardFound, CodeScanned, FactoryFacts, Owed, TimedOut, Touched
from kiosk.visits.machine import Machine, Next
from kiosk.visits.reading_states import CaseShown, ChoosingCase, FactoryShown, ReadingOn
from kiosk.visits.states import State, Warned
from kiosk.visits.steps import Step, look_up, pulled, read_card


def stands_open(machine: Machine[State, Any, Effect], *states: type) -> None:
    """Give ``states`` the rows of a screen that is open to cards and codes; their touches are their own."""

    @machine.everywhere(states, CardInserted)
    def _(s: Any, _e: CardInserted) -> Step:
        return read_card(s.desk, s.visitor)

    @machine.everywhere(states, CodeScanned)
    def _(s: Any, e: CodeScanned) -> Step:
        return look_up(s.desk, s.visitor, e)

    @machine.everywhere(states, CardRemoved)
    def _(s: Any, _e: CardRemoved) -> Step:
        return Next(replace(s, visitor=pulled(s.visitor)), (ShowLight(Light.CARD, Pattern.OFF),))

    @machine.everywhere(states, CardMute)
    def _(s: Any, _e: CardMute) -> Step:
        return Next(replace(s, visitor=replace(s.visitor, card_in=True)))

    @machine.everywhere(states, CardFound)
    def _(s: Any, _e: CardFound) -> Step:
        return put_in_again(s.desk, s.visitor)

    @machine.everywhere(states, TimedOut)
    def _(s: Any, _e: TimedOut) -> Step:
        return Next(Warned(s))

    for state in states:
        machine.ignore(state, *CARD_ANSWERS, *LOOK_UP_ANSWERS, *OPENING_ANSWERS)


def deaf_to_slips(machine: Machine[State, Any, Effect], *states: type) -> None:
    """No slip of these screens is under way."""
    for state in states:
        machine.ignore(state, *SLIP_ANSWERS)


def hears_of_payments(machine: Machine[State, Any, Effect], *states: type) -> None:
    """Something may be paid elsewhere meanwhile: what ``states`` show or lead back to must not offer it again."""

    @machine.everywhere(states, PaymentConfirmed)
    def _(s: Any, e: PaymentConfirmed) -> Step:
        return Next(_unpaid(s, e.ref1))


def _unpaid(state: Any, reference: str) -> Any:
    """``state``, and what it leads back to, with the notice of this reference no longer owed."""
    match state:
        case FactoryShown(factories=factories):
            return replace(state, factories=tuple(_less(each, reference) for each in factories))
        case ChoosingCase(factory=before):
            return replace(state, factory=_unpaid(before, reference))
        case CaseShown(chosen_from=before):
            return replace(state, chosen_from=_unpaid(before, reference))
        case ReadingOn(before=before):
            return replace(state, before=_unpaid(before, reference))
        case _:
            return state


def _less(facts: FactoryFacts, reference: str) -> FactoryFacts:
    unpaid: tuple[Owed, ...] = tuple(each for each in facts.owed if each.notice.reference != reference)
    return replace(facts, owed=unpaid)


def turned(state: Any, touched: Touched) -> Step | None:
    """A page on or back; None when it was another button."""
    if touched.button is Button.NEXT_PAGE:
        return Next(replace(state, page=min(state.page + 1, state.pages - 1)))
    if touched.button is Button.PREVIOUS_PAGE:
        return Next(replace(state, page=max(state.page - 1, 0)))
    return None
