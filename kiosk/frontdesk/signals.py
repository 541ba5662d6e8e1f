"""What lights, buzzer and fan should do: pure rules, in one place.

What it is: from the state of the desk to the pattern of a light; from one state of the visit to the sound of the next;
from the temperature to the fan.
What it is not: the visit's own lights, which are effects of its steps (``kiosk.visits``).
Rules: no light says anything the screen or the fleet does not say as well, and no sound is the only cue (look.md).

| status light | meaning |
| --- | --- |
| on | in service, all is well |
| slow | in service; somebody should come: a device is missing, paper is low or out |
| double | out of service, or the case is open |
| fast | a technician looks for this kiosk among several |
| off | no power, or the front desk does not run |
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.panel.port import Pattern, Sound
from drivers.printer.port import Paper
from fleet.protocol.messages import DeviceState, DeviceStatus
from kiosk.visits.desk import Device
from kiosk.visits.states import Confirmed, OutOfService, Slip, Sorry, State, Taking, Warned

FAN_ON_FROM_C = 60.0
FAN_OFF_BELOW_C = 50.0
"""A Raspberry Pi's own fan begins between 50 and 60 degrees, and it slows itself down from 80 (its documentation). The
ten degrees between keep the fan from starting and stopping all day."""

_SPENT = (Paper.OUT, Paper.JAMMED)


def status_pattern(state: State, devices: Mapping[str, DeviceStatus]) -> Pattern:
    """The status light of a desk in ``state`` whose devices are so. Being offline is normal, and shows nowhere here."""
    panel = devices.get(Device.PANEL.value)
    if isinstance(state, OutOfService) or (panel is not None and panel.state is DeviceState.HARDWARE_ERROR):
        return Pattern.DOUBLE
    unwell = any(each.state not in (DeviceState.ONLINE, DeviceState.BUSY) for each in devices.values())
    return Pattern.SLOW if unwell or state.desk.paper in (Paper.LOW, *_SPENT) else Pattern.ON


def paper_pattern(paper: Paper, *, in_visit: bool) -> Pattern:
    """The paper light where the visit leaves it dark. To a visitor, slow means "your slip is coming": never "low"."""
    if paper in _SPENT:
        return Pattern.DOUBLE
    return Pattern.SLOW if paper is Paper.LOW and not in_visit else Pattern.OFF


_ON_ENTERING: Mapping[type, Sound] = {Confirmed: Sound.SUCCESS, Sorry: Sound.ERROR, Warned: Sound.ATTENTION}


def sound_between(before: State, after: State) -> Sound | None:
    """What is heard when the visit comes from ``before`` to ``after``; None where a sound would be noise."""
    was = before.before if isinstance(before, Warned) and not isinstance(after, Warned) else before
    if _slip_failed(after) and not _slip_failed(was):
        return Sound.ERROR
    if _calls(after) > _calls(was):
        return Sound.ATTENTION
    return None if type(after) is type(was) else _ON_ENTERING.get(type(after))


def _slip_failed(state: State) -> bool:
    return isinstance(state, Taking | Confirmed) and state.slip is Slip.FAILED


def _calls(state: State) -> int:
    """How often the owner of a card that is still in has been called back to it."""
    return 1 + state.reminded if isinstance(state, Taking) and state.visitor.card_in else 0


def fan_wanted(temperature_c: float | None, *, runs: bool) -> bool:
    """Whether the fan should run. Where nobody could ask, it runs: a fan in vain costs less than a cooked kiosk."""
    if temperature_c is None:
        return True
    return temperature_c >= (FAN_OFF_BELOW_C if runs else FAN_ON_FROM_C)
