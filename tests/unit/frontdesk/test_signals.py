"""Lights, sounds and fan of the desk: the rules, and that they reach the panel."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.panel.port import Light, Pattern, Sound
from drivers.printer.port import Paper
from fleet.protocol.messages import DeviceState, DeviceStatus
from kiosk import kernel_facts
from kiosk.frontdesk.signals import (
    FAN_OFF_BELOW_C,
    FAN_ON_FROM_C,
    fan_wanted,
    paper_pattern,
    sound_between,
    status_pattern,
)
from kiosk.visits.effects import Outcome
from kiosk.visits.states import (
    Idle,
    Inviting,
    OutOfService,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
    Warned,
)
from tests.support.desk_rig import DeskRig
from tests.support.sample_visit import desk


def devices(**states: DeviceState) -> dict[str, DeviceStatus]:
    well = dict.fromkeys(("card", "scanner", "printer", "panel", "display"), DeviceState.ONLINE)
    return {name: DeviceStatus(state=state) for name, state in (well | states).items()}


@pytest.mark.parametrize(
    ("state", "known", "pattern"),
    [
        (Idle(desk()), devices(), Pattern.ON),
        (Idle(replace(desk(), online=False)), devices(), Pattern.ON),
        (Idle(desk()), devices(printer=DeviceState.BUSY), Pattern.ON),
        (Idle(desk()), devices(scanner=DeviceState.NO_DEVICE), Pattern.SLOW),
        (Idle(desk()), devices(printer=DeviceState.UNKNOWN), Pattern.SLOW),
        (Idle(replace(desk(), paper=Paper.LOW)), devices(), Pattern.SLOW),
        (Idle(replace(desk(), paper=Paper.OUT)), devices(), Pattern.SLOW),
        (Idle(replace(desk(), paper=Paper.UNKNOWN)), devices(), Pattern.ON),
        (Idle(desk()), devices(panel=DeviceState.HARDWARE_ERROR), Pattern.DOUBLE),
        (OutOfService(desk()), devices(), Pattern.DOUBLE),
    ],
)
def test_the_status_light_says_how_the_kiosk_is(state: State, known: dict[str, DeviceStatus], pattern: Pattern) -> None:
    assert status_pattern(state, known) is pattern


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("in_visit", [True, False])
def test_the_paper_light_calls_for_paper_but_promises_no_visitor_a_slip(paper: Paper, in_visit: bool) -> None:
    pattern = paper_pattern(paper, in_visit=in_visit)
    if paper in (Paper.OUT, Paper.JAMMED):
        assert pattern is Pattern.DOUBLE
    elif paper is Paper.LOW and not in_visit:
        assert pattern is Pattern.SLOW
    else:
        assert pattern is Pattern.OFF


CARD_IN, CARD_OUT = Visitor(card_in=True), Visitor()
LEAVING = Taking(desk(), CARD_IN, Outcome.CANCELLED)
SORRY = Sorry(desk(), CARD_OUT, Problem.CARD_REVERSED)


@pytest.mark.parametrize(
    ("before", "after", "sound"),
    [
        (ReadingCard(desk()), SORRY, Sound.ERROR),
        (SORRY, SORRY, None),
        (SORRY, Warned(SORRY), Sound.ATTENTION),
        (Warned(SORRY), SORRY, None),
        (Idle(desk()), Inviting(desk(), CARD_OUT), None),
        (SORRY, LEAVING, Sound.ATTENTION),
        (LEAVING, LEAVING, None),
        (LEAVING, replace(LEAVING, reminded=True), Sound.ATTENTION),
        (LEAVING, replace(LEAVING, visitor=CARD_OUT), None),
        (SORRY, replace(LEAVING, visitor=CARD_OUT), None),
        (Warned(LEAVING), LEAVING, None),
        (LEAVING, replace(LEAVING, slip=Slip.FAILED), Sound.ERROR),
        (replace(LEAVING, slip=Slip.FAILED), replace(LEAVING, slip=Slip.FAILED, reminded=True), Sound.ATTENTION),
    ],
)
def test_a_sound_is_heard_once_and_only_for_what_matters(before: State, after: State, sound: Sound | None) -> None:
    assert sound_between(before, after) is sound


def test_the_fan_has_ten_degrees_between_on_and_off() -> None:
    heard, runs = [], False
    for degrees_c in (40, 59.9, FAN_ON_FROM_C, 55, FAN_OFF_BELOW_C, 49.9, 55, 61):
        runs = fan_wanted(degrees_c, runs=runs)
        heard.append(runs)
    assert heard == [False, False, True, True, True, False, False, True]


@pytest.mark.parametrize("runs", [True, False])
def test_a_temperature_nobody_tells_is_not_a_cool_one(runs: bool) -> None:
    assert fan_wanted(None, runs=runs)


# ---- on the desk


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[DeskRig]:
    with DeskRig(tmp_path) as rig:
        rig.until(Idle)
        yield rig


def heat(rig: DeskRig, degrees_c: float) -> None:
    file = rig.root / kernel_facts.THERMAL
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{int(degrees_c * 1000)}\n")


def test_all_is_well_when_everything_answers(rig: DeskRig) -> None:
    rig.until(lambda: rig.panel.lights == {Light.STATUS: Pattern.ON, Light.CARD: Pattern.OFF, Light.PAPER: Pattern.OFF})


def test_paper_that_ends_is_seen_on_the_panel(rig: DeskRig) -> None:
    rig.printer.run_out_of_paper()
    rig.until(lambda: rig.panel.lights[Light.PAPER] is Pattern.DOUBLE)
    assert rig.panel.lights[Light.STATUS] is Pattern.SLOW
    rig.printer.refill()
    rig.until(lambda: rig.panel.lights[Light.PAPER] is Pattern.OFF)
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


def test_an_open_case_is_seen_on_the_panel(rig: DeskRig) -> None:
    rig.panel.open_tamper()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.DOUBLE)
    rig.panel.close_tamper()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


def test_a_missing_scanner_is_seen_on_the_panel(rig: DeskRig) -> None:
    rig.scanner.unplug()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.SLOW)
    rig.scanner.plug()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


def test_a_panel_that_comes_back_is_told_everything_again(rig: DeskRig) -> None:
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)
    rig.until(lambda: rig.panel.is_fan_on)  # this machine tells no temperature
    rig.panel.unplug()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.OFF)
    rig.panel.plug()
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON and rig.panel.is_fan_on)
    assert rig.panel.played == []


def test_the_fan_follows_the_temperature(rig: DeskRig) -> None:
    looks = itertools.count(1)
    for degrees_c, runs in ((65, True), (55, True), (45, False), (55, False)):
        heat(rig, degrees_c)
        rig.desk.look_after(next(looks) * 1e6)  # the next look is due
        rig.until(lambda runs=runs: rig.panel.is_fan_on is runs)


def test_what_stands_in_the_way_is_heard_and_seen(rig: DeskRig) -> None:
    rig.scanner.scan("no code of ours")
    rig.until(Sorry)
    rig.until(lambda: rig.panel.played == [Sound.ERROR])
