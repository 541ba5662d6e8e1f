"""When a slot is good, and when it is given up."""

from __future__ import annotations

import pytest

from images.on_device.good import (
    GIVE_UP_AFTER_S,
    PROVING,
    WELL_FOR_S,
    Look,
    Verdict,
    is_proving,
    judge,
    root_hash,
    well_for_s,
)
from kiosk.agent.updates.states import Proving

UP = "ActiveState=active\nActiveEnterTimestampMonotonic={}"


@pytest.mark.parametrize(
    ("look", "verdict"),
    [
        (Look(120, WELL_FOR_S, is_said=False, was_good_once=False), Verdict.GOOD),
        (Look(120, WELL_FOR_S - 1, is_said=False, was_good_once=False), Verdict.NOTHING),
        (Look(120, WELL_FOR_S, is_said=True, was_good_once=True), Verdict.NOTHING),
        (Look(120, None, is_said=False, was_good_once=False), Verdict.NOTHING),
        (Look(GIVE_UP_AFTER_S, None, is_said=False, was_good_once=False), Verdict.RESTART),
        (Look(GIVE_UP_AFTER_S, WELL_FOR_S - 1, is_said=False, was_good_once=False), Verdict.RESTART),
        (Look(GIVE_UP_AFTER_S, WELL_FOR_S, is_said=False, was_good_once=False), Verdict.GOOD),
        (Look(GIVE_UP_AFTER_S, None, is_said=False, was_good_once=True), Verdict.NOTHING),
        (Look(GIVE_UP_AFTER_S, None, is_said=True, was_good_once=True), Verdict.NOTHING),
        (Look(120, WELL_FOR_S, is_said=False, was_good_once=False, is_proving=True), Verdict.NOTHING),
        (Look(GIVE_UP_AFTER_S, None, is_said=False, was_good_once=False, is_proving=True), Verdict.NOTHING),
    ],
)
def test_the_table(look: Look, verdict: Verdict) -> None:
    assert judge(look) is verdict


def test_the_youngest_unit_counts() -> None:
    shown = f"{UP.format(10_000_000)}\n\n{UP.format(40_000_000)}"
    assert well_for_s(shown, 100.0) == 60.0


@pytest.mark.parametrize("state", ["activating", "failed", "inactive", "deactivating"])
def test_one_that_is_not_up_is_enough(state: str) -> None:
    shown = f"{UP.format(10)}\n\n{UP.format(10)}".replace("active\n", f"{state}\n", 1)
    assert well_for_s(shown, 100.0) is None


def test_a_unit_that_systemd_does_not_know_is_not_up() -> None:
    assert well_for_s(UP.format(10), 100.0) is None


def test_the_hash_of_the_running_root() -> None:
    assert root_hash("ro sala.roothash=ab12 quiet rauc.slot=A") == "ab12"
    assert root_hash("quiet") == ""


def test_an_agent_that_proves_is_left_to_it_as_long_as_it_runs() -> None:
    desk, agent = UP.format(10), UP.format(10)
    assert is_proving(f"{desk}\n\n{agent}\n{PROVING}")
    assert not is_proving(f"{desk}\n\n{agent}\nStatusText=update: idle")
    assert not is_proving(f"{desk}\n{PROVING}\n\n{agent}")
    assert not is_proving(f"{desk}\n\n{agent}\n{PROVING}".replace("active", "failed"))


def test_the_word_is_the_one_the_agent_says() -> None:
    assert f"StatusText=update: {Proving.__name__.lower()}" == PROVING
