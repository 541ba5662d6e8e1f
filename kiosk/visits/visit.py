"""The whole visit: the tables of every service joined, and the events that only change the desk underneath."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from kiosk.visits.answers import SERVICE_ANSWERS
from kiosk.visits.card_found import card_found
from kiosk.visits.desk import Desk, Device, Language
from kiosk.visits.effects import Effect
from kiosk.visits.events import (
    Button,
    DeviceLost,
    DeviceReady,
    Event,
    LinkChanged,
    PrinterChanged,
    RecordingChanged,
    SettingsChanged,
    Touched,
)
from kiosk.visits.folder_desk import folder_desk
from kiosk.visits.follow_case import follow_case
from kiosk.visits.front import front
from kiosk.visits.machine import Machine, Next
from kiosk.visits.manuals import manuals
from kiosk.visits.my_factory import my_factory
from kiosk.visits.other_fee import other_fee
from kiosk.visits.pay_fee import pay_fee
from kiosk.visits.states import Idle, OutOfService, State, with_desk
from kiosk.visits.steps import Step, rest
from kiosk.visits.still_there import over, still_there
from kiosk.visits.taking import taking
from kiosk.visits.typing_number import typing_number
from kiosk.visits.writing import writing

STATES: tuple[type, ...] = get_args(State)
EVENTS: tuple[type, ...] = get_args(Event)

_desk: Machine[State, Event, Effect] = Machine()


def _on(state: State, desk: Desk) -> Step:
    """``state`` on another desk; where nobody is, what can be offered decides between idle and out of service."""
    if isinstance(state, Idle | OutOfService):
        return Next(rest(desk))
    return Next(with_desk(state, desk))


@_desk.everywhere(STATES, DeviceReady)
def _(s: State, e: DeviceReady) -> Step:
    return _on(s, replace(s.desk, ready=s.desk.ready | {e.device}))


@_desk.everywhere(STATES, DeviceLost)
def _(s: State, e: DeviceLost) -> Step:
    return _on(s, replace(s.desk, ready=s.desk.ready - {e.device}))


@_desk.everywhere(STATES, PrinterChanged)
def _(s: State, e: PrinterChanged) -> Step:
    answering = e.status.online is not False and not e.status.cover_open and not e.status.error
    ready = s.desk.ready | {Device.PRINTER} if answering else s.desk.ready - {Device.PRINTER}
    return _on(s, replace(s.desk, ready=ready, paper=e.status.paper))


@_desk.everywhere(STATES, SettingsChanged)
def _(s: State, e: SettingsChanged) -> Step:
    return _on(s, replace(s.desk, settings=e.settings))


@_desk.everywhere(STATES, LinkChanged)
def _(s: State, e: LinkChanged) -> Step:
    return _on(s, replace(s.desk, online=e.online))


@_desk.everywhere(STATES, RecordingChanged)
def _(s: State, e: RecordingChanged) -> Step:
    return _on(s, replace(s.desk, can_record=e.possible))


_underneath: Machine[State, Event, Effect] = Machine.joined(
    front, card_found, pay_fee, other_fee, typing_number, my_factory, follow_case, manuals, writing, folder_desk, taking
)

visit: Machine[State, Event, Effect] = Machine.joined(_desk, _underneath, still_there, over(_underneath))

for _state in STATES:  # what one service alone had asked for, and asks no more
    visit.ignore(_state, *(answer for answer in SERVICE_ANSWERS if (_state, answer) not in visit.rows))


def step(state: State, event: Event) -> Step:
    """One step of the visit. The language and type-size buttons work the same wherever they are drawn."""
    if isinstance(event, Touched) and event.button is Button.LANGUAGE:
        other = Language.EN if state.desk.language is Language.TH else Language.TH
        return Next(with_desk(state, replace(state.desk, language=other)))
    if isinstance(event, Touched) and event.button is Button.LARGE:
        return Next(with_desk(state, replace(state.desk, large=not state.desk.large)))
    return visit.step(state, event)
