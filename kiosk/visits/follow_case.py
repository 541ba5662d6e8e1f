"""Follow a case: by its slip, or by card or folder; its steps, who has it, its deadline, and a slip to take home."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers.panel.port import Light
from kiosk.visits.answers import SLIP_ANSWERS
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, Outcome, PrintCaseSlip, ShowLight
from kiosk.visits.events import (
    Button,
    CaseFacts,
    CasesFound,
    Event,
    NothingUnderWay,
    SlipElsewhere,
    SlipUnknown,
    Touched,
)
from kiosk.visits.machine import Machine, Next
from kiosk.visits.reading_on import deaf_to_slips, hears_of_payments, stands_open, turned
from kiosk.visits.reading_states import CaseShown, ChoosingCase, FactoryShown, ManualShown, ReadingOn
from kiosk.visits.services import FOLLOW_CASE
from kiosk.visits.states import ChoosingService, LookingUp, State
from kiosk.visits.steps import SLIP_TOLD, Step, leave, sorry
from kiosk.visits.visitor import Problem, Slip, Visitor

follow_case: Machine[State, Event, Effect] = Machine()


@follow_case.on(LookingUp, CasesFound)
def _(s: LookingUp, e: CasesFound) -> Step:
    return listed_cases(s.desk, replace(s.visitor, service=FOLLOW_CASE), e.cases)


def listed_cases(
    desk: Desk, visitor: Visitor, cases: tuple[CaseFacts, ...], factory: FactoryShown | None = None
) -> Step:
    """The list, open ones first and of those the most urgent; a single case at once."""
    if len(cases) == 1:
        return Next(CaseShown(desk, visitor, cases[0], factory))
    return Next(ChoosingCase(desk, visitor, tuple(sorted(cases, key=_urgency)), factory=factory))


def _urgency(facts: CaseFacts) -> tuple[bool, bool, str, str]:
    case = facts.case
    return case.closed_on is not None, case.due_on is None, (case.due_on or case.received_on).isoformat(), case.case_no


@follow_case.on(LookingUp, NothingUnderWay)
def _(s: LookingUp, _e: NothingUnderWay) -> Step:
    return sorry(s.desk, s.visitor, Problem.NO_CASE)


@follow_case.on(LookingUp, SlipElsewhere)
def _(s: LookingUp, _e: SlipElsewhere) -> Step:
    return sorry(s.desk, s.visitor, Problem.SLIP_ELSEWHERE)


@follow_case.on(LookingUp, SlipUnknown)
def _(s: LookingUp, _e: SlipUnknown) -> Step:
    return sorry(s.desk, s.visitor, Problem.SLIP_UNKNOWN)


stands_open(follow_case, ChoosingCase, CaseShown, ReadingOn)
hears_of_payments(follow_case, ChoosingCase, CaseShown, ReadingOn)
deaf_to_slips(follow_case, ChoosingCase, ReadingOn)


@follow_case.on(ChoosingCase, Touched)
def _(s: ChoosingCase, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.BACK:
        return Next(_again(s.factory, s) or ChoosingService(s.desk, s.visitor))
    if e.button is Button.FINISH:
        return leave(s.desk, s.visitor, Outcome.INFORMED)
    chosen = next((each for each in s.cases if e.button is Button.CHOOSE and each.case.case_no == e.value), None)
    return Next(s) if chosen is None else Next(CaseShown(s.desk, s.visitor, chosen, s))


def _again(before: Any, s: Any) -> Any:
    """The screen before, as things are now: the desk and the visitor may have changed since."""
    return before and replace(before, desk=s.desk, visitor=s.visitor)


@follow_case.on(CaseShown, Touched)
def _(s: CaseShown, e: Touched) -> Step:
    if (page := turned(s, e)) is not None:
        return page
    if e.button is Button.BACK:
        return Next(_again(s.chosen_from, s) or ChoosingService(s.desk, s.visitor))
    if e.button is Button.FINISH:
        return leave(s.desk, s.visitor, Outcome.INFORMED)
    if e.button is Button.PRINT_TRACKING and s.desk.can_print and not s.facts.by_slip and s.slip is not Slip.PRINTING:
        return Next(replace(s, slip=Slip.PRINTING), (PrintCaseSlip(s.facts),))
    return Next(ReadingOn(s.desk, s.visitor, s)) if e.button is Button.SHOW_QR else Next(s)


def _slip(s: CaseShown, e: Any) -> Step:
    if e.transaction_no != s.facts.case.case_no:
        return Next(s)
    slip, pattern = SLIP_TOLD[type(e)]
    return Next(replace(s, slip=slip), (ShowLight(Light.PAPER, pattern),))


for _news in SLIP_ANSWERS:
    follow_case.on(CaseShown, _news)(_slip)


@follow_case.on(ReadingOn, Touched)
def _(s: ReadingOn, e: Touched) -> Step:
    if e.button is Button.BACK:
        before: CaseShown | ManualShown = _again(s.before, s)
        return Next(before)
    return leave(s.desk, s.visitor, Outcome.INFORMED) if e.button is Button.FINISH else Next(s)
